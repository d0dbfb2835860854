import { chmodSync, linkSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadSession, saveSession, saveToken, sendCommand } from "./session";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "motet-session-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const thingsboard = { platform: "thingsboard", http: 1, mqtt: 1, coap: 1, email: "e", password: "p", profileKey: "k", profileSecret: "s" } as const;

test("only a device on ThingsBoard can be called", async () => {
  saveSession(folder, { platform: "evrythng", http: 1, mqtt: 1, operatorKey: "key", thingId: "thing" });
  await expect(sendCommand(folder, "fan", "true", true)).rejects.toThrow("A device of evrythng cannot be called: leave --call out.");
});

test("a device that is not made yet cannot be commanded, nor one whose cloud is gone", async () => {
  saveSession(folder, thingsboard);
  await expect(sendCommand(folder, "fan", "true")).rejects.toThrow("is not activated yet");
  saveSession(folder, { ...thingsboard, thingId: "thing" });
  await expect(sendCommand(folder, "fan", "true")).rejects.toThrow('is "motet sim" still running?');
});

test("a session is replaced whole: who reads it meanwhile finds the one before, and nobody else reads any", () => {
  const path = join(folder, "session.json");
  saveSession(folder, thingsboard);
  chmodSync(path, 0o644);
  // What a reader has open.
  linkSync(path, join(folder, "opened"));
  saveSession(folder, { ...thingsboard, thingId: "thing" });
  expect(JSON.parse(readFileSync(join(folder, "opened"), "utf8"))).toEqual(thingsboard);
  expect(loadSession(folder)).toEqual({ ...thingsboard, thingId: "thing" });
  saveToken(folder, "token");
  expect(readdirSync(folder).sort()).toEqual(["opened", "session.json", "thing-token"]);
  expect(["session.json", "thing-token"].map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o600, 0o600]);
});
