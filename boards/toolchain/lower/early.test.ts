/** Mistakes that are told before anything is lowered: as what they are, and at their place. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loweredApp } from "../compile/lowered";

const root = join(__dirname, "..", "..", "..");
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "motet-early-"));
  writeFileSync(join(folder, "data.json"), '{"limit":21}');
  writeFileSync(join(folder, "five.ts"), "export default 5;\n");
  writeFileSync(join(folder, "whole.ts"), 'import { defineThing } from "motet";\nexport default defineThing(() => {});\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const none = 'The default export of an app is its definition, and this is none: write "export default defineThing((thing) => { … });".';
const head = 'import { defineThing, measure } from "motet";\n';

test.each<[string, string, string]>([
  ["a bracket that is missing", `${head}export default defineThing((thing) => {\n  measure(thing, { key: "a" );\n});\n`, "app.ts:3:29: ',' expected. (TS1005)"],
  ["an import of JSON", `${head}import data from "./data.json";\nexport default defineThing((thing) => measure(thing, { key: "a", decimals: data.limit }));\n`, "app.ts:2:18: No imports of JSON: write the values as constants of a module. (data)"],
  ["no default export", `${head}defineThing((thing) => measure(thing, { key: "a" }));\n`, 'app.ts:3:1: An app is the default export of its file: write "export default defineThing((thing) => { … });". (export)'],
  ["an empty file", "", 'app.ts:1:1: An app is the default export of its file: write "export default defineThing((thing) => { … });". (export)'],
  ["a default export that is no definition", `${head}export default 5;\n`, `app.ts:2:16: ${none} (export)`],
  ["one of another shape", `${head}export default (key: string): void => defineThing((thing) => measure(thing, { key }))(undefined!);\n`, `app.ts:2:16: ${none} (export)`],
  ["what makes a definition, not called", `${head}export default defineThing;\n`, `app.ts:2:16: ${none} (export)`],
  ["one that is a type", `${head}interface App { readonly key: string }\nexport default App;\n`, `app.ts:3:16: ${none} (export)`],
  ["one that is passed on", 'export { default } from "./five";\n', `app.ts:1:10: ${none} (export)`],
  ["a device's definition for one that only watches", 'import { defineThing, defineWatcher, measure } from "motet";\nexport const other = defineWatcher(() => undefined);\nexport default defineThing((thing) => measure(thing, { key: "a" }));\n', `app.ts:3:16: ${none.replace("defineThing((thing)", "defineWatcher((host)")} (export)`],
])("%s", (_name, text, sentence) => {
  const app = join(folder, "app.ts");
  writeFileSync(app, text);
  let message = "";
  try {
    loweredApp(root, app);
  } catch (problem) {
    message = (problem as Error).message;
  }
  expect(message.replaceAll(`${folder}/`, "")).toBe(sentence);
});

test.each([
  ["export default defineThing(() => {});\n"],
  ["export default function (): void {}\n"],
  ['export { default } from "./whole";\n'],
  ["const app = defineThing(() => {});\nexport { app as default };\n"],
])("%j has one", (text) => {
  const app = join(folder, "app.ts");
  writeFileSync(app, `import { defineThing } from "motet";\n${text}`);
  expect(() => loweredApp(root, app)).not.toThrow();
});
