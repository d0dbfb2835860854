/** The random port on the chip's own generator; `Math.random` repeats across a fleet. */
import { chr } from "../../firmware/base/intrinsics";
import type { RandomPort } from "../ports/random";

/** @cold */
function bytes(count: number): string {
  let drawn = "";
  while (drawn.length < count) drawn += chr(Math.abs(E.hwRand()) % 256);
  return drawn;
}

export const random: RandomPort = { bytes };
