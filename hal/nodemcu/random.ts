/** The random port on the chip's generator: node.random on the ESP8266, sodium.random on the ESP32. */
import type { RandomPort } from "../ports/random";
import { randomBytes as randomBytes32 } from "./esp32";
import { randomBytes as randomBytes8266 } from "./esp8266";

function bytes(count: number): string {
  if (BOARD.chip === "esp32") return randomBytes32(count);
  return randomBytes8266(count);
}

export const random: RandomPort = { bytes };
