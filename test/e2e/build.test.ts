/** What a person does before a board is flashed: build the files, look at what they take, and make mistakes. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { motet, scratch } from "./command";

const TIMEOUT_MS = 300000;
let folder: ReturnType<typeof scratch>;

beforeAll(() => {
  folder = scratch();
  writeFileSync(join(folder.path, "file"), "");
  writeFileSync(join(folder.path, "broken.ts"), 'import { defineThing } from "motet";\nexport default defineThing((thing) => {\n  nobody(thing);\n});\n');
});

afterAll(() => folder.remove());

describe.each([
  ["esp8266-espruino", "mqtt", "jsvars"],
  ["esp32-lua", "coap", "bytes"],
])("the weather station for %s over %s", (board, transport, unit) => {
  test("is built into files that are what the report says", async () => {
    const out = join(folder.path, board);
    const run = motet(["build", "--board", board, "--transport", transport, "--out", out, "--json"]);
    expect([await run.ended, run.output()]).toEqual([0, expect.any(String)]);
    const built = run.events.at(-1)! as unknown as {
      event: string; board: string; artifacts: { name: string; bytes: number; sha256: string }[];
      flashBytes: number; flashBudget: number; memory: { unit: string; used: number; budget: number }; modules: { path: string; bytes: number }[];
    };
    expect(built).toMatchObject({ event: "built", board, memory: { unit } });
    for (const { name, bytes, sha256 } of built.artifacts) {
      const content = readFileSync(join(out, name));
      expect([name, content.length, createHash("sha256").update(content).digest("hex")]).toEqual([name, bytes, sha256]);
    }
    expect(built.artifacts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(built.flashBytes);
    expect(built.modules.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(built.flashBytes);
    expect(built.modules.map(({ path }) => path)).toContain(`firmware/platform/thethings/${transport}.ts`);
    expect(built.flashBytes).toBeLessThanOrEqual(built.flashBudget);
    expect(built.memory.used).toBeLessThanOrEqual(built.memory.budget);
    const manifest = JSON.parse(readFileSync(join(out, "image.json"), "utf8")) as { main: string; files: { name: string }[] };
    expect(manifest.files.map(({ name }) => name)).toContain(manifest.main);
    // Tokenised on the board, and for people as text.
    for (const { name } of built.artifacts.filter(({ name: each }) => /\.(app|cold)$/.test(each))) {
      expect(/[\x80-\xff]/.test(readFileSync(join(out, name), "latin1"))).toBe(true);
      expect(/^[\n -~]+$/.test(readFileSync(join(out, "plain", `${name}.js`), "latin1"))).toBe(true);
    }
  }, TIMEOUT_MS);
});

test("a comparison with the same sources finds no difference", async () => {
  const run = motet(["size", "--board", "esp32-espruino", "--by-module", "--diff", "HEAD", "--json"]);
  expect([await run.ended, run.output()]).toEqual([0, expect.any(String)]);
  const size = run.events.at(-1)! as unknown as { modules: object[]; flashBytes: number; since: { revision: string; flashBytes: number; modules: object[] } };
  expect(size.since).toMatchObject({ revision: "HEAD" });
  expect(size.modules.length).toBeGreaterThan(20);
  expect(size.since.flashBytes).toBeGreaterThan(4000);
}, TIMEOUT_MS);

test.each<[string, string[], RegExp]>([
  ["no board", ["build"], /required option '--board <id>' not specified/],
  ["an unknown board", ["build", "--board", "esp33"], /There is no board "esp33": choose esp32-espruino, esp32-lua/],
  ["an unknown app", ["build", "no-such-app", "--board", "esp32-lua"], /There is no app "no-such-app"/],
  ["an unknown transport", ["build", "--board", "esp32-lua", "--transport", "pigeon"], /thethings has no transport "pigeon"/],
  ["an app with a mistake", ["build", "@/broken.ts", "--board", "esp32-espruino", "--out", "@/none"], /broken\.ts:3:3: Cannot find name 'nobody'/],
  ["a board's size that is unknown", ["size", "--board", "esp33"], /There is no board "esp33"/],
  ["a revision that is none", ["size", "--board", "esp32-espruino", "--diff", "no-such-branch"], /There is no revision "no-such-branch" here/],
])("%s", async (_name, args, sentence) => {
  const run = motet(args.map((arg) => arg.replace(/^@\//, `${folder.path}/`)));
  expect(await run.ended).toBe(1);
  expect(run.output()).toMatch(sentence);
  expect(run.output()).not.toMatch(/ {4}at .*\.js:/);
  expect(existsSync(join(folder.path, "none"))).toBe(false);
}, TIMEOUT_MS);

test("a folder that is a file's", async () => {
  const run = motet(["build", "--board", "esp32-lua", "--out", join(folder.path, "file", "out")]);
  expect(await run.ended).toBe(1);
  expect(run.output()).toMatch(/The folder .* cannot be written \(ENOTDIR\): choose another with --out/);
}, TIMEOUT_MS);

describe("a folder that holds something else than a build", () => {
  const mine = (...path: string[]): string => join(folder.path, "mine", ...path);

  test("is refused, and what is in it stays", async () => {
    mkdirSync(mine("src"), { recursive: true });
    writeFileSync(mine("src", "notes.txt"), "the only copy");
    const run = motet(["build", "--board", "esp32-lua", "--out", mine()]);
    expect(await run.ended).toBe(1);
    expect(run.output()).toMatch(/The folder .*mine holds something else than a build.*name one that is empty or new with --out/);
    expect(readFileSync(mine("src", "notes.txt"), "utf8")).toBe("the only copy");
    expect(readdirSync(mine())).toEqual(["src"]);
  }, TIMEOUT_MS);

  test("nor is a file replaced by a folder", async () => {
    const run = motet(["build", "--board", "esp32-lua", "--out", join(folder.path, "file")]);
    expect(await run.ended).toBe(1);
    expect(run.output()).toMatch(/The folder .*file cannot be written \(ENOTDIR\): choose another with --out/);
    expect(readFileSync(join(folder.path, "file"), "utf8")).toBe("");
  }, TIMEOUT_MS);
});

test("a build takes the place of the one before, and of all that was put beside it", async () => {
  const out = join(folder.path, "again");
  expect(await motet(["build", "--board", "esp32-lua", "--out", out]).ended).toBe(0);
  const first = readdirSync(out).sort();
  writeFileSync(join(out, "compiled.img"), "");
  expect(await motet(["build", "--board", "esp32-lua", "--out", out]).ended).toBe(0);
  expect(readdirSync(out).sort()).toEqual(first);
}, TIMEOUT_MS);
