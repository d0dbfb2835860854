/** A token that the platform no longer takes: the readings stay in the log, the device says so and never activates anew. */
import { every, measure, report, seconds } from "../../firmware/index";
import type { Definition } from "../../firmware/index";
import { createCloudWorld, createThingDevice, settings } from "../support/thethings-world";
import type { Transport } from "../support/thethings-world";

const station: Definition = (thing) => {
  let n = 0;
  measure(thing, { key: "count" });
  every(thing, seconds(10), () => void report(thing, "count", (n += 1)));
};

describe.each<Transport>(["mqtt", "coap"])("over %s", (transport) => {
  test("a revoked token raises tokenSuspect, loses nothing and starts no activation", () => {
    const cloud = createCloudWorld({ seed: 41 });
    const device = createThingDevice(cloud, transport, station, settings());
    cloud.world.run(60000);
    const { token } = device.thing();
    const reported = device.told("published").length;
    expect(reported).toBeGreaterThan(0);
    cloud.model.removeThing(cloud.model.thingId(token)!);
    cloud.world.run(30 * 60000);
    expect(device.told("tokenSuspect")).toHaveLength(1);
    expect(device.thing().token).toBe(token);
    expect(device.told("activated")).toHaveLength(1);
    expect(device.thing().publisher.log.waiting).toBeGreaterThan(150);
    expect(device.machine.boots).toHaveLength(1);
  });
});

test("over MQTT a suspect token is tried about every five minutes, not with every reading", () => {
  const cloud = createCloudWorld({ seed: 42 });
  const device = createThingDevice(cloud, "mqtt", station, settings());
  cloud.world.run(60000);
  const { token } = device.thing();
  cloud.model.removeThing(cloud.model.thingId(token)!);
  expect(cloud.world.runUntil(() => device.told("tokenSuspect").length === 1, 10 * 60000)).toBe(true);
  const before = cloud.crossed.filter((bytes) => bytes.includes('"values"')).length;
  cloud.world.run(20 * 60000);
  const tries = cloud.crossed.filter((bytes) => bytes.includes('"values"')).length - before;
  expect(tries).toBeGreaterThanOrEqual(2);
  expect(tries).toBeLessThanOrEqual(6);
});
