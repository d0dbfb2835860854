/** A person's mistakes: one clear sentence each, with the fix, a failing exit code, and nothing half started. */
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { motet, scratch } from "./command";

// Child processes on a busy machine.
jest.setTimeout(60000);

let folder: ReturnType<typeof scratch>;

beforeAll(() => {
  folder = scratch();
  writeFileSync(join(folder.path, "file"), "");
  writeFileSync(join(folder.path, "broken.ts"), "export default defineThing(");
  writeFileSync(join(folder.path, "twice.ts"), 'import { defineThing, measure } from "motet"; export default defineThing((thing) => { measure(thing, { key: "a" }); measure(thing, { key: "a" }); });');
});

afterAll(() => folder.remove());

test.each<[string, string[], RegExp]>([
  ["an unknown verb", ["fly"], /unknown command 'fly'/],
  ["an unknown option", ["sim", "--fast"], /unknown option '--fast'/],
  ["an unknown app", ["sim", "no-such-app"], /There is no app "no-such-app": give the path of a TypeScript file/],
  ["an unknown platform", ["sim", "--platform", "nowhere"], /There is no platform "nowhere": choose thethings/],
  ["an unknown transport", ["sim", "--transport", "pigeon"], /thethings has no transport "pigeon": choose mqtt or coap/],
  ["a port out of range", ["cloud", "thethings", "--http", "70000"], /A port is a number from 0 to 65535/],
  ["a port that is no number", ["cloud", "thethings", "--mqtt", "x"], /A port is a number/],
  ["a cloud that there is none of", ["cloud", "nothing"], /There is no local "nothing": the platforms are thethings, evrythng/],
  ["an option of another platform's cloud", ["cloud", "evrythng", "--activation-codes", "x"], /--activation-codes is for thethings: leave it out for evrythng/],
  ["a speed out of range", ["sim", "--speed", "0"], /The speed is a number from 1 to 600/],
  ["a duration without a unit", ["sim", "--for", "10"], /A duration is a number and a unit/],
  ["a cloud address of another transport", ["sim", "--cloud", "coap://127.0.0.1"], /goes with --transport coap/],
  ["a cloud address that is none", ["sim", "--cloud", "somewhere"], /The cloud is "local" or an address/],
  ["a code on the command line", ["sim", "--cloud", "mqtt://127.0.0.1", "--code", "secret"], /Secrets are not taken from the command line/],
  ["a command without a simulation", ["send", "fan", "true", "--state", "@/nothing"], /start one with "motet sim" first/],
  ["a state folder that is a file", ["sim", "--state", "@/file"], /state folder .* cannot be used \(ENOTDIR\)/],
  ["a cloud's state folder that is a file", ["cloud", "thethings", "--state", "@/file"], /cannot|folder/],
  ["an app with a mistake", ["sim", "@/broken.ts", "--state", "@/s1"], /broken\.ts:1|broken\.ts/],
])("%s", async (_name, args, sentence) => {
  const run = motet(args.map((arg) => arg.replace(/^@\//, `${folder.path}/`)));
  expect(await run.ended).toBe(1);
  expect(run.output()).toMatch(sentence);
  expect(run.output()).not.toMatch(/ {4}at .*\.js:/);
});

test("a port that is in use", async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
  const { port } = holder.address() as AddressInfo;
  const run = motet(["cloud", "thethings", "--mqtt", String(port)]);
  expect(await run.ended).toBe(1);
  expect(run.output()).toContain(String(port));
  expect(run.output()).toMatch(/in use|already/);
  await new Promise((resolve) => holder.close(resolve));
});

test("an app that declares a key twice", async () => {
  const run = motet(["sim", join(folder.path, "twice.ts"), "--state", join(folder.path, "s2"), "--json", "--for", "2s"]);
  expect(await run.ended).toBe(1);
  expect(run.output()).toContain('the key \\"a\\" is declared twice');
});

test("a cloud at a port where nobody listens: the device says why it is offline, works on and keeps its readings", async () => {
  writeFileSync(join(folder.path, "code"), "fixture-code");
  const args = ["sim", "--cloud", "mqtt://127.0.0.1:1", "--code", `@${join(folder.path, "code")}`, "--state", join(folder.path, "s3"), "--speed", "60", "--for", "3m", "--json"];
  const run = motet(args);
  expect(await run.until(({ event }) => event === "offline")).toMatchObject({ code: 5, reason: "connection refused" });
  expect(await run.ended).toBe(0);
  expect(run.events.at(-1)).toMatchObject({ event: "end", published: 0 });
  expect(run.events.filter(({ event }) => event === "reading").length).toBeGreaterThan(6);
});
