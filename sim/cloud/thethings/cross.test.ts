/**
 * One store, one fan-out (A25): what any transport writes reaches the subscribers of every other. The peers are real:
 * MQTT.js, node-coap, a bare HTTP stream, socket.io-client.
 */
import { request } from "coap";
import type { ObserveReadStream } from "coap";
import { connectAsync } from "mqtt";
import { statement } from "../../../test/conformance/statement";
import { call, dawn, manualHost, openSocket, openStream } from "../../../test/conformance/thethings-peer";
import { formatDate } from "./dates";
import { startThethings } from "./index";
import type { StartedThethings } from "./index";

const topic = "/me/resources/temperature";
let cloud: StartedThethings;
let token: string;
let thingId: string;
let session: string;

beforeEach(async () => {
  // MQTT and CoAP hand over on later turns of the host: the time of this one runs by itself.
  const manual = manualHost();
  cloud = await startThethings({ machine: { ...manual, after: (ms, run) => (ms === 0 ? soon(run) : manual.after(ms, run)) } });
  ({ thingToken: token, thingId } = cloud.model.createThing());
  session = ((await call(cloud.ports.http, "/v2/register", { body: { email: "a@b", password: "x" } })).json as { token: string }).token;
  await call(cloud.ports.http, "/v2/me/things", { session, body: { thingToken: token } });
  cloud.model.write(token, { values: [{ key: "temperature", value: 0 }] }, { via: "rest" });
});
afterEach(() => cloud.close());

function soon(run: () => void): () => void {
  const timer = setImmediate(run);
  return () => clearImmediate(timer);
}

function coapPost(path: string, body: string): Promise<string> {
  return new Promise((resolve) => {
    const message = request({ host: "127.0.0.1", port: cloud.ports.coap, method: "POST", pathname: path });
    message.on("response", (response: { code: string }) => resolve(response.code));
    message.end(body);
  });
}

/** The ways to write one temperature. */
const writers: Readonly<Record<string, (body: string) => Promise<unknown>>> = {
  MQTT: async (body) => {
    const client = await connectAsync(`mqtt://127.0.0.1:${cloud.ports.mqtt}`);
    await client.publishAsync(`v2/things/${token}`, body, { qos: 1 });
    await client.endAsync();
  },
  CoAP: async (body) => expect(await coapPost(`/v2/things/${token}`, body)).toBe("2.01"),
  REST: (body) => call(cloud.ports.http, `/v2/things/${token}`, { body }),
  "an app": (body) => call(cloud.ports.http, `/v2/${topic.slice(1)}/${thingId}`, { body, session }),
};

/** A subscriber of each kind: `next` gives its next array. */
async function subscribers(): Promise<{ name: string; next: () => Promise<unknown>; close: () => unknown }[]> {
  const client = await connectAsync(`mqtt://127.0.0.1:${cloud.ports.mqtt}`);
  const mqttCame = queue<unknown>();
  client.on("message", (_topic, payload) => mqttCame.put(JSON.parse(payload.toString())));
  await client.subscribeAsync(`v2/things/${token}`, { qos: 1 });

  const coapCame = queue<unknown>();
  const observing = await new Promise<ObserveReadStream>((resolve) => {
    const message = request({ host: "127.0.0.1", port: cloud.ports.coap, pathname: `/v2/things/${token}`, observe: true });
    message.on("response", (response: ObserveReadStream) => resolve(response));
    message.end();
  });
  observing.on("data", (part: Buffer) => coapCame.put(JSON.parse(part.toString())));
  expect(await coapCame.take()).toMatchObject({ message: "subscribed" });

  const stream = await openStream(cloud.ports.http, `/v2/things/${token}`);
  await stream.next();

  const socket = await openSocket(cloud.ports.http, undefined, [topic, `/things/${token}`]);
  await socket.ask("authenticate", { sessionToken: session });
  for (const resource of [topic, `/things/${token}`]) expect(await socket.ask("subscribe", { resource })).toMatchObject({ status: "success" });
  return [
    { name: "MQTT", next: mqttCame.take, close: () => client.endAsync() },
    { name: "CoAP", next: coapCame.take, close: () => observing.close() },
    { name: "REST stream", next: async () => JSON.parse((await stream.next()) ?? ""), close: () => stream.close() },
    { name: "socket.io thing", next: () => socket.next(`/things/${token}`), close: () => socket.close() },
    { name: "socket.io resource", next: () => socket.next(topic), close: () => undefined },
  ];
}

function queue<T>(): { put: (item: T) => void; take: () => Promise<T> } {
  const items: T[] = [];
  const waiting: ((item: T) => void)[] = [];
  return {
    put: (item) => {
      const first = waiting.shift();
      if (first === undefined) items.push(item);
      else first(item);
    },
    take: () => (items.length > 0 ? Promise.resolve(items.shift() as T) : new Promise((resolve) => waiting.push(resolve))),
  };
}

statement("MQ-2 MQ-3", "what MQTT, CoAP, REST or an app writes reaches MQTT, CoAP, REST and socket.io subscribers alike", async () => {
  const all = await subscribers();
  let value = 20;
  for (const [, write] of Object.entries(writers)) {
    value += 1;
    await write(JSON.stringify({ values: [{ key: "temperature", value }] }));
    const plain = { key: "temperature", value, datetime: formatDate(dawn) };
    for (const { name, next } of all) {
      expect([name, await next()]).toEqual([name, [name === "socket.io resource" ? { ...plain, thingId } : plain]]);
    }
  }
  for (const one of all) await one.close();
});
