/**
 * Hostile input at each local cloud, started as for users: one row a mistake, on each port that takes it. A row is refused as its protocol
 * has it, and somebody who listened before it goes on hearing. What no client may see of another's is in test/conformance: per topic in
 * evrythng-topics, per command and route in thingsboard-isolation.
 */
import { connect } from "node:net";
import type { Packet } from "mqtt-packet";
import { startEvrythng } from "../../sim/cloud/evrythng/index";
import { httpLimits } from "../../sim/cloud/http/limits";
import { startThethings } from "../../sim/cloud/thethings/index";
import { call } from "../conformance/thethings-peer";
import type { Answer, Call } from "../conformance/thethings-peer";
import { ann, openCloud } from "../support/thingsboard-cloud";
import { coapPeer, connectPacket, connectedPeer, mqttPeer, until } from "./cloud-peers";
import type { ConnectOptions, MqttPeer } from "./cloud-peers";
import { tenant } from "./evrythng-cloud";

interface Web {
  readonly path: string;
  readonly headers?: string;
}

/** What the rows need of a cloud. */
interface Target {
  readonly ports: { readonly http: number; readonly mqtt: number; readonly coap?: number };
  /** Who may connect over MQTT, and who may not: undefined where CONNECT carries no secret. */
  readonly good: ConnectOptions;
  readonly bad: ConnectOptions | undefined;
  /** A filter that is granted, one of many. */
  readonly filter: (n: number) => string;
  /** Where JSON is published to, and whether one that cannot be read ends the connection. */
  readonly publish: string;
  readonly ends: boolean;
  /** WebSockets that are open after their handshake. */
  readonly web: readonly Web[];
  /** Handshakes that are refused, with their status. */
  readonly shut: readonly (readonly [Web, number])[];
  /** Where JSON is sent to over HTTP, and the statuses of nonsense and of a wrong token. */
  readonly rest: { readonly path: string; readonly call: Call; readonly bytesMax: number; readonly wrong: readonly (readonly [string, Call, number])[] };
  /** Paths of posts over CoAP: of the device, and of nobody, with its code. */
  readonly coapPath?: string;
  readonly coapWrong?: readonly [string, string];
  /** Somebody who listens over MQTT, and how something is written that reaches them. */
  readonly listen: string;
  write(): Promise<Answer>;
  close(): Promise<unknown>;
}

async function evrythng(): Promise<Target> {
  const cloud = await startEvrythng();
  const own = tenant(cloud.model);
  const path = `/thngs/${own.thng}/properties`;
  const as = (key: string): Call => ({ method: "PUT", headers: { authorization: key, "content-type": "application/json" } });
  const nobody = "A".repeat(80);
  return {
    ports: cloud.ports,
    good: { username: "authorization", password: Buffer.from(own.device) },
    bad: { username: "authorization", password: Buffer.from(nobody) },
    filter: (n) => `${path}/key${n}`,
    publish: path,
    ends: true,
    web: [{ path, headers: `Authorization: ${own.device}\r\n` }, { path: `/mqtt`, headers: "Sec-WebSocket-Protocol: mqtt\r\n" }],
    shut: [[{ path }, 403], [{ path: `${path}?access_token=${nobody}` }, 403], [{ path: "/nowhere" }, 403]],
    // Ten thousand ids of a collection's members fit.
    rest: { path, call: as(own.device), bytesMax: 524288, wrong: [[path, { ...as(nobody), body: "[]" }, 401], [`/thngs/${"B".repeat(24)}/properties`, { ...as(own.device), body: "[]" }, 404]] },
    listen: path,
    write: () => call(cloud.ports.http, path, { ...as(own.operator), body: '[{"key":"a","value":1}]' }),
    close: () => cloud.close(),
  };
}

async function thethings(): Promise<Target> {
  const cloud = await startThethings({ activationDelayMs: 0 });
  const { thingToken } = cloud.model.createThing();
  const topic = `v2/things/${thingToken}`;
  return {
    ports: cloud.ports,
    good: {},
    bad: undefined,
    filter: (n) => `v2/things/token${n}`,
    publish: topic,
    ends: false,
    web: [{ path: "/socket.io/?EIO=4&transport=websocket" }, { path: "/socket.io/?EIO=3&transport=websocket" }],
    shut: [[{ path: "/socket.io/?EIO=4&transport=pigeon" }, 400], [{ path: "/socket.io/?EIO=4&transport=websocket&sid=nobody" }, 400]],
    rest: { path: `/v2/things/${thingToken}`, call: { method: "POST", headers: { "content-type": "application/json" } }, bytesMax: httpLimits.bodyBytesMax, wrong: [["/v2/things/nobody", { body: { values: [] } }, 401]] },
    coapPath: topic,
    coapWrong: ["v2/things/nobody", "4.01"],
    listen: topic,
    write: () => call(cloud.ports.http, `/v2/things/${thingToken}`, { body: { values: [{ key: "a", value: 1 }] } }),
    close: () => cloud.close(),
  };
}

async function thingsboard(): Promise<Target> {
  const cloud = await openCloud();
  const token = await cloud.login(ann);
  const device = await cloud.device(token, "one");
  return {
    ports: cloud.ports,
    good: { username: device.token },
    bad: { username: "nobody" },
    filter: (n) => `v1/devices/me/attributes/${n}`,
    publish: "v1/devices/me/telemetry",
    ends: true,
    web: [{ path: `/api/ws?token=${token}` }, { path: `/api/ws/plugins/telemetry?token=${token}` }, { path: `/api/ws/plugins/notifications?token=${token}` }],
    shut: [[{ path: "/api" }, 404]],
    rest: { path: `/api/v1/${device.token}/telemetry`, call: { method: "POST", headers: { "content-type": "application/json" } }, bytesMax: httpLimits.bodyBytesMax, wrong: [["/api/v1/nobody/telemetry", { body: { a: 1 } }, 401], ["/api/device", { body: { name: "x" }, headers: { "x-authorization": `Bearer ${token}x` } }, 401]] },
    coapPath: `api/v1/${device.token}/telemetry`,
    coapWrong: ["api/v1/nobody/telemetry", "4.01"],
    listen: "v1/devices/me/attributes",
    write: () => cloud.rest(token, `/api/plugins/telemetry/DEVICE/${device.id}/attributes/SHARED_SCOPE`, { a: Math.random() }),
    close: () => cloud.close(),
  };
}

/** Opens a WebSocket by hand, sends bytes, and gives the code that the server closed with; 0 when it just cut the connection. */
async function closedAfter(port: number, { path, headers = "" }: Web, bytes: Buffer): Promise<number> {
  const socket = connect(port, "127.0.0.1");
  let came = Buffer.alloc(0);
  let over = false;
  socket.on("data", (part) => (came = Buffer.concat([came, part])));
  socket.on("close", () => (over = true));
  socket.on("error", () => undefined);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${"A".repeat(22)}==\r\n${headers}\r\n`);
  await until(() => came.includes("\r\n\r\n") || over);
  expect(came.toString("latin1")).toMatch(/^HTTP\/1\.1 101 /);
  socket.write(bytes);
  await until(() => over);
  // Behind the head and what the server said first stands its Close.
  const at = came.lastIndexOf(Buffer.from([0x88, 0x02]));
  return at < 0 ? 0 : came.readUInt16BE(at + 2);
}

/** The status that a handshake is answered with. */
async function statusOf(port: number, { path, headers = "" }: Web): Promise<number> {
  const upgrade = { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": `${"A".repeat(22)}==` };
  return (await call(port, path, { method: "GET", headers: { ...upgrade, ...(headers === "" ? {} : { [headers.split(":")[0]!]: headers.split(": ")[1]!.trim() }) } })).status;
}

const masked = (first: number, text: Buffer): Buffer => Buffer.concat([Buffer.from([first, 0x80 | text.length, 0, 0, 0, 0]), text]);
const text = (bytes: number[]): Buffer => masked(0x81, Buffer.from(bytes));

const frames: readonly (readonly [says: string, bytes: Buffer, codes: readonly number[]])[] = [
  ["a frame that is not masked", Buffer.from([0x81, 0x02, 0x68, 0x69]), [1002]],
  ["a frame of a terabyte", Buffer.from([0x82, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]), [1009]],
  ["a frame whose length has its first bit set", Buffer.from([0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]), [1002, 1009]],
  // Where text is no MQTT, it ends as that.
  ["text that is not UTF-8", text([0xc3, 0x28]), [1007]],
  ["a surrogate in UTF-8", text([0xed, 0xa0, 0x80]), [1007]],
  ["a reserved bit", masked(0xc1, Buffer.from("{}")), [1002]],
  ["an unknown opcode", masked(0x83, Buffer.from("{}")), [1002]],
  ["a ping above 125 bytes", Buffer.concat([Buffer.from([0x89, 0xfe, 0, 126, 0, 0, 0, 0]), Buffer.alloc(126)]), [1002]],
  ["a ping in fragments", masked(0x09, Buffer.from("x")), [1002]],
  ["a continuation of nothing", masked(0x80, Buffer.from("x")), [1002]],
];

const packets: readonly (readonly [says: string, bytes: Buffer])[] = [
  ["a packet of 256 MB", Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])],
  ["a length of five bytes", Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x7f])],
  ["a topic that is not UTF-8", Buffer.from([0x30, 0x05, 0x00, 0x02, 0xc3, 0x28, 0x78])],
  ["a topic with a NUL", Buffer.from([0x30, 0x04, 0x00, 0x01, 0x00, 0x78])],
  ["a topic with a wildcard", Buffer.from([0x30, 0x04, 0x00, 0x01, 0x23, 0x78])],
  ["QoS 3", Buffer.from([0x36, 0x06, 0x00, 0x01, 0x61, 0x00, 0x01, 0x78])],
  ["a subscription to nothing", Buffer.from([0x82, 0x02, 0x00, 0x01])],
  ["a second CONNECT", Buffer.from([0x10, 0x0d, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 0, 0, 1, 0x61])],
  ["a packet type that there is not", Buffer.from([0x00, 0x00])],
];

const deep = (open: string, close: string): string => open.repeat(20000) + close.repeat(20000);
const nonsense: readonly (readonly [says: string, body: Buffer])[] = [
  ["20,000 lists in each other", Buffer.from(deep("[", "]"))],
  ["20,000 objects in each other", Buffer.from('{"a":'.repeat(10000) + "1" + "}".repeat(10000))],
  ["half a text", Buffer.from('{"a":"')],
  ["bytes that are not UTF-8", Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d])],
  ["nothing", Buffer.alloc(0)],
];

describe.each([["evrythng", evrythng], ["thethings", thethings], ["thingsboard", thingsboard]] as const)("%s", (_name, start) => {
  let target: Target;
  let listener: MqttPeer;

  beforeAll(async () => {
    target = await start();
    listener = await connectedPeer(target.ports.mqtt, { clientId: "listener", ...target.good });
    await listener.ask({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: target.listen, qos: 0 }] });
  });
  afterAll(async () => {
    listener.socket.destroy();
    await target.close();
  });
  // Whatever came: who was there before hears what is written now.
  afterEach(async () => {
    expect((await target.write()).status).toBeLessThan(300);
    expect(await listener.inbox.next()).toMatchObject({ cmd: "publish" });
    expect(listener.inbox.untaken).toEqual([]);
  });

  const hostile = (): Promise<MqttPeer> => connectedPeer(target.ports.mqtt, { clientId: "hostile", ...target.good });

  test.each(packets)("MQTT: %s ends the connection", async (_says, bytes) => {
    const peer = await hostile();
    peer.raw(bytes);
    await peer.closed;
    const early = mqttPeer(target.ports.mqtt);
    early.raw(Buffer.concat([bytes, bytes]));
    await early.closed.then(() => early.socket.destroy());
  });

  test("MQTT: a flood of subscriptions: a hundred at most, the others 0x80, and the connection stays", async () => {
    const peer = await hostile();
    let granted = 0;
    for (let part = 0; part < 3; part += 1) {
      const subscriptions = Array.from({ length: 100 }, (_, i) => ({ topic: target.filter(part * 100 + i), qos: 0 as const }));
      const answer = (await peer.ask({ cmd: "subscribe", messageId: part + 1, subscriptions })) as Extract<Packet, { cmd: "suback" }>;
      granted += answer.granted.filter((code) => code !== 128).length;
    }
    expect(granted).toBeLessThanOrEqual(100);
    expect(await peer.ask({ cmd: "pingreq" })).toMatchObject({ cmd: "pingresp" });
    peer.socket.destroy();
  });

  test.each(nonsense)("MQTT: a publication of %s", async (_says, payload) => {
    const peer = await hostile();
    const answer = peer.ask({ cmd: "publish", topic: target.publish, payload, qos: 1, messageId: 7, dup: false, retain: false }).then(({ cmd }) => cmd, () => "ended");
    expect(await Promise.race([answer, peer.closed.then(() => "ended")])).toBe(target.ends ? "ended" : "puback");
    peer.socket.destroy();
  });

  test("MQTT: a wrong token is told so, and no more than that; where it is in the topic, nothing comes of it", async () => {
    if (target.bad === undefined) {
      const stray = await hostile();
      expect(await stray.ask({ cmd: "publish", topic: "v2/things/nobody", payload: '{"values":[{"key":"a","value":1}]}', qos: 1, messageId: 7, dup: false, retain: false })).toMatchObject({ cmd: "puback" });
      stray.socket.destroy();
      return;
    }
    const peer = mqttPeer(target.ports.mqtt);
    expect(await peer.ask(connectPacket(target.bad))).toMatchObject({ cmd: "connack", returnCode: 5 });
    await peer.closed;
  });

  test.each(frames)("WebSockets: %s", async (_says, bytes, codes) => {
    for (const web of target.web) expect([web.path, ...codes]).toContain(await closedAfter(target.ports.http, web, bytes));
  });

  test("WebSockets: handshakes without a right", async () => {
    for (const [web, status] of target.shut) expect([web.path, await statusOf(target.ports.http, web)]).toEqual([web.path, status]);
  });

  test.each(nonsense)("HTTP: a body of %s is a bad request", async (_says, body) => {
    expect((await call(target.ports.http, target.rest.path, { ...target.rest.call, body })).status).toBe(400);
  });

  test("HTTP: a body above its limit, and wrong tokens", async () => {
    expect((await call(target.ports.http, target.rest.path, { ...target.rest.call, body: Buffer.alloc(target.rest.bytesMax + 1, 32) })).status).toBe(413);
    for (const [path, options, status] of target.rest.wrong) expect([path, (await call(target.ports.http, path, options)).status]).toEqual([path, status]);
  });

  test("CoAP: nonsense is answered as such, a wrong token as that, and bytes that are no message with silence or RST", async () => {
    const { ports, coapPath, coapWrong } = target;
    if (coapPath === undefined || coapWrong === undefined || ports.coap === undefined) return expect(ports.coap).toBeUndefined();
    const peer = await coapPeer(ports.coap);
    for (const [, body] of nonsense) {
      const payload = body.length > 1000 ? body.subarray(0, 1000) : body;
      expect((await peer.ask("POST", coapPath, { payload })).code).toBe("4.00");
    }
    expect((await peer.ask("POST", coapWrong[0], { payload: '{"a":1}' })).code).toBe(coapWrong[1]);
    for (const bytes of ["ff", "40", "4f01000100", "50010001ff", "41010001", "c0010001", "40010001d0"]) peer.send(Buffer.from(bytes, "hex"));
    peer.send(Buffer.alloc(60000, 0x40));
    let answer = await peer.ask("POST", coapWrong[0], { payload: "{}" });
    while (answer.code === "0.00") answer = await peer.inbox.next();
    expect(answer.code).toBe(coapWrong[1]);
    await peer.close();
  });
});
