/**
 * Hostile bytes at the MQTT and CoAP servers of the local cloud: whatever comes, the server answers or ends that one
 * connection, never throws, keeps within its bounds, and serves the next client. Seeded: MOTET_SEED replays a run.
 */
import { generate as coapBytes, parse as coapParse } from "coap-packet";
import { generate } from "mqtt-packet";
import type { Packet } from "mqtt-packet";
import { createCoapServer } from "../../sim/cloud/coap/server";
import { createMqttServer } from "../../sim/cloud/mqtt/server";
import type { Transport } from "../../sim/cloud/mqtt/service";
import { thethingsCoap } from "../../sim/cloud/thethings/coap";
import { createThethings } from "../../sim/cloud/thethings/model";
import { thethingsMqtt } from "../../sim/cloud/thethings/mqtt";
import { manualHost } from "../conformance/thethings-peer";
import { budget, generator, seed } from "../support/budget";
import { expectSilent } from "../support/canary";
import { connectPacket, coapRequest } from "./cloud-peers";

const inputs = budget(20000, 500000);
const draw = generator(seed);

/** Bytes of no meaning, or a good message with some bytes changed, cut off, doubled or moved. */
function spoil(good: Buffer): Buffer {
  const kind = draw(8);
  if (kind === 0) return Buffer.from(Array.from({ length: draw(64) }, () => draw(256)));
  let bytes = Buffer.from(good);
  for (let i = draw(4); i >= 0 && bytes.length > 0; i--) {
    const at = draw(bytes.length);
    if (kind < 5) bytes[at] = draw(3) === 0 ? [0, 1, 127, 128, 254, 255][draw(6)] as number : draw(256);
    else if (kind === 5) bytes = bytes.subarray(0, at);
    else if (kind === 6) bytes = Buffer.concat([bytes.subarray(0, at), bytes]);
    else bytes = Buffer.concat([bytes.subarray(at), bytes.subarray(0, at)]);
  }
  return bytes;
}

test(`MQTT: ${inputs} hostile streams (MOTET_SEED=${seed})`, () => {
  const host = manualHost(seed);
  const model = createThethings(host, { activationCodes: ["code"] });
  const { thingToken } = model.createThing();
  const server = createMqttServer(host, thethingsMqtt(host, model));
  const topic = `v2/things/${thingToken}`;
  const publish = { cmd: "publish" as const, topic, payload: '{"values":[{"key":"a","value":1}]}', dup: false, retain: false };
  const will = { topic, payload: Buffer.from('{"values":[]}'), qos: 1 as const, retain: false };
  const seeds = [
    connectPacket({ will, username: "u", password: Buffer.from("p"), keepalive: 60 }),
    connectPacket({ protocolVersion: 5 }),
    { ...publish, qos: 0 },
    { ...publish, qos: 1, messageId: 7 },
    { cmd: "puback", messageId: 1 },
    { cmd: "subscribe", messageId: 2, subscriptions: [{ topic, qos: 1 }, { topic: "v2/activations/code/0.5", qos: 0 }] },
    { cmd: "unsubscribe", messageId: 3, unsubscriptions: [topic] },
    { cmd: "pingreq" },
    { cmd: "disconnect" },
    { cmd: "pubrel", messageId: 4 },
  ].map((packet) => generate(packet as Packet));
  const dial = (sent: Buffer[]) => {
    const transport: Transport = {
      send: (bytes) => void sent.push(bytes),
      unread: () => 0,
      pause: () => undefined,
      resume: () => undefined,
      close: () => undefined,
      abort: () => undefined,
    };
    const connection = server.accept(transport);
    if (connection === undefined) throw new Error("full");
    return connection;
  };
  const hello = generate(connectPacket());
  for (let i = 0; i < inputs; i++) {
    const connection = dial([]);
    if (draw(4) > 0) connection.receive(hello);
    const stream = Buffer.concat(Array.from({ length: 1 + draw(3) }, () => spoil(seeds[draw(seeds.length)] as Buffer)));
    const cut = draw(stream.length + 1);
    connection.receive(stream.subarray(0, cut));
    connection.receive(stream.subarray(cut));
    connection.ended();
    host.advance(0);
    if (i % 500 !== 0) continue;
    expect(server.connections()).toBe(0);
    const sent: Buffer[] = [];
    const honest = dial(sent);
    honest.receive(Buffer.concat([hello, generate({ ...publish, qos: 1, messageId: 9 })]));
    expect(Buffer.concat(sent)).toEqual(Buffer.from([0x20, 2, 0, 0, 0x40, 2, 0, 9]));
    honest.ended();
    host.advance(0);
  }
  expectSilent(JSON.stringify(host.events), [thingToken]);
}, 600000);

test(`CoAP: ${inputs} hostile datagrams (MOTET_SEED=${seed})`, () => {
  const host = manualHost(seed);
  const model = createThethings(host, { activationCodes: ["code"] });
  const { thingToken } = model.createThing();
  const answers: Buffer[] = [];
  const limits = { peersMax: 50, exchangesMax: 500, observationsMax: 20, blockBytesMax: 100000 };
  const server = createCoapServer(host, thethingsCoap(host, model), (bytes) => void answers.push(bytes), limits);
  const path = `v2/things/${thingToken}`;
  const block = (name: string, value: number) => ({ options: [{ name, value: Buffer.from([value]) }] });
  const good = coapRequest("POST", path, { payload: '{"values":[{"key":"a","value":1}]}' }, 1);
  const seeds = [
    good,
    coapRequest("GET", path, { observe: 0, query: ["keepAlive=1000"] }, 2),
    coapRequest("GET", path, { observe: 1 }, 3),
    coapRequest("GET", `${path}/resources/a`, { query: ["limit=100", "startDate=20150101000000"] }, 4),
    coapRequest("POST", path, { payload: Buffer.alloc(16), ...block("Block1", 8) }, 5),
    coapRequest("GET", `${path}/resources/a`, block("Block2", 0x10), 6),
    coapRequest("GET", ".well-known/core", { query: ["rt=*"] }, 7),
    coapBytes({ code: "0.00", confirmable: true, messageId: 8 }),
    coapBytes({ code: "0.00", reset: true, messageId: 9 }),
    coapBytes({ code: "2.05", ack: true, messageId: 10, payload: Buffer.from("x") }),
  ];
  for (let i = 0; i < inputs; i++) {
    const bytes = spoil(seeds[draw(seeds.length)] as Buffer);
    server.receive(bytes, `peer ${draw(200)}`);
    if (draw(50) === 0) host.advance(draw(5000));
    // Every answer is a message that another implementation reads.
    for (const answer of answers.splice(0)) expect(coapParse(answer).messageId).toBeGreaterThanOrEqual(0);
    const { peers, exchanges, observations, blockBytes } = server.counts;
    if (peers > 50 || exchanges > 500 || observations > 20 || blockBytes > 100000) throw new Error(`beyond a bound: ${JSON.stringify(server.counts)}`);
    if (i % 500 !== 0) continue;
    host.advance(600000);
    answers.splice(0);
    server.receive(good, `honest ${i}`);
    expect(coapParse(answers.splice(0)[0] as Buffer)).toMatchObject({ ack: true, code: "2.01", messageId: 1 });
  }
  expectSilent(JSON.stringify(host.events), [thingToken]);
}, 600000);
