/**
 * One whole life of a device, the same every time but for its power cuts: activation, readings, an outage that the log has to
 * bridge, a change of settings, a change of the token, a wrap of the log, and at last sleep between samples. After every cut
 * the device boots and goes on; where its flash lost everything, a person comes and provisions it anew.
 */
import { AgentCode } from "../../firmware/agent/link";
import { storeProvision } from "../../firmware/agent/settings";
import { measure, report, sleepBetween } from "../../firmware/index";
import type { Definition } from "../../firmware/index";
import { recordGet, recordsOpen } from "../../firmware/store/records";
import { checksum } from "../../sim/world/checksum";
import { createFlash, PowerCut } from "../../sim/world/flash";
import type { FlashKind, WorldFlash } from "../../sim/world/flash";
import { StorageFlash } from "../../sim/world/flash-storage";
import { seed } from "../support/budget";
import { CODES, createCloudWorld, createThingDevice, settings } from "../support/thethings-world";
import type { CloudWorld, WorldDevice } from "../support/thethings-world";

const areas = [
  { name: "records", blockBytes: 256, blocks: 4 },
  { name: "log", blockBytes: 256, blocks: 4 },
];
const KEYS = ["a", "b"];
/** Readings of each key while the device is awake, and in all. */
const AWAKE = 30;
const ALL = 34;
const SLEEP_MS = 60000;

export interface Life {
  readonly cloud: CloudWorld;
  readonly device: WorldDevice;
  readonly flash: WorldFlash;
  /** Numbers that the store accepted, by key, and numbers that arrived, in the order in which they did. */
  readonly accepted: Map<string, number[]>;
  readonly arrived: Map<string, number[]>;
  readonly newToken: string;
  /** Those that the device was given by activation. */
  readonly tokens: string[];
  sleeps: boolean;
  /** How often a person had to provision the device anew, and how many readings had been accepted and had not arrived then. */
  rescues: number;
  lost: number;
}

/** The flash of a life. A Storage that had nothing to compact would be as good as any: it begins with the trash of an earlier one. */
function lifeFlash(kind: FlashKind): WorldFlash {
  if (kind !== "espruino-storage") return createFlash({ areas, seed }, kind);
  const flash = new StorageFlash({ areas, seed, pageBytes: 512, pages: 8 });
  for (let n = 0; n < 4; n += 1) {
    flash.port.write(areas[1]!, 0, "earlier");
    flash.port.eraseBlock(areas[1]!, 0);
  }
  return flash;
}

function hear(life: Pick<Life, "cloud" | "arrived">, token: string): void {
  life.cloud.model.watch(token, (elements) => {
    for (const element of elements) life.arrived.get(element.key)?.push(Number(element.value));
  });
}

function begin(kind: FlashKind, plan: (flash: WorldFlash) => void): Life {
  const accepted = new Map<string, number[]>(KEYS.map((key) => [key, []]));
  const arrived = new Map<string, number[]>(KEYS.map((key) => [key, []]));
  const station: Definition = (thing) => {
    const sample = (most: number): void => {
      for (const key of KEYS) {
        const numbers = accepted.get(key)!;
        if (numbers.length < most && report(thing, key, numbers.length) === 0) numbers.push(numbers.length);
      }
    };
    for (const key of KEYS) measure(thing, { key });
    if (life.sleeps) {
      sleepBetween(thing, SLEEP_MS);
      sample(ALL);
    } else thing.board.clock.every(10000, () => sample(AWAKE));
  };
  const flash = lifeFlash(kind);
  const cloud = createCloudWorld({ seed });
  const newToken = cloud.model.createThing().thingToken;
  hear({ cloud, arrived }, newToken);
  const device = createThingDevice(cloud, "mqtt", station, settings({ host: "10.0.0.1" }), { flash });
  const life: Life = { cloud, device, flash, accepted, arrived, newToken, tokens: [], sleeps: false, rescues: 0, lost: 0 };
  // The first turn provisions; the cuts begin after it, because until then there is no device.
  cloud.world.run(0);
  flash.resetCounts();
  plan(flash);
  return life;
}

/** Lets time pass; a machine that lost its power gets it back after a second. */
function live(life: Life, ms: number): void {
  const { world } = life.cloud;
  const end = world.clock.now() + ms;
  // Damage may be found at any later boot, too.
  if (mayLose(life.flash) && life.device.machine.on) rescue(life);
  while (world.clock.now() < end) {
    world.runUntil(() => !life.device.machine.on && life.flash.isOff, end - world.clock.now());
    if (!life.flash.isOff) return;
    world.run(1000);
    life.device.machine.powerOn();
    world.run(500);
    if (mayLose(life.flash)) rescue(life);
  }
}

/** True when Storage was erased by its loader, or was being compacted when the power failed: what had been stored may be gone then. */
export function mayLose(flash: WorldFlash): boolean {
  return flash instanceof StorageFlash && (flash.wipes > 0 || flash.compactions > flash.compacted);
}

/** A person looks after a device that lost its program, its settings, or all room: loads the one, stores the other, erases. */
function rescue(life: Life): void {
  const { device, flash } = life;
  const waiting = KEYS.reduce((sum, key) => sum + life.accepted.get(key)!.length - new Set(life.arrived.get(key)).size, 0);
  life.lost = Math.max(life.lost, waiting);
  if (flash.isOff) return;
  /** What the device said of that since it booted last: its number. */
  const said = (event: string): number | undefined => device.told(event).filter(({ ms }) => ms >= device.told("boot").at(-1)!.ms).at(-1)?.number;
  try {
    // Files that nobody knows may have taken all room.
    if (said("refusedReading") === AgentCode.storeFailed) flash.restore(new Map([...flash.snapshot()].map(([name, bytes]) => [name, new Uint8Array(bytes.length).fill(255)])));
    // What the program was written upon may be damaged too, which the next boot finds.
    for (let tries = 0; tries < 4 && !flash.boot(); tries += 1) {
      flash.loadProgram();
      restart(life);
    }
    const stopped = said("stopped");
    if (stopped === undefined) return;
    // An older generation of its records may hold the code that has been used up.
    if (stopped !== AgentCode.unprovisioned && stopped !== AgentCode.activationRefused) throw new Error(`the device stopped with ${stopped}`);
    if (storeProvision(device.thing().records, settings({ host: "10.0.0.1", code: "", token: life.newToken })) !== 0) throw new Error("the device refuses to be provisioned anew");
    life.rescues += 1;
    restart(life);
  } catch (problem) {
    if (!(problem instanceof PowerCut)) throw problem;
    device.machine.powerCut();
  }
}

function restart({ cloud, device }: Life): void {
  device.machine.powerCut();
  device.machine.powerOn();
  cloud.world.run(1000);
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

/** The whole life; `plan` is told the flash when the device has been provisioned. */
export function run(kind: FlashKind, plan: (flash: WorldFlash) => void): Life {
  const life = begin(kind, plan);
  const { cloud, device } = life;
  const known = (): boolean => {
    const answer = cloud.model.things().map((id) => cloud.model.tokenOf(id)!).find((token) => token !== life.newToken);
    if (answer !== undefined && life.tokens.length === 0) hear(life, answer);
    if (answer !== undefined) life.tokens.push(answer);
    return answer !== undefined;
  };
  // The thing exists from its subscription on, seconds before the device has heard of it.
  for (let step = 0; step < 600 && !known() && life.rescues === 0; step += 1) live(life, 100);
  live(life, 60000);
  cloud.stopCloud();
  live(life, 40000);
  cloud.startCloud();
  live(life, 60000);
  change(life, () => storeProvision(device.thing().records, settings({ host: "10.0.0.1", timeHost: "10.0.0.1", code: "" })));
  change(life, () => storeProvision(device.thing().records, settings({ host: "10.0.0.1", code: "", token: life.newToken })));
  device.machine.powerCut();
  device.machine.powerOn();
  for (let step = 0; step < 40 && !done(life, AWAKE); step += 1) live(life, 30000);
  life.sleeps = true;
  device.machine.powerCut();
  device.machine.powerOn();
  for (let step = 0; step < 40 && !done(life, ALL); step += 1) live(life, 30000);
  return life;
}

function done(life: Life, readings: number): boolean {
  if (life.flash.isOff) return false;
  return KEYS.every((key) => life.accepted.get(key)!.length >= readings) && life.device.thing().publisher.log.waiting === 0;
}

/** For thousands of lives `expect` would cost a tenth of the time. */
function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/**
 * What must hold at the end. A log this small may fill up when an outage and two cuts meet; then, and only then, its oldest
 * readings are missing, and it counted exactly those. Where everything may be lost,
 * so may be what waited at that moment; but what arrives was accepted.
 */
export function check(life: Life, mayFill: boolean): void {
  const { log } = life.device.thing().publisher;
  const records = recordsOpen(life.flash.port, checksum, life.flash.port.open("records")!);
  const token = recordGet(records, "token");
  // Of the record store an older generation may be all that is left: its token is the one before.
  must(token === life.newToken || (mayLose(life.flash) && token !== undefined && life.tokens.includes(token)), "the token is not the new one");
  must(log.waiting === 0, `${log.waiting} readings wait`);
  must(mayLose(life.flash) || log.droppedCorrupt === 0, `${log.droppedCorrupt} readings are corrupt`);
  must(life.rescues === 0 || mayLose(life.flash), "the device lost what it was told");
  let missing = 0;
  for (const key of KEYS) {
    const accepted = life.accepted.get(key)!;
    const first = [...new Set(life.arrived.get(key))];
    // A block of the log that was lost and is found again by a later boot comes out of turn.
    if (mayLose(life.flash)) first.sort((a, b) => a - b);
    const expected = accepted.filter((number) => first.includes(number));
    must(accepted.length === ALL, `${key}: ${accepted.length} readings were accepted`);
    must(first.join() === expected.join(), `${key}: ${first.join()} arrived, not ${expected.join()}`);
    missing += accepted.length - first.length;
  }
  must(mayFill || mayLose(life.flash) || log.droppedFull === 0, `the log dropped ${log.droppedFull}`);
  must(missing <= log.droppedFull + life.lost, `${missing} are missing, ${log.droppedFull} counted, ${life.lost} waited when all was lost`);
  must(life.cloud.model.activate(CODES[1]).ok, "another thing cannot be activated");
}
