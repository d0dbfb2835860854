/**
 * thethings.iO at a desk: the local cloud, an app's user whose session `motet send` uses, and codes for devices.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { startThethings } from "../cloud/thethings/index";
import type { StartedThethings } from "../cloud/thethings/index";
import type { DeskCloud } from "./desk-cloud";
import type { WatchSettings } from "../engines/program";
import { watchAt } from "./watch-place";
import { loadSession, saveSession, saveToken } from "./session";
import type { ThethingsSession } from "./session";
import { deskHost } from "./time";
import type { DeskTime } from "./time";

const appEmail = "desk@motet.invalid";

function sessionOf(stateDir: string): ThethingsSession | undefined {
  const session = loadSession(stateDir, "thethings");
  return session?.platform === "thethings" ? session : undefined;
}

async function start(stateDir: string, time: DeskTime): Promise<StartedThethings> {
  const before = sessionOf(stateDir);
  const wanted = { stateDir: join(stateDir, "cloud"), machine: deskHost(time, () => undefined) };
  if (before === undefined) return startThethings(wanted);
  try {
    // The same ports as last time, so that what a person typed goes on working.
    return await startThethings({ ...wanted, http: before.http, mqtt: before.mqtt, coap: before.coap });
  } catch {
    return startThethings(wanted);
  }
}

/** The app's side: a user whose session `motet send` uses. */
function openSession(cloud: StartedThethings, stateDir: string): void {
  const before = sessionOf(stateDir);
  const password = before?.password ?? randomBytes(18).toString("base64url");
  const login = { email: appEmail, password };
  const opened = cloud.model.apps.login(login);
  const session = opened.ok ? opened : cloud.model.apps.register(login);
  if (!session.ok) throw new Error("The local cloud's state folder and the desk's session do not belong together: delete the state folder and start again.");
  const { http, mqtt, coap } = cloud.ports;
  const kept = before?.thingId === undefined ? {} : { thingId: before.thingId };
  saveSession(stateDir, { platform: "thethings", http, mqtt, coap, sessionToken: session.token, password, ...kept });
}

/** The device got its token: the desk's app is linked to it, as its owner would do. */
function linkThings(cloud: StartedThethings, stateDir: string): void {
  const session = sessionOf(stateDir);
  const user = session === undefined ? undefined : cloud.model.apps.session(session.sessionToken);
  if (session === undefined || user === undefined) return;
  for (const thingId of cloud.model.things()) {
    const linked = cloud.model.apps.link(user, cloud.model.tokenOf(thingId));
    if (!linked.ok) continue;
    saveSession(stateDir, { ...session, thingId });
    saveToken(stateDir, cloud.model.tokenOf(thingId)!);
  }
}

/** A device that watches does so as the desk's user, who has a thing for it to watch: the one that activated, or one that is made. */
function watcherOf(cloud: StartedThethings, stateDir: string): WatchSettings {
  const session = sessionOf(stateDir)!;
  const token = (session.thingId === undefined ? undefined : cloud.model.tokenOf(session.thingId)) ?? cloud.model.createThing().thingToken;
  const user = cloud.model.apps.session(session.sessionToken);
  if (user !== undefined) cloud.model.apps.link(user, token);
  saveSession(stateDir, { ...session, watched: token });
  return watchAt(cloud.ports.http, { user: appEmail, secret: session.password, thing: token });
}

export async function startThethingsDesk(stateDir: string, time: DeskTime): Promise<DeskCloud> {
  const cloud = await start(stateDir, time);
  try {
    openSession(cloud, stateDir);
  } catch (problem) {
    await cloud.close();
    throw problem;
  }
  let code = "";
  return {
    ports: { ...cloud.ports },
    ca: cloud.ca,
    // One for each run: a device that boots again asks with the same.
    credentials: () => ({ code: (code ||= cloud.model.createCodes(1)[0]!), token: "" }),
    watcher: () => watcherOf(cloud, stateDir),
    activated: () => linkThings(cloud, stateDir),
    close: () => cloud.close(),
  };
}
