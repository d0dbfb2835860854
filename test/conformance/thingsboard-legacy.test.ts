/** The first version's commands of ThingsBoard's WebSocket API: ATTRIBUTES, TIMESERIES, TIMESERIES_HISTORY, and aggregation. */
import { ann, openCloud, tell } from "../support/thingsboard-cloud";
import type { Cloud } from "../support/thingsboard-cloud";
import { connectApi, openApi } from "../support/thingsboard-socket";
import type { ApiClient } from "../support/thingsboard-socket";
import { statement } from "./statement";

let cloud: Cloud;
let token: string;
let client: ApiClient;
let made = 0;
const at = 1704067200000;

beforeAll(async () => {
  cloud = await openCloud();
  token = await cloud.login(ann);
});
beforeEach(async () => (client = await openApi(cloud.ports.http, token)));
afterEach(() => client.close());
afterAll(() => cloud.close());

interface Made {
  readonly id: string;
  readonly token: string;
  /** What a command says of it. */
  readonly of: { readonly entityType: "DEVICE"; readonly entityId: string };
}
async function device(): Promise<Made> {
  made += 1;
  const one = await cloud.device(token, `legacy ${made}`);
  return { ...one, of: { entityType: "DEVICE", entityId: one.id } };
}
const post = (one: Made, scope: string, values: object): Promise<unknown> => cloud.rest(token, `/api/plugins/telemetry/DEVICE/${one.id}/attributes/${scope}`, values);
const ok = (subscriptionId: number, data: object, latestValues: object): object => ({ subscriptionId, errorCode: 0, errorMsg: null, data, latestValues });
const when = expect.any(Number) as number;

statement("TB-38 TB-39", "attributes of one entity, by keys and scope: what is there, then each write; another scope's is none of it", async () => {
  const one = await device();
  await post(one, "SERVER_SCOPE", { temperature: 21.5, other: 1 });
  const command = { cmdId: 11, type: "ATTRIBUTES", ...one.of, keys: "temperature,humidity", scope: "SERVER_SCOPE" };
  expect(await client.ask(command)).toEqual(ok(11, { temperature: [[when, "21.5"]] }, { temperature: when }));
  await post(one, "SERVER_SCOPE", { humidity: 40, temperature: "warm" });
  await post(one, "SERVER_SCOPE", { other: 2 });
  await post(one, "SHARED_SCOPE", { temperature: 1 });
  expect(await client.rest()).toEqual([ok(11, { humidity: [[when, "40"]], temperature: [[when, "warm"]] }, { humidity: when, temperature: when })]);
  await cloud.rest(token, `/api/plugins/telemetry/DEVICE/${one.id}/SERVER_SCOPE?keys=humidity`, undefined, "DELETE");
  expect(await client.rest()).toEqual([ok(11, { humidity: [[0, ""]] }, { humidity: 0 })]);
  const everything = await client.ask({ cmdId: 12, type: "ATTRIBUTES", ...one.of });
  expect(Object.keys(everything.data as object)).toEqual(["other", "temperature"]);
  expect(await client.ask({ ...command, scope: "NO_SCOPE" })).toMatchObject({ subscriptionId: 11, errorCode: 2 });
});

statement("TB-38 TB-40", "a time series of one entity: aggregated over its window, then every point as it comes", async () => {
  const one = await device();
  for (const [i, value] of [10, 20, 60].entries()) await tell(cloud, one, { temperature: value, other: 1 }, at + i * 30000);
  const command = { cmdId: 12, type: "TIMESERIES", ...one.of, keys: "temperature", startTs: at, timeWindow: 3600000, interval: 60000, limit: 100, agg: "AVG" };
  expect(await client.ask(command)).toEqual(ok(12, { temperature: [[at + 30000, "15.0"], [at + 90000, "60.0"]] }, { temperature: at + 90000 }));
  await tell(cloud, one, { temperature: 7, other: 2 }, at + 100000);
  await tell(cloud, one, { temperature: 6 }, at + 50);
  expect(await client.rest()).toEqual([ok(12, { temperature: [[at + 100000, "7"]] }, { temperature: at + 100000 }), ok(12, { temperature: [[at + 50, "6"]] }, { temperature: at + 50 })]);
});

statement("TB-40", "without a window the latest values, without keys of all; LATEST_TELEMETRY lets no older point through", async () => {
  const one = await device();
  await tell(cloud, one, { a: 1, b: "x" }, at);
  expect(await client.ask({ cmdId: 1, type: "TIMESERIES", ...one.of, keys: "a,none" })).toEqual(ok(1, { a: [[at, "1"]] }, { a: at }));
  expect(await client.ask({ cmdId: 2, type: "TIMESERIES", ...one.of, scope: "LATEST_TELEMETRY" })).toEqual(ok(2, { a: [[at, "1"]], b: [[at, "x"]] }, { a: at, b: at }));
  await tell(cloud, one, { b: "old" }, at - 1);
  expect(await client.rest()).toEqual([]);
  await tell(cloud, one, { c: true }, at + 1);
  expect(await client.rest()).toEqual([ok(2, { c: [[at + 1, "true"]] }, { c: at + 1 })]);
});

statement("TB-41", "a history is answered once, newest first, start inclusive and end exclusive; nothing follows", async () => {
  const one = await device();
  for (const i of [0, 1, 2]) await tell(cloud, one, { temperature: i, b: i }, at + i * 1000);
  const command = { cmdId: 13, type: "TIMESERIES_HISTORY", ...one.of, keys: "temperature,b", startTs: at, endTs: at + 2000, interval: 0, limit: 100, agg: "NONE" };
  const points = [[at + 1000, "1"], [at, "0"]];
  // The habit of the platform: the time of the last element, here the oldest.
  expect(await client.ask(command)).toEqual(ok(13, { b: points, temperature: points }, { b: at, temperature: at }));
  await tell(cloud, one, { temperature: 9 }, at + 1500);
  expect(await client.rest()).toEqual([]);
});

/** Two intervals of a minute with numbers, one that is empty, and a last one of half a minute. */
async function aggregated(agg: string, values: readonly unknown[] = [1, 2, 6, 10.5, 100]): Promise<unknown> {
  const one = await device();
  const times = [0, 30000, 59999, 60000, 190000];
  for (const [i, value] of values.entries()) await tell(cloud, one, { t: value }, at + times[i]!);
  await tell(cloud, one, { t: 1000 }, at + 210000);
  await tell(cloud, one, { t: 1000 }, at - 1);
  const frame = await client.ask({ cmdId: 1, type: "TIMESERIES_HISTORY", ...one.of, keys: "t", startTs: at, endTs: at + 210000, interval: 60000, limit: 3, agg });
  return (frame.data as unknown as { t: [number, string][] }).t.map(([ts, value]) => [ts - at, value]);
}

statement("TB-42", "NONE: the points themselves, newest first, as many as the limit", async () => {
  expect(await aggregated("NONE")).toEqual([[190000, "100"], [60000, "10.5"], [59999, "6"]]);
});
statement("TB-43", "AVG: always with a fraction, in the middle of each interval, the last one cut off at the end", async () => {
  expect(await aggregated("AVG")).toEqual([[30000, "3.0"], [90000, "10.5"], [195000, "100.0"]]);
});
statement("TB-44", "MIN", async () => {
  expect(await aggregated("MIN")).toEqual([[30000, "1"], [90000, "10.5"], [195000, "100"]]);
});
statement("TB-45", "MAX", async () => {
  expect(await aggregated("MAX")).toEqual([[30000, "6"], [90000, "10.5"], [195000, "100"]]);
});
statement("TB-46", "SUM: whole where all are whole", async () => {
  expect(await aggregated("SUM")).toEqual([[30000, "9"], [90000, "10.5"], [195000, "100"]]);
});
statement("TB-47", "COUNT", async () => {
  expect(await aggregated("COUNT")).toEqual([[30000, "3"], [90000, "1"], [195000, "1"]]);
});

statement("TB-56", "the same command with unsubscribe ends it, without a word; other subscriptions stay, also that of the same number in the second version", async () => {
  const one = await device();
  const query = { entityFilter: { type: "singleEntity", singleEntity: { entityType: "DEVICE", id: one.id } }, pageLink: { pageSize: 1, page: 0 } };
  const attributes = { cmdId: 11, type: "ATTRIBUTES", ...one.of, keys: "a", scope: "SERVER_SCOPE" };
  const series = { cmdId: 12, type: "TIMESERIES", ...one.of, keys: "a" };
  client.commands(attributes, series, { cmdId: 11, type: "ENTITY_DATA", query, latestCmd: { keys: [{ type: "SERVER_ATTRIBUTE", key: "a" }] } });
  expect(await client.rest()).toHaveLength(3);
  const news = async (): Promise<unknown[]> => {
    await post(one, "SERVER_SCOPE", { a: (made += 1) });
    await tell(cloud, one, { a: made });
    return (await client.rest()).map(({ cmdId, subscriptionId }) => [cmdId, subscriptionId]);
  };
  expect(await news()).toEqual([[undefined, 11], [11, undefined], [undefined, 12]]);
  client.commands({ ...attributes, unsubscribe: true });
  expect(await news()).toEqual([[11, undefined], [undefined, 12]]);
  client.commands({ ...series, unsubscribe: true });
  expect(await news()).toEqual([[11, undefined]]);
  client.commands({ cmdId: 1, type: "TIMESERIES", unsubscribe: true });
  expect(await news()).toEqual([]);
});

statement("TB-38", "the older endpoint takes the same commands in lists of their own, with the token in its address", async () => {
  const one = await device();
  await tell(cloud, one, { t: 1 }, at);
  const older = await connectApi(cloud.ports.http, { path: `/api/ws/plugins/telemetry?token=${token}` });
  const filter = { type: "deviceType", deviceType: "thermostat", deviceNameFilter: `legacy ${made}` };
  older.send({
    attrSubCmds: [{ cmdId: 0, ...one.of, scope: "SHARED_SCOPE" }],
    tsSubCmds: [{ cmdId: 1, ...one.of, scope: "LATEST_TELEMETRY" }],
    historyCmds: [{ cmdId: 2, ...one.of, keys: "t", startTs: at, endTs: at + 1 }],
    entityCountCmds: [{ cmdId: 3, query: { entityFilter: filter } }],
  });
  expect(await older.next()).toEqual(ok(0, {}, {}));
  expect(await older.next()).toEqual(ok(1, { t: [[at, "1"]] }, { t: at }));
  expect(await older.next()).toEqual(ok(2, { t: [[at, "1"]] }, { t: at }));
  expect(await older.next()).toMatchObject({ cmdId: 3, count: 1 });
  older.send({ cmds: [] });
  expect(await older.next()).toMatchObject({ subscriptionId: 1, errorCode: 2, errorMsg: "Failed to parse the payload" });
  await older.close();
  const bell = await connectApi(cloud.ports.http, { path: `/api/ws/plugins/notifications?token=${token}` });
  bell.send({ unreadCountSubCmd: { cmdId: 1 }, unreadSubCmd: { cmdId: 2, limit: 3 } });
  expect([(await bell.next()).cmdUpdateType, (await bell.next()).cmdUpdateType]).toEqual(["NOTIFICATIONS_COUNT", "NOTIFICATIONS"]);
  await bell.close();
});
