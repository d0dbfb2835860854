/**
 * Who may see what on the local ThingsBoard: no command and no route shows a tenant anything of another, or a customer
 * anything of what is not theirs; and what waits has its limits.
 */
import { connectedPeer, coapPeer, mqttPeer, until } from "../interop/cloud-peers";
import { ann, bob, carl, openCloud, openManualCloud, profile, tell, users } from "../support/thingsboard-cloud";
import type { Cloud } from "../support/thingsboard-cloud";
import { allDevices, openApi, pageOfTen, series } from "../support/thingsboard-socket";
import { call } from "./thethings-peer";

let cloud: Cloud;
let tokens: { readonly ann: string; readonly bob: string; readonly carl: string };
/** The first tenant's, and the one that its customer has. */
let owned: { readonly id: string; readonly token: string };
let given: { readonly id: string; readonly token: string };
let alarm: string;

beforeAll(async () => {
  cloud = await openCloud({ users });
  tokens = { ann: await cloud.login(ann), bob: await cloud.login(bob), carl: await cloud.login(carl) };
  owned = await cloud.device(tokens.ann, "owned");
  given = await cloud.device(tokens.ann, "given");
  const customer = [...cloud.model.state.customers.values()][0]!;
  await cloud.rest(tokens.ann, `/api/customer/${customer.id}/device/${given.id}`, "", "POST");
  const raised = await cloud.rest(tokens.ann, "/api/alarm", { originator: { entityType: "DEVICE", id: owned.id }, type: "HOT", severity: "MAJOR" });
  alarm = (raised.json as { id: { id: string } }).id.id;
});
afterAll(() => cloud.close());

const touch = async (): Promise<void> => {
  for (const one of [owned, given]) {
    await tell(cloud, one, { t: Math.random() });
    await cloud.rest(tokens.ann, `/api/plugins/telemetry/DEVICE/${one.id}/attributes/SHARED_SCOPE`, { a: Math.random() });
  }
  await cloud.rest(tokens.ann, `/api/alarm/${alarm}/clear`, "", "POST");
  await cloud.rest(tokens.ann, "/api/alarm", { originator: { entityType: "DEVICE", id: owned.id }, type: "HOT", severity: "MAJOR" });
};

/** Every subscription, aimed at the device of another. */
const aimed = (id: string): readonly object[] => {
  const entity = { entityType: "DEVICE", entityId: id };
  const filters = [allDevices, { type: "singleEntity", singleEntity: { entityType: "DEVICE", id } }, { type: "entityList", entityType: "DEVICE", entityList: [id] }, { type: "entityName", entityType: "DEVICE", entityNameFilter: "owned" }, { type: "deviceType", deviceTypes: ["thermostat"], deviceNameFilter: "owned" }];
  return filters.flatMap((entityFilter) => {
    const query = { entityFilter, pageLink: pageOfTen, entityFields: [{ type: "ENTITY_FIELD", key: "name" }] };
    const keys = [series("t"), { type: "ATTRIBUTE", key: "a" }];
    return [
      { type: "ENTITY_DATA", query, latestCmd: { keys } },
      { type: "ENTITY_DATA", query, tsCmd: { keys: ["t"], startTs: 0, timeWindow: 9e12 } },
      { type: "ENTITY_COUNT", query },
      { type: "ALARM_DATA", query },
      { type: "ALARM_COUNT", query },
    ];
  }).concat([
    { type: "ALARM_COUNT", query: {} } as never,
    { type: "ALARM_STATUS", originatorId: { entityType: "DEVICE", id }, typeList: null, severityList: null } as never,
    { type: "ATTRIBUTES", ...entity } as never,
    { type: "TIMESERIES", ...entity } as never,
    { type: "TIMESERIES_HISTORY", ...entity, keys: "t", startTs: 0, endTs: 9e12 } as never,
    { type: "NOTIFICATIONS", limit: 10 } as never,
  ]);
};

test("no command of a socket shows another tenant's device, or one that the customer was not given: neither at first nor later", async () => {
  for (const [token, sees] of [[tokens.bob, []], [tokens.carl, [given.id]]] as const) {
    const client = await openApi(cloud.ports.http, token);
    client.commands(...aimed(owned.id).map((command, cmdId) => ({ cmdId, ...command })));
    const first = await client.rest();
    expect(first).toHaveLength(aimed(owned.id).length);
    await touch();
    const text = JSON.stringify([first, await client.rest()]);
    expect(text).not.toContain(owned.id);
    expect(text).not.toContain("owned");
    for (const id of sees) expect(text).toContain(id);
    if (sees.length === 0) {
      expect(text).not.toContain(given.id);
      expect(first.filter(({ count }) => count !== undefined && count !== 0)).toEqual([]);
    }
    await client.close();
  }
});

test("no route of REST lets another tenant, or a customer, read or change what is not theirs; nobody gets in without a token", async () => {
  const { id } = owned;
  const telemetry = `/api/plugins/telemetry/DEVICE/${id}`;
  const routes: readonly (readonly [method: string, path: string, body?: object])[] = [
    ["GET", `/api/device/${id}`], ["GET", `/api/device/${id}/credentials`], ["DELETE", `/api/device/${id}`],
    ["POST", "/api/device", { id: { id }, name: "stolen" }], ["POST", "/api/device/credentials", { deviceId: { id }, credentialsType: "ACCESS_TOKEN", credentialsId: "stolen" }],
    ["GET", `${telemetry}/values/timeseries`], ["GET", `${telemetry}/values/attributes`], ["GET", `${telemetry}/values/attributes/SERVER_SCOPE`], ["GET", `${telemetry}/keys/timeseries`],
    ["POST", `${telemetry}/attributes/SHARED_SCOPE`, { a: 1 }], ["POST", `${telemetry}/timeseries/ANY`, { a: 1 }], ["DELETE", `${telemetry}/SHARED_SCOPE?keys=a`],
    ["DELETE", `${telemetry}/timeseries/delete?keys=t&deleteAllDataForKeys=true`], ["POST", `/api/rpc/oneway/${id}`, { method: "open" }], ["POST", `/api/plugins/rpc/twoway/${id}`, { method: "open" }],
    ["POST", "/api/alarm", { originator: { entityType: "DEVICE", id }, type: "X", severity: "MAJOR" }], ["GET", `/api/alarm/${alarm}`], ["POST", `/api/alarm/${alarm}/ack`, {}], ["DELETE", `/api/alarm/${alarm}`],
    ["DELETE", `/api/customer/device/${id}`],
  ];
  for (const [method, path, body] of routes) {
    for (const token of [tokens.bob, tokens.carl]) expect([path, (await cloud.rest(token, path, body, method)).status]).toEqual([path, 403]);
    expect([path, (await cloud.rest(undefined, path, body, method)).status]).toEqual([path, 401]);
  }
  for (const [path, body] of [["/api/device", { name: "carl's" }], ["/api/customer", { title: "carl's" }], ["/api/notification/request", { text: "x" }]] as const) {
    expect((await cloud.rest(tokens.carl, path, body)).status).toBe(403);
  }
  expect((await cloud.rest(tokens.bob, "/api/tenant/devices?deviceName=owned")).status).toBe(404);
  expect((await cloud.rest(tokens.bob, "/api/tenant/devices?pageSize=10&page=0")).json).toMatchObject({ data: [] });
  expect((await cloud.rest(tokens.carl, `/api/device/${given.id}`)).json).toMatchObject({ name: "given" });
  expect((await cloud.rest(tokens.ann, `/api/device/${id}`)).json).toMatchObject({ name: "owned" });
  expect(cloud.model.devices.byToken(owned.token)?.info.id).toBe(id);
});

test("what was taken back from a customer is shown no more, also to sockets that were open before", async () => {
  const lent = await cloud.device(tokens.ann, "lent");
  const customer = [...cloud.model.state.customers.values()][0]!;
  await cloud.rest(tokens.ann, `/api/customer/${customer.id}/device/${lent.id}`, "", "POST");
  const client = await openApi(cloud.ports.http, tokens.carl);
  client.commands(...aimed(lent.id).map((command, cmdId) => ({ cmdId, ...command })));
  await client.rest();
  const change = async (): Promise<string> => {
    await tell(cloud, lent, { t: Math.random() });
    await cloud.rest(tokens.ann, `/api/plugins/telemetry/DEVICE/${lent.id}/attributes/SHARED_SCOPE`, { a: Math.random() });
    await cloud.rest(tokens.ann, "/api/alarm", { originator: { entityType: "DEVICE", id: lent.id }, type: String(Math.random()), severity: "MAJOR" });
    return JSON.stringify(await client.rest());
  };
  expect(await change()).toContain(lent.id);
  await cloud.rest(tokens.ann, `/api/customer/device/${lent.id}`, undefined, "DELETE");
  expect(await change()).toBe("[]");
  await client.close();
});

test("a device that is offered goes to the customer who knows its secret, once", async () => {
  const offered = await cloud.device(tokens.ann, "offered");
  const claim = (secretKey: string, token = tokens.carl): ReturnType<Cloud["rest"]> => cloud.rest(token, "/api/customer/device/offered/claim", { secretKey });
  expect((await claim("")).status).toBe(400);
  expect((await call(cloud.ports.http, `/api/v1/${offered.token}/claim`, { body: { secretKey: "shown on the box" } })).status).toBe(200);
  expect((await claim("guessed")).status).toBe(400);
  expect((await claim("shown on the box", tokens.bob)).status).toBe(403);
  expect((await claim("shown on the box")).json).toMatchObject({ response: "SUCCESS", device: { name: "offered" } });
  expect((await claim("shown on the box")).status).toBe(400);
  expect((await cloud.rest(tokens.carl, `/api/device/${offered.id}`)).status).toBe(200);
});

test("devices never hear of each other, and end with their credentials", async () => {
  const [mine, other] = [await connectedPeer(cloud.ports.mqtt, { username: owned.token }), await connectedPeer(cloud.ports.mqtt, { username: given.token })];
  for (const one of [mine, other]) expect(await one.ask({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "v1/devices/me/attributes", qos: 1 }] })).toMatchObject({ granted: [1] });
  await cloud.rest(tokens.ann, `/api/plugins/telemetry/DEVICE/${owned.id}/attributes/SHARED_SCOPE`, { only: "mine" });
  expect(await mine.inbox.next()).toMatchObject({ topic: "v1/devices/me/attributes", qos: 1 });
  expect(await other.ask({ cmd: "pingreq" })).toMatchObject({ cmd: "pingresp" });
  await cloud.rest(tokens.ann, "/api/device/credentials", { deviceId: { id: given.id }, credentialsType: "MQTT_BASIC", credentialsValue: '{"clientId":"c","userName":"u","password":"p"}' });
  await other.closed;
  for (const [options, returnCode] of [[{ username: given.token }, 5], [{ clientId: "c", username: "u", password: Buffer.from("x") }, 5], [{ clientId: "c", username: "u", password: Buffer.from("p") }, 0]] as const) {
    const peer = mqttPeer(cloud.ports.mqtt);
    expect(await peer.ask({ cmd: "connect", protocolId: "MQTT", protocolVersion: 4, clean: true, clientId: "peer", keepalive: 0, ...options })).toMatchObject({ returnCode });
    peer.socket.destroy();
  }
  mine.socket.destroy();
});

test("subscriptions of a socket, and calls that wait for a device, have their limits", async () => {
  const own = await openManualCloud({ ws: { limits: { subscriptionsMax: 2 } }, limits: { model: { rpcPerDeviceMax: 1 } } });
  const token = await own.login(ann);
  const device = await own.device(token, "busy");
  const api = await openApi(own.ports.http, token);
  const attributes = (cmdId: number): object => ({ cmdId, type: "ATTRIBUTES", entityType: "DEVICE", entityId: device.id });
  api.commands(attributes(1), attributes(2), attributes(2), attributes(3), { cmdId: 1, type: "NOTIFICATIONS_COUNT" });
  expect((await api.rest()).map(({ errorCode }) => errorCode)).toEqual([0, 0, 0, 2, 2]);
  const waiting = own.rest(token, `/api/plugins/rpc/twoway/${device.id}`, { method: "first", timeout: 1 });
  await until(() => own.model.rpc.waiting === 1);
  expect((await own.rest(token, `/api/plugins/rpc/twoway/${device.id}`, { method: "second" })).status).toBe(503);
  own.host.advance(4999);
  expect(own.model.rpc.waiting).toBe(1);
  own.host.advance(1);
  // Nobody was there to take it; the first version tells that from silence.
  expect((await waiting).status).toBe(409);
  const silent = await connectedPeer(own.ports.mqtt, { username: device.token });
  await silent.ask({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "v1/devices/me/rpc/request/+", qos: 0 }] });
  for (const [path, status] of [["/api/plugins/rpc", 408], ["/api/rpc", 504]] as const) {
    const unanswered = own.rest(token, `${path}/twoway/${device.id}`, { method: "first" });
    await until(() => own.model.rpc.waiting === 1);
    own.host.advance(10000);
    expect((await unanswered).status).toBe(status);
  }
  silent.socket.destroy();
  await api.close();
  await own.close();
});

test("a device is active while it is heard of, and inactive after ten minutes of silence; observers learn it", async () => {
  const own = await openManualCloud();
  const token = await own.login(ann);
  const device = await own.device(token, "seen");
  const api = await openApi(own.ports.http, token);
  await api.ask({ cmdId: 1, type: "ENTITY_DATA", query: { entityFilter: allDevices, pageLink: pageOfTen }, latestCmd: { keys: [{ type: "ATTRIBUTE", key: "active" }] } });
  const values = async (): Promise<unknown[]> => (await api.rest()).map(({ update }) => update?.[0]?.latest?.["ATTRIBUTE"]?.["active"]?.value);
  await tell(own, device, { t: 1 });
  expect(await values()).toEqual(["true"]);
  own.host.advance(599999);
  await tell(own, device, { t: 2 });
  own.host.advance(599999);
  expect(own.model.state.devices.get(device.id)?.attributes.SERVER_SCOPE.get("active")?.value.text).toBe("true");
  own.host.advance(10001);
  expect(own.model.state.devices.get(device.id)?.attributes.SERVER_SCOPE.get("active")?.value.text).toBe("false");
  await own.close();
});

test("secrets reach no log: tokens, passwords, codes", async () => {
  const coap = await coapPeer(cloud.ports.coap);
  await coap.ask("POST", `api/v1/${owned.token}/telemetry`, { payload: '{"t":1}' });
  await coap.ask("POST", "api/v1/provision", { payload: JSON.stringify({ provisionDeviceKey: profile.key, provisionDeviceSecret: profile.secret, token: "logged-nowhere" }) });
  await coap.close();
  await cloud.rest(undefined, "/api/auth/login", { username: ann.email, password: "wrong-password" });
  const text = JSON.stringify(cloud.events);
  expect(cloud.events.length).toBeGreaterThan(5);
  for (const secret of [owned.token, given.token, ann.password, "wrong-password", profile.key, profile.secret, "logged-nowhere", tokens.ann, cloud.model.state.secret]) expect(text).not.toContain(secret);
});
