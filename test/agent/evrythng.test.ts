/** A device on EVRYTHNG, in the virtual world: it reports, obeys actions and properties, and loses nothing. */
import { lastWill } from "../../firmware/index";
import { statement } from "../conformance/statement";
import { counter } from "../support/counter";
import { createEvrythngDevice, createEvrythngWorld } from "../support/evrythng-world";
import type { EvrythngDevice, EvrythngTransport, EvrythngWorld } from "../support/evrythng-world";

const minutes = (n: number): number => n * 60000;

function connected(cloud: EvrythngWorld, device: EvrythngDevice, times = 1): void {
  expect(cloud.world.runUntil(() => device.told("connected").length === times, minutes(20))).toBe(true);
}

function counts(cloud: EvrythngWorld): unknown[] {
  return cloud.stored("count").map(({ value }) => value);
}

function command(cloud: EvrythngWorld, customFields: object): void {
  cloud.as("create", `/thngs/${cloud.own.thng}/actions/_go`, { customFields });
  cloud.world.run(1000);
}

describe.each<EvrythngTransport>(["mqtt", "mqtt-ws", "ws"])("over %s", (transport) => {
  /** Connections that one link takes. */
  const each = transport === "ws" ? 2 : 1;
  const worldOf = (seed: number): EvrythngWorld => createEvrythngWorld(seed, transport);

  test("it needs no activation: with its thng's id and key it reports at once, each value at its moment", () => {
    const cloud = worldOf(1);
    const device = createEvrythngDevice(cloud, counter());
    connected(cloud, device);
    const begun = cloud.world.now();
    cloud.world.run(minutes(5));
    expect(device.told("activated")).toEqual([]);
    expect(counts(cloud)).toEqual(Array.from({ length: counts(cloud).length }, (_, i) => i + 1));
    expect(counts(cloud).length).toBeGreaterThan(28);
    for (const { timestamp, createdAt } of cloud.stored("count")) expect(createdAt - timestamp).toBeLessThan(5000);
    expect(cloud.stored("count").at(-1)!.timestamp).toBeGreaterThan(begun + minutes(4));
    expect(cloud.stored("device.boot")).toHaveLength(1);
  });

  test("while the cloud is away readings wait in flash, over a power cut too, and drain in order", () => {
    const cloud = worldOf(2);
    const device = createEvrythngDevice(cloud, counter());
    connected(cloud, device);
    cloud.stopCloud();
    cloud.world.run(minutes(20));
    const before = device.told("reading").length;
    device.machine.powerCut();
    cloud.world.run(1000);
    device.machine.powerOn();
    cloud.world.run(minutes(10));
    cloud.startCloud();
    expect(cloud.world.runUntil(() => device.told("drained").length > 0 && device.thing().publisher.log.waiting === 0, minutes(30))).toBe(true);
    const values = counts(cloud);
    expect(before).toBeGreaterThan(100);
    expect(values.length).toBeGreaterThan(160);
    // It counts from one again after the boot.
    const cut = values.indexOf(1, 1);
    for (const part of [values.slice(0, cut), values.slice(cut)]) expect(part).toEqual(part.map((_, i) => i + 1));
    expect(device.told("dropped")).toEqual([]);
  });

  test("what was not acknowledged is sent again, and nothing is lost when answers are", () => {
    const cloud = worldOf(3);
    const device = createEvrythngDevice(cloud, counter());
    connected(cloud, device);
    for (let n = 0; n < 10; n++) {
      cloud.wire.toDevice = false;
      cloud.world.run(minutes(1));
      cloud.wire.toDevice = true;
      cloud.world.run(minutes(6));
    }
    expect(cloud.world.runUntil(() => device.thing().publisher.log.waiting === 0, minutes(30))).toBe(true);
    const values = counts(cloud);
    const distinct = [...new Set(values)];
    expect(distinct).toEqual(distinct.map((_, i) => i + 1));
    expect(distinct.length).toBeGreaterThan(400);
    // Some came twice: that is what at least once means.
    expect(values.length).toBeGreaterThan(distinct.length);
  });

  test("it obeys an action's custom fields, each by its name, and a property that somebody else writes; never its own", () => {
    const obeyed: unknown[] = [];
    const cloud = worldOf(4);
    const device = createEvrythngDevice(cloud, counter(obeyed));
    connected(cloud, device);
    command(cloud, { fan: true, speed: 3, unknown: 5, count: 7 });
    cloud.as("update", `/thngs/${cloud.own.thng}/properties/fan`, [{ value: false }]);
    cloud.world.run(1000);
    cloud.as("update", `/thngs/${cloud.own.thng}/properties`, [{ key: "speed", value: 4 }, { key: "fan", value: true }]);
    cloud.world.run(1000);
    expect(obeyed).toEqual([true, 3, false, 4, true]);
    // Out of range, of the wrong type, and older than the last: refused, each with its reason.
    command(cloud, { speed: 11 });
    command(cloud, { fan: 1 });
    cloud.as("update", `/thngs/${cloud.own.thng}/properties/fan`, [{ value: false, timestamp: 1000 }]);
    cloud.world.run(1000);
    expect(device.told("commandRefused").map(({ number }) => number)).toEqual([2, 1, 3]);
    expect(obeyed).toHaveLength(5);
  });

  statement("EV-52", "a command is obeyed once: not again when its action comes anew after a reconnection or a restart", () => {
    const obeyed: unknown[] = [];
    const cloud = worldOf(5);
    const device = createEvrythngDevice(cloud, counter(obeyed));
    connected(cloud, device);
    command(cloud, { fan: true });
    expect(obeyed).toEqual([true]);
    cloud.stopCloud();
    cloud.world.run(minutes(1));
    cloud.startCloud();
    connected(cloud, device, 2);
    cloud.world.run(minutes(1));
    device.machine.powerCut();
    cloud.world.run(1000);
    device.machine.powerOn();
    connected(cloud, device, 3);
    cloud.world.run(minutes(1));
    expect(obeyed).toEqual([true]);
    // Twice it came again, and was known.
    expect(device.told("commandRefused").map(({ number }) => number)).toEqual([3, 3]);
  });

  test("an action that was made while it was away is obeyed when it is back", () => {
    const obeyed: unknown[] = [];
    const cloud = worldOf(6);
    const device = createEvrythngDevice(cloud, counter(obeyed));
    connected(cloud, device);
    cloud.stopCloud();
    cloud.world.run(minutes(2));
    command(cloud, { speed: 9 });
    cloud.startCloud();
    connected(cloud, device, 2);
    cloud.world.run(1000);
    expect(obeyed).toEqual([9]);
  });

  statement("EV-34 EV-54", "a property that was written while it was away is obeyed when it is back, once: not again after a reconnection or a restart", () => {
    const obeyed: unknown[] = [];
    const cloud = worldOf(12);
    const device = createEvrythngDevice(cloud, counter(obeyed));
    const away = (act: () => void, times: number): void => {
      cloud.stopCloud();
      cloud.world.run(minutes(2));
      act();
      cloud.world.run(minutes(1));
      cloud.startCloud();
      connected(cloud, device, times);
      cloud.world.run(minutes(1));
    };
    connected(cloud, device);
    away(() => cloud.as("update", `/thngs/${cloud.own.thng}/properties`, [{ key: "speed", value: 9 }, { key: "fan", value: true }]), 2);
    expect([...obeyed].sort()).toEqual([9, true]);
    away(() => undefined, 3);
    device.machine.powerCut();
    cloud.world.run(1000);
    device.machine.powerOn();
    connected(cloud, device, 4);
    cloud.world.run(minutes(1));
    expect(obeyed).toHaveLength(2);
    // Of an action and a property of one key, what was written last is what is left standing, whichever is told first.
    away(() => {
      cloud.as("update", `/thngs/${cloud.own.thng}/properties/speed`, [{ value: 1 }]);
      cloud.world.run(1000);
      command(cloud, { speed: 2 });
    }, 5);
    expect(obeyed.at(-1)).toBe(2);
    away(() => {
      command(cloud, { speed: 3 });
      cloud.as("update", `/thngs/${cloud.own.thng}/properties/speed`, [{ value: 4 }]);
    }, 6);
    expect(obeyed.at(-1)).toBe(4);
    expect(device.told("malformed")).toEqual([]);
  });

  test("a property that is too large for it ends one connection and no more", () => {
    const obeyed: unknown[] = [];
    const cloud = worldOf(13);
    const device = createEvrythngDevice(cloud, counter(obeyed));
    connected(cloud, device);
    cloud.stopCloud();
    cloud.world.run(minutes(2));
    cloud.as("update", `/thngs/${cloud.own.thng}/properties/fan`, [{ value: "x".repeat(3000) }]);
    cloud.startCloud();
    cloud.world.run(minutes(20));
    expect(cloud.connections()).toBeLessThanOrEqual(4 * each);
    expect(cloud.world.runUntil(() => device.thing().publisher.log.waiting === 0, minutes(2))).toBe(true);
    command(cloud, { fan: true });
    expect(obeyed).toEqual([true]);
  });

  test("an action that is too large for it ends one connection and no more, and it goes on reporting and obeying", () => {
    const obeyed: unknown[] = [];
    const cloud = worldOf(11);
    const device = createEvrythngDevice(cloud, counter(obeyed));
    connected(cloud, device);
    command(cloud, { text: "x".repeat(3000), fan: true });
    expect(cloud.world.runUntil(() => device.told("connected").length >= 2, minutes(20))).toBe(true);
    cloud.world.run(minutes(20));
    expect(cloud.connections()).toBeLessThanOrEqual(3 * each);
    expect(cloud.world.runUntil(() => device.thing().publisher.log.waiting === 0, minutes(2))).toBe(true);
    command(cloud, { fan: false });
    expect(obeyed).toEqual([false]);
    // The next connection asks for the last action again.
    cloud.stopCloud();
    cloud.world.run(minutes(1));
    command(cloud, { fan: true });
    cloud.startCloud();
    cloud.world.run(minutes(20));
    expect(obeyed).toEqual([false, true]);
  });

  test("a clock that is never set: readings without a time go one by one, and all arrive", () => {
    const cloud = worldOf(7);
    const device = createEvrythngDevice(cloud, counter(), {}, { clockIsSet: false });
    connected(cloud, device);
    cloud.stopCloud();
    cloud.world.run(minutes(5));
    cloud.startCloud();
    cloud.world.run(minutes(15));
    const values = counts(cloud);
    expect([...values].sort((a, b) => Number(a) - Number(b))).toEqual(values.map((_, i) => i + 1));
    expect(values.length).toBeGreaterThan(100);
    expect(device.thing().publisher.untimed).toBeGreaterThan(100);
    // Nothing was refused on the way.
    expect(cloud.connections()).toBe(2 * each);
  });

  test.each([
    ["a key that is not accepted", (cloud: EvrythngWorld) => cloud.own.thng + "A".repeat(80)],
    ["another's id", (cloud: EvrythngWorld) => String(cloud.as("create", "/thngs", { name: "other" })["id"]) + cloud.own.device],
    ["no key at all", (cloud: EvrythngWorld) => cloud.own.thng],
  ])("%s: it keeps its readings, tries again less and less often, and changes nothing", (_name, token) => {
    const cloud = worldOf(8);
    const device = createEvrythngDevice(cloud, counter(), { token: token(cloud) });
    cloud.world.run(minutes(30));
    expect(cloud.model.counts.values).toBe(0);
    expect(device.told("published")).toEqual([]);
    expect(device.told("offline").length).toBeGreaterThan(0);
    expect(device.thing().publisher.log.waiting).toBeGreaterThan(170);
    // Half an hour with pauses of up to five minutes.
    expect(cloud.connections()).toBeLessThan(60);
    expect(cloud.connections()).toBeGreaterThan(3);
  });

  statement("EV-44", "its key goes over nothing less than is demanded: without TLS it stops and says so, unless plain text was asked for", () => {
    const cloud = worldOf(10);
    const plain = createEvrythngDevice(cloud, counter());
    connected(cloud, plain);
    expect(plain.told("insecure")).toHaveLength(1);
    const before = cloud.connections();
    const strict = createEvrythngDevice(cloud, counter(), { tls: 2 });
    cloud.world.run(minutes(5));
    expect(strict.told("stopped")).toMatchObject([{ number: 69 }]);
    expect(strict.told("insecure")).toEqual([]);
    expect(cloud.connections()).toBe(before);
  });
});

test.each<EvrythngTransport>(["mqtt", "mqtt-ws"])("over %s its last will is a property that says so, written when it vanishes", (transport) => {
  const cloud = createEvrythngWorld(9, transport);
  const device = createEvrythngDevice(cloud, (thing) => {
    counter()(thing);
    lastWill(thing, "gone");
  });
  connected(cloud, device);
  cloud.world.run(minutes(2));
  expect(cloud.model.counts.values).toBeGreaterThan(10);
  device.machine.powerCut();
  cloud.world.run(minutes(5));
  expect(cloud.stored("lwt")).toMatchObject([{ value: "gone" }]);
});
