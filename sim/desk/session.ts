/**
 * What a running `motet sim` leaves in its state folder for other commands: where its cloud is, and the session of an app
 * that is linked to the device. Readable by the owner only, because it holds secrets.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../boards/toolchain/folder";

/** On thethings.iO: a user's session; `thingId` is absent until the device is activated. */
export interface ThethingsSession {
  readonly platform: "thethings";
  readonly http: number;
  readonly mqtt: number;
  readonly coap: number;
  readonly sessionToken: string;
  readonly password: string;
  readonly thingId?: string;
  /** The token of the thing that a device at the desk watches. */
  readonly watched?: string;
}

/** On EVRYTHNG: the operator's key, and the thng that is the device. */
export interface EvrythngSession {
  readonly platform: "evrythng";
  readonly http: number;
  readonly mqtt: number;
  readonly operatorKey: string;
  readonly thingId: string;
  /** The key of the thng, where a device at the desk watches it. */
  readonly watched?: string;
}

/** On ThingsBoard: a tenant's user, the profile that devices provision themselves with, and the device once it is made. */
export interface ThingsboardSession {
  readonly platform: "thingsboard";
  readonly http: number;
  readonly mqtt: number;
  readonly coap: number;
  readonly email: string;
  readonly password: string;
  readonly profileKey: string;
  readonly profileSecret: string;
  readonly thingId?: string;
  /** Token and id of the device that a device at the desk watches. */
  readonly watched?: string;
  readonly watchedId?: string;
}

export type DeskSession = ThethingsSession | EvrythngSession | ThingsboardSession;

/** The type of the actions that carry the desk's commands on EVRYTHNG. */
export const COMMAND_TYPE = "_command";

/** The session cannot be had; the message is one sentence that says what to do. */
export class SessionError extends Error {}

const fileName = "session.json";

/** Makes the state folder, closed to others, if it is absent. Throws one sentence when it cannot be. */
export function openStateFolder(stateDir: string): void {
  try {
    makeFolder(stateDir, 0o700);
  } catch (cause) {
    throw new SessionError(`The state folder ${stateDir} cannot be used (${(cause as NodeJS.ErrnoException).code ?? "unknown error"}): choose another with --state.`, { cause });
  }
}

/** Writes a file for its owner alone, whole or not at all: another command may read it, and the power may fail. */
function saveFile(stateDir: string, name: string, text: string): void {
  const path = join(stateDir, name);
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, text, { mode: 0o600 });
    renameSync(draft, path);
  } catch (cause) {
    rmSync(draft, { force: true });
    throw new SessionError(`The state file ${path} cannot be written (${(cause as NodeJS.ErrnoException).code ?? "unknown error"}): delete it, or choose another folder with --state.`, { cause });
  }
}

export function saveSession(stateDir: string, session: DeskSession): void {
  saveFile(stateDir, fileName, `${JSON.stringify(session)}\n`);
}

/**
 * Leaves the thing token where its owner can read it, as the platform's panel would show it, so that any MQTT or CoAP client
 * can be tried on the device's channel. It is never printed.
 */
export function saveToken(stateDir: string, token: string): void {
  saveFile(stateDir, "thing-token", token);
}

/**
 * The session left by the last run, or undefined. Throws when it is one of another platform than `platform`: the folder holds
 * a device that knows only that.
 */
export function loadSession(stateDir: string, platform?: DeskSession["platform"]): DeskSession | undefined {
  let session: DeskSession;
  try {
    // Folders from before there was a choice hold no name.
    session = { platform: "thethings", ...(JSON.parse(readFileSync(join(stateDir, fileName), "utf8")) as object) } as DeskSession;
  } catch {
    return undefined;
  }
  if (platform !== undefined && session.platform !== platform) {
    throw new SessionError(`The state folder ${stateDir} holds a device of ${session.platform}: name another with --state, or leave --platform ${platform} out.`);
  }
  return session;
}

/**
 * Sends a command to the device that `motet sim` runs, as an app does, over REST: a write to the thing's resource, on
 * EVRYTHNG an action on its thng, on ThingsBoard a shared attribute, or with `isCall` a call that the device answers.
 * `value` is read as JSON where it is JSON, else as text.
 */
export async function sendCommand(stateDir: string, key: string, value: string, isCall = false): Promise<void> {
  const session = loadSession(stateDir);
  if (session === undefined) throw new SessionError(`No simulated device has run with the state folder ${stateDir}: start one with "motet sim" first, or name its folder with --state.`);
  if (session.thingId === undefined) throw new SessionError("The simulated device is not activated yet: wait for its \"activated\" line and send again.");
  if (session.platform === "thingsboard") return sendToThingsboard(session, key, jsonOrText(value), isCall);
  if (isCall) throw new SessionError(`A device of ${session.platform} cannot be called: leave --call out.`);
  const { path, secret, body } = requestOf(session, key, jsonOrText(value));
  await post(session.http, path, { authorization: secret }, body);
}

/** One POST to the desk's cloud; the answer's JSON. Throws one sentence for the user. */
export async function post(http: number, path: string, headers: Readonly<Record<string, string>>, body: object): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(`http://127.0.0.1:${http}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  } catch (cause) {
    throw new SessionError("The simulated device's cloud does not answer: is \"motet sim\" still running?", { cause });
  }
  const answer: unknown = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const refused = answer as { message?: string; errors?: string[] };
  throw new SessionError(`The local cloud refused the command (${response.status}): ${refused.message ?? refused.errors?.[0] ?? "no reason given"}.`);
}

/** A command on ThingsBoard, by its user. */
async function sendToThingsboard(session: ThingsboardSession, key: string, value: unknown, isCall: boolean): Promise<void> {
  const { token } = (await post(session.http, "/api/auth/login", {}, { username: session.email, password: session.password })) as { token: string };
  const headers = { "x-authorization": `Bearer ${token}` };
  if (!isCall) return void (await post(session.http, `/api/plugins/telemetry/DEVICE/${session.thingId ?? ""}/attributes/SHARED_SCOPE`, headers, { [key]: value }));
  const answer = (await post(session.http, `/api/rpc/twoway/${session.thingId ?? ""}`, headers, { method: key, params: value })) as { obeyed?: boolean; code?: number };
  if (answer.obeyed === true) return;
  const why = answer.code === 1 ? "it is not of the declared type" : answer.code === 2 ? "it is out of the declared range" : answer.code === 5 ? "it declares no such command" : "it could not store the command";
  throw new SessionError(`The device did not obey ${key}: ${why}.`);
}

function requestOf(session: ThethingsSession | EvrythngSession, key: string, value: unknown): { path: string; secret: string; body: object } {
  if (session.platform === "evrythng") {
    return { path: `/thngs/${session.thingId}/actions/${COMMAND_TYPE}`, secret: session.operatorKey, body: { customFields: { [key]: value } } };
  }
  const path = `/v2/me/resources/${encodeURIComponent(key)}/${encodeURIComponent(session.thingId ?? "")}`;
  return { path, secret: session.sessionToken, body: { values: [{ value }] } };
}

export function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
