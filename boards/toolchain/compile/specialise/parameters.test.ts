/** Programs of a few lines, specialised, linked and run: parameters that nobody gives anything, and those that somebody might. */
import { join } from "node:path";
import { bundleModules } from "../espruino/bundle";
import { emitModules } from "../espruino/program";

// A small program is type-checked with the whole library of the device.
jest.setTimeout(60000);

const root = join(__dirname, "..", "..", "..", "..");
const probeFile = join(root, "firmware", "agent", "probe.ts");
const probe = `
function inner(count: number, heard: ((count: number) => void) | undefined): number {
  if (heard !== undefined) heard(count);
  return count + 1;
}
export function outer(count: number, heard?: (count: number) => void): number {
  return inner(count, heard);
}
export function counted(count: number, most?: number): number {
  if (most === undefined) most = 10;
  return count < most ? count : most;
}
export interface Given {
  readonly most: number | undefined;
}
export function given(most?: number): Given {
  return { most };
}`;

/** What the entry told `said`, and the framework's file as it was emitted. */
async function run(entry: string): Promise<{ readonly said: unknown[]; readonly text: string }> {
  const modules = emitModules(root, `declare const said: { push(value: unknown): number };\n${entry}`, new Map([[probeFile, probe]]));
  const { code } = await bundleModules(root, modules, {});
  const said: unknown[] = [];
  new Function("said", code)(said);
  return { said, text: modules.get(probeFile)!.text };
}

test("one that no call gives anything is gone, and so is what it is passed on as", async () => {
  const { said, text } = await run('import { outer } from "./firmware/agent/probe";\nsaid.push(outer(1));');
  expect(said).toEqual([2]);
  expect(text).not.toMatch(/heard/);
});

test.each([
  ["a call gives it", 'import { outer } from "./firmware/agent/probe";\nsaid.push(outer(1, (n) => { said.push(n); }));\nsaid.push(outer(1));', [1, 2, 2]],
  ["under another name", 'import { outer as other } from "./firmware/agent/probe";\nsaid.push(other(1, (n) => { said.push(n); }));', [1, 2]],
  ["by the name of its module", 'import * as all from "./firmware/agent/probe";\nsaid.push(all.outer(1, (n) => { said.push(n); }));', [1, 2]],
  ["the function is handed on", 'import { outer } from "./firmware/agent/probe";\nconst other = outer;\nsaid.push(other(1, (n) => { said.push(n); }));', [1, 2]],
  ["in a field that has its name", 'import { outer } from "./firmware/agent/probe";\nconst all = { outer };\nsaid.push(all.outer(1, (n) => { said.push(n); }));', [1, 2]],
])("it stays where %s", async (_where, entry, expected) => {
  expect((await run(entry)).said).toEqual(expected);
});

test("it stays where it is written to, or names a field as well", async () => {
  const { said } = await run('import { counted, given } from "./firmware/agent/probe";\nsaid.push(counted(5));\nsaid.push(counted(20));\nsaid.push(given().most);');
  expect(said).toEqual([5, 10, undefined]);
});
