/** The interpreter as a process: what it says, how it dies, and that it never outlives whoever started it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startInterpreter } from "./interpreter";
import type { Interpreter } from "./interpreter";
import { buildStorage } from "./storage";

const onEspruino = process.env["ESPRUINO"] ? test : test.skip;

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "motet-interpreter-"));
});

afterEach(() => rmSync(dir, { recursive: true }));

interface Heard {
  readonly interpreter: Interpreter;
  readonly heard: string[];
  until(text: string): Promise<void>;
}

function boot(program: string, binary = process.env["ESPRUINO"]!): Heard {
  writeFileSync(join(dir, "espruino.flash"), buildStorage(new Map([[".bootcde", program]]), 262144));
  const heard: string[] = [];
  let wake = (): void => undefined;
  const hear = (text: string): void => {
    heard.push(text);
    wake();
  };
  const interpreter = startInterpreter(
    { binary, dir },
    {
      record: (event, number, text) => hear(`record ${event} ${number} ${text}`),
      console: (line) => hear(`line ${line}`),
      failed: (message) => hear(`failed ${message}`),
      restarted: () => hear("restarted"),
    },
  );
  return {
    interpreter,
    heard,
    until: async (text) => {
      while (!heard.includes(text)) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
}

test("a program that cannot be run is one sentence", async () => {
  const one = boot("1", join(dir, "absent"));
  await one.interpreter.gone;
  expect(one.heard).toEqual(["failed The interpreter cannot be started: set ESPRUINO to the path of an Espruino built for Linux."]);
});

onEspruino("[espruino] records and lines are told apart, and nothing is heard after the plug was pulled", async () => {
  const one = boot('setInterval(function(){print("motet tick 1 \\"a\\\\u00e9\\"");print("other")},20)');
  await one.until("record tick 1 aé");
  await one.until("line other");
  one.interpreter.stop();
  const { length } = one.heard;
  await one.interpreter.gone;
  expect(one.heard).toHaveLength(length);
});

onEspruino("[espruino] what nothing caught fails by its kind, and a restart is told", async () => {
  const one = boot('setTimeout(function(){null.secret},20);setTimeout(function(){E.reboot()},200)');
  await one.until("restarted");
  expect(one.heard.filter((text) => text.startsWith("failed"))).toEqual([expect.stringMatching(/^failed Code on the interpreter threw what nothing caught( \(\w+\))?\.$/)]);
  await one.interpreter.gone;
});
