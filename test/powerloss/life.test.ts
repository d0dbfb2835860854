/**
 * The power fails everywhere in a whole life: activation, readings, an outage that the log has to bridge, a change of settings,
 * a change of the token, a wrap of the log. After every cut the device boots and goes on: its token is the old one or the
 * new one, no accepted reading is lost, none is torn, and all arrive in order per key.
 */
import { recordGet } from "../../firmware/store/records";
import { storeProvision } from "../../firmware/agent/settings";
import { measure, report } from "../../firmware/index";
import type { Definition } from "../../firmware/index";
import { createFlash } from "../../sim/world/flash";
import type { ByteOutcome, EraseOutcome, WorldFlash } from "../../sim/world/flash";
import { byteOutcomes, eraseOutcomes } from "../../sim/world/flash";
import { budget, generator, seed } from "../support/budget";
import { CODES, createCloudWorld, createThingDevice, settings } from "../support/thethings-world";
import type { CloudWorld, WorldDevice } from "../support/thethings-world";

const areas = [
  { name: "records", blockBytes: 256, blocks: 4 },
  { name: "log", blockBytes: 256, blocks: 4 },
];
const KEYS = ["a", "b"];

interface Life {
  readonly cloud: CloudWorld;
  readonly device: WorldDevice;
  readonly flash: WorldFlash;
  /** Numbers that the store accepted, by key, and numbers that arrived, in the order in which they did. */
  readonly accepted: Map<string, number[]>;
  readonly arrived: Map<string, number[]>;
  readonly newToken: string;
}

function hear(life: Pick<Life, "cloud" | "arrived">, token: string): void {
  life.cloud.model.watch(token, (elements) => {
    for (const element of elements) life.arrived.get(element.key)?.push(Number(element.value));
  });
}

function begin(plan: (flash: WorldFlash) => void): Life {
  const accepted = new Map<string, number[]>(KEYS.map((key) => [key, []]));
  const arrived = new Map<string, number[]>(KEYS.map((key) => [key, []]));
  const station: Definition = (thing) => {
    for (const key of KEYS) measure(thing, { key });
    thing.board.clock.every(10000, () => {
      for (const key of KEYS) {
        const numbers = accepted.get(key)!;
        if (numbers.length < 30 && report(thing, key, numbers.length) === 0) numbers.push(numbers.length);
      }
    });
  };
  const flash = createFlash({ areas, seed });
  const cloud = createCloudWorld({ seed });
  const newToken = cloud.model.createThing().thingToken;
  hear({ cloud, arrived }, newToken);
  const device = createThingDevice(cloud, "mqtt", station, settings({ host: "10.0.0.1" }), { flash });
  // The first turn provisions; the cuts begin after it, because until then there is no device.
  cloud.world.run(0);
  flash.resetCounts();
  plan(flash);
  return { cloud, device, flash, accepted, arrived, newToken };
}

/** Lets time pass; a machine that lost its power gets it back after a second. */
function live(life: Life, ms: number): void {
  const { world } = life.cloud;
  const end = world.clock.now() + ms;
  while (world.clock.now() < end) {
    world.runUntil(() => !life.device.machine.on && life.flash.isOff, end - world.clock.now());
    if (!life.flash.isOff) return;
    world.run(1000);
    life.device.machine.powerOn();
    world.run(500);
  }
}

/** Does something to the running device from outside, again if the power fails in it. */
function change(life: Life, act: () => number): void {
  for (let tries = 0; tries < 4; tries += 1) {
    live(life, 1000);
    try {
      if (act() !== 0) throw new Error("the change was refused");
      return;
    } catch (problem) {
      if (!life.flash.isOff) throw problem;
      life.device.machine.powerCut();
    }
  }
}

/** The whole life; the same every time but for the cuts. */
function run(plan: (flash: WorldFlash) => void): Life {
  const life = begin(plan);
  const { cloud, device } = life;
  let first: string | undefined;
  const known = (): boolean => {
    const answer = cloud.model.things().map((id) => cloud.model.tokenOf(id)!).find((token) => token !== life.newToken);
    if (answer !== undefined && first === undefined) hear(life, (first = answer));
    return answer !== undefined;
  };
  // The thing exists from its subscription on, seconds before the device has heard of it.
  for (let step = 0; step < 600 && !known(); step += 1) live(life, 100);
  live(life, 60000);
  cloud.stopCloud();
  live(life, 40000);
  cloud.startCloud();
  live(life, 60000);
  change(life, () => storeProvision(device.thing().records, settings({ host: "10.0.0.1", timeHost: "10.0.0.1", code: "" })));
  change(life, () => storeProvision(device.thing().records, settings({ host: "10.0.0.1", code: "", token: life.newToken })));
  device.machine.powerCut();
  device.machine.powerOn();
  for (let step = 0; step < 40 && !done(life); step += 1) live(life, 30000);
  return life;
}

function done(life: Life): boolean {
  if (!life.device.machine.on || life.flash.isOff) return false;
  return KEYS.every((key) => life.accepted.get(key)!.length === 30) && life.device.thing().publisher.log.waiting === 0;
}

/** For thousands of lives `expect` would cost a tenth of the time. */
function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/**
 * What must hold at the end. A log this small may fill up when an outage and two cuts meet; then, and only then, its oldest
 * readings are missing, and it counted exactly those.
 */
function check(life: Life, mayFill: boolean): void {
  const { log } = life.device.thing().publisher;
  must(recordGet(life.device.thing().records, "token") === life.newToken, "the token is not the new one");
  must(log.waiting === 0, `${log.waiting} readings wait`);
  must(log.droppedCorrupt === 0, `${log.droppedCorrupt} readings are corrupt`);
  let missing = 0;
  for (const key of KEYS) {
    const accepted = life.accepted.get(key)!;
    const first = [...new Set(life.arrived.get(key))];
    const expected = accepted.filter((number) => first.includes(number));
    must(first.join() === expected.join(), `${key}: ${first.join()} arrived, not ${expected.join()}`);
    missing += accepted.length - first.length;
  }
  must(mayFill || log.droppedFull === 0, `the log dropped ${log.droppedFull}`);
  must(missing <= log.droppedFull, `${missing} are missing, ${log.droppedFull} counted`);
  must(life.cloud.model.activate(CODES[1]).ok, "another thing cannot be activated");
}

test("a life without a cut", () => {
  const life = run(() => undefined);
  check(life, false);
  expect(life.flash.wear("log").every((erases) => erases > 0)).toBe(true);
});

type Cut = { readonly kind: "program"; readonly at: number; readonly outcome: ByteOutcome } | { readonly kind: "erase"; readonly at: number; readonly outcome: EraseOutcome };

function arm(flash: WorldFlash, cut: Cut): void {
  if (cut.kind === "program") flash.cutInProgram(cut.at, cut.outcome);
  else flash.cutInErase(cut.at, cut.outcome);
}

/** What a life programs: how many bytes, which of them are the first of a write, and how many blocks it erases. */
function measureLife(): { programmed: number; erases: number; firsts: Set<number> } {
  const firsts = new Set<number>();
  const { flash } = run(({ port, counts }) => {
    const { write } = port;
    Object.assign(port, {
      write: (...args: Parameters<typeof write>) => {
        firsts.add(counts.programmed);
        return write(...args);
      },
    });
  });
  return { programmed: flash.counts.programmed, erases: flash.counts.erases, firsts };
}

/**
 * Every byte and every erase of the life, with every outcome. "Nothing of this byte" is "all of the one before" in the same
 * write, to the last bit and at the same moment: that life is lived once.
 */
function cuts({ programmed, erases, firsts }: ReturnType<typeof measureLife>): Cut[] {
  const all: Cut[] = [];
  for (let at = 0; at < programmed; at += 1) {
    for (const outcome of byteOutcomes) if (outcome !== "none" || firsts.has(at)) all.push({ kind: "program", at, outcome });
  }
  for (let at = 0; at < erases; at += 1) for (const outcome of eraseOutcomes) all.push({ kind: "erase", at, outcome });
  return all;
}

test("a cut in every byte and in every erase of a life", () => {
  const whole = measureLife();
  const { programmed, erases, firsts } = whole;
  const planned = cuts(whole);
  expect(planned).toHaveLength(2 * programmed + firsts.size + 6 * erases);
  expect(firsts.size).toBeGreaterThan(150);
  let came = 0;
  for (const cut of planned) {
    const life = run((flash) => arm(flash, cut));
    try {
      check(life, false);
    } catch (problem) {
      throw new Error(`cut in ${cut.kind} ${cut.at} (${cut.outcome}), seed ${seed}: ${String(problem)}`, { cause: problem });
    }
    if (life.device.machine.boots.length > 2) came += 1;
  }
  expect(programmed).toBeGreaterThan(1500);
  expect(came).toBe(planned.length);
});

const PAIRS = budget(1500, 30000);

test(`a second cut while the device recovers from the first: ${PAIRS} pairs`, () => {
  const { programmed } = measureLife();
  const draw = generator(seed);
  for (let n = 0; n < PAIRS; n += 1) {
    const first: Cut = { kind: "program", at: draw(programmed), outcome: byteOutcomes[draw(3)]! };
    const second = draw(120);
    let armed = false;
    const life = run((flash) => {
      arm(flash, first);
      const restore = flash.restore.bind(flash);
      flash.restore = (image) => {
        restore(image);
        if (armed) return;
        armed = true;
        flash.cutInProgram(second, byteOutcomes[draw(3)]!);
      };
    });
    try {
      check(life, true);
    } catch (problem) {
      throw new Error(`cut at byte ${first.at}, then ${second} bytes into the recovery, seed ${seed}: ${String(problem)}`, { cause: problem });
    }
  }
});
