/**
 * ThingsBoard at a desk: the local cloud, a profile with which the device provisions itself, and the user whose login `motet send` uses.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { startThingsboard } from "../cloud/thingsboard/index";
import type { StartedThingsboard } from "../cloud/thingsboard/index";
import type { DeskCloud } from "./desk-cloud";
import type { WatchSettings } from "../engines/program";
import { watchAt } from "./watch-place";
import { loadSession, saveSession, saveToken } from "./session";
import type { ThingsboardSession } from "./session";
import { deskHost } from "./time";
import type { DeskTime } from "./time";

const userEmail = "desk@motet.invalid";
/** What the device is called that is there to be watched. */
const WATCHED_NAME = "watched";
const secret = (): string => randomBytes(18).toString("base64url");

function sessionOf(stateDir: string): ThingsboardSession | undefined {
  const session = loadSession(stateDir, "thingsboard");
  return session?.platform === "thingsboard" ? session : undefined;
}

type Kept = Pick<ThingsboardSession, "email" | "password" | "profileKey" | "profileSecret">;

async function start(stateDir: string, time: DeskTime, kept: Kept, before: ThingsboardSession | undefined): Promise<StartedThingsboard> {
  const wanted = {
    stateDir: join(stateDir, "cloud"),
    machine: deskHost(time, () => undefined),
    users: [{ email: kept.email, password: kept.password }],
    profiles: [{ key: kept.profileKey, secret: kept.profileSecret }],
  };
  if (before === undefined) return startThingsboard(wanted);
  try {
    // The same ports as last time, so that what a person typed goes on working.
    return await startThingsboard({ ...wanted, http: before.http, mqtt: before.mqtt, coap: before.coap });
  } catch {
    return startThingsboard(wanted);
  }
}

/** The device was made: it is the one that commands are for. */
function noteDevice(cloud: StartedThingsboard, stateDir: string): void {
  const session = sessionOf(stateDir);
  const newest = [...cloud.model.state.devices.values()].at(-1);
  if (session === undefined || newest === undefined) return;
  const { id, credentials } = newest.info;
  saveSession(stateDir, { ...session, thingId: id });
  if (credentials.type === "ACCESS_TOKEN") saveToken(stateDir, credentials.token);
}

/** A device that watches does so as the desk's user, who has a device for it to watch. */
function watcherOf(cloud: StartedThingsboard, stateDir: string, kept: Kept): WatchSettings {
  const session = sessionOf(stateDir)!;
  const tenantId = cloud.model.accounts.tenantId("Tenant");
  const known = [...cloud.model.state.devices.values()].find(({ info }) => info.name === WATCHED_NAME);
  const token = session.watched ?? secret();
  const made = known === undefined ? cloud.model.devices.create({ tenantId, customerId: null, name: WATCHED_NAME, type: "default", label: null, additionalInfo: null, credentials: { type: "ACCESS_TOKEN", token }, provisioned: false }) : undefined;
  const id = known?.info.id ?? (made?.ok === true ? made.value.info.id : "");
  saveSession(stateDir, { ...session, watched: token, watchedId: id });
  return watchAt(cloud.ports.http, { user: kept.email, secret: kept.password });
}

export async function startThingsboardDesk(stateDir: string, time: DeskTime): Promise<DeskCloud> {
  const before = sessionOf(stateDir);
  // A device whose activation was cut asks again with the profile that it was given.
  const kept: Kept = before ?? { email: userEmail, password: secret(), profileKey: randomBytes(9).toString("base64url"), profileSecret: secret() };
  const cloud = await start(stateDir, time, kept, before);
  const { http, mqtt, coap } = cloud.ports;
  const { email, password, profileKey, profileSecret } = kept;
  const thing = before?.thingId === undefined ? {} : { thingId: before.thingId };
  const watched = before?.watched === undefined ? {} : { watched: before.watched };
  try {
    saveSession(stateDir, { platform: "thingsboard", http, mqtt, coap, email, password, profileKey, profileSecret, ...thing, ...watched });
  } catch (problem) {
    await cloud.close();
    throw problem;
  }
  return {
    ports: { ...cloud.ports },
    ca: cloud.ca,
    credentials: () => ({ code: `${profileKey}:${profileSecret}`, token: "" }),
    watcher: () => watcherOf(cloud, stateDir, kept),
    activated: () => noteDevice(cloud, stateDir),
    close: () => cloud.close(),
  };
}
