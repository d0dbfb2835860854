/**
 * What MQTT modules for these boards get wrong, as a table: refused connections reported as connected, packets lost when they
 * are split or joined, publishes lost with the connection, dead peers never noticed, text broken, bursts dropped. Each row is
 * a story of one device and one broker that misbehaves, wherever both of them are.
 */
import type { Saying } from "./rig";
import type { ScriptedBroker } from "./scripted-broker";

/** The token that the device is provisioned with. */
export const TOKEN = "canary-token-0123456789";
/** Codes of the agent: MQTT's own are told with 128 added. */
const PROTOCOL = 128;

export interface Bench {
  readonly broker: ScriptedBroker;
  readonly device: { readonly failures: readonly string[]; told(event: string): Saying[] };
  /** How often the device was booted. */
  boots(): number;
  /** Lets things happen until `done` holds; throws when that does not come about, or the engine complains. */
  until(done: () => boolean): Promise<void>;
  /** From now on the broker's bytes travel in pieces of this size. */
  setPieces(bytes: number): void;
  /** Breaks every connection. */
  cut(): void;
  /** From now on nothing passes on the connections that stand. */
  freeze(): void;
  /** Stops listening and ends every connection, as a broker that is restarted; gives the way back. */
  stop(): Promise<() => Promise<void>>;
}

export interface DefectRow {
  readonly title: string;
  run(bench: Bench): Promise<void>;
}

const ofCount = ({ text }: Saying): boolean => text.startsWith("count ");

/** Counts that the device ever took. */
function taken({ device }: Bench): number {
  return device.told("reading").filter(ofCount).length;
}

function connected({ device, until }: Bench, times: number): Promise<void> {
  return until(() => device.told("connected").length === times);
}

/** Waits until the device took that many more counts. */
function readings(bench: Bench, more: number): Promise<void> {
  const wanted = taken(bench) + more;
  return bench.until(() => taken(bench) >= wanted);
}

/** Every count that the device ever took arrives, in order, whatever went wrong. */
async function nothingLost(bench: Bench): Promise<void> {
  const { broker, device } = bench;
  await readings(bench, 3);
  const wanted = taken(bench);
  await bench.until(() => broker.values("count").length >= wanted);
  const counts = broker.values("count") as number[];
  expect(counts).toEqual(counts.map((_, i) => i + 1));
  expect(bench.boots()).toBe(1);
  expect(device.failures).toEqual([]);
}

async function refusedConnack(bench: Bench, code: number): Promise<void> {
  const { broker, device } = bench;
  broker.manners.connack = [code, code];
  await bench.until(() => device.told("retry").length === 2);
  expect(device.told("connected")).toEqual([]);
  // The broker closes with its refusal; what it said is what the device names.
  for (const { number } of device.told("offline")) expect(number).toBe(PROTOCOL + code);
  expect(broker.published).toEqual([]);
  await connected(bench, 1);
  expect(broker.connections).toBe(3);
  await nothingLost(bench);
}

async function refusedSuback(bench: Bench): Promise<void> {
  const { broker, device } = bench;
  broker.manners.suback = [128, 128];
  await bench.until(() => device.told("offline").length > 0);
  expect(device.told("offline").map(({ number }) => number)).toEqual([73]);
  expect(device.told("connected")).toEqual([]);
  await connected(bench, 1);
  expect(broker.connections).toBe(3);
  await nothingLost(bench);
}

/** Sends each label, and waits until the broker has heard all of them so far. */
async function echoes(bench: Bench, labels: readonly string[], messageId: number, more: readonly { key: string; value: string }[]): Promise<void> {
  const { broker } = bench;
  for (const [i, value] of labels.entries()) {
    broker.send(broker.message([{ key: "label", value }, ...more], messageId));
    await bench.until(() => broker.values("echo").length > i);
  }
  expect(broker.values("echo")).toEqual(labels);
}

async function pieces(bench: Bench, bytes: number): Promise<void> {
  const { broker } = bench;
  bench.setPieces(bytes);
  await connected(bench, 1);
  const labels = ["", "a", "b".repeat(60), "c".repeat(100)];
  await echoes(bench, labels, 7, [{ key: "pad", value: "x".repeat(400) }]);
  await bench.until(() => broker.acknowledged >= labels.length);
  await nothingLost(bench);
  expect(broker.acknowledged).toBe(labels.length);
}

async function joined(bench: Bench): Promise<void> {
  const { broker } = bench;
  await connected(bench, 1);
  const message = (value: string): string => broker.message([{ key: "label", value }], 0);
  const all = ["one", "two", "three", "four", "five"].map(message).join("") + "\xd0\x00" + message("six");
  broker.send(all.slice(0, -9));
  broker.send(all.slice(-9) + message("seven"));
  await bench.until(() => broker.values("echo").length >= 7);
  await nothingLost(bench);
  expect(broker.values("echo")).toEqual(["one", "two", "three", "four", "five", "six", "seven"]);
}

async function malformed(bench: Bench, bytes: string, code: number): Promise<void> {
  const { broker, device } = bench;
  await connected(bench, 1);
  broker.send(bytes);
  await connected(bench, 2);
  expect(device.told("offline").map(({ number }) => number)).toEqual([PROTOCOL + code]);
  await nothingLost(bench);
}

async function lostPuback(bench: Bench): Promise<void> {
  const { broker } = bench;
  await connected(bench, 1);
  await readings(bench, 2);
  broker.manners.takes = false;
  const before = broker.published.length;
  const unanswered = (): string | undefined => broker.published.slice(before).map(({ payload }) => payload).find((payload) => payload.includes('"count"'));
  await bench.until(() => unanswered() !== undefined);
  expect(broker.connections).toBe(1);
  const first = /"count","value":\d+,"datetime":"[^"]+"/.exec(unanswered()!)![0];
  bench.cut();
  broker.manners.takes = true;
  await connected(bench, 2);
  await bench.until(() => broker.published.some(({ connection, payload }) => connection === 2 && payload.includes(first)));
  await nothingLost(bench);
}

async function silentPeer(bench: Bench): Promise<void> {
  const { broker, device } = bench;
  await connected(bench, 1);
  broker.manners.answers = false;
  await bench.until(() => device.told("offline").length > 0);
  broker.manners.answers = true;
  await connected(bench, 2);
  await nothingLost(bench);
}

async function frozenPath(bench: Bench): Promise<void> {
  await connected(bench, 1);
  bench.freeze();
  await connected(bench, 2);
  await nothingLost(bench);
}

async function restart(bench: Bench): Promise<void> {
  const { device } = bench;
  await connected(bench, 1);
  await readings(bench, 2);
  const back = await bench.stop();
  await readings(bench, 10);
  expect(device.told("connected")).toHaveLength(1);
  await back();
  await connected(bench, 2);
  await nothingLost(bench);
}

async function foreignText(bench: Bench): Promise<void> {
  await connected(bench, 1);
  await echoes(bench, ["\u00e9", "\u20ac 5", "\u65e5\u672c\u8a9e", "\u{1f600}\u{1f680}", "\u00ff\u0100\ufeff", "tab\tquote\"slash\\"], 0, []);
  await nothingLost(bench);
}

async function burst(bench: Bench): Promise<void> {
  const { broker, device } = bench;
  await connected(bench, 1);
  let bytes = "";
  for (let i = 1; i <= 500; i += 1) bytes += broker.message([{ key: "tick", value: i }], i % 2 === 0 ? 0 : i);
  broker.send(bytes);
  await bench.until(() => device.told("command").length >= 500 && broker.acknowledged >= 250 && broker.values("ticks").at(-1) === 500);
  await nothingLost(bench);
  expect(device.told("command")).toHaveLength(500);
  expect(broker.acknowledged).toBe(250);
}

const malformedBytes: readonly (readonly [bytes: string, code: number])[] = [
  ["\x30\xff\xff\xff\xff\x01", 6],
  ["\x30\xff\xff\xff\x7f", 7],
  ["\x30\x05\x00\x09ab!", 6],
  ["\x00\x00", 6],
];

export const defectRows: readonly DefectRow[] = [
  ...[1, 2, 3, 4, 5].map((code) => ({
    title: `CONNACK ${code} is a refusal: nothing is reported as connected, and the device comes again`,
    run: (bench: Bench) => refusedConnack(bench, code),
  })),
  { title: "a refused SUBACK is a refusal, and the device comes again", run: refusedSuback },
  ...[1, 200, 300].map((bytes) => ({ title: `packets that come in pieces of ${bytes} bytes are packets`, run: (bench: Bench) => pieces(bench, bytes) })),
  { title: "packets that come joined are packets, whole ones and one cut off among them", run: joined },
  ...malformedBytes.map(([bytes, code]) => ({
    title: `the malformed bytes ${JSON.stringify(bytes)} end the connection with their code, and the device comes again`,
    run: (bench: Bench) => malformed(bench, bytes, code),
  })),
  { title: "a publish whose PUBACK was lost with the connection is published again", run: lostPuback },
  { title: "a peer that falls silent is noticed, and left", run: silentPeer },
  { title: "a path that swallows everything is noticed, and left", run: frozenPath },
  { title: "a broker that is restarted finds the device again, and all that it took meanwhile", run: restart },
  { title: "text that is no ASCII goes down and up unharmed", run: foreignText },
  { title: "500 messages in one burst are 500 commands", run: burst },
];
