/** ThingsBoard's ENTITY_DATA: filters, pages, values, and what is pushed of them. */
import { ann, openCloud, tell } from "../support/thingsboard-cloud";
import type { Cloud } from "../support/thingsboard-cloud";
import { allDevices, openApi, pageOfTen, series, single } from "../support/thingsboard-socket";
import type { ApiClient, Frame } from "../support/thingsboard-socket";
import { statement } from "./statement";

let cloud: Cloud;
let token: string;
let client: ApiClient;
/** Six devices, made one after the other. */
const devices: { id: string; token: string; name: string }[] = [];
const at = 1704067200000;

beforeAll(async () => {
  cloud = await openCloud();
  token = await cloud.login(ann);
  const kinds = ["pump", "pump", "valve", "valve", "valve", "Meter"];
  for (const [i, type] of kinds.entries()) devices.push(await cloud.device(token, `${type} ${i}`, { type, label: i === 2 ? "north" : null }));
  const rows = [{ level: 10, mode: "auto" }, { level: 2.5, on: true }, { level: "high", mode: "manual" }, { on: false, mode: 7 }, { mode: "AUTO plus" }];
  for (const [i, values] of rows.entries()) await tell(cloud, devices[i]!, values, at + i);
});
beforeEach(async () => (client = await openApi(cloud.ports.http, token)));
afterEach(() => client.close());
afterAll(() => cloud.close());

const data = (cmdId: number, more: object): object => ({ cmdId, type: "ENTITY_DATA", ...more });
const query = (more: object = {}): object => ({ entityFilter: allDevices, pageLink: pageOfTen, entityFields: [{ type: "ENTITY_FIELD", key: "name" }], ...more });
const names = (frame: Frame): unknown[] => (frame.data?.data ?? []).map(({ latest }) => latest?.["ENTITY_FIELD"]?.["name"]?.value);
const ask = async (more: object): Promise<unknown[]> => names(await client.ask(data(1, { query: query(more) })));
const index = async (more: object): Promise<number[]> => (await ask(more)).map((name) => Number(String(name).split(" ")[1])).sort();
const post = (device: { id: string }, scope: string, values: object): Promise<unknown> => cloud.rest(token, `/api/plugins/telemetry/DEVICE/${device.id}/attributes/${scope}`, values);

statement("TB-17", "entity filters: by type, one, a list, a name, a device's type", async () => {
  const [first, , third] = devices;
  const byName = (entityNameFilter: string): object => ({ entityFilter: { type: "entityName", entityType: "DEVICE", entityNameFilter } });
  expect(await index({})).toEqual([0, 1, 2, 3, 4, 5]);
  expect(await index({ entityFilter: single(third!.id) })).toEqual([2]);
  expect(await index({ entityFilter: { type: "entityList", entityType: "DEVICE", entityList: [third!.id, first!.id] } })).toEqual([0, 2]);
  expect(await index(byName("PUMP"))).toEqual([0, 1]);
  expect(await index(byName("%3"))).toEqual([3]);
  expect(await index(byName("%a_v% 2%"))).toEqual([2]);
  expect(await index(byName("%a_v%2_%"))).toEqual([]);
  expect(await index(byName("%a_ve%"))).toEqual([2, 3, 4]);
  expect(await index({ entityFilter: { type: "deviceType", deviceTypes: ["pump", "Meter"], deviceNameFilter: "" } })).toEqual([0, 1, 5]);
  expect(await index({ entityFilter: { type: "deviceType", deviceType: "valve", deviceNameFilter: "valve 4" } })).toEqual([4]);
  expect(await ask({ entityFilter: { type: "entityType", entityType: "ASSET" } })).toEqual([]);
});

const filtered = (key: object, type: string, operation: string, value: unknown, more: object = {}): object => ({ key, valueType: type, predicate: { type, operation, value: { defaultValue: value }, ...more } });

statement("TB-17", "key filters over texts: a missing key matches nothing, another type is unequal to every text", async () => {
  const text = (operation: string, value: string, more: object = {}): object => ({ keyFilters: [filtered(series("mode"), "STRING", operation, value, more)] });
  expect(await index(text("EQUAL", "auto"))).toEqual([0]);
  expect(await index(text("NOT_EQUAL", "auto"))).toEqual([2, 3, 4]);
  expect(await index(text("STARTS_WITH", "auto", { ignoreCase: true }))).toEqual([0, 4]);
  expect(await index(text("ENDS_WITH", "al"))).toEqual([2]);
  expect(await index(text("CONTAINS", "u"))).toEqual([0, 2, 4]);
  expect(await index(text("NOT_CONTAINS", "u"))).toEqual([3]);
  expect(await index(text("IN", "auto, manual"))).toEqual([0, 2]);
  expect(await index(text("NOT_IN", "auto, manual"))).toEqual([3, 4]);
  expect(await index(text("EQUAL", ""))).toEqual([0, 2, 3, 4]);
  expect(await index({ keyFilters: [filtered({ type: "ENTITY_FIELD", key: "label" }, "STRING", "NOT_EQUAL", "north")] })).toEqual([0, 1, 3, 4, 5]);
});

statement("TB-17", "key filters over numbers and booleans, nested ones, and several of them", async () => {
  const number = (operation: string, value: number): object => filtered(series("level"), "NUMERIC", operation, value);
  const counts: number[][] = [];
  for (const operation of ["EQUAL", "NOT_EQUAL", "GREATER", "LESS", "GREATER_OR_EQUAL", "LESS_OR_EQUAL"]) counts.push(await index({ keyFilters: [number(operation, 2.5)] }));
  expect(counts).toEqual([[1], [0], [0], [], [0, 1], [1]]);
  const flag = (operation: string): object => filtered(series("on"), "BOOLEAN", operation, true);
  expect([await index({ keyFilters: [flag("EQUAL")] }), await index({ keyFilters: [flag("NOT_EQUAL")] })]).toEqual([[1], [3]]);
  const complex = (operation: string): object => ({ key: series("level"), valueType: "NUMERIC", predicate: { type: "COMPLEX", operation, predicates: [{ type: "NUMERIC", operation: "GREATER", value: { defaultValue: 5 } }, { type: "NUMERIC", operation: "LESS", value: { defaultValue: 0, userValue: 3 } }] } });
  expect([await index({ keyFilters: [complex("OR")] }), await index({ keyFilters: [complex("AND")] })]).toEqual([[0, 1], []]);
  expect(await index({ keyFilters: [number("GREATER", 0), filtered(series("on"), "BOOLEAN", "EQUAL", true)] })).toEqual([1]);
  expect(await index({ keyFiltersOperation: "OR", keyFilters: [number("GREATER", 5), flag("EQUAL")] })).toEqual([0, 1]);
  expect(await index({ keyFilters: [filtered({ type: "ENTITY_FIELD", key: "createdTime" }, "DATE_TIME", "GREATER", 0, { type: "NUMERIC" })] })).toHaveLength(6);
  expect(await client.ask(data(9, { query: query({ keyFilters: [filtered(series("on"), "STRING", "SOUNDS_LIKE", "x")] }) }))).toMatchObject({ cmdId: 9, errorCode: 2, errorMsg: "Unsupported filter predicate: SOUNDS_LIKE" });
});

statement("TB-18 TB-24", "pages and order: totals, what follows, the newest first, and by any key", async () => {
  const page = async (pageLink: object): Promise<unknown> => {
    const { data: found } = await client.ask(data(1, { query: query({ pageLink }) }));
    return [found?.data.map(({ latest }) => Number(latest?.["ENTITY_FIELD"]?.["name"]?.value.split(" ")[1])), found?.totalPages, found?.totalElements, found?.hasNext];
  };
  const by = (key: object, direction: string): object => ({ sortOrder: { key, direction } });
  const newest = by({ type: "ENTITY_FIELD", key: "createdTime" }, "DESC");
  const byName = by({ type: "ENTITY_FIELD", key: "name" }, "ASC");
  expect(await page({ pageSize: 4, page: 0, ...byName })).toEqual([[5, 0, 1, 2], 2, 6, true]);
  expect(await page({ pageSize: 4, page: 1, ...byName })).toEqual([[3, 4], 2, 6, false]);
  expect(await page({ pageSize: 3, page: 1, ...byName })).toEqual([[2, 3, 4], 2, 6, false]);
  expect(await page({ pageSize: 4, page: 2, ...byName })).toEqual([[], 2, 6, false]);
  const created = cloud.model.devices.all(cloud.model.accounts.principal(token) as never).map(({ info }) => info.createdTime);
  const found = (await client.ask(data(1, { query: query({ pageLink: { pageSize: 10, page: 0, ...newest } }) }))).data!.data;
  const times = found.map(({ entityId }) => cloud.model.state.devices.get(entityId.id)!.info.createdTime);
  expect(times).toEqual([...created].sort((a, b) => b - a));
  // Numbers before texts before nothing, and the other way round.
  expect(((await page({ pageSize: 10, page: 0, ...by(series("level"), "ASC") })) as [number[]])[0].slice(0, 3)).toEqual([1, 0, 2]);
  expect(((await page({ pageSize: 10, page: 0, ...by(series("level"), "DESC") })) as [number[]])[0].slice(3)).toEqual([2, 0, 1]);
  expect(await page({ pageSize: 10, page: 0, ...byName, textSearch: "METER" })).toEqual([[5], 1, 1, false]);
  expect(await client.ask(data(1, { query: query({ entityFilter: { type: "entityType", entityType: "EDGE" } }) }))).toMatchObject({ data: { data: [], totalPages: 0, totalElements: 0, hasNext: false } });
});

statement("TB-19 TB-20 TB-21 TB-23", "the documented query: fields, an attribute and a time series in the first frame, each a text with its time", async () => {
  const [device] = devices;
  const sortOrder = { key: { type: "ENTITY_FIELD", key: "createdTime" }, direction: "DESC" };
  const command = data(1, {
    query: {
      entityFilter: single(device!.id),
      pageLink: { pageSize: 10, page: 0, sortOrder },
      entityFields: [{ type: "ENTITY_FIELD", key: "name" }, { type: "ENTITY_FIELD", key: "type" }, { type: "ENTITY_FIELD", key: "nothing" }],
      latestValues: [{ type: "ATTRIBUTE", key: "active" }],
      keyFilters: [],
    },
    latestCmd: { keys: [series("level"), series("never")] },
  });
  const stamped = (value: string): object => ({ ts: expect.any(Number) as number, value });
  expect(await client.ask(command)).toEqual({
    cmdId: 1, errorCode: 0, errorMsg: null, cmdUpdateType: "ENTITY_DATA", update: null, allowedEntities: 10000,
    data: {
      data: [
        {
          entityId: { entityType: "DEVICE", id: device!.id },
          latest: {
            ENTITY_FIELD: { name: stamped("pump 0"), type: stamped("pump"), nothing: { ts: 0, value: "" } },
            ATTRIBUTE: { active: stamped("true") },
            TIME_SERIES: { level: { ts: at, value: "10" }, never: { ts: 0, value: "" } },
          },
          timeseries: {},
          aggLatest: {},
        },
      ],
      totalPages: 1, totalElements: 1, hasNext: false,
    },
  });
});

statement("TB-20 TB-22 TB-23", "latestCmd follows its keys: only what changed, nothing stale, nothing twice, and a deletion", async () => {
  const device = await cloud.device(token, "followed 9");
  await tell(cloud, device, { t: 1, other: 1 }, at);
  const frames = async (): Promise<unknown[]> => (await client.rest()).map(({ update, data: full, errorCode }) => [full, errorCode, update?.[0]?.latest, update?.[0]?.timeseries, update?.length]);
  client.commands(data(1, { query: query({ entityFilter: single(device.id) }), latestCmd: { keys: [series("t")] } }));
  await client.rest();
  await tell(cloud, device, { t: 43.0 }, at + 10);
  await tell(cloud, device, { other: 2 }, at + 10);
  expect(await frames()).toEqual([[null, 0, { TIME_SERIES: { t: { ts: at + 10, value: "43" } } }, null, 1]]);
  await tell(cloud, device, { t: 5 }, at + 9);
  await tell(cloud, device, { t: 43 }, at + 10);
  expect(await frames()).toEqual([]);
  await tell(cloud, device, { t: 44 }, at + 10);
  expect(await frames()).toEqual([[null, 0, { TIME_SERIES: { t: { ts: at + 10, value: "44" } } }, null, 1]]);
  await cloud.rest(token, `/api/plugins/telemetry/DEVICE/${device.id}/timeseries/delete?keys=t&deleteAllDataForKeys=true`, undefined, "DELETE");
  expect(await frames()).toEqual([[null, 0, { TIME_SERIES: { t: { ts: 0, value: "" } } }, null, 1]]);
});

statement("TB-22", "attributes are followed by scope; ATTRIBUTE is any of them", async () => {
  const device = await cloud.device(token, "scoped 9");
  const keys = ["ATTRIBUTE", "SERVER_ATTRIBUTE", "CLIENT_ATTRIBUTE"].map((type) => ({ type, key: "a" }));
  client.commands(...keys.map((key, i) => data(i + 1, { query: query({ entityFilter: single(device.id) }), latestCmd: { keys: [key] } })));
  await client.rest();
  const news = async (): Promise<unknown[]> => (await client.rest()).map(({ cmdId, update }) => [cmdId, Object.keys(update?.[0]?.latest ?? {}), Object.values(update?.[0]?.latest ?? {})[0]?.["a"]?.value]);
  await post(device, "SERVER_SCOPE", { a: 1 });
  expect(await news()).toEqual([[1, ["ATTRIBUTE"], "1"], [2, ["SERVER_ATTRIBUTE"], "1"]]);
  await post(device, "SHARED_SCOPE", { a: 2, b: 3 });
  expect(await news()).toEqual([[1, ["ATTRIBUTE"], "2"]]);
  await cloud.rest(token, `/api/plugins/telemetry/DEVICE/${device.id}/SERVER_SCOPE?keys=a`, undefined, "DELETE");
  expect(await news()).toContainEqual([2, ["SERVER_ATTRIBUTE"], ""]);
});

statement("TB-25", "historyCmd is answered once, and follows nothing; under a known identifier it comes as an update", async () => {
  const device = await cloud.device(token, "historic 9");
  for (const i of [0, 1, 2]) await tell(cloud, device, { t: i }, at + i * 1000);
  const historyCmd = { keys: ["t", "none"], startTs: at, endTs: at + 2000 };
  const rows = { t: [{ ts: at + 1000, value: "1" }, { ts: at, value: "0" }], none: [] };
  const first = await client.ask(data(1, { query: query({ entityFilter: single(device.id) }), historyCmd }));
  expect([first.update, first.data?.data[0]?.timeseries]).toEqual([null, rows]);
  const aggHistoryCmd = { keys: [{ id: "a", key: "t", agg: "AVG" }, { id: "b", key: "none", agg: "SUM", previousStartTs: at, previousEndTs: at + 1 }], startTs: at, endTs: at + 3000 };
  const again = await client.ask(data(1, { historyCmd: { ...historyCmd, endTs: at + 3000, limit: 1, fetchLatestPreviousPoint: true }, aggHistoryCmd }));
  expect([again.data, again.update?.[0]?.timeseries]).toEqual([null, { t: [{ ts: at + 2000, value: "2" }], none: [] }]);
  expect(again.update?.[0]?.["aggLatest"]).toEqual({ a: { current: { ts: at + 1500, value: "1.0", count: 3 }, previous: null }, b: { current: { ts: at + 1500, value: "0" }, previous: { ts: at, value: "0" } } });
  await tell(cloud, device, { t: 9 }, at + 1500);
  expect(await client.rest()).toEqual([]);
});

statement("TB-26", "tsCmd gives its window, and then every point, old ones too, but no point twice", async () => {
  const device = await cloud.device(token, "windowed 9");
  for (const i of [0, 1]) await tell(cloud, device, { temperature: i, humidity: 10 * i }, at + i * 1000);
  const first = await client.ask(data(2, { query: query({ entityFilter: single(device.id) }), tsCmd: { keys: ["temperature", "humidity"], startTs: at, timeWindow: 3600000 } }));
  expect(first.data?.data[0]?.timeseries).toEqual({ temperature: [{ ts: at + 1000, value: "1" }, { ts: at, value: "0" }], humidity: [{ ts: at + 1000, value: "10" }, { ts: at, value: "0" }] });
  await tell(cloud, device, { temperature: 7, pressure: 1 }, at + 2000);
  await tell(cloud, device, { temperature: 7 }, at + 2000);
  await tell(cloud, device, { temperature: 6 }, at - 5000);
  const later = await client.rest();
  expect(later.map(({ data: full, update }) => [full, update?.[0]?.latest, update?.[0]?.timeseries])).toEqual([
    [null, null, { temperature: [{ ts: at + 2000, value: "7" }] }],
    [null, null, { temperature: [{ ts: at - 5000, value: "6" }] }],
  ]);
});

statement("TB-61", "REST takes the same queries and gives the same pages", async () => {
  const body = query({ keyFilters: [filtered(series("level"), "NUMERIC", "GREATER", 0)], latestValues: [series("level")] });
  const overSocket = await client.ask(data(1, { query: body }));
  const overRest = (await cloud.rest(token, "/api/entitiesQuery/find", body)).json as Frame["data"];
  const comparable = (page: Frame["data"]): unknown => page?.data.map(({ entityId, latest }) => [entityId, latest?.["TIME_SERIES"]]);
  expect(comparable(overRest)).toEqual(comparable(overSocket.data));
  expect(overRest).toMatchObject({ totalElements: 2, totalPages: 1, hasNext: false });
  expect((await cloud.rest(token, "/api/entitiesQuery/count", body)).json).toBe(2);
  expect((await cloud.rest(token, "/api/entitiesQuery/find", {})).status).toBe(400);
});

test("a query under a known identifier begins anew, and the old keys are followed no more", async () => {
  const [first, second] = [await cloud.device(token, "page 8"), await cloud.device(token, "page 9")];
  const of = (id: string): object => data(1, { query: query({ entityFilter: single(id) }), latestCmd: { keys: [series("t")] } });
  await client.ask(of(first.id));
  expect(names(await client.ask(of(second.id)))).toEqual(["page 9"]);
  await tell(cloud, first, { t: 1 });
  await tell(cloud, second, { t: 1 });
  expect((await client.rest()).map(({ update }) => update?.[0]?.entityId.id)).toEqual([second.id]);
  expect(names(await client.ask(data(1, { query: query({ entityFilter: single(first.id) }) })))).toEqual(["page 8"]);
  const refused = { query: query(), historyCmd: { keys: ["t"], startTs: 0, endTs: 1, agg: "SUM" } };
  expect(await client.ask(data(2, refused))).toMatchObject({ cmdId: 2, errorCode: 2 });
  expect(await client.ask(data(2, { latestCmd: { keys: [series("t")] } }))).toMatchObject({ cmdId: 2, errorCode: 2, errorMsg: "Query is empty!" });
});

test("names that mean something to JavaScript mean nothing here", async () => {
  const device = await cloud.device(token, "odd 9");
  const odd = ["__proto__", "constructor", "toString"];
  await cloud.rest(undefined, `/api/v1/${device.token}/telemetry`, '{"__proto__":1,"constructor":2}');
  const keys = odd.map(series);
  const first = await client.ask(data(1, { query: query({ entityFilter: single(device.id) }), latestCmd: { keys }, tsCmd: { keys: odd, startTs: 0, timeWindow: 9e12 } }));
  expect(odd.map((key) => Object.getOwnPropertyDescriptor(first.data!.data[0]!.latest!["TIME_SERIES"], key)?.value as { value: string })).toEqual([expect.objectContaining({ value: "1" }), expect.objectContaining({ value: "2" }), { ts: 0, value: "" }]);
  await cloud.rest(undefined, `/api/v1/${device.token}/telemetry`, '{"__proto__":3}');
  expect(JSON.stringify(await client.rest())).toContain('"__proto__"');
});

test("an answer has no more points than it may: of one key, of several, of several devices", async () => {
  const own = await openCloud({ limits: { model: { queryPointsMax: 4 } } });
  const ownToken = await own.login(ann);
  const [first, second] = [await own.device(ownToken, "one"), await own.device(ownToken, "two")];
  for (let i = 0; i < 6; i += 1) await tell(own, first, { a: i, b: i }, at + i);
  for (let i = 0; i < 2; i += 1) await tell(own, second, { a: i, b: i }, at + i);
  const api = await openApi(own.ports.http, ownToken);
  const asked = async (id: string | undefined, keys: string[], endTs: number): Promise<unknown> => {
    const entityFilter = id === undefined ? allDevices : single(id);
    const { errorCode, data: page } = await api.ask(data(1, { query: { entityFilter, pageLink: pageOfTen }, historyCmd: { keys, startTs: at, endTs, limit: 1000 } }));
    return errorCode === 0 ? page!.data.map(({ timeseries }) => Object.values(timeseries!).map((points) => points.length)) : errorCode;
  };
  expect(await asked(first.id, ["a"], at + 9)).toEqual([[4]]);
  expect([await asked(first.id, ["a", "b"], at + 2), await asked(first.id, ["a", "b"], at + 3)]).toEqual([[[2, 2]], 2]);
  expect([await asked(undefined, ["a"], at + 2), await asked(undefined, ["a"], at + 3)]).toEqual([[[2], [2]], 2]);
  await api.close();
  await own.close();
});
