/** A device and a cloud under TLS, as separate processes: with the cloud's own authority, and with another one. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { motet, scratch } from "./command";
import type { Running } from "./command";

let folder: ReturnType<typeof scratch>;
let cloud: Running;
let other: Running;

beforeAll(async () => {
  folder = scratch();
  writeFileSync(join(folder.path, "code"), "fixture-code-1", { mode: 0o600 });
  cloud = motet(["cloud", "thethings", "--activation-codes", "fixture-code-1", "--activation-delay", "0", "--state", join(folder.path, "cloud"), "--json"]);
  other = motet(["cloud", "thethings", "--state", join(folder.path, "other"), "--json"]);
  await cloud.until(({ event }) => event === "ready");
  await other.until(({ event }) => event === "ready");
}, 30000);

afterAll(async () => {
  await Promise.all([cloud.stop(), other.stop()]);
  folder.remove();
});

function device(state: string, ca: string): Running {
  const port = String(cloud.events[0]!["mqtts"]);
  return motet(["sim", "--cloud", `mqtts://localhost:${port}`, "--ca", ca, "--code", `@${join(folder.path, "code")}`, "--state", join(folder.path, state), "--speed", "60", "--json"]);
}

test("a certificate of another authority is refused before anything secret is sent", async () => {
  const one = device("wrong", String(other.events[0]!["ca"]));
  expect(await one.until(({ event }) => event === "offline")).toMatchObject({ code: 8 });
  expect(await one.stop()).toBe(0);
  expect(one.events.map(({ event }) => event)).not.toContain("activated");
}, 30000);

test("with the cloud's own authority the device activates and reports, and nothing is called insecure", async () => {
  const one = device("right", String(cloud.events[0]!["ca"]));
  await one.until(({ event }) => event === "activated");
  await one.until(({ event }) => event === "published");
  expect(await one.stop()).toBe(0);
  expect(one.events.map(({ event }) => event)).not.toContain("insecure");
}, 30000);

test("an authority file that is not there is one clear sentence", async () => {
  const one = device("none", join(folder.path, "absent.pem"));
  expect(await one.ended).toBe(1);
  expect(one.output()).toMatch(/absent\.pem/);
}, 30000);
