/** Which devices are measured on the interpreter, and their images. */
import { join } from "node:path";
import { loadBoard } from "../../../boards/toolchain/board";
import type { Board } from "../../../boards/toolchain/board";
import type { BuildChoice } from "../../../boards/toolchain/compile/entry";
import { builtDevice } from "../../../boards/toolchain/kept";
import type { Image } from "../../../sim/engines/image";
import type { Subject } from "./clouds";

export const BOARD_ID = "linux-espruino";

/** What a subject is called, by its platform where that is not thethings.iO. */
export function nameOf({ app, platform, transport }: Subject): string {
  return `${app} over ${transport}${platform === undefined ? "" : ` on ${platform}`}`;
}

export const subjects: readonly Subject[] = [
  { app: "test/bench/interpreter/apps/device.ts", transport: "mqtt" },
  { app: "test/bench/interpreter/apps/device.ts", transport: "coap" },
  { app: "firmware/apps/weather-station.ts", transport: "mqtt" },
  { app: "firmware/apps/alarm-count.ts", transport: "watch", platform: "thingsboard" },
  { app: "test/bench/interpreter/apps/device.ts", platform: "evrythng", transport: "mqtt" },
  { app: "test/bench/interpreter/apps/device.ts", platform: "evrythng", transport: "mqtt-ws" },
  { app: "test/bench/interpreter/apps/device.ts", platform: "evrythng", transport: "ws" },
];

export function choiceOf(root: string, { app, transport, platform = "thethings" }: Subject): BuildChoice {
  return { app: join(root, app), platform, transport: transport === "watch" ? "mqtt" : transport, name: "device", version: "1.0.0" };
}

/** The interpreter's board without TLS: what is measured stands for an ESP8266, which has none. */
export function measuredBoard(root: string): Board {
  const board = loadBoard(root, BOARD_ID);
  return { ...board, constants: { ...board.constants, tlsLevel: 0 } };
}

/** The image of a subject, as it is measured. */
export function imageOf(root: string, subject: Subject): Promise<Image> {
  return builtDevice(root, choiceOf(root, subject), measuredBoard(root));
}
