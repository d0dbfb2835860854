/**
 * Hard days: a seeded sequence of outages, lost directions, loss and reordering, power cuts at any moment and inside flash
 * writes, over hours of virtual time. At the end every accepted reading has arrived or was counted as dropped, in order per
 * key, and every command ran at most once.
 */
import { measure, onCommand, report } from "../../firmware/index";
import type { Definition } from "../../firmware/index";
import { budget, generator, seed } from "../support/budget";
import { createCloudWorld, createThingDevice, settings } from "../support/thethings-world";
import type { CloudWorld, Transport, WorldDevice } from "../support/thethings-world";

const KEYS = ["a", "b", "c"];

interface Day {
  readonly cloud: CloudWorld;
  readonly device: WorldDevice;
  readonly accepted: Map<string, number[]>;
  readonly arrived: Map<string, number[]>;
  readonly obeyed: number[];
  sent: number;
  cloudUp: boolean;
}

function begin(transport: Transport, run: number): Day {
  const accepted = new Map<string, number[]>(KEYS.map((key) => [key, []]));
  const arrived = new Map<string, number[]>(KEYS.map((key) => [key, []]));
  const obeyed: number[] = [];
  const station: Definition = (thing) => {
    for (const key of KEYS) measure(thing, { key });
    thing.board.clock.every(20000, () => {
      for (const key of KEYS) {
        const numbers = accepted.get(key)!;
        if (report(thing, key, numbers.length) === 0) numbers.push(numbers.length);
      }
    });
    onCommand(thing, { key: "order", type: "number" }, (n) => void obeyed.push(n));
  };
  const cloud = createCloudWorld({ seed: run, conditions: { tcpSegmentBytes: { min: 1, max: 200 }, udpLossRate: 0.05, udpDuplicateRate: 0.05, udpReorderRate: 0.05 } });
  const device = createThingDevice(cloud, transport, station, settings());
  if (!cloud.world.runUntil(() => device.told("connected").length > 0, 3600000)) throw new Error("the device never connected");
  cloud.model.watch(device.thing().token, (elements) => {
    for (const element of elements) arrived.get(element.key)?.push(Number(element.value));
  });
  return { cloud, device, accepted, arrived, obeyed, sent: 0, cloudUp: true };
}

/** One thing that goes wrong, or right again. */
function happen(day: Day, draw: (below: number) => number): void {
  const { cloud, device } = day;
  const what = draw(9);
  if (what === 0 && day.cloudUp) cloud.stopCloud();
  if (what <= 1 && (what === 0) === day.cloudUp) {
    if (what === 1) cloud.startCloud();
    day.cloudUp = what === 1;
  }
  if (what === 2) cloud.wire.toDevice = draw(2) === 0;
  if (what === 3) cloud.wire.toCloud = draw(2) === 0;
  if (what === 4) device.machine.powerCut();
  if (what === 5 && device.machine.on) device.machine.flash.cutInProgram(draw(60), (["none", "some", "all"] as const)[draw(3)]!);
  if (what === 6) for (const link of device.machine.links) link.cutAfter(draw(2) === 0 ? "up" : "down", draw(100));
  if (what === 7) for (const link of device.machine.links) link.freeze();
  if (what === 8) {
    cloud.model.write(device.thing().token, { values: [{ key: "order", value: (day.sent += 1) }] }, { via: "app" });
  }
}

function live(day: Day, ms: number): void {
  const { cloud, device } = day;
  const end = cloud.world.clock.now() + ms;
  while (cloud.world.clock.now() < end) {
    cloud.world.run(Math.min(10000, end - cloud.world.clock.now()));
    if (!device.machine.on) device.machine.powerOn();
  }
}

function finish(day: Day): void {
  const { cloud, device } = day;
  cloud.wire.toCloud = true;
  cloud.wire.toDevice = true;
  if (!day.cloudUp) cloud.startCloud();
  day.cloudUp = true;
  device.machine.flash.restore();
  for (let step = 0; step < 720; step += 1) {
    live(day, 10000);
    if (device.machine.on && device.thing().publisher.live && device.thing().publisher.log.waiting === 0) return;
  }
  throw new Error("the log never drained");
}

/**
 * Every cut inside a write costs the log the rest of that block, so that many of them in one long outage can fill it. What
 * is then missing was counted: the readings of the app, and the boot reports among the dropped.
 */
function check(day: Day): void {
  const { log } = day.device.thing().publisher;
  if (log.droppedCorrupt !== 0) throw new Error(`${log.droppedCorrupt} readings were found corrupt`);
  let missing = 0;
  for (const key of KEYS) {
    const first = [...new Set(day.arrived.get(key))];
    const known = new Set(first);
    // The newest reading may have been made after the log was last empty.
    const accepted = day.accepted.get(key)!.filter((number, i, all) => known.has(number) || i < all.length - 1);
    const expected = accepted.filter((number) => known.has(number));
    const at = first.findIndex((number, i) => number !== expected[i]);
    if (at >= 0) throw new Error(`${key}: out of order at ${at}: ${first[at]} where ${expected[at]} was due`);
    missing += accepted.length - expected.length;
  }
  if (missing > log.droppedFull || log.droppedFull > missing + day.device.machine.boots.length) throw new Error(`${missing} readings are missing, ${log.droppedFull} were counted`);
  if (new Set(day.obeyed).size !== day.obeyed.length) throw new Error("a command ran twice");
}

test.each<Transport>(["mqtt", "coap"])("over %s nothing is lost uncounted, nothing leaves its order, no command runs twice", (transport) => {
  const runs = budget(60, 2000);
  let arrivedInAll = 0;
  for (let run = 0; run < runs; run += 1) {
    const draw = generator(seed * 100003 + run);
    const day = begin(transport, seed * 100003 + run);
    try {
      for (let step = 0; step < 40; step += 1) {
        happen(day, draw);
        live(day, 1000 + draw(240000));
      }
      finish(day);
      check(day);
    } catch (problem) {
      throw new Error(`${transport}, run ${run} of seed ${seed}: ${problem instanceof Error ? problem.message : String(problem)}`, { cause: problem });
    }
    arrivedInAll += day.arrived.get("a")!.length;
  }
  expect(arrivedInAll).toBeGreaterThan(runs * 50);
});
