/** How an app is tested in the virtual world: the example of docs/TESTING.md, which is this file. */
import { createWorld } from "motet/world";
import weatherStation from "../../firmware/apps/weather-station";

test("a night without a cloud costs no reading", () => {
  const world = createWorld({ seed: 1 });
  const station = world.boot(weatherStation);
  world.run("1h");
  world.cloud.stop();
  world.run("8h");
  world.cloud.start();
  world.run("30m");
  expect(world.cloud.values(station, "temperature").length).toBeGreaterThanOrEqual(9 * 60);
});

test("the fan obeys, and says so", () => {
  const world = createWorld({ seed: 1 });
  const station = world.boot(weatherStation);
  world.runUntil(() => station.told("connected").length > 0, "5m");
  world.cloud.send(station, "fan", true);
  world.run("10s");
  expect(station.machine.pins.level("fan")).toBe(1);
  expect(world.cloud.values(station, "fan.state")).toEqual([true]);
});

test("a power cut while readings wait loses none of them", () => {
  const world = createWorld({ seed: 1 });
  const station = world.boot(weatherStation, { transport: "coap" });
  world.run("10m");
  world.cloud.stop();
  world.run("1h");
  station.machine.powerCut();
  world.run("5m");
  station.machine.powerOn();
  world.cloud.start();
  world.run("1h");
  const waited = world.cloud.values(station, "temperature").length;
  expect(waited).toBe(station.told("reading").filter(({ text }) => text.startsWith("temperature ")).length);
});

test("a bad network is only slower", () => {
  const world = createWorld({ seed: 1, conditions: { tcpLossRate: 0.2, latencyMs: { min: 200, max: 2000 } } });
  const station = world.boot(weatherStation);
  world.run("8h");
  expect(station.told("dropped")).toEqual([]);
  expect(world.cloud.values(station, "humidity").length).toBeGreaterThan(8 * 60 - 5);
});
