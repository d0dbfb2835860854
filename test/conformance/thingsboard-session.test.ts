/** A whole session with ThingsBoard's WebSocket API, and how each of its subscriptions ends. */
import { spawn } from "node:child_process";
import { ann, openCloud, openManualCloud, tell, users } from "../support/thingsboard-cloud";
import type { ManualCloud } from "../support/thingsboard-cloud";
import { allDevices, openApi, pageOfTen, series, single } from "../support/thingsboard-socket";
import type { ApiClient } from "../support/thingsboard-socket";
import { crossed, statement } from "./statement";
import { until } from "../interop/cloud-peers";

let cloud: ManualCloud;
let token: string;
let device: { readonly id: string; readonly token: string };
let client: ApiClient;

beforeEach(async () => {
  cloud = await openManualCloud({ users });
  token = await cloud.login(ann);
  device = await cloud.device(token, "Thermostat A1");
  client = await openApi(cloud.ports.http, token);
});
afterEach(async () => {
  await client.close();
  await cloud.close();
});

/** One of each, under the identifiers of the documentation. */
const subscriptions = (): Readonly<Record<number, object>> => ({
  1: { type: "ENTITY_DATA", query: { entityFilter: allDevices, pageLink: pageOfTen }, latestCmd: { keys: [series("t")] } },
  3: { type: "ENTITY_COUNT", query: { entityFilter: allDevices, keyFilters: [] } },
  4: { type: "ALARM_DATA", query: { entityFilter: allDevices, pageLink: pageOfTen } },
  5: { type: "ALARM_COUNT", query: { entityFilter: allDevices } },
  6: { type: "ALARM_STATUS", originatorId: { entityType: "DEVICE", id: device.id }, typeList: null, severityList: null },
  7: { type: "NOTIFICATIONS", limit: 10 },
  8: { type: "NOTIFICATIONS_COUNT" },
});
const subscribeAll = (): void => client.commands(...Object.entries(subscriptions()).map(([cmdId, command]) => ({ cmdId: Number(cmdId), ...command })));
let changes = 0;

/** Changes everything, and gives the identifiers that hear of it. */
async function heard(): Promise<number[]> {
  changes += 1;
  await cloud.device(token, `new ${changes}`);
  await tell(cloud, device, { t: changes });
  const alarm = (await cloud.rest(token, "/api/alarm", { originator: { entityType: "DEVICE", id: device.id }, type: "HOT", severity: "MAJOR" })).json as { id: { id: string } };
  await cloud.rest(token, "/api/notification/request", { type: "ALARM", subject: "", text: "hot" });
  cloud.host.advance(60000);
  const frames = await client.rest();
  await cloud.rest(token, `/api/alarm/${alarm.id.id}`, undefined, "DELETE");
  await client.rest();
  return [...new Set(frames.map(({ cmdId }) => cmdId as number))].sort();
}

const everything = [1, 3, 4, 5, 6, 7, 8];

/** Everything is subscribed, one is ended, and only that one is silent; then its identifier is free again. */
async function ends(cmdId: number, type: string): Promise<void> {
  subscribeAll();
  expect(await client.rest()).toHaveLength(7);
  expect(await heard()).toEqual(everything);
  client.commands({ cmdId, type });
  expect(await client.rest()).toEqual([]);
  expect(await heard()).toEqual(everything.filter((id) => id !== cmdId));
  client.commands({ cmdId, type }, { cmdId, ...subscriptions()[cmdId] });
  expect((await client.rest()).map((frame) => [frame.cmdId, frame.errorCode])).toEqual([[cmdId, 0]]);
  expect(await heard()).toEqual(everything);
}

statement("TB-48 TB-49", "ENTITY_DATA_UNSUBSCRIBE, under the same identifier, without a word, and nothing else is touched", () => ends(1, "ENTITY_DATA_UNSUBSCRIBE"));
statement("TB-48 TB-50", "ENTITY_COUNT_UNSUBSCRIBE", () => ends(3, "ENTITY_COUNT_UNSUBSCRIBE"));
statement("TB-48 TB-51", "ALARM_DATA_UNSUBSCRIBE", () => ends(4, "ALARM_DATA_UNSUBSCRIBE"));
statement("TB-48 TB-52", "ALARM_COUNT_UNSUBSCRIBE", () => ends(5, "ALARM_COUNT_UNSUBSCRIBE"));
statement("TB-48 TB-53", "ALARM_STATUS_UNSUBSCRIBE", () => ends(6, "ALARM_STATUS_UNSUBSCRIBE"));
statement("TB-48 TB-54", "NOTIFICATIONS_UNSUBSCRIBE, of the list and of the count", async () => {
  await ends(7, "NOTIFICATIONS_UNSUBSCRIBE");
  client.commands({ cmdId: 8, type: "NOTIFICATIONS_UNSUBSCRIBE" });
  expect(await heard()).toEqual(everything.filter((id) => id !== 8));
});

statement("TB-55", "several ends in one message", async () => {
  subscribeAll();
  await client.rest();
  client.commands({ cmdId: 1, type: "ENTITY_DATA_UNSUBSCRIBE" }, { cmdId: 4, type: "ALARM_DATA_UNSUBSCRIBE" }, { cmdId: 77, type: "ALARM_DATA_UNSUBSCRIBE" });
  expect(await heard()).toEqual([3, 5, 6, 7, 8]);
});

statement("TB-57", "opened, authenticated, subscribed, answered, updated, ended and closed, in that order", async () => {
  const query = { entityFilter: { type: "deviceType", deviceTypes: ["thermostat"] }, keyFilters: [] };
  const one = await openApi(cloud.ports.http, token);
  expect(await one.ask({ cmdId: 1, type: "ENTITY_COUNT", query })).toEqual({ cmdId: 1, errorCode: 0, errorMsg: null, cmdUpdateType: "COUNT_DATA", count: 1 });
  await cloud.device(token, "Thermostat A2");
  cloud.host.advance(60000);
  expect(await one.next()).toMatchObject({ cmdId: 1, count: 2 });
  one.commands({ cmdId: 1, type: "ENTITY_COUNT_UNSUBSCRIBE" });
  await cloud.device(token, "Thermostat A3");
  cloud.host.advance(60000);
  expect(await one.rest()).toEqual([]);
  one.socket.close(1000);
  expect((await one.closed).code).toBe(1000);
});

statement("TB-60", "a closed socket leaves nothing behind: no listener, no timer", async () => {
  // The cloud looks at devices that were heard of, forever: with none, what is left are the sockets' own.
  await client.rest();
  const before = { listeners: cloud.model.bus.count(), timers: cloud.host.timers() };
  const second = await openApi(cloud.ports.http, token);
  const of = { entityType: "DEVICE", entityId: device.id };
  second.commands(...Object.entries(subscriptions()).map(([cmdId, command]) => ({ cmdId: Number(cmdId), ...command })));
  second.commands({ cmdId: 1, type: "ATTRIBUTES", ...of }, { cmdId: 2, type: "TIMESERIES", ...of }, { cmdId: 9, ...subscriptions()[1], tsCmd: { keys: ["t"], startTs: 0, timeWindow: 1 } });
  expect(await second.rest()).toHaveLength(10);
  expect(cloud.model.bus.count()).toBeGreaterThan(before.listeners);
  await second.close();
  await until(() => cloud.model.bus.count() === before.listeners);
  await until(() => cloud.host.timers() === before.timers);
  expect({ listeners: cloud.model.bus.count(), timers: cloud.host.timers() }).toEqual(before);
});

statement("TB-48", "two sockets with equal identifiers are strangers to each other", async () => {
  const second = await openApi(cloud.ports.http, token);
  const command = { cmdId: 1, type: "ENTITY_DATA", query: { entityFilter: single(device.id), pageLink: pageOfTen }, latestCmd: { keys: [series("t")] } };
  await client.ask(command);
  await second.ask(command);
  second.commands({ cmdId: 1, type: "ENTITY_DATA_UNSUBSCRIBE" });
  await second.rest();
  await tell(cloud, device, { t: 1 });
  expect((await client.rest()).map(({ cmdId }) => cmdId)).toEqual([1]);
  expect(await second.rest()).toEqual([]);
  await second.close();
});

/** What a person writes who wants to watch a device from a terminal: login, one query, and a line for each value. */
const script = `
  const { WebSocket } = require("ws");
  const [base, username, password] = process.argv.slice(1);
  fetch("http://" + base + "/api/auth/login", { method: "POST", body: JSON.stringify({ username, password }) })
    .then((answer) => answer.json())
    .then(({ token }) => {
      const socket = new WebSocket("ws://" + base + "/api/ws");
      const query = { entityFilter: { type: "entityType", entityType: "DEVICE" }, pageLink: { pageSize: 20, page: 0 }, entityFields: [{ type: "ENTITY_FIELD", key: "name" }] };
      const names = {};
      socket.on("open", () => socket.send(JSON.stringify({ authCmd: { cmdId: 0, token }, cmds: [{ cmdId: 1, type: "ENTITY_DATA", query, latestCmd: { keys: [{ type: "TIME_SERIES", key: "temperature" }] } }] })));
      socket.on("message", (bytes) => {
        const { data, update } = JSON.parse(bytes);
        for (const { entityId, latest } of data ? data.data : update) {
          if (latest.ENTITY_FIELD) names[entityId.id] = latest.ENTITY_FIELD.name.value;
          console.log(names[entityId.id] + ": " + (latest.TIME_SERIES.temperature.value || "nothing yet"));
        }
      });
    });
`;

statement("TB-62", "a script of its own process logs in, subscribes, and prints each reading as it comes", async () => {
  const live = await openCloud();
  const liveToken = await live.login(ann);
  const thermostat = await live.device(liveToken, "Thermostat A1");
  const child = spawn(process.execPath, ["-e", script, `localhost:${live.ports.http}`, ann.email, ann.password], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (bytes: Buffer) => {
    crossed(bytes);
    output += bytes.toString();
  });
  await until(() => output.includes("\n"));
  await tell(live, thermostat, { temperature: 42.5 });
  await until(() => output.split("\n").length > 2);
  expect(output).toBe("Thermostat A1: nothing yet\nThermostat A1: 42.5\n");
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill();
  await ended;
  await live.close();
});
