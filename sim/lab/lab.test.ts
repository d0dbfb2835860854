import { every, measure, minutes, onCommand, report } from "../../firmware/index";
import type { Definition } from "../../firmware/index";
import { entrySource } from "../../boards/toolchain/compile/entry";
import { createWorld } from "./index";
import { durationMs } from "./duration";
import { routes } from "./platforms";

const obeyed: boolean[] = [];
const station: Definition = (thing) => {
  let degrees = 20;
  measure(thing, { key: "temperature", unit: "Cel", decimals: 1 });
  every(thing, minutes(1), () => {
    degrees += 0.5;
    report(thing, "temperature", degrees);
  });
  onCommand(thing, { key: "fan", type: "boolean" }, (on) => void obeyed.push(on));
};

describe.each(routes)("on $platform over $transport", ({ platform, transport }) => {
  test("eight hours of a device, a command, and an outage", () => {
    obeyed.length = 0;
    const world = createWorld({ seed: 7, platform });
    const device = world.boot(station, { transport });
    expect(world.runUntil(() => device.told("connected").length === 1, "1m")).toBe(true);
    world.cloud.send(device, "fan", true);
    world.run("4h");
    world.cloud.stop();
    world.run("10m");
    world.cloud.start();
    expect(world.runUntil(() => device.told("drained").length > 0, "20m")).toBe(true);
    world.run("4h");
    expect(obeyed).toEqual([true]);
    const values = world.cloud.values(device, "temperature");
    expect(values.length).toBeGreaterThan(480);
    expect(values).toEqual(values.map((_value, i) => 20.5 + i / 2));
  });

  test("a command for a device that is away: what the platform keeps runs when it is back, what passes does not, and the last word holds", () => {
    obeyed.length = 0;
    const world = createWorld({ seed: 8, platform });
    const device = world.boot(station, { transport });
    expect(world.runUntil(() => device.told("connected").length === 1, "1m")).toBe(true);
    world.cloud.stop();
    world.run("3m");
    world.cloud.send(device, "fan", false, "passing");
    world.run("2m");
    world.cloud.send(device, "fan", true, "kept");
    world.run("2m");
    world.cloud.start();
    expect(world.runUntil(() => device.told("connected").length === 2, "20m")).toBe(true);
    world.run("1m");
    // On EVRYTHNG both wait; native sockets tell of the property first, the others of the action, which is the younger one.
    const both = platform === "evrythng" && transport === "ws";
    expect(obeyed).toEqual(platform === "thethings" ? [] : both ? [false, true] : [true]);
    world.cloud.send(device, "fan", false, "passing");
    world.run("1m");
    expect(obeyed.at(-1)).toBe(false);
  });

  test("one seed, one run; another seed, another run", () => {
    const hashOf = (seed: number): string => {
      const world = createWorld({ seed, platform, conditions: { tcpLossRate: 0.1, udpLossRate: 0.1 } });
      world.boot(station, { transport });
      world.run("2h");
      return world.hash;
    };
    expect(hashOf(1)).toBe(hashOf(1));
    expect(hashOf(1)).not.toBe(hashOf(2));
  });
});

test("what there is to build there is to simulate, and the other way round", () => {
  const choices = (platform: string, transport: string): string[] => {
    try {
      entrySource("", { app: "/app.ts", platform, transport, name: "app", version: "1" });
      return [];
    } catch (problem) {
      return /choose (.*)\.$/.exec((problem as Error).message)![1]!.split(/, | or /);
    }
  };
  const built = choices("none", "").flatMap((platform) => choices(platform, "none").map((transport) => ({ platform, transport })));
  expect(routes).toEqual(built);
  expect(() => createWorld({ seed: 1, platform: "none" })).toThrow('There is no platform "none": choose thethings, evrythng or thingsboard.');
  expect(() => createWorld({ seed: 1 }).boot(station, { transport: "pigeon" })).toThrow('thethings has no transport "pigeon": choose mqtt or coap.');
});

test("a device that is not activated has no values, and a duration that is none is refused", () => {
  const world = createWorld({ seed: 1 });
  const device = world.boot(station);
  expect(() => world.cloud.values(device, "temperature")).toThrow("not activated yet");
  expect(() => world.run("eight hours")).toThrow("90s, 10m, 8h or 7d");
  expect(["500ms", "1.5s", "2m", "8h", "7d", 12, "x", "-1s", -1].map(durationMs)).toEqual([500, 1500, 120000, 28800000, 604800000, 12, undefined, undefined, undefined]);
});
