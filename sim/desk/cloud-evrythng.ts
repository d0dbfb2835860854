/**
 * EVRYTHNG at a desk: the local cloud, the device's thng with its key, and the operator's key that `motet send` uses.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startEvrythng } from "../cloud/evrythng/index";
import type { StartedEvrythng } from "../cloud/evrythng/index";
import type { DeskCloud } from "./desk-cloud";
import { watchAt } from "./watch-place";
import { COMMAND_TYPE, loadSession, saveSession } from "./session";
import type { EvrythngSession } from "./session";
import { deskHost } from "./time";
import type { DeskTime } from "./time";

function sessionOf(stateDir: string): EvrythngSession | undefined {
  const session = loadSession(stateDir, "evrythng");
  return session?.platform === "evrythng" ? session : undefined;
}

async function start(stateDir: string, time: DeskTime): Promise<StartedEvrythng> {
  const before = sessionOf(stateDir);
  const wanted = { stateDir: join(stateDir, "cloud"), machine: deskHost(time, () => undefined) };
  if (before === undefined) return startEvrythng(wanted);
  try {
    // The same ports as last time, so that what a person typed goes on working.
    return await startEvrythng({ ...wanted, http: before.http, mqtt: before.mqtt });
  } catch {
    return startEvrythng(wanted);
  }
}

/** One request to the cloud's REST, as the operator. */
async function ask(cloud: StartedEvrythng, operatorKey: string, path: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(`http://127.0.0.1:${cloud.ports.http}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: operatorKey },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`The local cloud refused to make what the desk needs (${response.status}): delete the state folder and start again.`);
  return (await response.json()) as Record<string, unknown>;
}

/** The thng of the desk's device and the type of the desk's commands, made at the first start. */
async function openSession(cloud: StartedEvrythng, stateDir: string): Promise<EvrythngSession> {
  const { http, mqtt } = cloud.ports;
  const operatorKey = readFileSync(cloud.operatorKey, "latin1").trim();
  const common = { platform: "evrythng" as const, http, mqtt, operatorKey };
  const before = sessionOf(stateDir);
  if (before !== undefined && before.operatorKey !== operatorKey) {
    throw new Error("The local cloud's state folder and the desk's session do not belong together: delete the state folder and start again.");
  }
  const thingId = before?.thingId ?? String((await ask(cloud, operatorKey, "/thngs", { name: "The device at the desk" }))["id"]);
  if (before === undefined) await ask(cloud, operatorKey, "/actions", { name: COMMAND_TYPE });
  const session = { ...common, thingId };
  saveSession(stateDir, session);
  return session;
}

export async function startEvrythngDesk(stateDir: string, time: DeskTime): Promise<DeskCloud> {
  const cloud = await start(stateDir, time);
  try {
    const { thingId, operatorKey } = await openSession(cloud, stateDir);
    const { thngApiKey } = await ask(cloud, operatorKey, "/auth/evrythng/thngs", { thngId: thingId });
    return {
      ports: { ...cloud.ports },
      ca: cloud.ca,
      credentials: () => ({ code: "", token: `${thingId}${String(thngApiKey)}` }),
      watcher: () => {
        saveSession(stateDir, { ...sessionOf(stateDir)!, watched: String(thngApiKey) });
        return watchAt(cloud.ports.http, { secret: operatorKey });
      },
      activated: () => undefined,
      close: () => cloud.close(),
    };
  } catch (problem) {
    await cloud.close();
    throw problem;
  }
}
