/** What an app throws in this process is told with its line, as it was written. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { createWorld } from "../../../sim/world/world";
import { compileNative } from "./native";

const root = join(__dirname, "..", "..", "..");
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "motet-thrown-"));
  writeFileSync(join(folder, "part.ts"), "export function valueOf(of: { at?: { value: number } }): number {\n  return of.at!.value;\n}\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What is told of an app whose definition does `body` on its fourth line. */
async function placeOf(body: string): Promise<string | undefined> {
  const app = join(folder, "app.ts");
  writeFileSync(app, `import { defineThing, measure } from "motet";\nimport { valueOf } from "./part";\nexport default defineThing((thing) => {\n  ${body}\n  measure(thing, { key: "a", decimals: valueOf({ at: { value: 1 } }) });\n});\n`);
  const program = await compileNative(root, { app, platform: "thethings", transport: "mqtt", name: "app", version: "1.0.0" });
  const { ports } = createWorld({ seed: 1 }).createDevice({ main: () => undefined });
  try {
    program.boot(ports);
  } catch (thrown) {
    return program.placeOf!(thrown);
  }
  throw new Error("nothing was thrown");
}

test.each([
  ["by the app", "const none: { key?: { text: string } } = {}; measure(thing, { key: none.key!.text });", "app.ts:4"],
  ["by a file of its own", "valueOf({});", "part.ts:2"],
  ["by the framework, for what the app did", 'measure(thing, { key: "a" });', "app.ts:5"],
])("%s", async (_by, body, place) => {
  expect(await placeOf(body)).toBe(relative(".", join(folder, place)));
});
