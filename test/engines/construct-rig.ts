/**
 * Runs the rows of constructs: as JavaScript, lowered in this process, lowered in Lua, lowered on the real interpreter. Values
 * come back as text that is the same wherever the value is.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createContext, runInContext, runInThisContext } from "node:vm";
import { build } from "esbuild";
import ts from "typescript";
import * as tstl from "typescript-to-lua";
import { appOptions, appProgram } from "../../boards/toolchain/lower/program";
import { buildStorage } from "../../sim/engines/espruino/storage";
import { detokenise } from "../../sim/engines/espruino/tokens";
import type { ConstructRow } from "./construct-rows";

export const root = join(__dirname, "..", "..");

export const pathOf = (index: number): string => join(root, "firmware", "apps", `construct-${index}.ts`);

export function sourceOf({ before = "", body }: ConstructRow): string {
  return `${before}\nexport function run(): unknown {\n${body}\n}\n`;
}

/** What engines print for a value: `n1.5`, `stext`, `b1`, `u`, `[...]`. */
const showJs = `function show(v) {
  if (v === undefined) return "u";
  if (typeof v === "number") return "n" + v;
  if (typeof v === "string") return JSON.stringify("s" + v);
  if (typeof v === "boolean") return v ? "b1" : "b0";
  let all = "[";
  v.forEach(function(each, i) { all += (i === 0 ? "" : ",") + show(each); });
  return all + "]";
}`;

/** A value as engines print it, numbers rounded to what the least of them prints. */
export function readable(text: string): string {
  return text.replace(/\bn(-?[\d.]+(?:e[+-]?\d+)?)/gi, (_all, number: string) => `n${Number(Number(number).toPrecision(10)) + 0}`);
}

/** The value of a program in JavaScript itself. */
export function runNative(source: string): string {
  const { outputText } = ts.transpileModule(source, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS } });
  return readable(runInThisContext(`(function() { const exports = {}; ${outputText}\n${showJs}\nreturn show(exports.run()); })()`) as string);
}

export function showExpected(value: unknown): string {
  return readable(runInThisContext(`(function() { ${showJs}; return show(JSON.parse(${JSON.stringify(JSON.stringify(value))})); })()`) as string);
}

/** Lowered rows and what they import as one ES2015 script that shows the value of each by `print`. */
export async function scriptOf(rows: ReadonlyMap<number, string>): Promise<string> {
  const imports = [...rows.keys()].map((index) => `import { run as run${index} } from ${JSON.stringify(pathOf(index))};`);
  const calls = [...rows.keys()].map((index) => `print("=" + show(run${index}()));`);
  const result = await build({
    stdin: { contents: [...imports, ...calls].join("\n"), resolveDir: root, loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2015",
    supported: { "nullish-coalescing": true },
    define: { MOTET_CHECKED: "false" },
    charset: "ascii",
    logLevel: "silent",
    plugins: [{
      name: "lowered",
      setup(bundler) {
        bundler.onResolve({ filter: /construct-\d+\.ts$/ }, ({ path }) => ({ path }));
        bundler.onLoad({ filter: /construct-\d+\.ts$/ }, ({ path }) => {
          const index = Number(/construct-(\d+)\.ts$/.exec(path)![1]);
          return { contents: rows.get(index)!, loader: "ts", resolveDir: join(root, "firmware", "apps") };
        });
      },
    }],
  });
  return result.outputFiles[0]!.text.replace(/^var /gm, "let ").replace(/^export .*$/gm, "");
}

/** Runs a script in this process with nothing but the language; the values that it shows. */
export function runHere(script: string): string[] {
  const shown: string[] = [];
  runInContext(`${showJs}\n${script}`, createContext({ print: (line: string) => shown.push(readable(line.slice(1))) }));
  return shown;
}

/** What an image says when it is through: at its boot it cannot end the interpreter. */
const LAST = "that was all";

/** Runs the real interpreter in a folder with files. Its standard input stays open, since it floods its console at the end of it. */
function runInterpreter<T>(files: ReadonlyMap<string, string | Buffer>, args: readonly string[], read: (output: string) => T, lastMs: number): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "motet-construct-"));
  for (const [name, content] of files) writeFileSync(join(folder, name), content, "latin1");
  return new Promise((done) => {
    const child = spawn(process.env["ESPRUINO"]!, args, { cwd: folder, stdio: ["pipe", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString("latin1");
      if (output.includes(LAST)) child.kill("SIGKILL");
    });
    child.stderr.on("data", (chunk: Buffer) => { output += chunk.toString("latin1"); });
    const guard = setTimeout(() => child.kill("SIGKILL"), lastMs);
    child.on("close", () => {
      clearTimeout(guard);
      rmSync(folder, { recursive: true, force: true });
      done(read(output));
    });
  });
}

/** Runs a script on the real interpreter; the value that it shows. */
export function runOnEspruino(script: string): Promise<string> {
  const files = new Map([["row.js", `${showJs}\n${script}\nquit();\n`]]);
  return runInterpreter(files, ["row.js"], (output) => {
    const found = /^>?=(.*?)\r?$/m.exec(output);
    const wrong = /(Uncaught|Error|ERROR|ASSERT|Out of Memory)[^\r\n]*/.exec(output);
    return found === null || wrong !== null ? `failed: ${wrong?.[0] ?? output.slice(-200)}` : readable(found[1]!);
  }, 5000);
}

/** The intrinsics, as a build for Lua writes them. */
const luaIntrinsics = `return {
  chr = string.char,
  at = function(s, i) return string.byte(s, i + 1) end,
  sub = function(s, a, b) return string.sub(s, a + 1, b) end,
  idiv = function(a, b) return math.floor(a / b) end,
}`;

/** Shows a value, in Lua. */
const luaShow = `
local function show(v)
  local kind = type(v)
  if v == nil then return "u" end
  if kind == "number" then return "n" .. string.format("%.17g", v) end
  if kind == "string" then return '"s' .. v:gsub('[%z\\1-\\31"\\\\]', function(c)
    if c == "\\n" then return "\\\\n" elseif c == "\\t" then return "\\\\t" end
    return "\\\\" .. c
  end) .. '"' end
  if kind == "boolean" then return v and "b1" or "b0" end
  local all = {}
  for i, each in ipairs(v) do all[i] = show(each) end
  return "[" .. table.concat(all, ",") .. "]"
end`;

const luaMain = `${luaShow}
for index = 0, COUNT - 1 do
  local ok, value = pcall(function() return show(require("firmware.apps.construct-" .. index).run()) end)
  print(ok and value or "failed: " .. tostring(value))
end`;

export interface LuaRun {
  /** What the compiler said. */
  readonly complaints: readonly string[];
  /** Library functions that it put in. */
  readonly library: readonly string[];
  readonly values: readonly string[];
}

/** All rows in one Lua. */
export function runInLua(version: "5.1" | "5.3", texts: readonly string[]): LuaRun {
  const folder = mkdtempSync(join(tmpdir(), "motet-construct-"));
  const memory = new Map(texts.map((text, index) => [pathOf(index), text]));
  const options: tstl.CompilerOptions = {
    ...appOptions(root),
    target: ts.ScriptTarget.ES2015,
    noEmit: false,
    rootDir: root,
    outDir: folder,
    luaTarget: version === "5.1" ? tstl.LuaTarget.Lua51 : tstl.LuaTarget.Lua53,
    luaLibImport: tstl.LuaLibImportKind.Require,
    noImplicitSelf: true,
    noHeader: true,
  };
  const program = appProgram(root, [...memory.keys()], memory, options as ts.CompilerOptions);
  const library = new Set<string>();
  const { diagnostics } = new tstl.Transpiler().emit({
    program,
    writeFile: (path, text) => {
      mkdirSync(dirname(path), { recursive: true });
      const isIntrinsics = path.endsWith("intrinsics.lua");
      // The checks of a checked build are not in what ships.
      if (!isIntrinsics && !/(lualib_bundle|base\/check)\.lua$/.test(path)) for (const [name] of text.matchAll(/__TS__\w+/g)) library.add(name);
      // The compiler's own printer makes a comment of "- -n"; images are printed by boards/toolchain/compile/lua/print.ts.
      writeFileSync(path, isIntrinsics ? luaIntrinsics : text.replace(/(?<=[\s,(])--(?=[\w(])/g, "- -"));
    },
  });
  writeFileSync(join(folder, "main.lua"), luaMain.replace("COUNT", String(texts.length)));
  const { stdout, stderr } = spawnSync(`lua${version}`, ["main.lua"], { cwd: folder, encoding: "latin1" });
  rmSync(folder, { recursive: true });
  // What stands for the intrinsics is written above.
  const said = diagnostics.filter(({ file }) => file?.fileName.endsWith("intrinsics.ts") !== true).map(({ file, messageText }) => `${file?.fileName ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
  return { complaints: [...said, ...(stderr === "" ? [] : [stderr])], library: [...library], values: stdout.trimEnd().split("\n").map(readable) };
}

/** An entry that prints the value of each row: what an image is made of. The host's own `print` shows it. */
export function entryOf(rows: readonly number[]): string {
  const imports = rows.map((index) => `import { run as run${index} } from ${JSON.stringify(pathOf(index).replace(/\.ts$/, ""))};`);
  return ["declare function print(this: void, value: unknown): void;", ...imports, ...rows.map((index) => `print(run${index}());`)].join("\n");
}

/** Runs an image's script in this process. */
export function runImageHere(script: string): string[] {
  const shown: string[] = [];
  runInContext(`${showJs}\nconst print = (value) => put(show(value));\n${detokenise(script)}`, createContext({ put: (text: string) => shown.push(readable(text)) }));
  return shown;
}

/** Boots an image of one file on the real interpreter, from its flash, as a board does: in its memory the text alone would fill it. */
export function imageOnEspruino(script: string): Promise<string[]> {
  // The console clears its line before the first one.
  const shows = `${showJs}\nfunction print(value){console.log("="+show(value))}\nconsole.log("")`;
  const flash = buildStorage(new Map([[".boot0", shows], [".bootcde", `${script}\nconsole.log(${JSON.stringify(LAST)})`]]), 262144);
  return runInterpreter(new Map([["espruino.flash", flash]]), [], (output) => [...output.matchAll(/^>?=(.*?)\r?$/gm)].map((match) => readable(match[1]!)), 60000);
}

/** Runs an image of one file in a Lua. */
export function runLuaImage(version: "5.1" | "5.3", text: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), "motet-construct-"));
  writeFileSync(join(folder, "init.lua"), text, "latin1");
  writeFileSync(join(folder, "main.lua"), `${luaShow}\nlocal out = print\nprint = function(value) out(show(value)) end\ndofile("init.lua")`);
  const { stdout, stderr } = spawnSync(`lua${version}`, ["main.lua"], { cwd: folder, encoding: "latin1" });
  rmSync(folder, { recursive: true });
  return [...stdout.trimEnd().split("\n").map(readable), ...(stderr === "" ? [] : [`failed: ${stderr}`])];
}
