import { every, measure, minutes, report } from "../../firmware/index";
import { createLabCloud } from "../lab/cloud";
import { createLabDevice, settingsFor } from "../lab/device";
import { thethings } from "../lab/platforms/thethings";
import { programOf } from "../lab/program";
import { createConditions } from "../world/conditions";
import { createWorld } from "../world/world";
import { direct } from "./director";
import type { PlannedFault, Stage } from "./fault";
import { kinds } from "./kinds";

const app = programOf((thing) => {
  measure(thing, { key: "n" });
  every(thing, minutes(1), () => void report(thing, "n", 1));
}, { platform: "thethings", transport: "mqtt" });

function stage(): Stage {
  const world = createWorld({ seed: 1, accessPoints: [{ ssid: "site", password: "secret-site" }] });
  const cloud = createLabCloud(world, thethings);
  const provision = settingsFor({ ...cloud.side.credentials(), ssid: "site", password: "secret-site" });
  return { world, cloud, devices: [createLabDevice(world, { program: app, provision, onSaid: () => undefined })] };
}

function fault(kind: string, atMs: number, forMs: number): PlannedFault {
  const { settings, befalls } = kinds.get(kind)!;
  const usual = Object.fromEntries(Object.entries(settings).map(([name, { usual: value }]) => [name, value]));
  return { kind, atMs, forMs, device: befalls === "all" ? -1 : 0, settings: usual, seed: "s" };
}

/** What a stage looks like from outside. */
function looks({ cloud, devices }: Stage): unknown {
  const { machine } = devices[0]!;
  return { conditions: { ...machine.conditions }, wire: { ...cloud.wire }, disk: cloud.disk.works, running: cloud.running, on: machine.on, ready: machine.ready(), sensors: machine.sensors.failing, felt: machine.sensors.felt() };
}

/** Kinds that leave something behind, or show only in what happens later. */
const instants = ["cut-connection", "half-open", "worn-block", "bit-flip", "clock-jump", "power-cut-in-write", "power-cut-in-erase", "flash-write-fails", "flash-erase-fails"];

test.each([...kinds.keys()])("%s: the stage is another while it is on hold, and as before when it is over", (name) => {
  const there = stage();
  there.world.run(120000);
  const before = looks(there);
  direct(there, [fault(name, 130000, 30000)]);
  there.world.run(11000);
  if (instants.includes(name)) expect(looks(there)).toEqual(before);
  else expect(looks(there)).not.toEqual(before);
  there.world.run(10 * 60000);
  expect(looks(there)).toEqual(before);
});

test("faults that overlap on one field: the latest holds, and at the end nothing is left of any", () => {
  const there = stage();
  const { conditions } = there.devices[0]!.machine;
  direct(there, [fault("connects-refused", 1000, 10000), fault("connects-silent", 5000, 10000)]);
  const seen = [500, 2000, 4000, 6000, 10000].map((ms) => {
    there.world.run(ms);
    return conditions.tcpConnect;
  });
  expect(seen).toEqual(["open", "refuse", "silent", "silent", "open"]);
  expect(conditions).toEqual(createConditions());
});

test("calm ends what is on hold and lets nothing more begin", () => {
  const there = stage();
  const director = direct(there, [fault("broker-restart", 1000, 3600000), fault("power-cut", 2000, 3600000), fault("lost-answers", 5000, 1000)]);
  there.world.run(3000);
  expect([there.cloud.running, there.devices[0]!.machine.on]).toEqual([false, false]);
  director.calm();
  there.world.run(3000);
  expect([there.cloud.running, there.devices[0]!.machine.on, there.cloud.wire.toDevice]).toEqual([true, true, true]);
  expect([...director.begun]).toEqual([["broker-restart", 1], ["power-cut", 1]]);
});
