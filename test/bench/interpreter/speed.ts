/**
 * How fast readings leave the interpreter, and whether a burst of messages comes through: ours through `report()` and
 * `onCommand`, others' through their own functions, each alone against a Mosquitto on loopback. An independent client counts
 * what arrives and sends the burst; times are its own.
 */
import { connectAsync } from "mqtt";
import type { MqttClient } from "mqtt";
import { compileNative } from "../../../boards/toolchain/compile/native";
import { openBroker } from "../../interop/mosquitto";
import { choiceOf, imageOf } from "./subjects";
import { listeningPeer, publishingPeer } from "./peers";
import type { Peer } from "./peers";
import { boot, provisioned } from "./rig";
import type { Bench } from "./rig";

const TOKEN = "bench";
const TOPIC = `v2/things/${TOKEN}`;
/** Where readings go on a platform, and which counts a message of them holds. */
interface Uplink {
  readonly topic: string;
  counts(body: unknown): number[];
}
const uplinks = {
  // Mosquitto sends each message back to whoever takes commands there, as thethings.iO does.
  thethings: {
    topic: TOPIC,
    counts: (body) => (body as { values: { key: string; value: number }[] }).values.filter(({ key }) => key === "count").map(({ value }) => value),
  },
  // Commands come to other topics: nothing comes back.
  thingsboard: {
    topic: "v1/devices/me/telemetry",
    counts: (body) => [body as { values: { count?: number } }].flat().flatMap(({ values }) => values.count ?? []),
  },
} as const satisfies Readonly<Record<string, Uplink>>;
/** How long arrivals are counted, from the first of them. */
const COUNTED_MS = 10000;
/** What a peer publishes: as many bytes as a reading of ours. */
const MESSAGE = '{"values":[{"key":"count","value":%,"datetime":"2026-01-01T00:00:00.000Z"}]}';
/** Messages of one burst. */
const BURST = 500;
/** How often, behind a burst, a message is sent that says that no more of it comes. */
const END_MS = 1000;
const END = 0;

/** A line of boards/measured.json. */
export interface Speed {
  readonly name: string;
  readonly readingsPerSec: number;
  readonly publishesPerSec: number;
  /** Processor time for each reading, microseconds: unlike the rates, it does not depend on what else the machine does. */
  readonly cpuUsPerReading: number;
  /** Readings between the first and the last that arrived, and did not. */
  readonly missing: number;
}

/** A line of boards/measured.json. */
export interface Burst {
  readonly name: string;
  readonly sent: number;
  /** Different messages that the program saw. */
  readonly received: number;
  /** Messages that it saw again, or that were none. */
  readonly wrong: number;
  /** Processor time for each message that was sent, microseconds. */
  readonly cpuUsPerMessage: number;
}

async function withBroker<T>(use: (port: number, client: MqttClient) => Promise<T>): Promise<T> {
  const broker = await openBroker({ takesNames: true });
  const client = await connectAsync(`mqtt://127.0.0.1:${broker.port}`);
  try {
    return await use(broker.port, client);
  } finally {
    await client.endAsync();
    await broker.remove();
  }
}

/** Our device with a token, on a broker that takes any. */
async function bootDevice(root: string, binary: string, app: string, port: number, platform: keyof typeof uplinks = "thethings"): Promise<Bench> {
  const subject = { app, platform, transport: "mqtt" } as const;
  const image = await imageOf(root, subject);
  const program = await compileNative(root, choiceOf(root, subject));
  const settings = { host: "127.0.0.1", port, tls: 0 as const, timeHost: "", ssid: "", password: "", code: "", token: TOKEN };
  return boot(binary, image, provisioned(program, image, settings), 0);
}

/** Counts what a program publishes. */
async function count(name: string, client: MqttClient, uplink: Uplink, start: () => Promise<Bench>): Promise<Speed> {
  const arrived: number[] = [];
  let publishes = 0;
  let readings = 0;
  let last = 0;
  let began = 0;
  let finish = (): void => undefined;
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const counted = new Promise<void>((resolve) => (finish = resolve));
  client.on("message", (_topic, payload) => {
    const counts = uplink.counts(JSON.parse(payload.toString()));
    if (counts.length === 0) return;
    last = performance.now();
    // The first begins the count, and is not in it.
    if (began === 0) {
      began = last;
      begin();
      setTimeout(finish, COUNTED_MS);
    } else {
      publishes += 1;
      readings += counts.length;
    }
    arrived.push(...counts);
  });
  await client.subscribeAsync(uplink.topic);
  const bench = await start();
  let cpuMs = 0;
  try {
    await Promise.race([begun, bench.until("the first reading", () => false)]);
    cpuMs = bench.cpuMs();
    await Promise.race([counted, bench.until("the readings", () => false)]);
    cpuMs = bench.cpuMs() - cpuMs;
  } finally {
    await bench.stop();
  }
  const sec = (last - began) / 1000;
  const missing = arrived[arrived.length - 1]! - arrived[0]! + 1 - new Set(arrived).size;
  return { name, readingsPerSec: Math.round(readings / sec), publishesPerSec: Math.round(publishes / sec), cpuUsPerReading: Math.round((cpuMs * 1000) / readings), missing };
}

/** How fast our device publishes readings that it keeps in memory. */
export function speedOfDevice(root: string, binary: string, platform: keyof typeof uplinks): Promise<Speed> {
  return withBroker((port, client) => count(`report(), in memory, on ${platform}`, client, uplinks[platform], () => bootDevice(root, binary, "test/bench/interpreter/apps/speed.ts", port, platform)));
}

/** How fast a module of somebody else publishes, `burst` messages a drain; alone, or subscribed to the topic as our device is. */
export function speedOfPeer(root: string, binary: string, peer: Peer, burst: number, listens: boolean): Promise<Speed> {
  const name = `${peer.name}${listens ? ", subscribed" : ""}, ${burst} a drain`;
  return withBroker((port, client) =>
    count(name, client, uplinks.thethings, async () => boot(binary, await publishingPeer(root, peer, port, { topic: TOPIC, message: MESSAGE, burst, listens }), undefined, 0)),
  );
}

/** The command of that number: later than the one before it, so that each is obeyed. The end has no time, and is never old. */
function command(number: number): string {
  const datetime = new Date(Date.UTC(2026, 0, 1) + number).toISOString();
  return JSON.stringify(number === END ? { key: "fan", value: END } : { key: "fan", value: number, datetime });
}

/** Sends a burst to a program that listens, and hears from it what it saw. */
async function burst(name: string, client: MqttClient, bench: Bench): Promise<Burst> {
  const obeyed = (): number[] => bench.said.filter(({ event }) => event === "obeyed").map(({ number }) => number);
  let ends: NodeJS.Timeout | undefined;
  let cpuMs = 0;
  try {
    await bench.until("the connection", () => bench.said.some(({ event }) => event === "connected" || event === "published"));
    cpuMs = bench.cpuMs();
    for (let number = 1; number <= BURST; number += 1) client.publish(TOPIC, command(number));
    ends = setInterval(() => client.publish(TOPIC, command(END)), END_MS);
    await bench.until("the end of the burst", () => obeyed().includes(END));
    cpuMs = bench.cpuMs() - cpuMs;
  } finally {
    clearInterval(ends);
    await bench.stop();
  }
  const seen = obeyed().filter((number) => number !== END);
  const received = new Set(seen.filter((number) => number >= 1 && number <= BURST)).size;
  return { name, sent: BURST, received, wrong: seen.length - received, cpuUsPerMessage: Math.round((cpuMs * 1000) / BURST) };
}

/** A burst of commands at our device. */
export function burstAtDevice(root: string, binary: string): Promise<Burst> {
  return withBroker(async (port, client) => burst("onCommand()", client, await bootDevice(root, binary, "test/bench/interpreter/apps/burst.ts", port)));
}

/** The same messages at a module of somebody else. */
export function burstAtPeer(root: string, binary: string, peer: Peer): Promise<Burst> {
  return withBroker(async (port, client) => burst(peer.name, client, boot(binary, await listeningPeer(root, peer, port, TOPIC), undefined, 0)));
}
