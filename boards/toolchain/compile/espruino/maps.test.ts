/** From a place in an image back to the source: what a stack trace of a board needs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { lexemesOf, tokenOf } from "../../../../sim/engines/espruino/tokens";
import type { Image } from "../../../../sim/engines/image";
import { choiceOf } from "../../../../test/support/choice";
import { loadBoard } from "../../board";
import { builtDevice } from "../../kept";
import { readSourceMap } from "../../scan/source-map";
import { compileEspruino } from "../espruino";
import { lineAndColumn } from "./maps";

// A whole device is type-checked and minified here.
jest.setTimeout(120000);

const root = join(__dirname, "..", "..", "..", "..");
const board = loadBoard(root, "esp32-espruino");

const sourceLine = (file: string, line: number): string => readFileSync(join(root, file), "utf8").split("\n")[line - 1] ?? "";

/** The places, file:line:column from 1, to which every occurrence of a text in the image's overlays leads, each once. */
function placesInOverlays(image: Image, text: string): string[] {
  const places = new Set<string>();
  for (const [name, map] of image.maps) {
    const look = readSourceMap(map);
    const script = image.files.get(name)!;
    for (let at = script.indexOf(text); at >= 0 && !name.endsWith(".app"); at = script.indexOf(text, at + 1)) {
      const place = look(...lineAndColumn(script, at))!;
      places.add(`${place.file}:${place.line}:${place.column}`);
    }
  }
  return [...places];
}

/** Where a text stands in a source, as file:line:column from 1. */
function placeInSource(file: string, text: string): string {
  const before = readFileSync(join(root, file), "utf8").split(text)[0]!;
  const lines = before.split("\n");
  return `${file}:${lines.length}:${lines.at(-1)!.length + 1}`;
}

describe("a position in an image", () => {
  let image: Image;
  beforeAll(async () => {
    image = await builtDevice(root, choiceOf(root, "firmware/apps/weather-station.ts"), board);
  });

  test.each([
    ["hal/espruino/system.ts", "E.reboot", "E.reboot()"],
    ["hal/espruino/system.ts", "E.enableWatchdog", "E.enableWatchdog("],
    ["hal/espruino/udp.ts", '"dgram"', '"dgram"'],
    ["hal/espruino/udp.ts", '"udp4"', '"udp4"'],
    ["hal/espruino/wifi.ts", '"handshake"', '"handshake"'],
    ["hal/espruino/i2c.ts", '"default" ||', '"default"'],
    ["firmware/agent/boots.ts", '"boots", pack32', '"boots",'],
    ["firmware/agent/settings.ts", '"cloud")', '"cloud"'],
    ["firmware/store/record-block.ts", '"MR" ||', `"MR"${tokenOf("!=")}`],
  ])("inside an overlay leads to its expression: %s %s", (file, source, emitted) => {
    expect(placesInOverlays(image, emitted)).toEqual([placeInSource(file, source)]);
  });

  test("leads to the very column of each literal that its source has", () => {
    const missed: string[] = [];
    let exact = 0;
    for (const [name, map] of image.maps) {
      const script = image.files.get(name)!;
      const look = readSourceMap(map);
      let start = 0;
      for (const { text } of lexemesOf(script)) {
        const place = /^["'\d]/.test(text) && text.length > 3 ? look(...lineAndColumn(script, start)) : undefined;
        start += text.length;
        if (place === undefined || place.file === "entry.ts") continue;
        const line = sourceLine(place.file, place.line);
        if (line.startsWith(text, place.column - 1)) exact += 1;
        else if (line.includes(text)) missed.push(`${name} ${text} -> ${place.file}:${place.line}:${place.column}`);
      }
    }
    expect(missed).toEqual([]);
    expect(exact).toBeGreaterThan(200);
  });
});

test("what would keep an overlay alive is reported where it stands", async () => {
  const entry = "/** @cold */\nfunction rare(n: number): void {\n  setTimeout(() => print(`${n}`), 5);\n}\nrare(E.hwRand());\nexport {};";
  await expect(compileEspruino(root, entry, board)).rejects.toThrow(/^entry\.ts:3:14: The cold function rare makes a function .* \(overlay\)$/);
});
