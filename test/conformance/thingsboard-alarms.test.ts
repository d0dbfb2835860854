/** ThingsBoard's counts, alarms and their status: ENTITY_COUNT, ALARM_DATA, ALARM_COUNT, ALARM_STATUS. */
import { ann, openManualCloud, tell } from "../support/thingsboard-cloud";
import type { ManualCloud } from "../support/thingsboard-cloud";
import { allDevices, openApi, pageOfTen, series, single } from "../support/thingsboard-socket";
import type { ApiClient, Frame } from "../support/thingsboard-socket";
import { statement } from "./statement";

let cloud: ManualCloud;
let token: string;
let client: ApiClient;
let device: { readonly id: string; readonly token: string };
let other: { readonly id: string; readonly token: string };

beforeEach(async () => {
  cloud = await openManualCloud();
  token = await cloud.login(ann);
  device = await cloud.device(token, "Boiler", { label: "the big one" });
  other = await cloud.device(token, "Chiller", { type: "cold" });
  client = await openApi(cloud.ports.http, token);
});
afterEach(async () => {
  await client.close();
  await cloud.close();
});

/** Makes an alarm, a second after the one before. */
async function raise(of: { readonly id: string }, type: string, severity: string): Promise<string> {
  cloud.host.advance(1000);
  const answer = await cloud.rest(token, "/api/alarm", { originator: { entityType: "DEVICE", id: of.id }, type, severity });
  expect(answer.status).toBe(200);
  return (answer.json as { id: { id: string } }).id.id;
}
const act = (id: string, what: "ack" | "clear"): Promise<unknown> => cloud.rest(token, `/api/alarm/${id}/${what}`, "", "POST");
const remove = (id: string): Promise<unknown> => cloud.rest(token, `/api/alarm/${id}`, undefined, "DELETE");

/** The documented query, with more in its page link. */
const alarmQuery = (pageLink: object = {}, more: object = {}): object => ({
  entityFilter: allDevices,
  pageLink: { pageSize: 10, page: 0, sortOrder: { key: { type: "ALARM_FIELD", key: "createdTime" }, direction: "DESC" }, ...pageLink },
  alarmFields: ["createdTime", "type", "severity", "status"].map((key) => ({ type: "ALARM_FIELD", key })),
  keyFilters: [],
  ...more,
});
const typesOf = ({ data }: Frame): unknown[] | undefined => data?.data.map((alarm) => alarm["type"]);

statement("TB-27 TB-59", "a count of entities, and again when it has changed at the next look, 60 seconds later at most; not when it has not", async () => {
  const query = { entityFilter: { type: "deviceType", deviceTypes: ["cold", "colder"] }, keyFilters: [] };
  expect(await client.ask({ cmdId: 3, type: "ENTITY_COUNT", query })).toEqual({ cmdId: 3, errorCode: 0, errorMsg: null, count: 1, cmdUpdateType: "COUNT_DATA" });
  await cloud.device(token, "Freezer", { type: "colder" });
  expect(await client.rest()).toEqual([]);
  cloud.host.advance(60000);
  expect(await client.rest()).toEqual([{ cmdId: 3, errorCode: 0, errorMsg: null, count: 2, cmdUpdateType: "COUNT_DATA" }]);
  cloud.host.advance(60000);
  client.commands({ cmdId: 3, type: "ENTITY_COUNT", query });
  expect(await client.rest()).toEqual([]);
  await cloud.rest(token, `/api/device/${other.id}`, undefined, "DELETE");
  cloud.host.advance(60000);
  expect((await client.rest()).map(({ count }) => count)).toEqual([1]);
});

statement("TB-28", "the documented query of alarms: each whole, with its entity and the fields that were asked for; and what comes later", async () => {
  const first = await raise(device, "HIGH_TEMPERATURE", "CRITICAL");
  const createdTime = cloud.host.now();
  const frame = await client.ask({ cmdId: 4, type: "ALARM_DATA", query: alarmQuery() });
  const originator = { entityType: "DEVICE", id: device.id };
  const field = (value: string): object => ({ ts: createdTime, value });
  expect(frame).toEqual({
    cmdId: 4, errorCode: 0, errorMsg: null, cmdUpdateType: "ALARM_DATA", update: null, allowedEntities: 10000, totalEntities: 2,
    data: {
      data: [
        expect.objectContaining({
          id: { entityType: "ALARM", id: first }, createdTime, type: "HIGH_TEMPERATURE", name: "HIGH_TEMPERATURE", originator, entityId: originator, severity: "CRITICAL",
          acknowledged: false, cleared: false, status: "ACTIVE_UNACK", assigneeId: null, ackTs: 0, clearTs: 0, originatorName: "Boiler", originatorLabel: "the big one",
          details: {}, propagate: false, latest: { ALARM_FIELD: { createdTime: field(String(createdTime)), type: field("HIGH_TEMPERATURE"), severity: field("CRITICAL"), status: field("ACTIVE_UNACK") } },
        }),
      ],
      totalPages: 1, totalElements: 1, hasNext: false,
    },
  });
  await raise(other, "ICE", "MINOR");
  const [later] = await client.rest();
  expect([typesOf(later!), later?.update]).toEqual([["ICE", "HIGH_TEMPERATURE"], null]);
  await act(first, "ack");
  const [changed] = await client.rest();
  expect([changed?.data, changed?.update?.map((alarm) => [alarm["type"], alarm["status"]])]).toEqual([null, [["HIGH_TEMPERATURE", "ACTIVE_ACK"]]]);
});

statement("TB-29", "filters over alarms: types, severities, statuses that cancel out, times, an assignee, a page, a search", async () => {
  const [hot, low] = [await raise(device, "HOT", "CRITICAL"), await raise(device, "LOW", "MINOR")];
  const between = cloud.host.now();
  await raise(other, "ICE", "MAJOR");
  await act(low, "clear");
  await act(hot, "ack");
  const user = (await cloud.rest(token, "/api/auth/user")).json as { id: { id: string } };
  await cloud.rest(token, `/api/alarm/${hot}/assign/${user.id.id}`, "", "POST");
  const types = async (pageLink: object, more: object = {}): Promise<unknown> => typesOf(await client.ask({ cmdId: 1, type: "ALARM_DATA", query: alarmQuery(pageLink, more) }));
  expect(await types({})).toEqual(["ICE", "LOW", "HOT"]);
  expect(await types({ typeList: ["HOT", "ICE"] })).toEqual(["ICE", "HOT"]);
  expect(await types({ severityList: ["MINOR", "MAJOR"] })).toEqual(["ICE", "LOW"]);
  expect(await types({ statusList: ["ACTIVE"] })).toEqual(["ICE", "HOT"]);
  expect(await types({ statusList: ["CLEARED"] })).toEqual(["LOW"]);
  expect(await types({ statusList: ["ACTIVE", "UNACK"] })).toEqual(["ICE"]);
  expect(await types({ statusList: ["ACTIVE", "CLEARED", "ACK"] })).toEqual(["HOT"]);
  expect(await types({ statusList: ["ANY"] })).toEqual(["ICE", "LOW", "HOT"]);
  expect(await types({ startTs: between })).toEqual(["ICE", "LOW"]);
  expect(await types({ endTs: between })).toEqual(["LOW", "HOT"]);
  expect(await types({ timeWindow: cloud.host.now() - between - 1 })).toEqual(["ICE"]);
  expect(await types({ assigneeId: user.id })).toEqual(["HOT"]);
  expect(await types({ pageSize: 1, page: 1 })).toEqual(["LOW"]);
  expect(await types({ textSearch: "chill" })).toEqual(["ICE"]);
  expect(await types({}, { entityFilter: single(device.id) })).toEqual(["LOW", "HOT"]);
  expect(await types({ sortOrder: { key: { type: "ALARM_FIELD", key: "severity" }, direction: "ASC" } })).toEqual(["HOT", "ICE", "LOW"]);
  const nobody = await client.ask({ cmdId: 1, type: "ALARM_DATA", query: alarmQuery({}, { entityFilter: { type: "entityType", entityType: "ASSET" } }) });
  expect(nobody).toMatchObject({ data: { data: [], totalPages: 0 }, allowedEntities: 0, totalEntities: 0 });
});

statement("TB-29", "a page of alarms is fetched anew when one leaves it, and follows its originators' values", async () => {
  const hot = await raise(device, "HOT", "CRITICAL");
  await client.ask({ cmdId: 1, type: "ALARM_DATA", query: alarmQuery({ statusList: ["ACTIVE"] }, { latestValues: [series("t")] }) });
  await tell(cloud, device, { t: 90 });
  const [value] = await client.rest();
  expect([value?.data, value?.update?.[0]?.latest?.["TIME_SERIES"]?.["t"]?.value]).toEqual([null, "90"]);
  await act(hot, "clear");
  expect((await client.rest()).map(typesOf)).toEqual([[]]);
  const again = await raise(device, "HOT", "CRITICAL");
  await remove(again);
  expect((await client.rest()).map(typesOf)).toEqual([["HOT"], []]);
  // Ten times within a look, and then once at the next.
  for (let i = 0; i < 6; i += 1) await remove(await raise(device, "HOT", "CRITICAL"));
  expect(await client.rest()).toHaveLength(7);
  await raise(device, "LAST", "CRITICAL");
  cloud.host.advance(60000);
  expect((await client.rest()).map(typesOf)).toEqual([["LAST"]]);
});

statement("TB-30", "a count of alarms, cleared ones too unless told; pushed when it has changed", async () => {
  await raise(device, "HOT", "CRITICAL");
  const count = (cmdId: number, query: object): object => ({ cmdId, type: "ALARM_COUNT", query });
  expect(await client.ask(count(5, { entityFilter: allDevices, keyFilters: [] }))).toEqual({ cmdId: 5, errorCode: 0, errorMsg: null, count: 1, cmdUpdateType: "ALARM_COUNT_DATA" });
  expect((await client.ask(count(6, { statusList: ["ACTIVE"] })))["count"]).toBe(1);
  expect((await client.ask(count(7, { entityFilter: single(other.id) })))["count"]).toBe(0);
  expect((await client.ask(count(8, { entityFilter: { type: "entityType", entityType: "ASSET" } })))["count"]).toBe(0);
  const cold = await raise(other, "ICE", "MINOR");
  await act(cold, "ack");
  const news = async (): Promise<unknown[]> => (await client.rest()).map(({ cmdId, count: number }) => [cmdId, number]);
  expect(await news()).toEqual([[5, 2], [7, 1]]);
  await act(cold, "clear");
  expect(await news()).toEqual([]);
  await remove(cold);
  expect(await news()).toEqual([[5, 1], [7, 0]]);
  await raise(other, "ICE", "MINOR");
  cloud.host.advance(60000);
  expect(await news()).toEqual([[5, 2], [7, 1], [6, 2]]);
});

statement("TB-31 TB-32 TB-33", "whether an active alarm of one entity matches: by type and severity, null is any; acknowledging changes nothing, clearing does", async () => {
  const status = (cmdId: number, typeList: unknown, severityList: unknown): object => ({ cmdId, type: "ALARM_STATUS", originatorId: { entityType: "DEVICE", id: device.id }, typeList, severityList });
  await raise(other, "HIGH_TEMPERATURE", "CRITICAL");
  expect(await client.ask(status(6, ["HIGH_TEMPERATURE"], ["CRITICAL", "MAJOR"]))).toEqual({ cmdId: 6, errorCode: 0, errorMsg: null, active: false, cmdUpdateType: "ALARM_STATUS" });
  client.commands(status(7, null, ["CRITICAL"]), status(8, ["HIGH_TEMPERATURE"], null), status(9, null, null));
  expect((await client.rest()).map(({ cmdId, active }) => [cmdId, active])).toEqual([[7, false], [8, false], [9, false]]);
  const news = async (): Promise<unknown[]> => (await client.rest()).map(({ cmdId, active }) => [cmdId, active]);
  const low = await raise(device, "LOW", "MINOR");
  expect(await news()).toEqual([[9, true]]);
  const hot = await raise(device, "HIGH_TEMPERATURE", "CRITICAL");
  expect(await news()).toEqual([[6, true], [7, true], [8, true]]);
  await act(hot, "ack");
  expect(await news()).toEqual([]);
  expect(await raise(device, "HIGH_TEMPERATURE", "WARNING")).toBe(hot);
  expect(await news()).toEqual([[6, false], [7, false]]);
  await act(hot, "clear");
  expect(await news()).toEqual([[8, false]]);
  await act(low, "clear");
  expect(await news()).toEqual([[9, false]]);
});

statement("TB-61", "REST takes the same queries of alarms", async () => {
  await raise(device, "HOT", "CRITICAL");
  await raise(other, "ICE", "MINOR");
  const query = alarmQuery({ severityList: ["MINOR"] });
  const overSocket = await client.ask({ cmdId: 1, type: "ALARM_DATA", query });
  expect((await cloud.rest(token, "/api/alarmsQuery/find", query)).json).toEqual(overSocket.data);
  expect((await cloud.rest(token, "/api/alarmsQuery/count", { entityFilter: allDevices, severityList: ["MINOR"] })).json).toBe(1);
});

test("a page that was asked to be dynamic shows devices that have come", async () => {
  const query = { entityFilter: allDevices, pageLink: { ...pageOfTen, dynamic: true }, entityFields: [{ type: "ENTITY_FIELD", key: "name" }] };
  await client.ask({ cmdId: 1, type: "ENTITY_DATA", query, latestCmd: { keys: [series("t")] } });
  const fresh = await cloud.device(token, "Dryer");
  cloud.host.advance(60000);
  expect((await client.rest()).map(({ data }) => data?.totalElements)).toEqual([3]);
  await tell(cloud, fresh, { t: 1 });
  expect((await client.rest()).map(({ update }) => update?.[0]?.entityId.id)).toEqual([fresh.id]);
});
