/**
 * One program of vectors, on every engine, from the minified artifact that ships: each engine must print, byte for byte, what
 * the checked build in this process prints. The interpreter with the memory of an ESP8266 runs it slice by slice.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeFolder } from "../../sim/engines/espruino/flash-folder";
import { startInterpreter } from "../../sim/engines/espruino/interpreter";
import type { Image } from "../../sim/engines/image";
import { createWorld } from "../../sim/world/world";
import { compileEntry, imageEngines, programOf } from "./engines";
import { createEngineDevice, runUntil, stopEngines } from "./rig";
import { entryOf, nativeLines, slices } from "./vector-slices";

const expected = new Map(slices.map((slice) => [slice.name, nativeLines(slice)]));
const onEspruino = process.env["ESPRUINO"] ? test : test.skip;

afterEach(stopEngines);

/** The first difference, with its neighbours' numbers, or nothing. */
function firstDifference(wanted: readonly string[], given: readonly string[]): string | undefined {
  const place = wanted.findIndex((line, i) => line !== given[i]);
  if (place >= 0) return `line ${place + 1}: ${wanted[place]!} is ${given[place] ?? "missing"}`;
  return given.length === wanted.length ? undefined : `${given.length - wanted.length} lines too many`;
}

test("the program has more than a thousand different vectors, of plain text, and gives them again", () => {
  const lines = [...expected.values()].flat();
  expect(new Set(lines.map((line) => line.replace(/^\S+ \d+ /, ""))).size).toBeGreaterThan(1000);
  expect(lines.filter((line) => !/^[ -~]*[!-~]$/.test(line))).toEqual([]);
  for (const slice of slices) expect(expected.get(slice.name)).toEqual(nativeLines(slice));
});

test("a difference is found wherever it is", () => {
  expect(firstDifference(["a", "b"], ["a", "b"])).toBeUndefined();
  expect(firstDifference(["a", "b"], ["a", "c"])).toBe("line 2: b is c");
  expect(firstDifference(["a", "b"], ["a"])).toBe("line 2: b is missing");
  expect(firstDifference(["a"], ["a", "b"])).toBe("1 lines too many");
});

test.each(imageEngines)("%s prints what the checked build prints", async (engine) => {
  const main = await programOf(engine, (runtime) => entryOf(runtime, slices));
  const world = createWorld({ seed: engine });
  const device = createEngineDevice(world, main, undefined);
  runUntil(world, device, () => device.told("end").length === 1, 60000);
  expect(device.failures).toEqual([]);
  expect(firstDifference([...expected.values()].flat(), device.told("vector").map(({ text }) => text))).toBeUndefined();
}, 120000);

/** The lines of an image on the interpreter, and what the engine complained of. */
async function interpret(image: Image): Promise<{ readonly lines: string[]; readonly failures: string[] }> {
  const dir = mkdtempSync(join(tmpdir(), "motet-vectors-"));
  const lines: string[] = [];
  const failures: string[] = [];
  try {
    writeFolder(dir, image, new Map());
    await new Promise<void>((resolve) => {
      const interpreter = startInterpreter({ binary: process.env["ESPRUINO"]!, dir }, {
        console: () => undefined,
        record: (event, _number, text) => {
          if (event === "vector") lines.push(text);
          else interpreter.stop();
        },
        failed: (message) => {
          failures.push(message);
          interpreter.stop();
        },
        restarted: () => failures.push("The device restarted."),
      });
      void interpreter.gone.then(resolve);
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
  return { lines, failures };
}

describe.each(slices.filter(({ large }) => !large))("$name", (slice) => {
  onEspruino("[espruino] prints what the checked build prints", async () => {
    const image = await compileEntry("linux-espruino", (runtime) => entryOf(runtime, [slice]));
    const { lines, failures } = await interpret(image);
    expect(failures).toEqual([]);
    expect(firstDifference(expected.get(slice.name)!, lines)).toBeUndefined();
  }, 120000);
});
