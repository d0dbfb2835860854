import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { scanCases } from "../../../test/engines/scan-cases";
import { scanEspruino } from "./espruino";

const onEspruino = process.env["ESPRUINO"] ? test : test.skip;
const cases = scanCases.map((each, index) => ({ ...each, name: `${index} ${each.rule}: ${each.bad.slice(0, 60).replaceAll("\n", " ")}` }));
const rulesOf = (code: string): string[] => scanEspruino(code).map(({ rule }) => rule);

test.each(cases)("$name", ({ rule, bad, good }) => {
  expect(rulesOf(bad)).toContain(rule);
  expect(rulesOf(good)).toEqual([]);
});

test("every finding says what to write instead, in one sentence", () => {
  for (const { bad } of scanCases) for (const { message } of scanEspruino(bad)) expect(message).toMatch(/^[^\n]+: [^\n]+\.$/);
});

test("what engines have is let through", () => {
  const fine = [
    "let a=1;function f(x){return x??a}f();",
    "try{f()}catch{g()}",
    "class A{constructor(n){this.n=n}get m(){return this.n}static s(){return 1}}",
    "let o={a,b(){return 1},get c(){return 2},'d':3};",
    "for(const k in {a:1}){print(k)}",
    "let i=0;while(true){if(i++>3)break;continue}",
    "let x=`a${b}c${d.e}`;",
    "switch(1){case 1:{let q=1;print(q)}default:print(2)}",
    "print(Math.floor(1.5),Object.keys({}),1_000);",
    "(function(a){let b=a;return function(){return b}})(1);",
    "let f=function g(n){return n?g(n-1):0};function h(n){return n?h(n-1):0}",
    'eval(require("Storage").read("app.1234"));',
    "let t=typeof Symbol==='undefined';",
    "function Map(){}new Map();",
  ];
  expect(fine.flatMap((code) => scanEspruino(code))).toEqual([]);
});

test("a loader may evaluate Storage and nothing else", () => {
  expect(rulesOf("function load(){return eval($$(arguments[0]))}")).toEqual([]);
  expect(rulesOf('eval(require("http").read("a"));')).toEqual(["eval"]);
  expect(rulesOf('eval(require("Storage").read("a")+b);')).toEqual(["eval"]);
});

test("a finding names the TypeScript file and line", async () => {
  const source = "export const one = 1;\n\nexport function two(a: { b?: number } | undefined): number {\n  return a?.b ?? one;\n}\n";
  const made = await build({ stdin: { contents: source, sourcefile: "apps/two.ts", loader: "ts" }, write: false, sourcemap: "external", outfile: "out.js", target: "es2022", format: "esm", minify: true });
  const [map, code] = [".map", ".js"].map((ending) => made.outputFiles.find(({ path }) => path.endsWith(ending))!.text);
  const found = scanEspruino(code!.replace(/export\{.*\};/, ""), { map: map! });
  expect(found).toEqual([{ file: expect.stringContaining("apps/two.ts"), line: 4, column: expect.any(Number), rule: "optional-chain", message: expect.any(String) }]);
});

test("without a map a finding names the place in the script", () => {
  expect(scanEspruino("let a=1;\nlet b=a**2;", { file: ".bootcde" })).toEqual([
    { file: ".bootcde", line: 2, column: 7, rule: "power", message: "** is a syntax error: multiply." },
  ]);
});

/** What JavaScript shows, or how it fails. */
function inJavaScript(script: string): string {
  let shown = "nothing";
  const show = (value: unknown): void => {
    shown = JSON.stringify(value) ?? "undefined";
  };
  const timers = { setTimeout: () => 1, clearTimeout: () => undefined, clearInterval: () => undefined };
  try {
    runInContext(script, createContext({ show, ...timers }));
  } catch (error) {
    return `failed: ${(error as Error).message}`;
  }
  return shown;
}

/** What the interpreter shows; its standard input stays open, since it floods its console at the end of it. */
function onInterpreter(script: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "motet-scan-"));
  const file = join(folder, "case.js");
  writeFileSync(file, `function show(v){print("="+(v===undefined?"undefined":JSON.stringify(v)))}\n${script}\nquit();\n`);
  return new Promise((done) => {
    const child = spawn(process.env["ESPRUINO"]!, [file], { cwd: folder, stdio: ["pipe", "pipe", "ignore"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString("latin1");
    });
    const guard = setTimeout(() => child.kill("SIGKILL"), 2000);
    child.on("close", () => {
      clearTimeout(guard);
      rmSync(folder, { recursive: true, force: true });
      const found = /^>?=(.*?)\r?$/m.exec(output);
      done(/Uncaught|ASSERT/.test(output) || found === null ? "failed" : found[1]!);
    });
  });
}

onEspruino.each(cases)("[espruino] $name", async ({ bad, good, works }) => {
  const expected = inJavaScript(bad);
  const shown = await onInterpreter(bad);
  if (works === true) expect(shown).toBe(expected);
  else expect(shown).not.toBe(expected);
  expect(await onInterpreter(good)).toBe(inJavaScript(good));
});
