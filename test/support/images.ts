/**
 * The images that the suites and their commands take, built before them: a compiler that has warmed up takes half as long as one
 * that begins, and each suite and each command is a process of its own that begins. An image that is missing here is built by
 * whoever wants it first; so nothing depends on this list but time.
 */
import { loadBoard } from "../../boards/toolchain/board";
import type { TargetBoard } from "../../boards/toolchain/compile/device";
import type { BuildChoice } from "../../boards/toolchain/compile/entry";
import { choiceOf } from "./choice";
import { choiceOf as measuredChoice, measuredBoard, subjects } from "../bench/interpreter/subjects";
import { routes } from "../../sim/lab/platforms";
import type { Route } from "../../sim/lab/platforms";

/** What is built of one app; without a board, the program for the simulator's own process. */
export interface Wanted {
  readonly choice: BuildChoice;
  readonly board?: TargetBoard;
}

const mqtt: Route = { platform: "thethings", transport: "mqtt" };
const coap: Route = { platform: "thethings", transport: "coap" };
const over = (platform: string): Route => ({ platform, transport: "mqtt" });

/** The boards of the engines that run in the process of a test. */
const engines = ["esp32-espruino", "esp8266-lua", "esp32-lua"];
const station = "firmware/apps/weather-station.ts";
const wall = "test/e2e/apps/wall.ts";
const breaking = "test/e2e/apps/breaking.ts";
const device = "test/bench/interpreter/apps/device.ts";

/** By their path: on which boards, over which routes. */
const apps: readonly (readonly [string, readonly string[], readonly Route[]])[] = [
  [station, ["esp32-espruino", "esp32-lua"], routes],
  [station, ["esp8266-lua"], [mqtt, coap]],
  [station, ["esp8266-espruino"], [mqtt, over("evrythng")]],
  ["firmware/apps/alarm-count.ts", ["esp8266-espruino", "esp32-lua"], [over("thingsboard")]],
  ["firmware/apps/bench-probe.ts", engines, [mqtt]],
  ["test/engines/apps/probe.ts", engines, [mqtt, coap]],
  ["test/engines/apps/throwing.ts", ["esp8266-lua", "esp32-lua"], [mqtt]],
  ["test/engines/apps/watching-thing.ts", engines, [mqtt]],
  ["test/engines/apps/watch-evrythng.ts", engines, [over("evrythng")]],
  ["test/engines/apps/watch-thethings.ts", engines, [mqtt]],
  ["test/engines/apps/watch-thingsboard.ts", engines, [over("thingsboard")]],
  [wall, engines, [over("thingsboard")]],
  [breaking, ["esp32-espruino", "esp32-lua"], [mqtt]],
  [device, ["esp8266-lua", "esp32-lua"], [mqtt, coap]],
];

/** Programs for the process itself, of a second each. */
const programs: readonly (readonly [string, readonly Route[]])[] = [
  [station, routes],
  ["firmware/apps/bench-probe.ts", [mqtt, coap]],
  ["test/engines/apps/probe.ts", [mqtt, coap]],
  ["test/engines/apps/watching-thing.ts", [mqtt]],
  ["test/engines/apps/watch-evrythng.ts", [over("evrythng")]],
  ["test/engines/apps/watch-thethings.ts", [mqtt]],
  ["test/engines/apps/watch-thingsboard.ts", [over("thingsboard")]],
  [wall, [over("thingsboard")]],
  [breaking, [mqtt]],
];

export function wanted(root: string): readonly Wanted[] {
  return [
    ...apps.flatMap(([app, boards, ways]) => boards.flatMap((board) => ways.map((route) => ({ choice: choiceOf(root, app, route), board: loadBoard(root, board) })))),
    ...subjects.map((subject) => ({ choice: measuredChoice(root, subject), board: measuredBoard(root) })),
    ...programs.flatMap(([app, ways]) => ways.map((route) => ({ choice: choiceOf(root, app, route) }))),
  ];
}
