/**
 * What a running `motet sim` leaves in its state folder for other commands: where its cloud is, and the session of an app
 * that is linked to the device. Readable by the owner only, because it holds a session token.
 */
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The session; `thingId` is absent until the device is activated. */
export interface DeskSession {
  readonly http: number;
  readonly mqtt: number;
  readonly coap: number;
  readonly sessionToken: string;
  readonly password: string;
  readonly thingId?: string;
}

/** The session cannot be had; the message is one sentence that says what to do. */
export class SessionError extends Error {}

const fileName = "session.json";

export function saveSession(stateDir: string, session: DeskSession): void {
  const path = join(stateDir, fileName);
  writeFileSync(path, `${JSON.stringify(session)}\n`, { mode: 0o600 });
  chmodSync(path, 0o600);
}

/**
 * Leaves the thing token where its owner can read it, as the platform's panel would show it, so that any MQTT or CoAP client
 * can be tried on the device's channel. It is never printed.
 */
export function saveToken(stateDir: string, token: string): void {
  const path = join(stateDir, "thing-token");
  writeFileSync(path, token, { mode: 0o600 });
  chmodSync(path, 0o600);
}

/** The session left by the last run, or undefined. */
export function loadSession(stateDir: string): DeskSession | undefined {
  try {
    return JSON.parse(readFileSync(join(stateDir, fileName), "utf8")) as DeskSession;
  } catch {
    return undefined;
  }
}

/**
 * Sends a command to the device that `motet sim` runs, as an app does: a write to the thing's resource over REST.
 * `value` is read as JSON where it is JSON, else as text.
 */
export async function sendCommand(stateDir: string, key: string, value: string): Promise<void> {
  const session = loadSession(stateDir);
  if (session === undefined) throw new SessionError(`No simulated device has run with the state folder ${stateDir}: start one with "motet sim" first, or name its folder with --state.`);
  if (session.thingId === undefined) throw new SessionError("The simulated device is not activated yet: wait for its \"activated\" line and send again.");
  const url = `http://127.0.0.1:${session.http}/v2/me/resources/${encodeURIComponent(key)}/${encodeURIComponent(session.thingId)}`;
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: session.sessionToken },
      body: JSON.stringify({ values: [{ value: jsonOrText(value) }] }),
    });
  } catch (cause) {
    throw new SessionError("The simulated device's cloud does not answer: is \"motet sim\" still running?", { cause });
  }
  if (!response.ok) {
    const body = (await response.json().catch(() => ({}))) as { message?: string };
    throw new SessionError(`The local cloud refused the command (${response.status}): ${body.message ?? "no reason given"}.`);
  }
}

function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
