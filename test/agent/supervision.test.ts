/** The ladder and the heartbeat: backoff, safe mode, last resort, watchdog, sleep, WiFi, TLS demand, last will. */
import { BACKOFF_MS_FIRST, BACKOFF_MS_MAX, backoffMs } from "../../firmware/agent/backoff";
import { every, lastWill, measure, minutes, readBack, report, seconds, sleepBetween } from "../../firmware/index";
import type { Definition } from "../../firmware/index";
import { ResetReason } from "../../hal/ports/system";
import { createWorld } from "../../sim/world/world";
import { statement } from "../conformance/statement";
import { createCloudWorld, createThingDevice, settings } from "../support/thethings-world";
import type { Transport } from "../support/thethings-world";

const station: Definition = (thing) => {
  let n = 0;
  measure(thing, { key: "count" });
  every(thing, seconds(30), () => void report(thing, "count", (n += 1)));
};

test("the backoff doubles to its cap and is spread over its whole range", () => {
  const random = { bytes: (count: number) => world.random.bytes(count) };
  const world = createWorld({ seed: 5 });
  for (let failures = 1; failures < 20; failures += 1) {
    const ceiling = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_FIRST * 2 ** (failures - 1));
    const waits = Array.from({ length: 400 }, () => backoffMs(random, failures));
    expect(Math.max(...waits)).toBeLessThanOrEqual(ceiling);
    expect(Math.max(...waits)).toBeGreaterThan(ceiling * 0.9);
    expect(Math.min(...waits)).toBeLessThan(ceiling * 0.1);
  }
});

statement("SEC-18", "a device whose cloud is away tries ever more rarely", () => {
  const cloud = createCloudWorld({ seed: 51 });
  const device = createThingDevice(cloud, "mqtt", station, settings());
  cloud.world.run(60000);
  cloud.stopCloud();
  cloud.world.run(25 * 60000);
  const waits = device.told("retry").map((one) => one.number);
  expect(waits.length).toBeGreaterThan(6);
  expect(waits.length).toBeLessThan(40);
  expect(Math.max(...waits)).toBeLessThanOrEqual(BACKOFF_MS_MAX);
  // Ever longer, and spread: the last waits are longer than the first, and no two are alike.
  const sum = (some: readonly number[]): number => some.reduce((total, wait) => total + wait, 0);
  expect(sum(waits.slice(-3))).toBeGreaterThan(10 * sum(waits.slice(0, 3)));
  expect(new Set(waits).size).toBe(waits.length);
});

statement("SEC-17", "a device works on while it is offline and recovers by itself", () => {
  const cloud = createCloudWorld({ seed: 52 });
  const device = createThingDevice(cloud, "mqtt", station, settings());
  cloud.world.run(60000);
  cloud.stopCloud();
  cloud.world.run(20 * 60000);
  expect(device.told("reading").length).toBeGreaterThan(40);
  cloud.startCloud();
  expect(cloud.world.runUntil(() => device.thing().publisher.log.waiting === 0, 10 * 60000)).toBe(true);
  expect(device.told("drained").length).toBeGreaterThan(0);
});

statement("SEC-21", "half an hour without a link restarts the machine; name, version, reset reason, last error and boots are reported", () => {
  const cloud = createCloudWorld({ seed: 53 });
  const device = createThingDevice(cloud, "mqtt", station, settings());
  cloud.world.run(60000);
  cloud.stopCloud();
  cloud.world.run(35 * 60000);
  expect(device.machine.boots).toEqual([ResetReason.powerOn, ResetReason.software]);
  cloud.startCloud();
  cloud.world.run(10 * 60000);
  const reports = cloud.model.read(device.thing().token, "device.boot", [["limit", "10"]]);
  expect(reports.ok && reports.elements.map((element) => element.value)).toEqual([
    expect.stringMatching(/^test\/1\.0\.0 reset=2 error=[1-9]\d* boot=2$/),
    "test/1.0.0 reset=1 error=0 boot=1",
  ]);
});

test("ten quick boots in a row lead to safe mode: the app does not run, the link does; then the app gets another try", () => {
  const cloud = createCloudWorld({ seed: 54 });
  const device = createThingDevice(cloud, "mqtt", station, settings());
  for (let boot = 0; boot < 10; boot += 1) {
    cloud.world.run(500);
    device.machine.powerCut();
    device.machine.powerOn();
  }
  cloud.world.run(30000);
  expect(device.told("safeMode")).toHaveLength(1);
  expect(device.told("connected").length).toBeGreaterThan(0);
  expect(device.thing().measures).toEqual([]);
  cloud.world.run(6 * 60000);
  expect(device.told("safeMode")).toHaveLength(1);
  expect(device.thing().measures).toHaveLength(1);
});

test("a minute of running, or one arrived batch, clears the count of quick boots", () => {
  const cloud = createCloudWorld({ seed: 55 });
  const device = createThingDevice(cloud, "mqtt", station, settings());
  for (let boot = 0; boot < 30; boot += 1) {
    cloud.world.run(boot % 2 === 0 ? 20000 : 61000);
    device.machine.powerCut();
    device.machine.powerOn();
  }
  cloud.world.run(1000);
  expect(device.told("safeMode")).toHaveLength(0);
});

test("an app that hangs is bitten by the watchdog", () => {
  const cloud = createCloudWorld({ seed: 56 });
  const lazy: Definition = (thing) => {
    measure(thing, { key: "count" });
    // The heartbeat is a timer like any other: an engine whose timers stopped feeds nothing.
    thing.board.clock.after(120000, () => thing.board.clock.cancel(thing.supervisor.beat));
  };
  const device = createThingDevice(cloud, "mqtt", lazy, settings());
  cloud.world.run(4 * 60000);
  expect(device.machine.boots).toContain(ResetReason.watchdog);
});

describe.each<Transport>(["mqtt", "coap"])("sleeping over %s", (transport) => {
  test("the device wakes, samples, delivers and sleeps, and its wakes count as no quick boots", () => {
    const cloud = createCloudWorld({ seed: 57 });
    const sleeper: Definition = (thing) => {
      measure(thing, { key: "count" });
      sleepBetween(thing, minutes(10));
      report(thing, "count", thing.boots.number);
    };
    const device = createThingDevice(cloud, transport, sleeper, settings());
    cloud.world.run(4 * 3600000);
    expect(device.machine.boots.filter((reason) => reason === ResetReason.deepSleep).length).toBeGreaterThan(20);
    expect(device.told("safeMode")).toHaveLength(0);
    const values = cloud.model.read(device.thing().token, "count", [["limit", "100"]]);
    expect(values.ok && values.elements.length).toBeGreaterThan(20);
  });
});

test("WiFi: a wrong password is told, a network that goes and comes back is joined again", () => {
  const cloud = createCloudWorld({ seed: 58, accessPoints: [{ ssid: "home", password: "correct horse" }] });
  const wrong = createThingDevice(cloud, "mqtt", station, settings({ ssid: "home", password: "wrong horse" }));
  const right = createThingDevice(cloud, "mqtt", station, settings({ ssid: "home", password: "correct horse", code: "canary-code-two" }));
  cloud.world.run(120000);
  expect(wrong.told("offline").map((one) => one.number)).toContain(5);
  expect(right.told("connected")).toHaveLength(1);
  cloud.world.setAccessPoint("home", { present: false });
  cloud.world.run(60000);
  cloud.world.setAccessPoint("home", { present: true });
  cloud.world.run(10 * 60000);
  expect(right.told("connected")).toHaveLength(2);
});

statement("SEC-6", "no token goes over less than the demanded TLS level, and a connection without TLS is named at each boot", () => {
  const cloud = createCloudWorld({ seed: 59 });
  const strict = createThingDevice(cloud, "mqtt", station, settings({ tls: 1 }));
  const overUdp = createThingDevice(cloud, "coap", station, settings({ tls: 1, code: "canary-code-two" }));
  cloud.world.run(5 * 60000);
  expect(strict.told("stopped").map((one) => one.number)).toEqual([69]);
  expect(overUdp.told("stopped").map((one) => one.number)).toEqual([69]);
  expect(cloud.crossed).toEqual([]);
  const open = createThingDevice(cloud, "mqtt", station, settings({ code: "canary-code-three" }));
  cloud.world.run(60000);
  expect(open.told("insecure")).toHaveLength(1);
});

test("a device that vanishes leaves its last will; one that leaves in order does not", () => {
  const cloud = createCloudWorld({ seed: 60 });
  const willing: Definition = (thing) => {
    station(thing);
    lastWill(thing, "gone");
  };
  const device = createThingDevice(cloud, "mqtt", willing, settings());
  cloud.world.run(60000);
  const { token } = device.thing();
  const will = (): unknown => cloud.model.read(token, "LWT", [["limit", "10"]]);
  expect(will()).toMatchObject({ ok: false });
  device.machine.powerCut();
  cloud.world.run(5 * 60000);
  expect(will()).toMatchObject({ ok: true, elements: [{ key: "LWT", value: "gone" }] });
});

test("stored values are read back over CoAP; MQTT says that it cannot", () => {
  const cloud = createCloudWorld({ seed: 61 });
  const device = createThingDevice(cloud, "coap", station, settings());
  cloud.world.run(5 * 60000);
  const answers: string[] = [];
  expect(readBack(device.thing(), { key: "count", limit: 3, start: undefined, end: undefined }, (code, payload) => answers.push(`${code} ${payload}`))).toBe(0);
  cloud.world.run(5000);
  expect(answers).toHaveLength(1);
  expect(answers[0]!.slice(0, 2)).toBe("0 ");
  expect(JSON.parse(answers[0]!.slice(2))).toHaveLength(3);
  const over = createThingDevice(cloud, "mqtt", station, settings({ code: "canary-code-two" }));
  cloud.world.run(60000);
  expect(readBack(over.thing(), { key: "count", limit: 3, start: undefined, end: undefined }, () => undefined)).toBe(72);
});

test("an app may read the next value as soon as one was answered, and what it throws then costs it nothing else", () => {
  const cloud = createCloudWorld({ seed: 63 });
  const device = createThingDevice(cloud, "coap", station, settings());
  cloud.world.run(5 * 60000);
  const codes: number[] = [];
  const read = (done: (code: number) => void): number => readBack(device.thing(), { key: "count", limit: 1, start: undefined, end: undefined }, done);
  expect(read((code) => codes.push(code, read((next) => codes.push(next))))).toBe(0);
  cloud.world.run(5000);
  expect(codes).toEqual([0, 0, 0]);
  read(() => {
    throw new Error("no such value");
  });
  expect(() => cloud.world.run(5000)).toThrow("no such value");
  read((code) => codes.push(code));
  cloud.world.run(5000);
  expect(codes).toEqual([0, 0, 0, 0]);
  expect(device.told("connected")).toHaveLength(1);
});

test("a device without settings, and one without a code, stop and keep their readings", () => {
  const cloud = createCloudWorld({ seed: 62 });
  const blank = createThingDevice(cloud, "mqtt", station, undefined);
  const codeless = createThingDevice(cloud, "mqtt", station, settings({ code: "" }));
  cloud.world.run(40 * 60000);
  for (const device of [blank, codeless]) {
    expect(device.told("stopped").map((one) => one.number)).toEqual([66]);
    expect(device.machine.boots).toHaveLength(1);
    expect(device.thing().publisher.log.waiting).toBeGreaterThan(70);
  }
});
