/** The security provisions that bind a device and a local cloud, each shown on the wire of the virtual world. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";
import { eraseThing } from "../../firmware/agent/provision";
import { every, lastWill, measure, onCommand, report, seconds } from "../../firmware/index";
import type { Definition } from "../../firmware/index";
import { Fault } from "../../hal/ports/fault";
import { TlsLevel } from "../../hal/ports/tls";
import { openDevice } from "../../sim/device/device";
import { generator, seed } from "../support/budget";
import { expectSilent, formsOf } from "../support/canary";
import { makeCertificates } from "../support/certificates";
import { CODES, createCloudWorld, createThingDevice, settings } from "../support/thethings-world";
import type { CloudWorld, WorldDevice } from "../support/thethings-world";
import { statement } from "./statement";

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

statement("SEC-3", "the token lies in the record area alone, and named places read and write it, through the record store", () => {
  const cloud = createCloudWorld({ seed });
  const device = createThingDevice(cloud, "mqtt", station, settings());
  cloud.world.run(10 * 60000);
  const { token } = device.thing();
  expect(device.machine.flash.dump("records")).toContain(token);
  expect(device.machine.flash.dump("log")).not.toContain(token);
  const root = join(__dirname, "..", "..", "firmware");
  const sources = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"));
  const touching = sources.filter((path) => /record(Get|Put)\([^)]*"token"/.test(readFileSync(join(root, path), "utf8")));
  expect(touching.sort()).toEqual(["agent/activation.ts", "agent/boot.ts", "agent/provision.ts"]);
});

statement("SEC-7", "a machine that verifies hands nothing to a server with a wrong name, another authority, no authority or an expired certificate", async () => {
  const certificates = makeCertificates("localhost");
  const folder = mkdtempSync(join(tmpdir(), "motet-"));
  const caFile = join(folder, "ca.pem");
  writeFileSync(caFile, certificates.authority);
  const device = openDevice({ stateDir: join(folder, "device"), caFile });
  const outcome = (kind: keyof typeof certificates.servers): Promise<number> =>
    new Promise((resolve) => {
      const done = (result: number): void => {
        server.close();
        resolve(result);
      };
      const server = createServer(certificates.servers[kind], (peer) => {
        peer.on("error", () => undefined);
        peer.on("data", () => {
          peer.destroy();
          done(Fault.none);
        });
      });
      server.on("tlsClientError", () => undefined);
      server.listen(0, "127.0.0.1", () => {
        const socket = device.tcp.connect({
          address: "127.0.0.1",
          port: (server.address() as AddressInfo).port,
          tls: { serverName: "localhost" },
          onWritable: () => void device.tcp.write(socket, "the first secret"),
          onReadable: () => undefined,
          onError: done,
        });
      });
    });
  try {
    expect(device.tcp.tlsLevel).toBe(TlsLevel.verified);
    expect(await outcome("good")).toBe(Fault.none);
    for (const kind of ["wrongName", "wrongAuthority", "selfSigned", "expired"] as const) expect([kind, await outcome(kind)]).toEqual([kind, Fault.tls]);
  } finally {
    device.close();
    rmSync(folder, { recursive: true, force: true });
  }
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
