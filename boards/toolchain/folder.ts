/** Folders that a person names. */
import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

const isFolder = (path: string): boolean | undefined => statSync(path, { throwIfNoEntry: false })?.isDirectory();

/**
 * Makes a folder, and those above it that are absent; one that is there keeps its mode. Throws the system's error.
 *
 * One after the other, because Node's own `recursive` asks for ever where the system says ENOENT of a new folder whose parent is there:
 * Linux does below /proc.
 */
export function makeFolder(path: string, mode = 0o777): void {
  const whole = resolve(path);
  const is = isFolder(whole);
  if (is === true) return;
  if (is === false) throw Object.assign(new Error(`ENOTDIR: not a directory, mkdir '${whole}'`), { code: "ENOTDIR" });
  makeFolder(dirname(whole), mode);
  try {
    mkdirSync(whole, { mode });
  } catch (cause) {
    // Another process may have made it meanwhile.
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST" || isFolder(whole) !== true) throw cause;
  }
}
