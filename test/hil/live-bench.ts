/** A bench of live boards that are not there: wired and written down in a map, for the tests of one file. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TIME_HOST } from "../../sim/desk/time-server";
import { boardLane } from "../../sim/hil/board-lanes";
import { suite } from "../../sim/hil/cases";
import type { Lane } from "../../sim/hil/units/unit";
import { readMap } from "../../sim/hil/map";
import type { Mapped } from "../../sim/hil/map";
import type { HilTest } from "../../sim/hil/test";
import { root } from "../boards/desk-board";
import { choiceOf } from "../support/choice";
import { SPEED } from "./live-desk";
import type { LiveBoardOptions, LiveDesk } from "./live-desk";

/** As the command builds the app of a bench. */
const { version } = choiceOf(root, "firmware/apps/bench-probe.ts");
export const TIMEOUT_MS = 900000;
/** The network of the bench. */
export const WIFI = { ssid: "lab", password: "canary-wifi-bench" };

/** The whole suite takes minutes, most of them at the consoles: by day what only a cable and a switch can show. */
const BY_DAY = /activates once|told to, and keeps|while it publishes|is erased|WiFi password|its app again|memory|its pin|its sensor|its network/;
export const tried = process.env["MOTET_NIGHTLY"] ? suite : suite.filter(({ name }) => BY_DAY.test(name));

export const named = (part: string): HilTest => suite.find(({ name }) => name.includes(part))!;

/** A board of the bench, and what the map says of it besides how it is reached. */
export interface Place {
  readonly name: string;
  make(options: LiveBoardOptions): LiveDesk;
  readonly wired?: { readonly fixtures?: readonly string[]; readonly luac?: string };
}

export interface LiveBench {
  /** Of its map, its boards' flash and its logs; gone after the tests. */
  readonly folder: string;
  readonly boards: readonly LiveDesk[];
  /** The boards as the map says, in their order; there once the tests have begun. */
  readonly mapped: readonly Mapped[];
  readonly run: { readonly transport: "mqtt"; readonly logDir: string; readonly keepLogs: true };
  laneOf(this: void, mapped: Mapped): Lane;
}

export function liveBench(places: readonly Place[]): LiveBench {
  const folder = mkdtempSync(join(tmpdir(), "motet-hil-"));
  const boards = places.map(({ name, make }) => make({ dir: join(folder, name), wifi: WIFI }));
  const images: NonNullable<Parameters<typeof boardLane>[2]> = new Map();
  let mapped: readonly Mapped[] = [];

  beforeAll(async () => {
    writeFileSync(join(folder, "wifi"), `${WIFI.password}\n`);
    const entries: object[] = [];
    for (const [i, { name, wired }] of places.entries()) {
      const board = boards[i]!;
      const ports = await board.listen();
      board.powerOn();
      const power = { off: powerCommand(ports.power, "off"), on: powerCommand(ports.power, "on") };
      entries.push({ name, board: board.board.id, port: `tcp://127.0.0.1:${ports.console}`, wifi: { ssid: WIFI.ssid, password: "@wifi" }, host: "127.0.0.1", timeHost: TIME_HOST, cannot: ["memory"], power, ...wired });
    }
    writeFileSync(join(folder, "boards.json"), JSON.stringify({ boards: entries }));
    mapped = (await readMap(root, join(folder, "boards.json")))!;
  });

  afterAll(async () => {
    for (const board of boards) await board.close();
    rmSync(folder, { recursive: true });
  });

  return {
    folder,
    boards,
    get mapped() {
      return mapped;
    },
    run: { transport: "mqtt", logDir: join(folder, "logs"), keepLogs: true },
    laneOf: (each) => {
      const lane = boardLane(each, { root, version, transport: "mqtt", interpreter: "" }, images);
      const board = boards[places.findIndex(({ name }) => name === each.name)]!;
      const open: Lane["open"] = (app, place, events) => {
        board.nowMs = place.nowMs;
        return lane.open(app, place, events);
      };
      return { ...lane, speed: SPEED, open };
    },
  };
}

/** A command that switches the power of a board, as a map of boards names it. */
function powerCommand(port: number, word: "off" | "on"): string[] {
  const script = `const s=require("net").connect(${port},"127.0.0.1",()=>s.write("${word}"));s.on("data",()=>s.end())`;
  return [process.execPath, "-e", script];
}
