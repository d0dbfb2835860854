/**
 * The whole life of one device on the real interpreter, over real sockets: it activates, restarts, publishes, is offline,
 * drains, and obeys; over MQTT and over CoAP, with the local thethings.iO as `motet cloud` starts it. The same paths as in
 * paths.test.ts; a restart is the death of the process.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startThethings } from "../../sim/cloud/thethings/index";
import type { StartedThethings } from "../../sim/cloud/thethings/index";
import { bootReport, choiceOf } from "../support/choice";
import { CODES, everyValue, settings } from "../support/thethings-world";
import type { Transport } from "../support/thethings-world";
import { root } from "./engines";
import { InterpreterDevice, interpreterImage, Pulse, together } from "./interpreter-rig";

const APP = "test/engines/apps/quick-probe.ts";

const onEspruino = process.env["ESPRUINO"] ? test : test.skip;
const LOOPBACK = "127.0.0.1";
const TIMEOUT_MS = 600000;
/** Devices at a time. */
const AT_ONCE = 3;

const upTo = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** One device and one cloud. */
class Life {
  readonly pulse = new Pulse();
  private readonly stateDir = mkdtempSync(join(tmpdir(), "motet-cloud-"));
  private cloud: StartedThethings | undefined;
  private ports: { mqtt: number; coap: number } | undefined;
  private made: InterpreterDevice | undefined;

  constructor(private readonly transport: Transport) {}

  get device(): InterpreterDevice {
    return this.made!;
  }

  get model(): StartedThethings["model"] {
    return this.cloud!.model;
  }

  /** Starts the cloud; again, on the same ports and with what it kept. */
  async startCloud(): Promise<void> {
    this.cloud = await startThethings({ stateDir: this.stateDir, activationCodes: CODES, ...this.ports });
    const { mqtt, coap } = this.cloud.ports;
    this.ports = { mqtt, coap };
  }

  async stopCloud(): Promise<void> {
    await this.cloud?.close();
  }

  /** Switches the device on, and waits until it is activated and connected. */
  async begin(): Promise<void> {
    await this.startCloud();
    const provision = settings({ host: LOOPBACK, port: this.transport === "mqtt" ? this.ports!.mqtt : this.ports!.coap });
    this.made = new InterpreterDevice(await interpreterImage(APP, this.transport), provision, this.pulse);
    this.device.powerOn();
    await this.device.until(() => this.device.told("connected").length === 1);
  }

  async end(): Promise<void> {
    await this.made?.close();
    await this.stopCloud();
    rmSync(this.stateDir, { recursive: true });
  }

  private token(): string {
    return this.model.tokenOf(this.model.things()[0]!)!;
  }

  /** All values of a key that the cloud holds, oldest first. */
  values(key: string): unknown[] {
    return everyValue(this.model, this.token(), key);
  }

  send(key: string, value: unknown): void {
    expect(this.model.write(this.token(), { values: [{ key, value }] }, { via: "rest" }).ok).toBe(true);
  }

  /** Counts that it took, as far as they were heard. */
  taken(): number {
    return this.device.told("reading").filter(({ text }) => text.startsWith("count ")).length;
  }
}

async function activateAndRestart(life: Life): Promise<void> {
  const { device } = life;
  await device.until(() => life.values("count").length >= 8);
  const before = life.values("count").length;
  expect(life.values("count")).toEqual(upTo(1, before));
  expect(life.values("third").slice(0, 6)).toEqual([0.333, 0.667, 1, 1.333, 1.667, 2]);
  // 0: the interpreter on a PC does not tell why it booted.
  expect(life.values("device.boot")).toEqual([expect.stringMatching(bootReport(choiceOf(root, APP), "reset=0 error=0 boot=1"))]);
  await device.powerCut();
  // What it published before it was cut, it published.
  const settled = life.values("count").length;
  device.powerOn();
  await device.until(() => device.told("connected").length === 2);
  let counts: number[] = [];
  // The cloud gives them by their times, so that what came twice stands side by side, and the second life begins where it goes down.
  const beginning = (): number => counts.findIndex((count, i) => i > 0 && count < counts[i - 1]!);
  await device.until(() => {
    counts = life.values("count") as number[];
    return beginning() > 0 && counts.length >= beginning() + 6;
  });
  const again = beginning();
  const first = counts.slice(0, again);
  expect([...new Set(first)]).toEqual(upTo(1, Math.max(...first)));
  expect(counts.slice(again)).toEqual(upTo(1, counts.length - again));
  // Twice came only what stood in the cloud, and could not be marked any more, when the process died: its last counts.
  const repeated = first.filter((count, i) => first.indexOf(count) !== i);
  const last = repeated.at(-1) ?? settled;
  expect(repeated).toEqual(upTo(last - repeated.length + 1, last));
  expect(last).toBeGreaterThanOrEqual(settled);
  expect(again).toBeGreaterThanOrEqual(before);
  expect(device.told("activated")).toHaveLength(1);
  expect(life.model.things()).toHaveLength(1);
  expect(life.model.activate(CODES[0]).ok).toBe(false);
}

async function offlineAndDrain(life: Life): Promise<void> {
  const { device } = life;
  await device.until(() => life.values("count").length >= 3);
  const arrived = life.values("count").length;
  await life.stopCloud();
  let wanted = life.taken() + 8;
  await device.until(() => life.taken() >= wanted);
  await device.powerCut();
  const before = life.taken();
  device.powerOn();
  wanted = before + 8;
  await device.until(() => life.taken() >= wanted);
  const drained = device.told("drained").length;
  await life.startCloud();
  expect(life.values("count").length).toBeLessThan(arrived + 3);
  await device.until(() => device.told("drained").length > drained);
  const counts = life.values("count") as number[];
  // One that was stored, and not heard of, when the process died.
  const kept = counts.indexOf(1, 1);
  expect([before, before + 1]).toContain(kept);
  expect(counts).toEqual([...upTo(1, kept), ...upTo(1, counts.length - kept)]);
  expect(counts.length - kept).toBeGreaterThanOrEqual(8);
  expect(device.told("activated")).toHaveLength(1);
}

async function obey(life: Life): Promise<void> {
  const { device } = life;
  for (const [i, on] of [true, false, true].entries()) {
    life.send("fan", on);
    await device.until(() => life.values("fan.state").length > i);
  }
  life.send("fan", "yes");
  await device.until(() => device.told("commandRefused").length > 0);
  const text = "Z\u00fcrich \u20ac \u{1f600} \"q\" \\";
  life.send("label", text);
  await device.until(() => life.values("echo").length > 0);
  expect(life.values("fan.state")).toEqual([true, false, true]);
  expect(life.values("echo")).toEqual([text]);
  expect(device.told("command")).toHaveLength(4);
  expect(device.told("commandRefused")).toHaveLength(1);
}

const paths: readonly (readonly [title: string, walk: (life: Life) => Promise<void>])[] = [
  ["activates once, publishes, and remembers its token when its process was killed", activateAndRestart],
  ["keeps readings while it is offline, over a restart too, and drains them in order", offlineAndDrain],
  ["obeys what it declared, once, and says so", obey],
];

async function live(transport: Transport, walk: (life: Life) => Promise<void>): Promise<void> {
  const life = new Life(transport);
  try {
    await life.begin();
    await walk(life);
    expect(life.device.failures).toEqual([]);
  } finally {
    await life.end();
  }
}

const rows = (["coap", "mqtt"] as const).flatMap((transport) => paths.map(([title, walk]) => ({ title: `over ${transport} it ${title}`, run: () => live(transport, walk) })));
const answer = together(rows.map(({ run }) => run), AT_ONCE);

for (const [i, { title }] of rows.entries()) onEspruino(`[espruino] ${title}`, () => answer(i), TIMEOUT_MS);
