/** Time that comes late, never, or jumps: every reading keeps the moment at which it was made, as far as it was ever known. */
import { every, measure, report, seconds } from "../../firmware/index";
import type { Definition } from "../../firmware/index";
import type { CloudWorld, WorldDevice } from "../support/thethings-world";
import { createCloudWorld, createThingDevice, settings } from "../support/thethings-world";

/** Seconds from the NTP epoch of 1900 to 1970 (RFC 4330 3). */
const NTP_OFFSET_SEC = 2208988800;

const station: Definition = (thing) => {
  let n = 0;
  measure(thing, { key: "count" });
  every(thing, seconds(10), () => void report(thing, "count", (n += 1)));
};

/** A time server in the world: answers with the world's own time, as soon as `on` is true. */
function timeServer(cloud: CloudWorld): { on: boolean } {
  const state = { on: true };
  const stamp = (): Buffer => {
    const bytes = Buffer.alloc(8);
    const now = cloud.world.now();
    bytes.writeUInt32BE(Math.floor(now / 1000) + NTP_OFFSET_SEC, 0);
    bytes.writeUInt32BE(Math.floor(((now % 1000) / 1000) * 4294967296), 4);
    return bytes;
  };
  const socket = cloud.world.bindUdp(123, (bytes, address, port) => {
    if (!state.on) return;
    const answer = Buffer.alloc(48);
    answer[0] = 0x24;
    answer[1] = 2;
    Buffer.from(bytes, "latin1").copy(answer, 24, 40, 48);
    stamp().copy(answer, 16);
    stamp().copy(answer, 32);
    stamp().copy(answer, 40);
    socket.send(answer.toString("latin1"), address, port);
  });
  return state;
}

/** World times of the stored counts, oldest first. */
function times(cloud: CloudWorld, device: WorldDevice): { value: number; ms: number }[] {
  const result = cloud.model.read(device.thing().token, "count", [["limit", "100"]]);
  return result.ok ? result.elements.map((element) => ({ value: Number(element.value), ms: Date.parse(element.datetime) })).reverse() : [];
}

test("the clock is set over SNTP, and readings made before get their time", () => {
  const cloud = createCloudWorld({ seed: 71 });
  const server = timeServer(cloud);
  server.on = false;
  const begun = cloud.world.now();
  const device = createThingDevice(cloud, "mqtt", station, settings({ timeHost: "10.0.0.1" }), { clockIsSet: false });
  cloud.world.run(15000);
  server.on = true;
  cloud.world.run(5 * 60000);
  const stored = times(cloud, device);
  expect(device.told("time")).toHaveLength(1);
  expect(stored.length).toBeGreaterThan(20);
  // The first reading was made within a second of the boot, the n-th ten seconds after the one before it.
  for (const { value, ms } of stored) expect(Math.abs(ms - begun - (value - 1) * 10000)).toBeLessThan(1000);
  expect(device.thing().publisher.untimed).toBe(0);
});

test("readings of an earlier boot get their time too, once that boot learned it", () => {
  const cloud = createCloudWorld({ seed: 72 });
  const server = timeServer(cloud);
  server.on = false;
  const begun = cloud.world.now();
  const device = createThingDevice(cloud, "mqtt", station, settings({ timeHost: "10.0.0.1" }), { clockIsSet: false });
  // The cloud is away, so everything waits in the log; the time comes, and then the power goes.
  cloud.world.run(10000);
  cloud.stopCloud();
  cloud.world.run(40000);
  server.on = true;
  expect(cloud.world.runUntil(() => device.told("time").length === 1, 10 * 60000)).toBe(true);
  const before = device.told("reading").length;
  device.machine.powerCut();
  cloud.world.run(1000);
  cloud.startCloud();
  device.machine.powerOn();
  expect(cloud.world.runUntil(() => device.told("published").length > 0 && device.thing().publisher.log.waiting === 0, 10 * 60000)).toBe(true);
  const first = times(cloud, device).slice(0, before - 1);
  for (const [i, { value, ms }] of first.entries()) {
    expect(value).toBe(i + 1);
    expect(Math.abs(ms - begun - i * 10000)).toBeLessThan(1000);
  }
});

test("a boot that never learned the time sends its readings without one, in order, and counts them", () => {
  const cloud = createCloudWorld({ seed: 73 });
  const device = createThingDevice(cloud, "mqtt", station, settings(), { clockIsSet: false });
  cloud.world.run(5 * 60000);
  const stored = times(cloud, device);
  expect(stored.length).toBeGreaterThan(10);
  expect(device.thing().publisher.untimed).toBeGreaterThanOrEqual(stored.length);
  expect(stored.map(({ value }) => value)).toEqual(stored.map((_, i) => i + 1));
});

test("times within a key strictly increase, whatever the clock does", () => {
  const cloud = createCloudWorld({ seed: 74 });
  const busy: Definition = (thing) => {
    let n = 0;
    measure(thing, { key: "count" });
    every(thing, seconds(10), () => {
      for (let i = 0; i < 3; i += 1) report(thing, "count", (n += 1));
    });
  };
  const device = createThingDevice(cloud, "mqtt", busy, settings());
  cloud.world.run(35000);
  device.machine.jumpEpoch(-3600000);
  cloud.world.run(35000);
  device.machine.jumpEpoch(7200000);
  cloud.world.run(35000);
  const stored = times(cloud, device);
  expect(stored.length).toBeGreaterThan(25);
  for (let i = 1; i < stored.length; i += 1) {
    expect(stored[i]!.ms).toBeGreaterThan(stored[i - 1]!.ms);
    expect(stored[i]!.value).toBe(stored[i - 1]!.value + 1);
  }
});

test("the time server is asked again after a failure, and once a day", () => {
  const cloud = createCloudWorld({ seed: 75 });
  timeServer(cloud);
  const device = createThingDevice(cloud, "coap", () => undefined, settings({ timeHost: "10.0.0.1" }), { clockIsSet: false });
  cloud.world.run(3 * 86400000 + 60000);
  expect(device.told("time")).toHaveLength(4);
});
