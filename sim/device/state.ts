/**
 * The folder in which a simulated device keeps what a board keeps in hardware: its flash areas and its identity. Only the
 * owner may read the files, because the flash holds the thing token.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The folder cannot be used; the message is one sentence that says what to do. */
export class StateError extends Error {}

/** Turns a failed file operation into a sentence with the remedy. */
export function stateError(path: string, cause: unknown): StateError {
  const code = (cause as NodeJS.ErrnoException).code ?? "unknown error";
  return new StateError(
    `The device state at ${path} cannot be used (${code}): make it readable and writable for your user, or choose another folder.`,
    { cause },
  );
}

/** Makes the folder, closed to others, if it is absent. One that exists keeps its mode: it may be the user's own. */
export function openStateDir(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw stateError(dir, cause);
  }
}

/** The machine's identity, made on the first boot: 16 characters of [0-9a-f]. */
export function loadUniqueId(dir: string): string {
  const path = join(dir, "unique-id");
  try {
    const text = readIfPresent(path)?.trim();
    if (text !== undefined && /^[0-9a-z]{4,32}$/.test(text)) return text;
    const id = randomBytes(8).toString("hex");
    writeFileSync(path, id, { mode: 0o600 });
    return id;
  } catch (cause) {
    throw stateError(path, cause);
  }
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw cause;
  }
}
