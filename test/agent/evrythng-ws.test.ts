/** A device on EVRYTHNG's native WebSockets, in the virtual world: its two sockets, what refuses them, and how it knows that a reading has arrived. */
import { measure, report, seconds } from "../../firmware/index";
import { statement } from "../conformance/statement";
import { closeOf, frame, headerOf } from "../conformance/websocket-peer";
import { counter } from "../support/counter";
import { createEvrythngDevice, createEvrythngWorld } from "../support/evrythng-world";
import type { EvrythngDevice, EvrythngWorld } from "../support/evrythng-world";

const minutes = (n: number): number => n * 60000;

function worldOf(seed: number): EvrythngWorld {
  return createEvrythngWorld(seed, "ws");
}

function connected(cloud: EvrythngWorld, device: EvrythngDevice, times = 1): void {
  expect(cloud.world.runUntil(() => device.told("connected").length === times, minutes(20))).toBe(true);
}

function drained(cloud: EvrythngWorld, device: EvrythngDevice): void {
  expect(cloud.world.runUntil(() => device.thing().publisher.log.waiting === 0, minutes(20))).toBe(true);
}

/** The counts that are stored, each once: at least once is what is promised. */
function distinct(cloud: EvrythngWorld): unknown[] {
  return [...new Set(cloud.stored("count").map(({ value }) => value))];
}

function expectNoGap(cloud: EvrythngWorld, atLeast: number): void {
  const values = distinct(cloud);
  expect(values).toEqual(values.map((_, i) => i + 1));
  expect(values.length).toBeGreaterThanOrEqual(atLeast);
}

const offlineCode = (device: EvrythngDevice): number | undefined => device.told("offline").at(-1)?.number;

statement("EV-61 EV-62 EV-63", "it opens a socket on its properties and one on its actions, each with its key in the header, and never a third", () => {
  const obeyed: unknown[] = [];
  const cloud = worldOf(1);
  const opcodes = new Set<number>();
  cloud.wire.onFrame = (opcode) => opcodes.add(opcode);
  const device = createEvrythngDevice(cloud, counter(obeyed), {}, { socketsMax: 2 });
  connected(cloud, device);
  const { thng, device: key } = cloud.own;
  expect(cloud.requests.map((request) => request.split("\r\n")[0])).toEqual([`GET /thngs/${thng}/properties?pubStates=1 HTTP/1.1`, `GET /thngs/${thng}/actions/all?pubStates=1 HTTP/1.1`]);
  for (const request of cloud.requests) {
    expect(headerOf(request, "Authorization")).toBe(key);
    expect(headerOf(request, "Sec-WebSocket-Protocol")).toBeUndefined();
    expect(request.split(key)).toHaveLength(2);
  }
  for (let n = 2; n < 5; n += 1) {
    cloud.stopCloud();
    cloud.world.run(minutes(1));
    cloud.startCloud();
    connected(cloud, device, n);
  }
  cloud.as("create", `/thngs/${thng}/actions/_go`, { customFields: { fan: true } });
  cloud.world.run(minutes(2));
  expect(obeyed).toEqual([true]);
  // JSON goes as text.
  expect([...opcodes]).toEqual([1]);
  expect(device.told("offline").map(({ number }) => number)).not.toContain(2);
  drained(cloud, device);
  expectNoGap(cloud, 20);
});

statement("EV-65", "403 at its properties is its token's: it says so, keeps its readings, asks again every five minutes at most, and goes on when it is let in", () => {
  const cloud = worldOf(2);
  cloud.wire.refuse = () => 403;
  const device = createEvrythngDevice(cloud, counter());
  cloud.world.run(minutes(25));
  expect(device.told("tokenSuspect")).toHaveLength(1);
  expect(offlineCode(device)).toBe(68);
  expect(device.thing().publisher.log.waiting).toBeGreaterThan(140);
  // From the first refusal on, pauses are those of a device that has failed for long.
  expect(cloud.connections()).toBeGreaterThan(4);
  expect(cloud.connections()).toBeLessThan(30);
  delete cloud.wire.refuse;
  expect(cloud.world.runUntil(() => device.told("tokenTrusted").length > 0, minutes(15))).toBe(true);
  drained(cloud, device);
  expectNoGap(cloud, 150);
  expect(device.told("dropped")).toEqual([]);
});

statement("EV-65", "403 at its actions is a subscription that was refused: the token is not suspected", () => {
  const cloud = worldOf(3);
  cloud.wire.refuse = ({ path }) => (path.includes("/actions/") ? 403 : undefined);
  const device = createEvrythngDevice(cloud, counter());
  cloud.world.run(minutes(10));
  expect(offlineCode(device)).toBe(73);
  expect(device.told("tokenSuspect")).toEqual([]);
  expect(device.told("connected")).toEqual([]);
  expect(device.thing().publisher.log.waiting).toBeGreaterThan(55);
});

test("what the platform passes over in silence stays: after three batches without their echo the token is suspect, and it is asked seldom", () => {
  const cloud = worldOf(4);
  const device = createEvrythngDevice(cloud, counter());
  connected(cloud, device);
  cloud.world.run(minutes(5));
  let tries = 0;
  cloud.wire.takes = () => {
    tries += 1;
    return false;
  };
  cloud.world.run(minutes(60));
  expect(device.told("tokenSuspect")).toHaveLength(1);
  expect(device.thing().publisher.log.waiting).toBeGreaterThan(350);
  // Three at first, then one in five minutes.
  expect(tries).toBeLessThan(20);
  delete cloud.wire.takes;
  expect(cloud.world.runUntil(() => device.told("tokenTrusted").length > 0, minutes(6))).toBe(true);
  drained(cloud, device);
  expectNoGap(cloud, 380);
});

test("a batch has arrived when it comes back, not when it left", () => {
  const cloud = worldOf(5);
  const device = createEvrythngDevice(cloud, counter());
  connected(cloud, device);
  drained(cloud, device);
  const before = device.told("published").length;
  cloud.wire.takes = () => false;
  cloud.world.run(seconds(25));
  expect(device.told("published")).toHaveLength(before);
  expect(device.thing().publisher.log.waiting).toBeGreaterThan(1);
  cloud.stopCloud();
  delete cloud.wire.takes;
  cloud.startCloud();
  drained(cloud, device);
  expectNoGap(cloud, 3);
});

test("what somebody else writes to its measure is no echo of another moment's reading", () => {
  const cloud = worldOf(6);
  const device = createEvrythngDevice(cloud, counter());
  connected(cloud, device);
  drained(cloud, device);
  cloud.wire.takes = () => false;
  cloud.world.run(seconds(12));
  cloud.as("update", `/thngs/${cloud.own.thng}/properties/count`, [{ value: 99, timestamp: 1000 }]);
  cloud.world.run(seconds(2));
  expect(device.thing().publisher.log.waiting).toBeGreaterThan(0);
});

test("a server that falls silent is asked whether it is there, and left when it does not answer", () => {
  const cloud = worldOf(7);
  const device = createEvrythngDevice(cloud, (thing) => measure(thing, { key: "count" }));
  connected(cloud, device);
  cloud.world.run(minutes(10));
  expect(device.told("offline")).toEqual([]);
  cloud.wire.toDevice = false;
  cloud.world.run(seconds(95));
  expect(offlineCode(device)).toBe(256 + 9);
  cloud.wire.toDevice = true;
  connected(cloud, device, 2);
});

test.each([
  ["a farewell", frame(8, closeOf(1001)), 256 + 1001],
  ["bytes that are no frame", "\xff", 256 + 1002],
  ["a text that is none", frame(1, "\xff"), 256 + 1007],
  ["a message above its limit", frame(1, "x".repeat(3000)), 256 + 1009],
])("%s from the server ends the link with its code, and costs no reading", (_name, bytes, code) => {
  const cloud = worldOf(8);
  const device = createEvrythngDevice(cloud, counter());
  connected(cloud, device);
  cloud.world.run(seconds(15));
  cloud.inject(bytes);
  cloud.world.run(seconds(5));
  expect(offlineCode(device)).toBe(code);
  connected(cloud, device, 2);
  cloud.world.run(minutes(1));
  drained(cloud, device);
  expectNoGap(cloud, 7);
});

test("messages that mean nothing to it change nothing", () => {
  const cloud = worldOf(9);
  const device = createEvrythngDevice(cloud, counter());
  connected(cloud, device);
  for (const text of ["", "null", "[]", "{}", "[[[", '[{"key":"count"}]', '{"customFields":7}']) cloud.inject(frame(1, text));
  cloud.inject(frame(2, "\xff\xfe"));
  cloud.world.run(minutes(2));
  expect(device.told("offline")).toEqual([]);
  drained(cloud, device);
  expectNoGap(cloud, 12);
});

test("a text that no platform could read is dropped and counted, and what follows goes on", () => {
  const cloud = worldOf(10);
  const device = createEvrythngDevice(cloud, (thing) => {
    measure(thing, { key: "name" });
    counter()(thing);
    report(thing, "name", "\xff\xfe");
  });
  connected(cloud, device);
  cloud.world.run(minutes(1));
  drained(cloud, device);
  expect(device.told("dropped").at(-1)?.text).toContain("refused ");
  expect(distinct(cloud).length).toBeGreaterThan(3);
});

test("it leaves in order: a Close on each socket", () => {
  const cloud = worldOf(11);
  const device = createEvrythngDevice(cloud, counter());
  connected(cloud, device);
  cloud.world.run(minutes(1));
  const { driver, supervisor } = device.thing();
  driver.close(supervisor.link!);
  supervisor.linked = false;
  cloud.world.run(seconds(5));
  expect(cloud.closes).toEqual([1000, 1000]);
  expect(device.told("offline")).toEqual([]);
});
