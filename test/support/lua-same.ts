/**
 * A program in device TypeScript that prints lines, run on Node, in Lua 5.1 and in Lua 5.3: from one source, through the build
 * for NodeMCU.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { build } from "esbuild";
import { loadBoard } from "../../boards/toolchain/board";
import { compileLua } from "../../boards/toolchain/compile/lua";

const root = join(__dirname, "..", "..");

/** NodeMCU's `bit` for the Lua 5.1 of a desktop, as far as a device uses it. */
const bit = "bit={bxor=function(a,b)local r,p=0,1 while a>0 or b>0 do if a%2~=b%2 then r=r+p end a=math.floor(a/2)b=math.floor(b/2)p=p*2 end return r end}\n";

async function onNode(entry: string): Promise<string[]> {
  const result = await build({ stdin: { contents: entry, resolveDir: root, loader: "ts" }, bundle: true, write: false, format: "iife", define: { MOTET_CHECKED: "true" }, logLevel: "silent" });
  const lines: string[] = [];
  runInNewContext(result.outputFiles[0]!.text, { print: (line: unknown) => lines.push(String(line)) });
  return lines;
}

async function inLua(entry: string, lua: "5.1" | "5.3"): Promise<string[]> {
  const { id, constants } = loadBoard(root, lua === "5.1" ? "esp8266-lua" : "esp32-lua");
  const image = await compileLua(root, entry, { id, constants, lua });
  const run = spawnSync(`lua${lua}`, ["-"], { input: (lua === "5.1" ? bit : "") + image.files.get(image.main)!, encoding: "latin1", maxBuffer: 1 << 26 });
  if (run.status !== 0) throw new Error(run.stderr === "" ? String(run.error) : run.stderr);
  return run.stdout.split("\n").slice(0, -1);
}

/** Expects the same output from all three; `ROOT` in the program is the folder of the framework. */
export async function expectSame(program: string, linesMin: number): Promise<void> {
  const entry = program.replace(/ROOT/g, root);
  const expected = await onNode(entry);
  expect(expected.length).toBeGreaterThanOrEqual(linesMin);
  expect(await inLua(entry, "5.1")).toEqual(expected);
  expect(await inLua(entry, "5.3")).toEqual(expected);
}
