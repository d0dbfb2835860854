/** From a line of an image for NodeMCU back to the source: its traces have lines and no columns. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Image } from "../../../../sim/engines/image";
import { choiceOf } from "../../../../test/support/choice";
import { loadBoard } from "../../board";
import { builtDevice } from "../../kept";
import { readSourceMap } from "../../scan/source-map";
import { luaBuildOf } from "./lfs";

// A whole device is type-checked and compiled here.
jest.setTimeout(120000);

const root = join(__dirname, "..", "..", "..", "..");

describe("a line of an image", () => {
  let emitted: string[];
  let look: ReturnType<typeof readSourceMap>;
  beforeAll(async () => {
    const image: Image = await builtDevice(root, choiceOf(root, "firmware/apps/weather-station.ts"), loadBoard(root, "esp32-lua"));
    const { hash, program } = luaBuildOf(image)!;
    emitted = program.split("\n");
    look = readSourceMap(image.maps.get(`${hash}.lua`)!);
  });

  /** All that a line of the image may come from, as file:line from 1, in the order of its columns. */
  function sourcesOf(line: number): string[] {
    const text = emitted[line]!;
    // What the build puts in by itself comes from nowhere.
    const places = [...text].flatMap((_char, column) => look(line + 1, column) ?? []);
    return [...new Set(places.map((place) => `${place.file}:${place.line}`))];
  }

  test.each([
    ["firmware/store/record-block.ts", '"MR"'],
    ["firmware/store/log-block.ts", '"ML"'],
    ["firmware/agent/settings.ts", '"cloud"'],
    ["firmware/agent/time-book.ts", '"anchors"'],
    ["firmware/agent/boots.ts", '"boots"'],
    ["firmware/agent/supervisor.ts", '"error"'],
    ["firmware/agent/publisher.ts", '" corrupt "'],
    ["firmware/apps/weather-station.ts", '"pressure"'],
    ["firmware/platform/thethings/mqtt.ts", '"v2/activations/"'],
    ["hal/nodemcu/address.ts", '"[^.]"'],
  ].map(([file, text]) => ({ file: file!, text: text! })))("with $text of $file leads to it", ({ file, text }) => {
    const source = readFileSync(join(root, file), "utf8").split("\n");
    const wanted = source.flatMap((line, i) => (line.includes(text) ? [`${file}:${i + 1}`] : []));
    const found = emitted.flatMap((line, i) => (line.includes(text) ? sourcesOf(i) : []));
    expect(found.filter((place) => wanted.includes(place))).not.toEqual([]);
  });

  test("leads to few lines of source", () => {
    const counts = emitted.map((_line, i) => sourcesOf(i).length);
    expect(counts.filter((count) => count <= 2).length / counts.length).toBeGreaterThan(0.8);
    expect(Math.max(...counts)).toBeLessThan(20);
  });
});
