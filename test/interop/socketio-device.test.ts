/**
 * A device that watches: the firmware's Socket.IO client against the local thethings.iO's realtime API, in both versions of
 * Engine.IO. What the API means for every client is in test/conformance/thethings-socketio.test.ts.
 */
import { SioCode, sioEmit } from "../../firmware/protocol/socketio/session";
import type { SioOptions } from "../../firmware/protocol/socketio/session";
import { statement } from "../conformance/statement";
import { call, openCloud } from "../conformance/thethings-peer";
import type { Cloud } from "../conformance/thethings-peer";
import { openSioClient } from "./socketio-client";
import type { SioClient } from "./socketio-client";

let cloud: Cloud;
let session: string;
let thingToken: string;
const clients: SioClient[] = [];

beforeEach(async () => {
  cloud = await openCloud();
  ({ thingToken } = cloud.model.createThing());
  session = ((await call(cloud.port, "/v2/register", { body: { email: "ann@example.org", password: "x" } })).json as { token: string }).token;
  await call(cloud.port, "/v2/me/things", { session, body: { thingToken } });
  await write(0);
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.cut();
  await cloud.close();
});

const topic = "/me/resources/temperature";
const success = { status: "success" };

function write(value: number): Promise<unknown> {
  return call(cloud.port, `/v2/things/${thingToken}`, { body: { values: [{ key: "temperature", value }] } });
}

async function open(options: Partial<SioOptions> = {}): Promise<SioClient> {
  const client = await openSioClient(cloud.port, { namespace: "/v2", ...options });
  clients.push(client);
  await client.until(() => client.heard.length > 0);
  return client;
}

/** What came and was not taken, once all that was on its way has come: answers keep their order. */
async function untaken(client: SioClient): Promise<unknown[]> {
  await client.ask("unsubscribe", { resource: "/none" });
  return client.heard.map(([, name]) => name).slice(1);
}

for (const version of [4, 3]) {
  statement("SIO-1 SIO-8 SIO-13 SIO-15 SIO-16 SIO-18 SIO-19", `a device watches a resource, Engine.IO ${version}: connect to /v2, authenticate, subscribe, hear each write`, async () => {
    const client = await open({ version });
    expect(client.heard).toEqual([["connected"]]);
    expect(await client.ask("authenticate", { sessionToken: session })).toEqual(success);
    expect(await client.ask("subscribe", { resource: topic })).toEqual({ ...success, message: "subscribed", resource: topic });
    for (const value of [21, 22, 23]) {
      await write(value);
      expect(await client.next(topic)).toMatchObject([{ key: "temperature", value }]);
    }
    expect(await untaken(client)).toEqual([]);
  });

  statement("SIO-9 SIO-17 SIO-20", `a device, Engine.IO ${version}: nothing before authentication, before subscribing, or after leaving`, async () => {
    const client = await open({ version });
    expect(await client.ask("subscribe", { resource: topic })).toEqual({ status: "error", message: "Not authenticated" });
    expect(await client.ask("authenticate", { sessionToken: "wrong" })).toEqual({ status: "error", message: "Invalid session token" });
    expect(await client.ask("authenticate", { sessionToken: session })).toEqual(success);
    await write(1);
    expect(await untaken(client)).toEqual([]);
    await client.ask("subscribe", { resource: topic });
    expect(await client.ask("unsubscribe", { resource: topic })).toMatchObject(success);
    await write(2);
    expect(await untaken(client)).toEqual([]);
  });
}

statement("SIO-5", "what a device emits writes nothing", async () => {
  const client = await open();
  await client.ask("authenticate", { sessionToken: session });
  const before = cloud.model.counts.values;
  for (const name of [topic, `/things/${thingToken}`, "write", "publish"]) {
    expect(sioEmit(client.session, name, `{"values":[{"key":"temperature","value":99}]}`, -1, client.now())).toBe(0);
  }
  await untaken(client);
  expect(cloud.model.counts.values).toBe(before);
});

statement("SIO-10 SIO-11", "a device watches a resource of its user's things, and a thing by its token", async () => {
  const client = await open();
  await client.ask("authenticate", { sessionToken: session });
  for (const resource of [topic, `/things/${thingToken}`]) expect(await client.ask("subscribe", { resource })).toMatchObject(success);
  await write(5);
  expect(await client.next(topic)).toMatchObject([{ key: "temperature", value: 5, thingId: expect.any(String) }]);
  expect(await client.next(`/things/${thingToken}`)).toMatchObject([{ key: "temperature", value: 5 }]);
});

test("A10: the answer also comes as an acknowledgement; a namespace that is not there is refused", async () => {
  const client = await open();
  sioEmit(client.session, "authenticate", JSON.stringify({ sessionToken: session }), 3, client.now());
  expect(await client.next("authenticate")).toEqual(success);
  await client.until(() => client.heard.length === 2);
  expect(client.heard[1]).toEqual(["acknowledged", 3, [success]]);
  const stray = await open({ namespace: "/v1" });
  expect(stray.heard).toEqual([["closed", SioCode.refused, "Invalid namespace"]]);
});

test("state is of one connection: a device that comes back authenticates and subscribes anew", async () => {
  const first = await open();
  await first.ask("authenticate", { sessionToken: session });
  await first.ask("subscribe", { resource: topic });
  first.cut();
  const again = await open();
  expect(await again.ask("subscribe", { resource: topic })).toEqual({ status: "error", message: "Not authenticated" });
  await again.ask("authenticate", { sessionToken: session });
  await again.ask("subscribe", { resource: topic });
  await write(6);
  expect(await again.next(topic)).toMatchObject([{ value: 6 }]);
});
