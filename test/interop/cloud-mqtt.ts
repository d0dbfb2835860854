/**
 * A cloud for each test of a suite over MQTT, and what such tests keep doing: connect, subscribe, activate, settle.
 */
import { connectAsync } from "mqtt";
import type { MqttClient } from "mqtt";
import { crossed } from "../conformance/statement";
import { Inbox, connectedPeer, openThethings } from "./cloud-peers";
import type { MqttPeer, PeersCloud, PeersCloudOptions } from "./cloud-peers";

/** The cloud of the test that runs. */
export let cloud: PeersCloud;
/** What the test leaves to be closed after it, last opened first. */
export let closers: (() => Promise<unknown>)[] = [];

/** Starts the cloud of this test. */
export async function open(options: PeersCloudOptions = {}): Promise<PeersCloud> {
  cloud = await openThethings(options);
  closers.push(() => cloud.close());
  return cloud;
}

afterEach(async () => {
  for (const close of closers.reverse()) await close();
  closers = [];
});

/** mqtt.js, unchanged, with what it receives in an inbox. */
export async function mqttJs(url: string, options: Parameters<typeof connectAsync>[1] = {}): Promise<{ client: MqttClient; inbox: Inbox<{ topic: string; text: string }> }> {
  const client = await connectAsync(url, { reconnectPeriod: 0, ...options });
  closers.push(() => client.endAsync(true));
  const inbox = new Inbox<{ topic: string; text: string }>();
  client.on("message", (topic, payload) => {
    crossed(payload);
    inbox.put({ topic, text: payload.toString() });
  });
  return { client, inbox };
}

/** A plain client, connected. */
export async function peer(clientId: string, options = {}): Promise<MqttPeer> {
  const made = await connectedPeer(cloud.mqtt, { clientId, ...options });
  closers.push(async () => made.socket.destroy());
  return made;
}

export async function subscribe(of: MqttPeer, topic: string, qos: 0 | 1 = 0): Promise<void> {
  const answer = await of.ask({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos }] });
  expect(answer).toMatchObject({ cmd: "suback", messageId: 1, granted: [qos] });
}

/** Has everything arrived that was on its way? A ping comes back after it. */
export async function settled(of: MqttPeer): Promise<void> {
  for (;;) {
    const packet = await of.ask({ cmd: "pingreq" });
    if (packet.cmd === "pingresp") return;
    throw new Error(`unexpected ${packet.cmd}`);
  }
}

/** The payload of a PUBLISH as JSON. */
export const json = (packet: { payload?: unknown }): unknown => JSON.parse(String(packet.payload));
/** The body of a write. */
export const values = (...list: [string, unknown][]): string =>
  JSON.stringify({ values: list.map(([key, value]) => ({ key, value })) });

/** Activates by MQTT; the thing token. */
export async function activate(of: MqttPeer, code: string, channel: string): Promise<string> {
  await subscribe(of, `v2/activations/${code}/${channel}`);
  const answer = await of.inbox.next();
  expect(answer).toMatchObject({ cmd: "publish", topic: `v2/activations/${code}/${channel}`, retain: false, qos: 0 });
  return (json(answer as { payload: unknown }) as { thingToken: string }).thingToken;
}
