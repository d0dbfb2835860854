/**
 * What MQTT modules for these boards get wrong, as a table: refused connections reported as connected, packets lost when they
 * are split or joined, publishes lost with the connection, dead peers never noticed, text broken, bursts dropped. The device
 * image passes each on every engine, against a broker that misbehaves in the virtual world.
 */
import { SERVER_ADDRESS } from "../../sim/world/network";
import { createWorld } from "../../sim/world/world";
import type { World } from "../../sim/world/world";
import { settings } from "../support/thethings-world";
import { engineNames, mainOf } from "./engines";
import type { EngineName } from "./engines";
import { createEngineDevice, network, runFor, runUntil, serveTime, stopEngines } from "./rig";
import type { EngineDevice } from "./rig";
import { ScriptedBroker } from "./scripted-broker";

const minute = 60000;
const token = "canary-token-0123456789";
/** Codes of the agent: MQTT's own are told with 128 added. */
const protocol = 128;

interface Bench {
  readonly world: World;
  readonly broker: ScriptedBroker;
  readonly device: EngineDevice;
  /** Stops listening and forgets every connection, as a broker that is restarted; gives the way back. */
  restart(): () => void;
}

function listen(world: World, broker: ScriptedBroker): () => void {
  const listening = world.listenTcp(1883, (stream) => {
    const client = broker.accept({ send: (bytes) => stream.send(bytes), close: () => stream.close() });
    return { onBytes: (bytes) => client.receive(bytes), onEnded: () => client.ended() };
  });
  return () => listening.close();
}

async function bench(engine: EngineName, seed: number): Promise<Bench> {
  const main = await mainOf(engine, "test/engines/apps/probe.ts", "mqtt");
  const world = createWorld({ seed });
  const broker = new ScriptedBroker(token);
  let stop = listen(world, broker);
  serveTime(world);
  const device = createEngineDevice(world, main, settings({ ...network, host: SERVER_ADDRESS, timeHost: SERVER_ADDRESS, code: "", token }));
  return {
    world,
    broker,
    device,
    restart: () => {
      stop();
      for (const link of device.machine.links) link.forget();
      broker.live.clear();
      return () => {
        stop = listen(world, broker);
      };
    },
  };
}

function connected({ world, device }: Bench, times: number): void {
  runUntil(world, device, () => device.told("connected").length === times, 10 * minute);
}

/** Every count that the device ever took has arrived, in order, whatever went wrong. */
function nothingLost({ world, broker, device }: Bench): void {
  runFor(world, device, 3 * minute);
  const counts = broker.values("count") as number[];
  expect(counts).toEqual(counts.map((_, i) => i + 1));
  expect(counts.length).toBeGreaterThanOrEqual(device.told("reading").filter(({ text }) => text.startsWith("count ")).length - 1);
  expect(device.machine.boots).toHaveLength(1);
  expect(device.failures).toEqual([]);
}

jest.setTimeout(120000);
afterEach(stopEngines);

describe.each(engineNames)("on %s", (engine) => {
  test.each([1, 2, 3, 4, 5])("CONNACK %d is a refusal: nothing is reported as connected, and the device comes again", async (code) => {
    const run = await bench(engine, 910 + code);
    run.broker.manners.connack = [code, code];
    runUntil(run.world, run.device, () => run.device.told("retry").length === 2, minute);
    expect(run.device.told("connected")).toEqual([]);
    // The broker closes with its refusal; what it said is what the device names.
    for (const { number } of run.device.told("offline")) expect(number).toBe(protocol + code);
    expect(run.broker.published).toEqual([]);
    connected(run, 1);
    expect(run.broker.connections).toBe(3);
    nothingLost(run);
  });

  test("a refused SUBACK is a refusal, and the device comes again", async () => {
    const run = await bench(engine, 920);
    run.broker.manners.suback = [128, 128];
    runUntil(run.world, run.device, () => run.device.told("offline").length > 0, minute);
    expect(run.device.told("offline").map(({ number }) => number)).toEqual([73]);
    expect(run.device.told("connected")).toEqual([]);
    connected(run, 1);
    expect(run.broker.connections).toBe(3);
    nothingLost(run);
  });

  test.each([1, 200, 300])("packets that come in pieces of %d bytes are packets", async (bytes) => {
    const run = await bench(engine, 930 + bytes);
    run.device.machine.conditions.tcpSegmentBytes = { min: bytes, max: bytes };
    connected(run, 1);
    const labels = ["", "a", "b".repeat(60), "c".repeat(100)];
    for (const value of labels) {
      run.broker.send(run.broker.message([{ key: "label", value }, { key: "pad", value: "x".repeat(400) }], 7));
      runFor(run.world, run.device, 20000);
    }
    runFor(run.world, run.device, minute);
    expect(run.broker.values("echo")).toEqual(labels);
    expect(run.broker.acknowledged).toBe(labels.length);
    nothingLost(run);
  });

  test("packets that come joined are packets, whole ones and one cut off among them", async () => {
    const run = await bench(engine, 940);
    connected(run, 1);
    const message = (value: string): string => run.broker.message([{ key: "label", value }], 0);
    const all = ["one", "two", "three", "four", "five"].map(message).join("") + "\xd0\x00" + message("six");
    run.broker.send(all.slice(0, -9));
    run.broker.send(all.slice(-9) + message("seven"));
    runFor(run.world, run.device, minute);
    expect(run.broker.values("echo")).toEqual(["one", "two", "three", "four", "five", "six", "seven"]);
    nothingLost(run);
  });

  test.each([
    ["\x30\xff\xff\xff\xff\x01", 6],
    ["\x30\xff\xff\xff\x7f", 7],
    ["\x30\x05\x00\x09ab!", 6],
    ["\x00\x00", 6],
  ])("the malformed bytes %j end the connection with their code, and the device comes again", async (bytes, code) => {
    const run = await bench(engine, 950 + bytes.length);
    connected(run, 1);
    run.broker.send(bytes);
    connected(run, 2);
    expect(run.device.told("offline").map(({ number }) => number)).toEqual([protocol + code]);
    nothingLost(run);
  });

  test("a publish whose PUBACK was lost with the connection is published again", async () => {
    const run = await bench(engine, 960);
    connected(run, 1);
    runFor(run.world, run.device, minute);
    run.broker.manners.takes = false;
    runFor(run.world, run.device, 31000);
    const unanswered = run.broker.published.filter(({ payload }) => payload.includes('"count"')).at(-1)!;
    expect(unanswered.connection).toBe(1);
    for (const link of run.device.machine.links) link.cut();
    run.broker.manners.takes = true;
    connected(run, 2);
    runFor(run.world, run.device, 1000);
    const again = run.broker.published.filter(({ connection }) => connection === 2).map(({ payload }) => payload).join();
    const first = /"count","value":\d+,"datetime":"[^"]+"/.exec(unanswered.payload)![0];
    expect(again).toContain(first);
    nothingLost(run);
  });

  test("a peer that falls silent is noticed, and left", async () => {
    const run = await bench(engine, 970);
    connected(run, 1);
    run.broker.manners.answers = false;
    runFor(run.world, run.device, 3 * minute);
    expect(run.device.told("offline").length).toBeGreaterThan(0);
    run.broker.manners.answers = true;
    connected(run, 2);
    nothingLost(run);
  });

  test("a path that swallows everything is noticed, and left", async () => {
    const run = await bench(engine, 971);
    connected(run, 1);
    for (const link of run.device.machine.links) link.freeze();
    connected(run, 2);
    nothingLost(run);
  });

  test("a broker that is restarted finds the device again, and all that it took meanwhile", async () => {
    const run = await bench(engine, 980);
    connected(run, 1);
    runFor(run.world, run.device, minute);
    const back = run.restart();
    runFor(run.world, run.device, 5 * minute);
    expect(run.device.told("connected")).toHaveLength(1);
    back();
    connected(run, 2);
    nothingLost(run);
  });

  test("text that is no ASCII goes down and up unharmed", async () => {
    const run = await bench(engine, 990);
    connected(run, 1);
    const texts = ["\u00e9", "\u20ac 5", "\u65e5\u672c\u8a9e", "\u{1f600}\u{1f680}", "\u00ff\u0100\ufeff", "tab\tquote\"slash\\"];
    for (const value of texts) {
      run.broker.send(run.broker.message([{ key: "label", value }], 0));
      runFor(run.world, run.device, 20000);
    }
    runFor(run.world, run.device, minute);
    expect(run.broker.values("echo")).toEqual(texts);
    nothingLost(run);
  });

  test("500 messages in one burst are 500 commands", async () => {
    const run = await bench(engine, 995);
    connected(run, 1);
    let burst = "";
    for (let i = 1; i <= 500; i += 1) burst += run.broker.message([{ key: "tick", value: i }], i % 2 === 0 ? 0 : i);
    run.broker.send(burst);
    runFor(run.world, run.device, 2 * minute);
    expect(run.device.told("command")).toHaveLength(500);
    expect(run.broker.acknowledged).toBe(250);
    expect(run.broker.values("ticks").at(-1)).toBe(500);
    nothingLost(run);
  });
});
