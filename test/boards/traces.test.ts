/**
 * An error of an app leads to its line of TypeScript: an app that throws at known places runs from its own image, and what the engine
 * prints goes through the decoder of `motet monitor`. Marks in the app's text say where it throws.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadBoard } from "../../boards/toolchain/board";
import { builtDevice } from "../../boards/toolchain/kept";
import { createDecoder } from "../../boards/toolchain/link/decode";
import { findPlaces, keepMaps } from "../../boards/toolchain/link/kept-maps";
import type { Place } from "../../boards/toolchain/scan/source-map";
import { writeFolder } from "../../sim/engines/espruino/flash-folder";
import { startInterpreter } from "../../sim/engines/espruino/interpreter";
import type { Image } from "../../sim/engines/image";
import { luaEngine } from "../../sim/engines/lua/engine";
import { createWorld } from "../../sim/world/world";
import { choiceOf } from "../support/choice";
import { root } from "./desk-board";

const onEspruino = process.env["ESPRUINO"] ? test : test.skip;
const TIMEOUT_MS = 400000;
/** The app's period, and time for the boot. */
const TURN_MS = 5000;
const APP = "test/engines/apps/throwing.ts";

/** Where the app throws, in its order: the innermost place, and the place of the call, where there is one. */
const places: readonly (readonly [innermost: string, call?: string])[] = [["top level"], ["inlined", "inlined call"], ["nested", "nested call"], ["overlay", "overlay call"], ["callback"]];

const lines = readFileSync(join(root, APP), "utf8").split("\n");

/** "file:line" of a mark. */
const marked = (mark: string): string => `${APP}:${lines.findIndex((line) => line.endsWith(`// at: ${mark}`)) + 1}`;

/** The lines of the statement that ends below a line, as far as they hold something that runs. */
function statementAt(place: string): string[] {
  const last = Number(place.split(":")[1]);
  const first = lines.findLastIndex((line, i) => i < last && line.endsWith("report(")) + 1;
  return lines.slice(first - 1, last).flatMap((line, i) => (/^ *thing,$/.test(line) ? [] : [`${APP}:${first + i}`]));
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "motet-traces-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function build(boardId: string): Promise<Image> {
  const image = await builtDevice(root, choiceOf(root, APP), loadBoard(root, boardId));
  keepMaps(join(folder, "maps"), image);
  return image;
}

/** What the monitor would tell: of each line with places, the lines of source that each place may be. */
class Listener {
  readonly errors: { readonly text: string; readonly frames: (readonly string[])[] }[] = [];
  private readonly decode = createDecoder(findPlaces(join(folder, "maps"), root), {
    line: (text, found) => this.line(text, found),
    unmapped: (hash) => this.errors.push({ text: `no map of ${hash}`, frames: [] }),
  });

  hear(line: string): void {
    for (const each of line.split("\n")) this.decode(each);
  }

  private line(text: string, found: readonly (readonly Place[])[]): void {
    const frames = found.map((choices) => choices.map(({ file, line }) => `${file}:${line}`));
    if (/^Uncaught|: attempt to/.test(text)) this.errors.push({ text, frames });
    else this.errors.at(-1)?.frames.push(...frames);
  }
}

onEspruino("[espruino] every place on the real interpreter, and the device goes on", async () => {
  const dir = join(folder, "flash");
  writeFolder(dir, await build("linux-espruino"), new Map());
  const listener = new Listener();
  await new Promise<void>((resolve) => {
    const interpreter = startInterpreter(
      { binary: process.env["ESPRUINO"] ?? "", dir },
      {
        record: () => undefined,
        restarted: () => undefined,
        failed: () => undefined,
        console: (line) => {
          listener.hear(line);
          // The trace of the last one has come when something else is said.
          if (listener.errors.length < places.length || listener.errors.at(-1)!.frames.length === 0) return;
          interpreter.stop();
          void interpreter.gone.then(resolve);
        },
      },
    );
  });
  const heard = listener.errors.map(({ frames }) => frames.map(([place]) => place));
  for (const [i, [innermost, call]] of places.entries()) {
    expect([innermost, heard[i]![0]]).toEqual([innermost, marked(innermost)]);
    if (call !== undefined) expect([call, heard[i]]).toEqual([call, expect.arrayContaining([marked(call)])]);
  }
  expect(heard[2]!.filter((place) => place === marked("recursion"))).toHaveLength(2);
}, TIMEOUT_MS);

/** What an error on an engine of Lua leads to; the app begins at the place with that number. */
function thrown(image: Image, version: "5.1" | "5.3", place: number): Listener {
  const world = createWorld({ seed: 1 });
  const { ports } = world.createDevice({ bootMs: 0 });
  const analog = { ...ports.analog, resolution: version === "5.1" ? 10 : 12, open: () => 1, read: () => place };
  const listener = new Listener();
  const boot = luaEngine(version, root).start(image, { ...ports, analog }, { console: (line) => listener.hear(line), failed: () => undefined });
  world.runUntil(() => listener.errors.length > 0, TURN_MS);
  boot.stop();
  return listener;
}

test.each([
  ["5.1", "esp8266-lua"],
  ["5.3", "esp32-lua"],
] as const)("every place in Lua %s", async (version, board) => {
  const image = await build(board);
  for (const [i, [innermost, call]] of places.entries()) {
    const { errors } = thrown(image, version, i);
    const [first, ...others] = errors[0]!.frames;
    // Of a function that stands inside its caller, Lua's lines tell the caller's; of a statement over several lines, all of them.
    const wanted = marked(innermost === "inlined" ? call! : innermost);
    expect([innermost, first]).toEqual([innermost, innermost === "callback" ? statementAt(wanted) : [wanted]]);
    if (call !== undefined) expect([call, [first, ...others]]).toEqual([call, expect.arrayContaining([[marked(call)]])]);
  }
}, TIMEOUT_MS);
