import { every, measure, minutes, onCommand, report } from "../../firmware/index";
import type { Definition } from "../../firmware/index";
import { createWorld } from "./index";
import { durationMs } from "./duration";

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

describe.each(["mqtt", "coap"] as const)("over %s", (transport) => {
  test("eight hours of a device, a command, and an outage", () => {
    obeyed.length = 0;
    const world = createWorld({ seed: 7 });
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

  test("one seed, one run; another seed, another run", () => {
    const hashOf = (seed: number): string => {
      const world = createWorld({ seed, conditions: { tcpLossRate: 0.1, udpLossRate: 0.1 } });
      world.boot(station, { transport });
      world.run("2h");
      return world.hash;
    };
    expect(hashOf(1)).toBe(hashOf(1));
    expect(hashOf(1)).not.toBe(hashOf(2));
  });
});

test("a device that is not activated has no values, and a duration that is none is refused", () => {
  const world = createWorld({ seed: 1 });
  const device = world.boot(station);
  expect(() => world.cloud.values(device, "temperature")).toThrow("not activated yet");
  expect(() => world.run("eight hours")).toThrow("90s, 10m, 8h or 7d");
  expect(["500ms", "1.5s", "2m", "8h", "7d", 12, "x", "-1s", -1].map(durationMs)).toEqual([500, 1500, 120000, 28800000, 604800000, 12, undefined, undefined, undefined]);
});
