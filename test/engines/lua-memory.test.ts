/**
 * What devices keep in the memory of Lua besides their code, measured in each run on the interpreters of a desk. The build's
 * estimate is within 10 % of it, with the sizes of those; so are the figures of boards/measured-lua.json, which
 * `MOTET_WRITE=1 npx jest test/engines/lua-memory` writes anew.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadBoard } from "../../boards/toolchain/board";
import { builtDevice } from "../../boards/toolchain/kept";
import { appBytes, estimateMemory } from "../../boards/toolchain/size/estimate";
import { luaMemoryOnDesk } from "../../boards/toolchain/size/lua-memory";
import { flashBytesOf } from "../../boards/toolchain/size/report";
import { choiceOf } from "../support/choice";
import { luaHeapAtRest } from "../support/lua-heap";
import { root } from "./engines";

const OFF = 0.1;
const bench = "test/bench/interpreter/apps/device.ts";
const subjects = ["esp8266-lua", "esp32-lua"].flatMap((board) => [
  { board, app: bench, transport: "mqtt" as const },
  { board, app: bench, transport: "coap" as const },
  { board, app: "firmware/apps/weather-station.ts", transport: "mqtt" as const },
]);

interface Measured {
  readonly board: string;
  readonly app: string;
  readonly transport: "mqtt" | "coap";
  readonly flashBytes: number;
  /** Bytes on a 64-bit desk. */
  readonly atRest: number;
  /** What the build says of the board. */
  readonly estimated: number;
}

const path = join(root, "boards", "measured-lua.json");
const stored = (JSON.parse(readFileSync(path, "utf8")) as { devices: Measured[] }).devices;
const measured: Measured[] = [];
/** How far off it is; what is no number of bytes is off by everything. */
const apart = (one: number, other: number): number => (other > 0 ? Math.abs(one - other) / other : 1);

jest.setTimeout(300000);

afterAll(() => {
  if (process.env["MOTET_WRITE"] === "1") writeFileSync(path, `${JSON.stringify({ devices: measured }, undefined, 2)}\n`);
});

test.each(subjects.map((subject) => [`${subject.app} over ${subject.transport} on ${subject.board}`, subject] as const))("%s", async (_name, subject) => {
  const board = loadBoard(root, subject.board);
  const image = await builtDevice(root, choiceOf(root, subject.app, { platform: "thethings", transport: subject.transport }), board);
  const atRest = luaHeapAtRest(root, image, board.lua!);
  measured.push({ ...subject, flashBytes: flashBytesOf(image), atRest, estimated: estimateMemory(image) });
  expect(apart(luaMemoryOnDesk(image, appBytes(image)), atRest)).toBeLessThanOrEqual(OFF);
  if (process.env["MOTET_WRITE"] === "1") return;
  const figures = stored.find(({ app, transport, board: id }) => app === subject.app && transport === subject.transport && id === subject.board)!;
  expect(apart(figures.flashBytes, flashBytesOf(image))).toBeLessThanOrEqual(OFF);
  expect(apart(figures.atRest, atRest)).toBeLessThanOrEqual(OFF);
  expect(apart(figures.estimated, estimateMemory(image))).toBeLessThanOrEqual(OFF);
  // It fits: what the board's budget allows is more than what is said of it.
  expect(figures.estimated).toBeLessThan(board.budgets.memory.used);
});
