/** Readings that are kept in memory: over MQTT those of one turn go out in one message, and what cannot go out waits in order. */
import { ramWaiting } from "../../firmware/agent/ram-queue";
import { locate, measure, onCommand, report } from "../../firmware/index";
import type { Thing } from "../../firmware/index";
import type { MachineOptions } from "../../sim/world/machine";
import { seed } from "../support/budget";
import { createCloudWorld, createThingDevice, settings } from "../support/thethings-world";
import type { CloudWorld, Transport, WorldDevice } from "../support/thethings-world";

type Element = { value: unknown; datetime: string };

/** A device with measures of all kinds in memory, once it is connected. */
function setUp(transport: Transport, definition: (thing: Thing) => void = () => undefined, machine: MachineOptions = {}): { cloud: CloudWorld; device: WorldDevice; stored: (key: string) => Element[] } {
  const cloud = createCloudWorld({ seed });
  const device = createThingDevice(
    cloud,
    transport,
    (thing) => {
      for (const [key, decimals] of [["whole", 0], ["fine", 2], ["text", 0]] as const) measure(thing, { key, decimals, durability: "ram" });
      definition(thing);
    },
    settings(),
    machine,
  );
  expect(cloud.world.runUntil(() => device.told("connected").length > 0, 60000)).toBe(true);
  cloud.world.run(20000);
  const stored = (key: string): Element[] => {
    const result = cloud.model.read(device.thing().token, key, [["limit", "100"]]);
    return result.ok ? [...(result.elements as unknown as Element[])].reverse() : [];
  };
  return { cloud, device, stored };
}

const numbers = (count: number, from = 0): number[] => Array.from({ length: count }, (_unused, i) => from + i);
const values = (elements: readonly Element[]): unknown[] => elements.map(({ value }) => value);

test("those of one turn arrive as they were reported, each later than the one before it, in one message", () => {
  const { cloud, device, stored } = setUp("mqtt");
  const before = device.told("published").length;
  const thing = device.thing();
  expect([4, -7, 0, -0, 2.5, 5].map((value) => report(thing, "whole", value))).toEqual([0, 0, 0, 0, 0, 0]);
  cloud.world.run(10000);
  expect(values(stored("whole"))).toEqual([4, -7, 0, 0, 3, 5]);
  expect(device.told("published").slice(before).map(({ number }) => number)).toEqual([6]);
  const times = stored("whole").map(({ datetime }) => datetime);
  expect(times).toEqual([...new Set(times)].sort());
  expect(thing.publisher.flights).toEqual([]);
});

test("keys and types may change from one to the next", () => {
  const { cloud, device, stored } = setUp("mqtt");
  const thing = device.thing();
  for (const n of numbers(3)) {
    report(thing, "whole", n);
    report(thing, "fine", n);
    report(thing, "fine", n + 0.25);
    report(thing, "text", n === 0 ? "a \"text\"" : n === 1);
  }
  cloud.world.run(10000);
  expect(values(stored("whole"))).toEqual([0, 1, 2]);
  expect(values(stored("fine"))).toEqual([0, 0.25, 1, 1.25, 2, 2.25]);
  expect(values(stored("text"))).toEqual(["a \"text\"", true, false]);
});

test("numbers out of range, and what is none, are refused in the middle of many", () => {
  const { cloud, device, stored } = setUp("mqtt");
  const thing = device.thing();
  const codes = [1, 1073741824, Number.NaN, -1073741823, 2].map((value) => report(thing, "whole", value));
  expect(codes.map((code) => code === 0)).toEqual([true, false, false, true, true]);
  expect([1, 10737418, 10737419].map((value) => report(thing, "fine", value) === 0)).toEqual([true, true, false]);
  expect(report(thing, "text", "x".repeat(153))).not.toBe(0);
  cloud.world.run(10000);
  expect(values(stored("whole"))).toEqual([1, -1073741823, 2]);
  expect(values(stored("fine"))).toEqual([1, 10737418]);
});

test("what is reported while a message is on its way waits for room, with the time at which it was reported", () => {
  const { cloud, device, stored } = setUp("mqtt", undefined, { tcpSendBufferBytes: 200 });
  const thing = device.thing();
  const before = device.told("published").length;
  let count = 0;
  const timer = thing.ports.clock.every(10, () => {
    report(thing, "whole", count);
    count += 1;
  });
  cloud.world.run(900);
  thing.ports.clock.cancel(timer);
  cloud.world.run(10000);
  expect(values(stored("whole"))).toEqual(numbers(count));
  // Several went together, which were reported one by one.
  expect(device.told("published").length - before).toBeLessThan(count);
  const times = stored("whole").map(({ datetime }) => Date.parse(datetime));
  for (const [i, time] of times.slice(1).entries()) expect(time - times[i]!).toBe(10);
});

test("more than one message holds wait for the next, at most 24, the newest; all in order", () => {
  const { cloud, device, stored } = setUp("mqtt");
  const thing = device.thing();
  for (const n of numbers(90)) expect(report(thing, "whole", n)).toBe(0);
  const { ram } = thing.publisher;
  const inMessage = ram.ms - ram.before;
  expect(inMessage).toBeGreaterThan(5);
  expect(ram.readings).toHaveLength(24);
  expect(ram.dropped).toBe(90 - 24 - inMessage);
  cloud.world.run(30000);
  expect(values(stored("whole"))).toEqual([...numbers(inMessage), ...numbers(24, 66)]);
  expect(device.told("dropped").at(-1)!.number).toBe(90 - 24 - inMessage);
  expect([ram.text, ramWaiting(ram)]).toEqual(["", 0]);
});

test("a message whose connection breaks before it goes out goes out over the next one, before what was reported since", () => {
  const { cloud, device, stored } = setUp("mqtt");
  const thing = device.thing();
  for (const n of numbers(4)) report(thing, "whole", n);
  // On the turn on which they were reported: nothing has been sent.
  cloud.stopCloud();
  thing.publisher.live = false;
  cloud.world.run(5000);
  for (const n of numbers(4, 4)) report(thing, "whole", n);
  cloud.startCloud();
  expect(cloud.world.runUntil(() => stored("whole").length >= 8, 900000)).toBe(true);
  expect(values(stored("whole"))).toEqual(numbers(8));
});

test("with a place they go out one by one, and each has it", () => {
  const { cloud, device, stored } = setUp("mqtt", (thing) => locate(thing, "41.4", "2.2"));
  for (const n of numbers(3)) report(device.thing(), "whole", n);
  cloud.world.run(10000);
  expect(stored("whole")).toEqual(numbers(3).map((value) => expect.objectContaining({ value, geo: { lat: 41.4, long: 2.2 } })));
});

test("milliseconds are three digits, whatever moment a turn begins at", () => {
  const { cloud, device, stored } = setUp("mqtt");
  let reported = 0;
  for (let turn = 0; turn < 8; turn += 1) {
    for (let i = 0; i < 6; i += 1) report(device.thing(), "whole", (reported += 1));
    cloud.world.run(1000 - 7 + turn);
  }
  cloud.world.run(10000);
  expect(values(stored("whole"))).toEqual(numbers(48, 1));
});

test("over CoAP they are acknowledged, and leave memory then", () => {
  const { cloud, device, stored } = setUp("coap");
  for (const n of numbers(5)) report(device.thing(), "whole", n);
  expect(device.thing().publisher.ram.readings).toHaveLength(5);
  cloud.world.run(20000);
  expect(values(stored("whole"))).toEqual(numbers(5));
  expect(device.thing().publisher.ram.readings).toHaveLength(0);
});

test("their echo is no command, and a command among them is obeyed", () => {
  const obeyed: unknown[] = [];
  const { cloud, device } = setUp("mqtt", (thing) => {
    onCommand(thing, { key: "fan", type: "number" }, (value) => {
      obeyed.push(value);
      // From inside a command, as from anywhere.
      for (const n of numbers(3)) report(thing, "whole", n);
    });
  });
  for (const n of numbers(5)) report(device.thing(), "whole", n);
  cloud.world.run(900);
  expect(obeyed).toEqual([]);
  const { token } = device.thing();
  expect(cloud.model.write(token, { values: [{ key: "whole", value: 7 }, { key: "fan", value: 1 }] }, { via: "rest" }).ok).toBe(true);
  cloud.world.run(900);
  expect(obeyed).toEqual([1]);
});
