/**
 * Espruino's loader takes a compaction that the power cut short for damage, and erases everything: settings, token, readings and
 * the program. With its program loaded again the device knows nothing, says so, and works after it is provisioned anew.
 */
import { AgentCode } from "../../firmware/agent/link";
import { storeProvision } from "../../firmware/agent/settings";
import { every, measure, report, seconds } from "../../firmware/index";
import type { Definition } from "../../firmware/index";
import { StorageFlash } from "../../sim/world/flash-storage";
import { CODES, createCloudWorld, createThingDevice, settings } from "../support/thethings-world";

const areas = [
  { name: "records", blockBytes: 256, blocks: 4 },
  { name: "log", blockBytes: 256, blocks: 4 },
];

test("a device that lost everything begins anew", () => {
  const cloud = createCloudWorld({ seed: 61 });
  const { world } = cloud;
  const flash = new StorageFlash({ areas, pageBytes: 512, pages: 8 });
  let n = 0;
  const station: Definition = (thing) => {
    measure(thing, { key: "count" });
    every(thing, seconds(10), () => void report(thing, "count", (n += 1)));
  };
  const device = createThingDevice(cloud, "mqtt", station, settings(), { flash });
  world.run(60000);
  const before = device.thing().token;
  expect(cloud.model.read(before, "count", []).ok).toBe(true);

  flash.cutInErase(3, "erased");
  expect(world.runUntil(() => flash.isOff, 24 * 3600000)).toBe(true);
  const boots = device.told("boot").length;
  device.machine.powerOn();
  world.run(60000);
  // The machine has power and no program: it is silent, and its flash holds nothing.
  expect([flash.wipes, device.machine.on, device.told("boot").length]).toEqual([1, true, boots]);
  expect(/^\xff*$/.test(flash.dump("records") + flash.dump("log"))).toBe(true);

  flash.loadProgram();
  device.machine.powerCut();
  device.machine.powerOn();
  world.run(60000);
  const since = device.said.filter((one) => one.ms >= device.told("boot").at(-1)!.ms);
  expect(since.map(({ event }) => event)).toContain("stopped");
  expect(device.told("stopped").map(({ number }) => number)).toEqual([AgentCode.unprovisioned]);
  expect(device.told("boot").at(-1)!.text).toContain("boot=1");
  expect(device.thing().token).toBe("");

  // Readings made while it waits for a person are kept for then.
  const waiting = n;
  expect(storeProvision(device.thing().records, settings({ code: CODES[1] }))).toBe(0);
  device.machine.powerCut();
  device.machine.powerOn();
  world.run(120000);
  const after = device.thing().token;
  expect(after).not.toBe(before);
  expect(device.told("activated")).toHaveLength(2);
  const stored = cloud.model.read(after, "count", [["limit", "100"]]);
  const values = stored.ok ? stored.elements.map(({ value }) => Number(value)) : [];
  expect(values).toContain(waiting);
  expect(values).toContain(n);
  expect(flash.wipes).toBe(1);
});
