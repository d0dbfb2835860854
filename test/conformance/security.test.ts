/** The security provisions that bind a device and a local cloud, each shown on the wire of the virtual world. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { eraseThing } from "../../firmware/agent/provision";
import { every, lastWill, measure, onCommand, report, seconds } from "../../firmware/index";
import type { Definition } from "../../firmware/index";
import { generator, seed } from "../support/budget";
import { expectSilent, formsOf } from "../support/canary";
import { CODES, createCloudWorld, createThingDevice, settings } from "../support/thethings-world";
import type { CloudWorld, WorldDevice } from "../support/thethings-world";
import { crossed, statement } from "./statement";

const PASSWORD = "canary-wifi-pa55word";

const station: Definition = (thing) => {
  let n = 0;
  measure(thing, { key: "count" });
  lastWill(thing, "gone");
  every(thing, seconds(10), () => void report(thing, "count", (n += 1)));
  onCommand(thing, { key: "fan", type: "boolean" }, () => undefined);
};

function output(devices: readonly WorldDevice[]): string {
  return devices.flatMap((device) => device.said.map((one) => `${one.event} ${one.number} ${one.text}`)).join("\n");
}

/** Everything that goes wrong in a day, in ten minutes. */
function hardTimes(cloud: CloudWorld, device: WorldDevice): void {
  cloud.world.run(60000);
  cloud.stopCloud();
  cloud.world.run(120000);
  cloud.startCloud();
  cloud.world.run(120000);
  cloud.world.setAccessPoint("home", { present: false });
  cloud.world.run(60000);
  cloud.world.setAccessPoint("home", { present: true, password: "changed meanwhile" });
  cloud.world.run(60000);
  cloud.world.setAccessPoint("home", { password: PASSWORD });
  cloud.world.run(300000);
  const id = cloud.model.thingId(device.thing().token);
  if (id !== undefined) cloud.model.removeThing(id);
  cloud.world.run(600000);
  device.machine.powerCut();
  device.machine.powerOn();
  cloud.world.run(60000);
}

statement("SEC-5", "token, code and WiFi password reach no event of the device, whatever goes wrong", () => {
  for (const transport of ["mqtt", "coap"] as const) {
    const cloud = createCloudWorld({ seed, accessPoints: [{ ssid: "home", password: PASSWORD }] });
    const provision = settings({ ssid: "home", password: PASSWORD });
    const device = createThingDevice(cloud, transport, station, provision);
    const refused = createThingDevice(cloud, transport, station, { ...provision, code: "canary-unknown-code" });
    cloud.world.run(60000);
    const { token } = device.thing();
    expect(token).not.toBe("");
    hardTimes(cloud, device);
    expectSilent(output([device, refused]), [token, CODES[0], PASSWORD, "canary-unknown-code", "v2/things/", "v2/activations/"]);
  }
});

statement("SEC-4", "a thousand devices have a thousand tokens, channels and client identifiers", () => {
  const cloud = createCloudWorld({ seed });
  const codes = cloud.model.createCodes(1000);
  const devices = codes.map((code) => createThingDevice(cloud, "mqtt", () => undefined, settings({ code })));
  expect(cloud.world.runUntil(() => devices.every((device) => device.told("connected").length > 0), 600000)).toBe(true);
  expect(new Set(devices.map((device) => device.thing().token)).size).toBe(1000);
  expect(new Set(devices.map((device) => device.machine.ports.system.uniqueId())).size).toBe(1000);
  const channels = cloud.crossed.flatMap((bytes) => bytes.match(/v2\/activations\/[^/]+\/([0-9a-f]{16})/)?.[1] ?? []);
  expect(new Set(channels).size).toBe(1000);
});

statement("SEC-3", "the token is read and written in named places only, through the record store", () => {
  const files = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]));
  const root = join(__dirname, "..", "..", "firmware");
  const touching = files(root).filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && /record(Get|Put)\([^)]*"token"/.test(readFileSync(path, "utf8")));
  expect(touching.map((path) => path.slice(root.length + 1)).sort()).toEqual(["agent/activation.ts", "agent/boot.ts", "agent/provision.ts"]);
  crossed(touching.join());
});

statement("SEC-19", "a factory reset leaves no byte of token, password, code or readings in flash", () => {
  const cloud = createCloudWorld({ seed, accessPoints: [{ ssid: "home", password: PASSWORD }] });
  const device = createThingDevice(cloud, "mqtt", station, settings({ ssid: "home", password: PASSWORD }));
  cloud.world.run(10 * 60000);
  const { token } = device.thing();
  const dump = (): string => device.machine.flash.dump("records") + device.machine.flash.dump("log");
  expect(dump()).toContain(token);
  expect(dump()).toContain(PASSWORD);
  expect(dump()).toContain(CODES[0]);
  expect(eraseThing(device.machine.ports)).toBe(0);
  for (const secret of [token, PASSWORD, CODES[0]]) for (const form of formsOf(secret)) expect(dump()).not.toContain(form);
  expect(/count|\d{2}/.test(device.machine.flash.dump("log"))).toBe(false);
});

statement("SEC-20", "activation: a channel of 64 real random bits, bounded tries, one thing per code", () => {
  const cloud = createCloudWorld({ seed });
  const device = createThingDevice(cloud, "mqtt", station, settings());
  cloud.wire.toDevice = false;
  cloud.world.run(29 * 60000);
  const subscribes = cloud.crossed.filter((bytes) => bytes.includes("v2/activations/"));
  // The broker's CONNACK is lost too, so the channel is never even asked for; connects stay within the backoff.
  const connects = cloud.crossed.filter((bytes) => bytes.startsWith("\x10"));
  expect(subscribes).toEqual([]);
  expect(connects.length).toBeGreaterThan(4);
  expect(connects.length).toBeLessThan(60);
  cloud.wire.toDevice = true;
  expect(cloud.world.runUntil(() => device.told("connected").length > 0, 20 * 60000)).toBe(true);
  const [channel] = cloud.crossed.flatMap((bytes) => bytes.match(/v2\/activations\/[^/]+\/([0-9a-f]+)/)?.[1] ?? []);
  expect(channel).toMatch(/^[0-9a-f]{16}$/);
  expect(cloud.model.activate(CODES[0], "0123456789abcdef").ok).toBe(false);
});

statement("SEC-14", "a device survives a cloud that sends it anything", () => {
  const draw = generator(seed);
  for (const transport of ["mqtt", "coap"] as const) {
    for (let run = 0; run < 60; run += 1) {
      const cloud = createCloudWorld({ seed: run });
      const device = createThingDevice(cloud, transport, station, settings());
      cloud.world.run(10000 + draw(20000));
      const junk = (): string => Array.from({ length: 1 + draw(80) }, () => String.fromCharCode(draw(4) === 0 ? 32 + draw(3) * 16 : draw(256))).join("");
      for (let i = 0; i < 20; i += 1) {
        cloud.inject(junk());
        cloud.world.run(500);
      }
      expect(device.machine.boots).toHaveLength(1);
      expect(cloud.world.runUntil(() => device.thing().publisher.live, 900000)).toBe(true);
    }
  }
});
