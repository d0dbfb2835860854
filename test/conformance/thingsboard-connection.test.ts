/** ThingsBoard's WebSocket API: connection, authentication, messages, errors, and the times of a socket. */
import { readFileSync } from "node:fs";
import { WebSocket } from "ws";
import { carl, openCloud, openManualCloud, tell, users } from "../support/thingsboard-cloud";
import { ann } from "../support/thingsboard-cloud";
import type { Cloud, ManualCloud } from "../support/thingsboard-cloud";
import { allDevices, connectApi, openApi, pageOfTen, series } from "../support/thingsboard-socket";
import { statement } from "./statement";

let cloud: Cloud;
let manual: ManualCloud;
let token: string;
let manualToken: string;

beforeAll(async () => {
  cloud = await openCloud({ users });
  manual = await openManualCloud({ users: [ann, carl], ws: { limits: { tenantSocketsMax: 3, customerSocketsMax: 2, userSocketsMax: 2 } } });
  token = await cloud.login(ann);
  manualToken = await manual.login(ann);
});
afterAll(async () => {
  await cloud.close();
  await manual.close();
});

const count = (cmdId: number): object => ({ cmdId, type: "ENTITY_COUNT", query: { entityFilter: allDevices, keyFilters: [] } });
const counted = (cmdId: number): object => expect.objectContaining({ cmdId, errorCode: 0, errorMsg: null, cmdUpdateType: "COUNT_DATA", count: expect.any(Number) as number }) as object;
const error = (cmdId: number, errorCode: number, errorMsg: unknown = expect.any(String)): object => ({ cmdId, subscriptionId: cmdId, errorCode, errorMsg, data: null, latestValues: {} });

statement("TB-01", "telemetry, entities, alarms and notifications are pushed without being asked for", async () => {
  const device = await cloud.device(token, "pushed");
  const client = await openApi(cloud.ports.http, token);
  const query = { entityFilter: { type: "entityName", entityType: "DEVICE", entityNameFilter: "pushed" }, pageLink: pageOfTen };
  client.commands(
    { cmdId: 1, type: "ENTITY_DATA", query, latestCmd: { keys: [series("t"), { type: "SHARED_ATTRIBUTE", key: "s" }] } },
    { cmdId: 2, type: "ALARM_STATUS", originatorId: { entityType: "DEVICE", id: device.id }, typeList: null, severityList: null },
    { cmdId: 3, type: "NOTIFICATIONS", limit: 5 },
  );
  expect((await client.rest()).map(({ cmdId }) => cmdId)).toEqual([1, 2, 3]);
  await tell(cloud, device, { t: 1 });
  await cloud.rest(token, `/api/plugins/telemetry/DEVICE/${device.id}/attributes/SHARED_SCOPE`, { s: "x" });
  await cloud.rest(token, "/api/alarm", { originator: { entityType: "DEVICE", id: device.id }, type: "HOT", severity: "MAJOR" });
  await cloud.rest(token, "/api/notification/request", { type: "ALARM", subject: "Hot", text: "High temperature detected" });
  expect((await client.rest()).map(({ cmdId, cmdUpdateType }) => [cmdId, cmdUpdateType])).toEqual([[1, "ENTITY_DATA"], [1, "ENTITY_DATA"], [2, "ALARM_STATUS"], [3, "NOTIFICATIONS"]]);
  await client.close();
});

statement("TB-02", "the endpoint is /api/ws; another path is no endpoint", async () => {
  const client = await openApi(cloud.ports.http, token);
  expect(await client.ask(count(1))).toEqual(counted(1));
  await client.close();
  for (const path of ["/", "/api", "/api/ws/", "/api/ws/plugins/other"]) {
    const stray = new WebSocket(`ws://localhost:${cloud.ports.http}${path}`);
    const status = await new Promise((resolve) => {
      stray.once("unexpected-response", (_request, response) => resolve(response.statusCode));
      stray.once("error", () => undefined);
    });
    expect([path, status]).toEqual([path, 404]);
  }
});

statement("TB-03", "ws:// and wss://, on ports of one's own", async () => {
  for (const [port, more] of [[cloud.ports.http, {}], [cloud.ports.https, { ca: readFileSync(cloud.ca) }]] as const) {
    expect(port).toBeGreaterThan(0);
    const client = await openApi(port, token, more);
    expect(await client.ask(count(1))).toEqual(counted(1));
    await client.close();
  }
});

statement("TB-04 TB-05", "the token of the REST login opens the socket, with no word of its own; nothing is served before, and nothing else opens it", async () => {
  const client = await connectApi(cloud.ports.http);
  client.send({ authCmd: { cmdId: 0, token } });
  expect(await client.rest()).toEqual([]);
  client.send({ authCmd: { cmdId: 0, token: "anything, since the socket is open" }, cmds: [count(4)] });
  expect(await client.rest()).toEqual([counted(4)]);
  await client.close();
  const [head, claims, signature] = token.split(".") as [string, string, string];
  const foreign = Buffer.from(JSON.stringify({ ...(JSON.parse(Buffer.from(claims, "base64url").toString()) as object), tenantId: "x" })).toString("base64url");
  const login = await cloud.rest(undefined, "/api/auth/login", { username: ann.email, password: ann.password });
  const { refreshToken } = login.json as { refreshToken: string };
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url");
  for (const bad of [`${head}.${foreign}.${signature}`, `${none}.${claims}.`, refreshToken, "nonsense", undefined]) {
    const refused = await connectApi(cloud.ports.http);
    refused.send({ authCmd: { cmdId: 7, token: bad }, cmds: [count(1)] });
    expect(await refused.next()).toEqual(error(7, 3, "Unauthorized"));
    expect((await refused.closed).code).toBe(1007);
  }
});

statement("TB-05", "the REST API takes the same token, refuses it when its time is over, and renews it", async () => {
  const own = await openManualCloud();
  const login = (await own.rest(undefined, "/api/auth/login", { username: ann.email, password: ann.password })).json as { token: string; refreshToken: string };
  const claims = JSON.parse(Buffer.from(login.token.split(".")[1]!, "base64url").toString()) as Record<string, unknown>;
  expect(claims).toMatchObject({ sub: ann.email, iss: "thingsboard.io", scopes: ["TENANT_ADMIN"], exp: Math.floor(own.host.now() / 1000) + 9000 });
  expect((await own.rest(login.token, "/api/auth/user")).json).toMatchObject({ email: ann.email, authority: "TENANT_ADMIN" });
  own.host.advance(9000 * 1000);
  expect((await own.rest(login.token, "/api/auth/user")).json).toMatchObject({ status: 401, errorCode: 11, message: "Token has expired" });
  const late = await connectApi(own.ports.http);
  late.send({ authCmd: { cmdId: 0, token: login.token } });
  expect(await late.closed).toEqual({ code: 1007, reason: "Token has expired" });
  const renewed = (await own.rest(undefined, "/api/auth/token", { refreshToken: login.refreshToken })).json as { token: string };
  expect((await own.rest(renewed.token, "/api/auth/user")).status).toBe(200);
  for (const [body, message] of [[{ username: ann.email, password: "wrong" }, "Invalid username or password"], [{ username: ann.email }, "Authentication failed"], ["{", "Authentication failed"]] as const) {
    const refused = await own.rest(undefined, "/api/auth/login", body);
    expect([refused.status, refused.json]).toEqual([401, expect.objectContaining({ message, errorCode: 10 })]);
  }
  await own.close();
});

statement("TB-06", "a client that is silent for 90 seconds is closed, not a second before", async () => {
  const client = await openApi(manual.ports.http, manualToken, { isSilent: true });
  await client.rest();
  manual.host.advance(89999);
  expect(client.socket.readyState).toBe(WebSocket.OPEN);
  manual.host.advance(1);
  expect((await client.closed).code).toBe(4500);
});

statement("TB-07", "pings and commands keep the socket alive; the server answers pings, and sends its own", async () => {
  for (const live of ["ping", "command"] as const) {
    const client = await openApi(manual.ports.http, manualToken, { isSilent: true });
    await client.rest();
    let pings = 0;
    client.socket.on("ping", () => (pings += 1));
    manual.host.advance(60000);
    if (live === "ping") await client.ping();
    else await client.rest();
    expect(pings).toBe(6);
    manual.host.advance(30000);
    if (live === "command") await client.rest();
    else await client.ping();
    manual.host.advance(89999);
    expect(client.socket.readyState).toBe(WebSocket.OPEN);
    manual.host.advance(1);
    await client.closed;
  }
});

statement("TB-08", "what is no JSON is a bad request; before the token it closes the socket", async () => {
  const client = await openApi(cloud.ports.http, token);
  for (const bad of ["{", "7", '"text"', "[]", '{"commands":[]}', '{"cmds":7}']) {
    client.send(bad);
    expect(await client.next()).toEqual(error(1, 2, "Failed to parse the payload"));
  }
  client.send({ cmds: null });
  client.send({});
  expect(await client.rest()).toEqual([]);
  await client.close();
  const early = await connectApi(cloud.ports.http);
  early.send("{");
  expect((await early.closed).code).toBe(1007);
});

statement("TB-09 TB-58", "a token and several commands in one message; a bad command is answered and the others done, in order", async () => {
  const client = await connectApi(cloud.ports.http);
  client.send({ authCmd: { cmdId: 0, token }, cmds: [count(1), { cmdId: 2, type: "NO_SUCH" }, { ...count(3), extra: 1 }, count(4), { cmdId: 5, type: "constructor" }, { cmdId: 6, type: { toString: 1 } }] });
  expect(await client.rest()).toEqual([counted(1), error(2, 2), error(3, 2), counted(4), error(5, 2), error(6, 2)]);
  await client.close();
});

statement("TB-10", "an identifier is a whole number that is not negative, zero included", async () => {
  const client = await openApi(cloud.ports.http, token);
  expect(await client.ask(count(0))).toEqual(counted(0));
  expect(await client.ask(count(-1))).toEqual(error(-1, 2, "Cmd id is negative value!"));
  for (const cmdId of [undefined, 1.5, "1", null, 2 ** 31]) expect(await client.ask({ ...count(0), cmdId })).toEqual(error(0, 2));
  expect(await client.ask(7 as never)).toEqual(error(0, 2));
  await client.close();
});

statement("TB-11 TB-12 TB-13", "every answer names its command: cmdId with the whole envelope, or subscriptionId in the first version", async () => {
  const device = await cloud.device(token, "answered");
  const client = await openApi(cloud.ports.http, token);
  expect(await client.ask({ cmdId: 31, type: "ENTITY_COUNT", query: { entityFilter: { ...allDevices, type: "entityName", entityNameFilter: "answered" } } })).toEqual({ cmdId: 31, errorCode: 0, errorMsg: null, cmdUpdateType: "COUNT_DATA", count: 1 });
  const legacy = await client.ask({ cmdId: 31, type: "ATTRIBUTES", entityType: "DEVICE", entityId: device.id, scope: "SHARED_SCOPE" });
  expect(legacy).toEqual({ subscriptionId: 31, errorCode: 0, errorMsg: null, data: {}, latestValues: {} });
  await client.close();
});

statement("TB-14", "a store that fails is an internal error of that command alone", async () => {
  const client = await openApi(cloud.ports.http, token);
  const spy = jest.spyOn(cloud.model.devices, "all").mockImplementationOnce(() => {
    throw new Error("the store is broken");
  });
  client.commands(count(1), count(2));
  expect(await client.rest()).toEqual([error(1, 1, "Internal Server error!"), counted(2)]);
  spy.mockRestore();
  await client.close();
});

statement("TB-15", "bad requests say what is wrong, in the platform's words where it has some", async () => {
  const { id } = await cloud.device(token, "asked badly");
  const client = await openApi(cloud.ports.http, token);
  const data = (more: object): object => ({ cmdId: 1, type: "ENTITY_DATA", ...more });
  const query = { entityFilter: allDevices, pageLink: pageOfTen };
  const ofDevice = { entityType: "DEVICE", entityId: id };
  const range = { startTs: 0, endTs: 701000, timeWindow: 701000, agg: "AVG" };
  const table: readonly (readonly [object, RegExp])[] = [
    [data({}), /^Query is empty!$/],
    [{ cmdId: 1, type: "ENTITY_COUNT" }, /^Query is empty!$/],
    [{ cmdId: 1, type: "ALARM_DATA" }, /^Query is empty!$/],
    [{ cmdId: 1, type: "ATTRIBUTES", entityType: "DEVICE", entityId: "" }, /^Device id is empty!$/],
    [{ cmdId: 1, type: "TIMESERIES_HISTORY", ...ofDevice, keys: "" }, /^Keys are empty!$/],
    [data({ query: { ...query, entityFilter: null } }), /^Query entity filter must be specified\.$/],
    [data({ query: { ...query, entityFilter: {} } }), /^Query entity filter type must be specified\.$/],
    [data({ query: { ...query, entityFilter: { type: "entityType" } } }), /^Entity type is required$/],
    [data({ query: { ...query, entityFilter: { type: "relationsQuery" } } }), /^Unsupported entity filter: relationsQuery$/],
    [data({ query: { ...query, entityFilter: { type: "entityType", entityType: "TOASTER" } } }), /^Unknown entity type: TOASTER$/],
    [data({ query: { ...query, pageLink: { pageSize: -1, page: 0 } } }), /page size/],
    [data({ query: { ...query, pageLink: { pageSize: 1001, page: 0 } } }), /page size/],
    [data({ query: { ...query, pageLink: { pageSize: 1, page: -1 } } }), /page/],
    [data({ query, historyCmd: { keys: ["t"], ...range, interval: 0 } }), /^Invalid TsKvQuery: 'interval' must be greater than 0, but got 0\./],
    [data({ query, tsCmd: { keys: ["t"], ...range, interval: 1000 } }), /^Incorrect TsKvQuery\. Number of intervals is to high - 701\./],
    [data({ query, historyCmd: { keys: ["t"], ...range, agg: "MEDIAN" } }), /agg/],
    [data({ query, tsCmd: { keys: ["t"], ...range, interval: 1, intervalType: "MONTH" } }), /intervalType/],
    [{ cmdId: 1, type: "TIMESERIES", ...ofDevice, keys: "t", ...range, endTs: undefined, interval: 0 }, /^Invalid TsKvQuery/],
    [{ cmdId: 1, type: "MARK_NOTIFICATIONS_AS_READ", notifications: ["no uuid"] }, /^Failed to parse the payload$/],
  ];
  for (const [command, errorMsg] of table) expect(await client.ask(command)).toEqual(error(1, 2, expect.stringMatching(errorMsg)));
  await client.close();
});

statement("TB-16", "without a token the socket is told so and closed; so is one whose first message has none, and one that says nothing in time", async () => {
  const hasty = await connectApi(manual.ports.http);
  hasty.send({ cmds: [count(1)] });
  expect([await hasty.next(), await hasty.closed]).toEqual([error(0, 3, "Unauthorized"), { code: 1008, reason: "Auth cmd is missing" }]);
  const slow = await connectApi(manual.ports.http);
  manual.host.advance(9999);
  expect(slow.socket.readyState).toBe(WebSocket.OPEN);
  manual.host.advance(1);
  expect([await slow.next(), (await slow.closed).code]).toEqual([error(0, 3, "Unauthorized"), 1008]);
  const byQuery = await connectApi(cloud.ports.http, { path: `/api/ws?token=${token}` });
  expect(await byQuery.ask(count(1))).toEqual(counted(1));
  await byQuery.close();
  const wrong = await connectApi(cloud.ports.http, { path: "/api/ws?token=wrong" });
  expect((await wrong.closed).code).toBe(1011);
});

statement("TB-16", "what is somebody else's, and what does not exist, are unauthorised alike", async () => {
  const { id } = await cloud.device(token, "not theirs");
  const stranger = await openApi(cloud.ports.http, await cloud.login(users[2]));
  for (const entityId of [id, "13814000-1dd2-11b2-8080-808080808080"]) {
    const of = { cmdId: 1, entityType: "DEVICE", entityId, keys: "a", startTs: 0, endTs: 1 };
    expect(await stranger.ask({ ...of, type: "TIMESERIES_HISTORY" })).toEqual(error(1, 3, "Unauthorized"));
    expect(await stranger.ask({ cmdId: 2, type: "ALARM_STATUS", originatorId: { entityType: "DEVICE", id: entityId } })).toEqual(error(2, 3, "Unauthorized"));
  }
  await stranger.close();
});

test("a message of 32 KiB is taken and one byte more is not; so are sockets of a tenant, a customer and a user", async () => {
  const client = await openApi(cloud.ports.http, token);
  const padded = (length: number): string => {
    const text = JSON.stringify({ cmds: [count(1)] });
    return text + " ".repeat(length - text.length);
  };
  client.send(padded(32768));
  expect(await client.next()).toEqual(counted(1));
  client.send(padded(32769));
  expect((await client.closed).code).toBe(1009);
  const carlToken = await manual.login(carl);
  const open = [await openApi(manual.ports.http, carlToken), await openApi(manual.ports.http, carlToken)];
  for (const one of open) await one.rest();
  const third = await openApi(manual.ports.http, carlToken);
  expect(await third.closed).toEqual({ code: 1008, reason: "Max customer sessions limit reached" });
  const first = await openApi(manual.ports.http, manualToken);
  await first.rest();
  const second = await openApi(manual.ports.http, manualToken);
  expect(await second.closed).toEqual({ code: 1008, reason: "Max tenant sessions limit reached!" });
  await open[0]!.close();
  const again = await openApi(manual.ports.http, manualToken);
  expect(await again.rest()).toEqual([]);
  for (const one of [open[1]!, first, again]) await one.close();
});
