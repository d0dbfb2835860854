/** The local ThingsBoard under anything that clients can send: it answers, and nothing of it breaks. */
import fc from "fast-check";
import { call } from "../conformance/thethings-peer";
import { budget, seed } from "../support/budget";
import { ann, openCloud } from "../support/thingsboard-cloud";
import type { Cloud } from "../support/thingsboard-cloud";
import { allDevices, connectApi, openApi } from "../support/thingsboard-socket";

let cloud: Cloud;
let token: string;
let device: { readonly id: string; readonly token: string };

beforeAll(async () => {
  cloud = await openCloud({ limits: { http: { requestsBurst: 1e9, refusalsBurst: 1e9 } } });
  token = await cloud.login(ann);
  device = await cloud.device(token, "one");
});
afterAll(() => cloud.close());

const words = ["entityFilter", "pageLink", "keyFilters", "type", "pageSize", "page", "sortOrder", "keys", "key", "predicate", "agg", "startTs", "toString", "name", "id", "method", "params", "originator", "severity", "ts", "values", "provisionDeviceKey", "credentialsType"];
const inner = fc.dictionary(fc.constantFrom(...words), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 });
const body = fc.oneof(inner, fc.dictionary(fc.constantFrom(...words), inner, { maxKeys: 5 }), fc.jsonValue());

test("whatever a socket is sent, it answers with frames or a close, and the next socket is served", async () => {
  const api = await openApi(cloud.ports.http, token);
  const types = ["ENTITY_DATA", "ENTITY_COUNT", "ALARM_DATA", "ALARM_COUNT", "ALARM_STATUS", "NOTIFICATIONS", "MARK_NOTIFICATIONS_AS_READ", "ATTRIBUTES", "TIMESERIES", "TIMESERIES_HISTORY", "__proto__"];
  const fields = ["query", "latestCmd", "tsCmd", "historyCmd", "aggHistoryCmd", "originatorId", "typeList", "keys", "entityId", "entityType", "scope", "startTs", "endTs", "limit", "notifications", "unsubscribe"];
  const command = fc.tuple(fc.integer({ min: -1, max: 3 }), fc.oneof({ weight: 9, arbitrary: fc.constantFrom<unknown>(...types) }, { weight: 1, arbitrary: inner }), fc.dictionary(fc.constantFrom(...fields), fc.oneof(inner, fc.jsonValue({ maxDepth: 3 })), { maxKeys: 5 }));
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 5 }), async (commands) => {
      api.commands(...commands.map(([cmdId, type, more]) => ({ cmdId, type, ...more })));
      const frames = await api.rest();
      expect(frames.filter(({ errorCode, errorMsg }) => (errorCode === 0) !== (errorMsg === null))).toEqual([]);
      expect(frames.filter(({ errorCode }) => errorCode === 1)).toEqual([]);
    }),
    { seed, numRuns: budget(200, 5000) },
  );
  await api.close();
  const last = await connectApi(cloud.ports.http, { path: `/api/ws?token=${token}` });
  expect(await last.ask({ cmdId: 1, type: "ENTITY_COUNT", query: { entityFilter: allDevices } })).toMatchObject({ errorCode: 0 });
  await last.close();
});

test("whatever a route is sent, it answers, and never that it failed itself", async () => {
  const open = ["telemetry", "attributes", "claim", "rpc", "rpc/1"].map((path) => `/api/v1/${device.token}/${path}`).concat("/api/v1/provision", "/api/auth/login", "/api/auth/token");
  const own = ["/api/device", "/api/device/credentials", "/api/customer", "/api/alarm", "/api/notification/request", "/api/entitiesQuery/find", "/api/entitiesQuery/count", "/api/alarmsQuery/find", "/api/alarmsQuery/count"];
  const telemetry = ["attributes/SHARED_SCOPE", "SERVER_SCOPE", "timeseries/ANY"].map((path) => `/api/plugins/telemetry/DEVICE/${device.id}/${path}`);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...open, ...own, ...telemetry), body, async (path, json) => {
      const { status } = await call(cloud.ports.http, path, { body: JSON.stringify(json), headers: { "x-authorization": `Bearer ${token}` } });
      expect([path, status < 500]).toEqual([path, true]);
    }),
    { seed, numRuns: budget(300, 20000) },
  );
  expect(cloud.events).not.toContainEqual({ event: "http-failed" });
});
