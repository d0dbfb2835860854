/** What is wrong with settings by themselves is told before the port is opened, which would reset the board at it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { createOutput } from "./output";
import { addProvision } from "./provision";

let folder = "";
const files: Readonly<Record<string, string>> = { short: "1234567", code: "canary-code-1", blank: "canary code", codes: "code\ncanary-code-1\n", lock: "canary-lock" };

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "motet-provision-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The command at a port that is not there, and what it prints. */
async function provision(...args: readonly string[]): Promise<void> {
  const print = (): void => undefined;
  const program = new Command("motet").exitOverride();
  addProvision(program, { root: join(__dirname, ".."), version: "1.0.0", output: createOutput(true, print, print) });
  await program.parseAsync(["provision", "--port", join(folder, "no-port"), ...args.map((arg) => arg.replace("@/", `@${folder}/`).replace("%/", `${folder}/`))], { from: "user" });
}

const esp = ["--board", "esp32-espruino"];

test.each<[string, string[], RegExp]>([
  ["a host", [...esp, "--cloud", "mqtts://-x"], /^The cloud's host is a name/],
  ["a time server", [...esp, "--cloud", "mqtts://example.org", "--time-host", "a b"], /^The time server is a host name/],
  ["a network's name", [...esp, "--ssid", "x".repeat(33), "--password", "@/lock"], /^A WiFi network's name has 1 to 32 bytes/],
  ["a network's password", [...esp, "--ssid", "home", "--password", "@/short"], /^A WiFi password has 8 to 63/],
  ["a code", [...esp, "--code", "@/blank"], /^An activation code has 1 to 100/],
  ["a code beside a token", [...esp, "--code", "@/code", "--token", "@/code"], /^A device takes an activation code or a token/],
  ["a console's password", [...esp, "--lock", "@/short"], /^A console's password has 8 to 20/],
  ["a watch without a secret", [...esp, "--watch", "wss://example.org"], /^Nothing can be watched without/],
  ["a lock that the board does not have", ["--board", "esp8266-lua", "--lock", "@/lock"], /^NodeMCU's console takes no password/],
  ["TLS that the board does not have", ["--board", "esp8266-lua", "--cloud", "mqtts://example.org", "--tls", "verified"], /checks no certificates/],
  ["what a bench's boards have in common", [...esp, "--batch", "%/codes", "--results", "%/results", "--cloud", "mqtts://-x"], /^The cloud's host is a name/],
  ["where a bench's results go", [...esp, "--batch", "%/codes", "--results", "%/"], /^The results cannot be written \(EISDIR\): choose another file with --results/],
])("%s", async (_what, args, sentence) => {
  await expect(provision(...args)).rejects.toThrow(sentence);
});
