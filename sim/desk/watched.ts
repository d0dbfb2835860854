/**
 * What `motet send` does where a device at the desk watches: it says what the watched thing would, over REST; on ThingsBoard it also
 * raises and clears alarms.
 */
import { SessionError, jsonOrText, loadSession, post } from "./session";
import type { DeskSession } from "./session";

function requestOf(session: DeskSession, key: string, value: unknown): { path: string; headers: Record<string, string>; body: object } {
  const watched = session.watched ?? "";
  if (session.platform === "evrythng") return { path: `/thngs/${session.thingId}/properties`, headers: { authorization: watched }, body: [{ key, value }] };
  if (session.platform === "thingsboard") return { path: `/api/v1/${watched}/telemetry`, headers: {}, body: { [key]: value } };
  return { path: `/v2/things/${watched}`, headers: {}, body: { values: [{ key, value }] } };
}

/** Says a value of the watched thing. Throws one sentence for the user. */
export async function sendWatched(stateDir: string, key: string, text: string): Promise<void> {
  const session = sessionOf(stateDir);
  const { path, headers, body } = requestOf(session, key, jsonOrText(text));
  await post(session.http, path, headers, body);
}

function sessionOf(stateDir: string): DeskSession {
  const session = loadSession(stateDir);
  if (session?.watched === undefined) throw new SessionError(`Nothing is watched in the state folder ${stateDir}: start an app that watches with "motet sim" first, or name its folder with --state.`);
  return session;
}

/** True where a device at the desk watches and there is no other to command. */
export function isOnlyWatched(stateDir: string): boolean {
  const session = loadSession(stateDir);
  return session?.watched !== undefined && (session.platform === "evrythng" || session.thingId === undefined);
}

/** Raises an alarm of the type for the watched device, or clears it. */
export async function sendAlarm(stateDir: string, type: string, text: string): Promise<void> {
  const session = sessionOf(stateDir);
  if (session.platform !== "thingsboard") throw new SessionError(`There are no alarms on ${session.platform}: leave --alarm out.`);
  if (text !== "true" && text !== "false") throw new SessionError("An alarm is raised by true and cleared by false.");
  const { token } = (await post(session.http, "/api/auth/login", {}, { username: session.email, password: session.password })) as { token: string };
  const headers = { "x-authorization": `Bearer ${token}` };
  // One that is active already is the one that is answered.
  const alarm = (await post(session.http, "/api/alarm", headers, { originator: { entityType: "DEVICE", id: session.watchedId }, type, severity: "CRITICAL" })) as { id: { id: string } };
  if (text === "false") await post(session.http, `/api/alarm/${alarm.id.id}/clear`, headers, {});
}
