/** A project outside of this repository, as docs/TESTING.md says it: the app of the README and its test, run by Node alone and checked by the compiler. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";

const root = join(__dirname, "..", "..");
const read = (...path: string[]): string => readFileSync(join(root, ...path), "utf8");
/** The blocks of code of a page, in one language. */
const blocks = (page: string, language: string): string[] => [...page.matchAll(new RegExp(`\n\`\`\`${language}\n([\\s\\S]*?)\`\`\``, "g"))].map(([, code]) => code!);

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "motet own project ")));
  const section = read("docs", "TESTING.md").split("## In a project of your own")[1]!;
  mkdirSync(join(folder, "node_modules", "@types"), { recursive: true });
  symlinkSync(root, join(folder, "node_modules", "motet"));
  symlinkSync(join(root, "node_modules", "@types", "node"), join(folder, "node_modules", "@types", "node"));
  writeFileSync(join(folder, "package.json"), '{"name":"greenhouse","type":"module"}');
  writeFileSync(join(folder, "greenhouse.ts"), blocks(read("README.md"), "ts")[0]!);
  writeFileSync(join(folder, "greenhouse.test.ts"), blocks(section, "ts")[0]!);
  writeFileSync(join(folder, "tsconfig.json"), blocks(section, "json")[0]!);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A program of this repository, run in the project: what it printed; throws with that when it failed. */
const run = (...args: string[]): string => execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" });

test("its test runs", () => {
  buildSync({ entryPoints: [join(folder, "greenhouse.test.ts")], bundle: true, packages: "external", platform: "node", format: "esm", outfile: join(folder, "greenhouse.test.mjs") });
  expect(run("--test", "--test-reporter=tap", "greenhouse.test.mjs")).toMatch(/# pass 1\n/);
}, 60000);

test("its types hold", () => {
  expect(run(join(root, "node_modules", "typescript", "bin", "tsc"), "-p", ".")).toBe("");
}, 120000);

test("every driver and everything that can be watched is a module", () => {
  const drivers = readdirSync(join(root, "firmware", "drivers")).filter((name) => /^[a-z0-9]+\.ts$/.test(name)).map((name) => `motet/drivers/${name.replace(".ts", "")}`);
  const watched = ["thethings", "evrythng", "thingsboard"].map((platform) => `motet/watch/${platform}`);
  const script = [...drivers, ...watched, "motet"].map((name) => `if (Object.keys(await import("${name}")).length === 0) throw new Error("${name}");`).join("");
  expect(drivers.length).toBeGreaterThan(0);
  expect(run("--input-type=module", "-e", script)).toBe("");
}, 60000);
