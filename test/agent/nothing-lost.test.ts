/**
 * A thousand readings and a cloud, or a device, that dies in the middle of them: every accepted reading arrives, in order
 * per key, and only what was sent without its acknowledgement coming back arrives twice.
 */
import { locate, measure, report } from "../../firmware/index";
import type { Definition } from "../../firmware/index";
import { seed } from "../support/budget";
import { createCloudWorld, createThingDevice, everyValue, settings } from "../support/thethings-world";
import type { CloudWorld, Transport, WorldDevice } from "../support/thethings-world";

const READINGS = 1000;
const KEYS = ["a", "b"];

interface Ledger {
  /** Values that the device's store accepted, by key. */
  readonly accepted: Map<string, number[]>;
}

/** Reports one reading of each key a second, numbered, until a thousand are accepted; goes on where it was after a restart. */
function counting(ledger: Ledger): Definition {
  return (thing) => {
    for (const key of KEYS) measure(thing, { key });
    thing.board.clock.every(1000, () => {
      for (const key of KEYS) {
        const values = ledger.accepted.get(key)!;
        if (values.length < READINGS / KEYS.length && report(thing, key, values.length) === 0) values.push(values.length);
      }
    });
  };
}

const arrived = (cloud: CloudWorld, token: string, key: string): number[] => everyValue(cloud.model, token, key).map(Number);

/** What the cloud accepted, in the order in which it did. */
function watchAll(cloud: CloudWorld, device: WorldDevice): Map<string, number[]> {
  const order = new Map<string, number[]>(KEYS.map((key) => [key, []]));
  cloud.model.watch(device.thing().token, (elements) => {
    for (const element of elements) order.get(element.key)?.push(Number(element.value));
  });
  return order;
}

function begin(transport: Transport, run: number): { cloud: CloudWorld; device: WorldDevice; ledger: Ledger; order: Map<string, number[]> } {
  const ledger: Ledger = { accepted: new Map(KEYS.map((key) => [key, []])) };
  const cloud = createCloudWorld({ seed: run });
  const device = createThingDevice(cloud, transport, counting(ledger), settings());
  expect(cloud.world.runUntil(() => device.told("connected").length > 0, 60000)).toBe(true);
  return { cloud, device, ledger, order: watchAll(cloud, device) };
}

/** First arrivals in order, nothing missing; answers how many came more than once. */
function checkOrder(order: Map<string, number[]>, ledger: Ledger): number {
  let doubled = 0;
  for (const key of KEYS) {
    const numbers = order.get(key)!;
    const first = [...new Set(numbers)];
    expect(first).toEqual(ledger.accepted.get(key));
    doubled += numbers.length - first.length;
  }
  return doubled;
}

function finish(cloud: CloudWorld, device: WorldDevice, ledger: Ledger): void {
  const done = (): boolean => KEYS.every((key) => ledger.accepted.get(key)!.length === READINGS / KEYS.length) && device.machine.on && device.thing().publisher.log.waiting === 0;
  expect(cloud.world.runUntil(done, 3 * 3600000)).toBe(true);
}

describe.each<Transport>(["mqtt", "coap"])("over %s", (transport) => {
  test("nothing is lost and nothing doubles while nothing fails", () => {
    const { cloud, device, ledger, order } = begin(transport, seed);
    finish(cloud, device, ledger);
    expect(checkOrder(order, ledger)).toBe(0);
    expect(arrived(cloud, device.thing().token, "a")).toEqual(ledger.accepted.get("a"));
  });

  test("the cloud dies in the middle and comes back", () => {
    const { cloud, device, ledger, order } = begin(transport, seed + 1);
    cloud.world.run(200000);
    const waited = ledger.accepted.get("a")!.length;
    cloud.stopCloud();
    cloud.world.run(300000);
    expect(ledger.accepted.get("a")!.length).toBeGreaterThan(waited);
    expect(device.thing().publisher.log.waiting).toBeGreaterThan(100);
    cloud.startCloud();
    finish(cloud, device, ledger);
    // What was in flight when the cloud died may have arrived without its acknowledgement.
    expect(checkOrder(order, ledger)).toBeLessThanOrEqual(80);
    expect(device.told("drained").length).toBeGreaterThan(0);
  });

  test("the device dies in the middle and comes back", () => {
    const { cloud, device, ledger, order } = begin(transport, seed + 2);
    for (let cut = 0; cut < 5; cut += 1) {
      cloud.world.run(60000 + cut * 137);
      device.machine.powerCut();
      cloud.world.run(5000);
      device.machine.powerOn();
    }
    finish(cloud, device, ledger);
    expect(checkOrder(order, ledger)).toBeLessThanOrEqual(5 * 80);
  });

  test("acknowledgements get lost: everything arrives, and only what they belonged to arrives twice", () => {
    const { cloud, device, ledger, order } = begin(transport, seed + 3);
    cloud.world.run(100000);
    cloud.wire.toDevice = false;
    // Longer than CoAP's retransmissions reach: within them its server knows a repeated message.
    cloud.world.run(150000);
    cloud.wire.toDevice = true;
    finish(cloud, device, ledger);
    const doubled = checkOrder(order, ledger);
    expect(doubled).toBeGreaterThan(0);
    expect(doubled).toBeLessThanOrEqual(400);
  });
});

test("readings in memory arrive in order, at most a few wait, and a restart loses them and nothing else", () => {
  const cloud = createCloudWorld({ seed });
  const mixed: Definition = (thing) => {
    let n = 0;
    measure(thing, { key: "fleeting", durability: "ram" });
    measure(thing, { key: "lasting" });
    locate(thing, "41.4121132", "2.2199454");
    locate(thing, "not", "a place");
    thing.board.clock.every(1000, () => {
      n += 1;
      for (const key of ["fleeting", "lasting"]) report(thing, key, n);
    });
  };
  const device = createThingDevice(cloud, "mqtt", mixed, settings());
  cloud.world.run(20000);
  cloud.stopCloud();
  cloud.world.run(60000);
  const { publisher } = device.thing();
  expect(publisher.ram.readings).toHaveLength(24);
  expect(publisher.ram.dropped).toBeGreaterThan(20);
  cloud.startCloud();
  expect(cloud.world.runUntil(() => publisher.log.waiting === 0 && publisher.ram.readings.length === 0, 600000)).toBe(true);
  expect(device.told("dropped").at(-1)!.text).toMatch(/^full 0 corrupt 0 ram [1-9]/);
  const { token } = device.thing();
  const fleeting = arrived(cloud, token, "fleeting");
  expect(fleeting).toEqual([...fleeting].sort((a, b) => a - b));
  expect(fleeting.length).toBeLessThan(arrived(cloud, token, "lasting").length);
  const last = cloud.model.read(token, "lasting", []);
  expect(last.ok && last.elements[0]!.geo).toEqual({ lat: 41.4121132, long: 2.2199454 });
});

test("a reading in memory that is made while a batch of its key is on its way goes with the next one", () => {
  const cloud = createCloudWorld({ seed, conditions: { latencyMs: { min: 800, max: 900 } } });
  const quick: Definition = (thing) => {
    let n = 0;
    measure(thing, { key: "fleeting", durability: "ram" });
    thing.board.clock.every(500, () => void (n < 60 && report(thing, "fleeting", (n += 1))));
  };
  const device = createThingDevice(cloud, "mqtt", quick, settings());
  cloud.world.run(120000);
  const numbers = arrived(cloud, device.thing().token, "fleeting");
  const first = numbers[0]!;
  expect(numbers).toEqual(Array.from({ length: 60 - first + 1 }, (_, i) => first + i));
});

test("a block that takes no more marks, behind a batch without its acknowledgement: what cannot be marked is not sent again without a pause", () => {
  const cloud = createCloudWorld({ seed });
  const device = createThingDevice(cloud, "mqtt", (thing) => {
    for (const key of KEYS) measure(thing, { key });
  }, settings());
  expect(cloud.world.runUntil(() => device.told("connected").length > 0, 60000)).toBe(true);
  const order = watchAll(cloud, device);
  const thing = device.thing();
  // The message with "a" is lost on its way.
  const { send } = thing.driver;
  const lost = jest.spyOn(thing.driver, "send").mockImplementation((link, ref, body) => (body.includes('"a"') ? 0 : send(link, ref, body)));
  report(thing, "a", 0);
  cloud.world.run(1000);
  for (let n = 0; n < 20; n += 1) report(thing, "b", n);
  for (let block = 0; block < 4; block += 1) device.machine.flash.wearOut("log", block);
  // A device remembers eight marks that failed: the readings after them are those that go again.
  cloud.world.run(100000);
  expect(new Set(order.get("b")).size).toBeGreaterThan(8);
  expect(order.get("b")!.length).toBeLessThanOrEqual(20 * 2);
  lost.mockRestore();
  cloud.stopCloud();
  cloud.world.run(600000);
  cloud.startCloud();
  expect(cloud.world.runUntil(() => thing.publisher.log.waiting === 0, 3600000)).toBe(true);
  expect([...new Set(order.get("b"))]).toEqual(Array.from({ length: 20 }, (_, n) => n));
  expect(order.get("a")).toEqual([0]);
});
