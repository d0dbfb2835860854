/** Commands on ThingsBoard: shared attributes and calls, each obeyed once, and a call answered with what it came to, over each transport. */
import { callPlatform, onCommand } from "../../firmware/index";
import { counter } from "../support/counter";
import { connected, createThingsboardDevice, createThingsboardWorld, reboot, transports } from "../support/thingsboard-world";
import type { ThingsboardWorld } from "../support/thingsboard-world";

const minutes = (n: number): number => n * 60000;

/** What the application hears of a call, once the device had a second. */
function call(cloud: ThingsboardWorld, method: string, params: unknown): unknown {
  const outcomes = cloud.call(method, params);
  cloud.world.run(1000);
  const [outcome] = outcomes;
  return outcome?.kind === "answered" ? JSON.parse(outcome.body) : outcome?.kind;
}

describe.each(transports)("over %s", (transport) => {
  test("it obeys shared attributes and calls, and a call is answered with what it came to", () => {
    const obeyed: unknown[] = [];
    const cloud = createThingsboardWorld(4, transport);
    const device = createThingsboardDevice(cloud, counter(obeyed));
    connected(cloud, device);
    cloud.share({ fan: true, speed: 3, unknown: 5, count: 7 });
    cloud.world.run(1000);
    expect(obeyed).toEqual([true, 3]);
    expect(call(cloud, "speed", 4)).toEqual({ obeyed: true });
    expect(call(cloud, "fan", false)).toEqual({ obeyed: true });
    expect(obeyed).toEqual([true, 3, 4, false]);
    // Of the wrong type, out of range, and of no command: each with its reason.
    expect(call(cloud, "fan", { on: true })).toEqual({ obeyed: false, code: 1 });
    expect(call(cloud, "speed", 11)).toEqual({ obeyed: false, code: 2 });
    expect(call(cloud, "reboot", true)).toEqual({ obeyed: false, code: 5 });
    expect(call(cloud, "count", 1)).toEqual({ obeyed: false, code: 5 });
    cloud.share({ speed: 12 });
    cloud.world.run(1000);
    expect(device.told("commandRefused").map(({ number, text }) => [number, text])).toEqual([[1, "fan"], [2, "speed"], [2, "speed"]]);
    expect(obeyed).toHaveLength(4);
  });

  test("calls that come in one burst are all obeyed, in order, and all answered", () => {
    const obeyed: unknown[] = [];
    const cloud = createThingsboardWorld(5, transport);
    const device = createThingsboardDevice(cloud, counter(obeyed));
    connected(cloud, device);
    const outcomes = [1, 2, 3, 4, 5].map((speed) => cloud.call("speed", speed));
    cloud.world.run(5000);
    expect(obeyed).toEqual([1, 2, 3, 4, 5]);
    expect(outcomes.flat().map(({ kind }) => kind)).toEqual(Array(5).fill("answered"));
  });

  test("an app may call the platform when it obeys a command", () => {
    const codes: number[] = [];
    const cloud = createThingsboardWorld(11, transport);
    const device = createThingsboardDevice(cloud, (thing) => {
      onCommand(thing, { key: "fan", type: "boolean" }, () => void codes.push(callPlatform(thing, "getTime", "{}", () => undefined)));
    });
    connected(cloud, device);
    expect(call(cloud, "fan", true)).toEqual({ obeyed: true });
    expect(codes).toEqual([0]);
  });

  test("an app that throws at a command keeps nothing else back", () => {
    const obeyed: unknown[] = [];
    const cloud = createThingsboardWorld(10, transport);
    const device = createThingsboardDevice(cloud, (thing) => {
      onCommand(thing, { key: "fan", type: "boolean" }, () => {
        throw new Error("the fan is stuck");
      });
      onCommand(thing, { key: "speed", type: "number" }, (speed) => void obeyed.push(speed));
    });
    connected(cloud, device);
    const outcomes = [cloud.call("fan", true), cloud.call("speed", 4)];
    cloud.share({ speed: 5 });
    expect(() => cloud.world.run(5000)).toThrow("the fan is stuck");
    cloud.world.run(20000);
    expect(obeyed).toEqual([4, 5]);
    expect(outcomes.flat().map(({ kind }) => kind)).toEqual(["answered", "answered"]);
    expect(device.told("connected")).toHaveLength(1);
  });

  test("a call that waits for the device is obeyed when it comes, beside what it asks for itself", () => {
    const obeyed: unknown[] = [];
    const cloud = createThingsboardWorld(6, transport);
    const device = createThingsboardDevice(cloud, counter(obeyed));
    connected(cloud, device);
    device.machine.powerCut();
    // Until the cloud has noticed.
    const unheard = cloud.call("fan", false);
    cloud.world.run(minutes(5));
    expect(unheard.map(({ kind }) => kind)).not.toContain("answered");
    cloud.share({ speed: 9 });
    const outcomes = cloud.call("fan", true);
    device.machine.powerOn();
    connected(cloud, device, 2);
    expect(obeyed).toEqual([true, 9]);
    expect(outcomes).toMatchObject([{ kind: "answered" }]);
  });

  test("an attribute is obeyed once: not again when it is read after a reconnection or a restart", () => {
    const obeyed: unknown[] = [];
    const cloud = createThingsboardWorld(7, transport);
    const device = createThingsboardDevice(cloud, counter(obeyed));
    connected(cloud, device);
    cloud.share({ fan: true, speed: 3 });
    cloud.world.run(1000);
    cloud.stopCloud();
    // Until the device has noticed.
    cloud.world.run(minutes(5));
    cloud.startCloud();
    connected(cloud, device, 2);
    reboot(cloud, device);
    connected(cloud, device, 3);
    expect(obeyed).toEqual([true, 3]);
    // It was read both times, at least, and nobody is told of what holds already.
    expect(cloud.sent.filter((bytes) => bytes.includes('"shared":{"fan":true,"speed":3}')).length).toBeGreaterThanOrEqual(2);
    expect(device.told("commandRefused")).toEqual([]);
  });

  test("an attribute that changed while it was away is obeyed when it is back, once, and the others are not", () => {
    const obeyed: unknown[] = [];
    const cloud = createThingsboardWorld(8, transport);
    const device = createThingsboardDevice(cloud, counter(obeyed));
    connected(cloud, device);
    cloud.share({ fan: true, speed: 3 });
    cloud.world.run(1000);
    device.machine.powerCut();
    cloud.world.run(1000);
    cloud.share({ speed: 4 });
    cloud.world.run(1000);
    device.machine.powerOn();
    connected(cloud, device, 2);
    reboot(cloud, device);
    connected(cloud, device, 3);
    expect(obeyed).toEqual([true, 3, 4]);
  });

  test("a call overrules an attribute until somebody writes that anew; reading it again is no writing", () => {
    const obeyed: unknown[] = [];
    const cloud = createThingsboardWorld(9, transport);
    const device = createThingsboardDevice(cloud, counter(obeyed));
    connected(cloud, device);
    cloud.share({ fan: true });
    cloud.world.run(1000);
    // The same state again is no change.
    cloud.share({ fan: true });
    cloud.world.run(1000);
    expect(call(cloud, "fan", false)).toEqual({ obeyed: true });
    cloud.world.run(minutes(10));
    reboot(cloud, device);
    connected(cloud, device, 2);
    expect(obeyed).toEqual([true, false]);
    cloud.share({ fan: true });
    cloud.world.run(1000);
    expect(obeyed).toEqual([true, false, true]);
  });

  test("an attribute that is taken back commands nothing, and its next value is new", () => {
    const obeyed: unknown[] = [];
    const cloud = createThingsboardWorld(10, transport);
    const device = createThingsboardDevice(cloud, counter(obeyed));
    connected(cloud, device);
    cloud.share({ fan: true });
    cloud.world.run(1000);
    cloud.unshare("fan");
    cloud.world.run(1000);
    expect(device.told("commandRefused")).toEqual([]);
    cloud.share({ fan: true });
    cloud.world.run(1000);
    expect(obeyed).toEqual([true, true]);
  });

  test("the power cut while a command is being obeyed: its mark is there first, so it is not obeyed again", () => {
    const obeyed: unknown[] = [];
    const cloud = createThingsboardWorld(11, transport);
    const device = createThingsboardDevice(cloud, (thing) => {
      onCommand(thing, { key: "fan", type: "boolean" }, (on) => {
        obeyed.push(on);
        device.machine.powerCut();
      });
    });
    connected(cloud, device);
    cloud.share({ fan: true });
    cloud.world.run(1000);
    device.machine.powerOn();
    connected(cloud, device, 2);
    cloud.world.run(minutes(1));
    expect(obeyed).toEqual([true]);
  });

  test("the platform sends a call again on one connection: it is answered again and not obeyed again", () => {
    const obeyed: unknown[] = [];
    const twice = createThingsboardWorld(12, transport, { callsTwice: true });
    const device = createThingsboardDevice(twice, counter(obeyed));
    connected(twice, device);
    expect(call(twice, "speed", 5)).toEqual({ obeyed: true });
    expect(call(twice, "speed", 5)).toEqual({ obeyed: true });
    expect(obeyed).toEqual([5, 5]);
    expect(twice.sent.filter((bytes) => bytes.includes('"method":"speed"'))).toHaveLength(4);
  });

  test("a value that is too large to be received is told once a boot; the others are read, and the device goes on", () => {
    const obeyed: unknown[] = [];
    const cloud = createThingsboardWorld(13, transport);
    const device = createThingsboardDevice(cloud, (thing) => {
      for (const key of ["a", "b", "c"]) onCommand(thing, { key, type: "string", bytesMax: 200 }, (text) => void obeyed.push(`${key} ${text}`));
      counter(obeyed)(thing);
    });
    connected(cloud, device);
    cloud.world.run(minutes(2));
    device.machine.powerCut();
    cloud.share({ a: "first", b: "x".repeat(3000), c: "y".repeat(2500), fan: true, speed: 4 });
    cloud.world.run(1000);
    device.machine.powerOn();
    cloud.world.run(minutes(20));
    expect(obeyed).toEqual(["a first", true, 4]);
    const refused = (): unknown[] => device.told("commandRefused").map(({ number, text }) => [number, text]);
    expect(refused()).toEqual([[2, "b"], [2, "c"]]);
    const before = device.told("offline").length;
    cloud.world.run(minutes(60));
    expect(device.told("offline")).toHaveLength(before);
    expect(device.thing().publisher.log.waiting).toBe(0);
    // What can be received again is obeyed, and what is written too large while it listens loses nothing else.
    cloud.share({ b: "short" });
    cloud.share({ speed: 5, other: "z".repeat(5000) });
    cloud.world.run(minutes(20));
    expect(obeyed).toEqual(["a first", true, 4, "b short", 5]);
    expect(refused()).toHaveLength(2);
    expect(device.told("dropped")).toEqual([]);
    const values = cloud.stored("count").map(({ value }) => Number(value));
    const cut = values.indexOf(1, 1);
    for (const part of [values.slice(0, cut), values.slice(cut)]) expect(part).toEqual(part.map((_, i) => i + 1));
  });

  test("values that are too large together are read one by one", () => {
    const obeyed: unknown[] = [];
    const cloud = createThingsboardWorld(14, transport);
    const keys = ["a", "b", "c", "d", "e", "f"];
    const device = createThingsboardDevice(cloud, (thing) => {
      for (const key of keys) onCommand(thing, { key, type: "string", bytesMax: 1000 }, (text) => void obeyed.push(text));
    });
    connected(cloud, device);
    device.machine.powerCut();
    const texts = keys.map((key) => key.repeat(900));
    cloud.share(Object.fromEntries(keys.map((key, i) => [key, texts[i]])));
    cloud.world.run(1000);
    device.machine.powerOn();
    cloud.world.run(minutes(20));
    expect(obeyed).toEqual(texts);
    expect(device.told("commandRefused")).toEqual([]);
  });
});
