/**
 * The realtime API of the thethings.iO emulation with socket.io-client 4: what each event means, and what it refuses.
 * The older client and the raw frames are in test/interop/socketio.test.ts.
 */
import { formatDate } from "../../sim/cloud/thethings/dates";
import { statement } from "./statement";
import { call, dawn, openCloud, openSocket } from "./thethings-peer";
import type { Cloud, CloudOptions, SocketClient } from "./thethings-peer";

let cloud: Cloud;
let session: string;
let thingToken: string;
let thingId: string;
const sockets: SocketClient[] = [];

async function start(options: CloudOptions = {}): Promise<void> {
  cloud = await openCloud(options);
  ({ thingToken, thingId } = cloud.model.createThing());
  session = await register("ann@example.org");
  await link(session, thingToken);
}

beforeEach(() => start());
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  await cloud.close();
});

async function register(email: string): Promise<string> {
  return ((await call(cloud.port, "/v2/register", { body: { email, password: "x" } })).json as { token: string }).token;
}

async function link(of: string, token: string): Promise<void> {
  expect((await call(cloud.port, "/v2/me/things", { session: of, body: { thingToken: token } })).status).toBe(201);
}

async function write(token: string, ...values: object[]): Promise<void> {
  expect((await call(cloud.port, `/v2/things/${token}`, { body: { values } })).status).toBe(201);
}

const temperature = "/me/resources/temperature";
const thing = (): string => `/things/${thingToken}`;

async function open(topics: readonly string[] = [temperature, thing()]): Promise<SocketClient> {
  const socket = await openSocket(cloud.port, undefined, topics);
  sockets.push(socket);
  return socket;
}

/** A socket that is authenticated and subscribed. */
async function subscribed(...topics: string[]): Promise<SocketClient> {
  const socket = await open([temperature, thing(), ...topics]);
  expect(await socket.ask("authenticate", { sessionToken: session })).toEqual({ status: "success" });
  for (const resource of topics) expect(await socket.ask("subscribe", { resource })).toEqual({ status: "success", message: "subscribed", resource });
  return socket;
}

/** Waits until all that was on its way to the socket has come: answers keep their order. */
async function settled(socket: SocketClient): Promise<readonly string[]> {
  await socket.ask("unsubscribe", { resource: "/none" });
  return socket.untaken();
}

const failure = (message: string): object => ({ status: "error", message });
const value = (key: string, of: unknown): object => ({ key, value: of, datetime: formatDate(dawn) });

statement("SIO-1 SIO-13 SIO-15 SIO-16 SIO-18 SIO-19", "the example: connect to /v2, authenticate, subscribe, get temperatures", async () => {
  await write(thingToken, { key: "temperature", value: 20 });
  const socket = await subscribed(temperature);
  await write(thingToken, { key: "temperature", value: 21 });
  expect(await socket.next(temperature)).toEqual([{ ...value("temperature", 21), thingId }]);
});

statement("SIO-10", "a user's resource comes from all linked things, with the thing's id (A27), without other keys", async () => {
  const other = cloud.model.createThing();
  await link(session, other.thingToken);
  await write(thingToken, { key: "temperature", value: 0 });
  const socket = await subscribed(temperature);
  await write(other.thingToken, { key: "humidity", value: 1 }, { key: "temperature", value: 2 }, { key: "temperature", value: 3 });
  await write(thingToken, { key: "humidity", value: 4 });
  expect(await socket.next(temperature)).toEqual([2, 3].map((of) => ({ ...value("temperature", of), thingId: other.thingId })));
  expect(await settled(socket)).toEqual([]);
});

statement("SIO-11", "a thing's topic gives every key of it, as it was written", async () => {
  const socket = await subscribed(thing());
  await write(thingToken, { key: "a", value: 1, geo: { lat: 1, long: 2 } }, { key: "b", value: "2" });
  expect(await socket.next(thing())).toEqual([{ ...value("a", 1), geo: { lat: 1, long: 2 } }, value("b", "2")]);
});

statement("SIO-17", "authenticate answers with a status; before success nothing can be subscribed", async () => {
  const socket = await open();
  expect(await socket.ask("subscribe", { resource: thing() })).toEqual(failure("Not authenticated"));
  for (const data of [{ sessionToken: "wrong" }, {}, null, "text", [], 5, { sessionToken: {} }]) {
    expect(await socket.ask("authenticate", data)).toEqual(failure("Invalid session token"));
  }
  expect(await socket.ask("subscribe", { resource: thing() })).toEqual(failure("Not authenticated"));
  expect(await socket.ask("authenticate", { sessionToken: session })).toEqual({ status: "success" });
  expect(await socket.ask("subscribe", { resource: thing() })).toMatchObject({ status: "success" });
});

statement("SIO-9", "authenticated and not subscribed: nothing comes", async () => {
  const socket = await subscribed();
  await write(thingToken, { key: "temperature", value: 21 });
  expect(await settled(socket)).toEqual([]);
});

statement("SIO-20", "after unsubscribe nothing comes; of two topics the other goes on", async () => {
  await write(thingToken, { key: "temperature", value: 0 });
  const socket = await subscribed(temperature, thing());
  expect(await socket.ask("unsubscribe", { resource: temperature })).toEqual({ status: "success", message: "unsubscribed", resource: temperature });
  await write(thingToken, { key: "temperature", value: 21 });
  expect(await socket.next(thing())).toEqual([value("temperature", 21)]);
  expect(await socket.ask("unsubscribe", { resource: temperature })).toEqual(failure("Not subscribed"));
  expect(socket.untaken()).toEqual([]);
});

statement("SIO-5", "no event writes: the topic, a write, a message, whatever it is called", async () => {
  const socket = await subscribed(thing());
  for (const event of [thing(), temperature, "write", "publish", "message", "/v2/things", "data"]) {
    socket.emit(event, { resource: thing(), values: [{ key: "temperature", value: 99 }] });
  }
  expect(await settled(socket)).toEqual([]);
  expect(cloud.model.counts.values).toBe(0);
});

statement("SIO-8", "the address is the host plus /v2, and no other namespace", async () => {
  await expect(openSocket(cloud.port, { version: 4, transports: ["websocket"], namespace: "/v1" })).rejects.toThrow(/connect_error/);
  const socket = await open();
  expect(await socket.ask("authenticate", { sessionToken: session })).toEqual({ status: "success" });
});

test("SIO-3: of two sockets with one topic each gets every event, and one topic twice comes once", async () => {
  const [one, two] = [await subscribed(thing(), thing()), await subscribed(thing())];
  await write(thingToken, { key: "k", value: 1 });
  for (const socket of [one, two]) {
    expect(await socket.next(thing())).toEqual([value("k", 1)]);
    expect(await settled(socket)).toEqual([]);
  }
});

test("A23, A28: unknown, unlinked and misshapen topics are refused; the socket goes on", async () => {
  const other = cloud.model.createThing().thingToken;
  await write(other, { key: "secret", value: 1 });
  const socket = await subscribed();
  for (const resource of ["/things/nobody", `/things/${other}`, "/me/resources/secret", "/me/resources/", "/me/resources/a/b", "/things/", "me/resources/x", "", "#", "/things/+", "authenticate", "disconnect"]) {
    expect(await socket.ask("subscribe", { resource })).toMatchObject({ status: "error" });
  }
  for (const data of [undefined, null, {}, { resource: 5 }, { resource: [thing()] }, thing(), [thing()]]) {
    expect(await socket.ask("subscribe", data)).toEqual(failure("resource is missing"));
    expect(await socket.ask("unsubscribe", data)).toEqual(failure("Not subscribed"));
  }
  expect(await socket.ask("subscribe", { resource: thing() })).toMatchObject({ status: "success" });
});

test("a resource that the app has chosen can be awaited before its first value", async () => {
  await cloud.close();
  await start({ model: { apps: [{ id: "shop", resources: ["temperature"] }] } });
  const socket = await subscribed(temperature);
  expect(await socket.ask("subscribe", { resource: "/me/resources/humidity" })).toMatchObject({ status: "error" });
  await write(thingToken, { key: "temperature", value: 1 }, { key: "humidity", value: 2 });
  expect(await socket.next(temperature)).toEqual([{ ...value("temperature", 1), thingId }]);
});

test("A10: an ack callback gets the same answer as the event", async () => {
  const socket = await open();
  const acked = new Promise((resolve) => socket.emit("authenticate", { sessionToken: session }, resolve));
  expect(await acked).toEqual({ status: "success" });
  expect(await socket.next("authenticate")).toEqual({ status: "success" });
});

test("authenticating anew ends what the user before had subscribed", async () => {
  const socket = await subscribed(thing());
  expect(await socket.ask("authenticate", { sessionToken: await register("bob@example.org") })).toEqual({ status: "success" });
  await write(thingToken, { key: "k", value: 1 });
  expect(await settled(socket)).toEqual([]);
  expect(await socket.ask("subscribe", { resource: thing() })).toMatchObject({ status: "error" });
});

test("state is of one connection: a new one starts unauthenticated", async () => {
  const first = await subscribed(thing());
  expect(cloud.model.counts.watchers).toBe(1);
  first.close();
  const again = await open();
  while (cloud.model.counts.watchers > 0) await call(cloud.port, "/v2");
  expect(await again.ask("subscribe", { resource: thing() })).toEqual(failure("Not authenticated"));
});

test("A25: an app's write and a write from another transport arrive alike", async () => {
  const socket = await subscribed(thing());
  await call(cloud.port, `/v2/me/resources/fan/${thingId}`, { session, body: { values: [{ value: true }] } });
  expect(await socket.next(thing())).toEqual([value("fan", true)]);
  cloud.model.write(thingToken, { values: [{ key: "k", value: 1 }] }, { via: "mqtt", qos: 0 });
  expect(await socket.next(thing())).toEqual([value("k", 1)]);
});

describe("limits", () => {
  const restart = async (socketio: CloudOptions["socketio"] = {}): Promise<void> => {
    await cloud.close();
    await start({ socketio });
  };

  test("subscriptions of one socket", async () => {
    await restart({ subscriptionsMax: 2 });
    for (const key of ["a", "b", "c"]) await write(thingToken, { key, value: 1 });
    const socket = await subscribed("/me/resources/a", "/me/resources/b");
    expect(await socket.ask("subscribe", { resource: "/me/resources/c" })).toEqual(failure("More than 2 subscriptions"));
    await socket.ask("unsubscribe", { resource: "/me/resources/a" });
    expect(await socket.ask("subscribe", { resource: "/me/resources/c" })).toMatchObject({ status: "success" });
  });

  test("events of one socket: the one too many ends it", async () => {
    await restart({ eventsBurst: 3 });
    const socket = await open();
    for (let n = 0; n < 3; n += 1) await socket.ask("unsubscribe", {});
    socket.emit("unsubscribe", {});
    await socket.gone;
  });

  test("refused session tokens of one socket: the one too many ends it", async () => {
    await restart({ refusalsMax: 2 });
    const socket = await open();
    for (let n = 0; n < 2; n += 1) await socket.ask("authenticate", {});
    expect(await socket.ask("subscribe", {})).toEqual(failure("Not authenticated"));
    socket.emit("authenticate", {});
    await socket.gone;
  });

  test("bytes of one message", async () => {
    await restart({ messageBytesMax: 1000 });
    const socket = await open();
    // `42/v2,["unsubscribe",{"resource":""}]` has 37 characters.
    expect(await socket.ask("unsubscribe", { resource: "x".repeat(1000 - 37) })).toEqual(failure("Not subscribed"));
    socket.emit("unsubscribe", { resource: "x".repeat(1001 - 37) });
    await socket.gone;
    expect(await settled(await open())).toEqual([]);
  });

  test("clients at once", async () => {
    await restart({ clientsMax: 1 });
    await open();
    await expect(open()).rejects.toThrow(/connect_error/);
  });

  test("packets that a client does not take", async () => {
    await restart({ unreadPacketsMax: 10 });
    const socket = await subscribed(thing());
    const writes = (count: number): void => {
      for (let n = 0; n < count; n += 1) cloud.model.write(thingToken, { values: [{ key: "k", value: n }] }, { via: "mqtt" });
    };
    writes(10);
    for (let n = 0; n < 10; n += 1) expect(await socket.next(thing())).toEqual([value("k", n)]);
    // All in one turn, so that nothing leaves in between.
    writes(100);
    await socket.gone;
  });
});

statement("SEC-5 SIO-12", "no token and no topic is in a log", async () => {
  const socket = await subscribed(thing());
  await write(thingToken, { key: "k", value: 1 });
  await socket.next(thing());
  await socket.ask("authenticate", { sessionToken: "canary-session" });
  const said = JSON.stringify(cloud.host.events);
  for (const secret of [thingToken, session, "canary-session", "/things/"]) expect(said).not.toContain(secret);
});
