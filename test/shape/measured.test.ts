/**
 * The figures of boards/measured.json are those of the present images: when an image has grown or shrunk by more than 2 % since
 * it was measured, or the build's estimate is more than 10 % off what was measured, somebody has to measure again
 * (`npm run bench:interpreter -- --write`, which needs the real interpreter).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { estimateMemory } from "../../boards/toolchain/size/estimate";
import { flashBytesOf } from "../../boards/toolchain/size/report";
import { digestOf, measure } from "../bench/interpreter/measure";
import type { Measured } from "../bench/interpreter/measure";
import { imageOf, nameOf, subjects } from "../bench/interpreter/subjects";

const root = join(__dirname, "..", "..");
const onEspruino = process.env["ESPRUINO"] ? test : test.skip;
const TIMEOUT_MS = 300000;
const DRIFT = 0.02;
const ESTIMATE_OFF = 0.1;

const { devices = [] } = JSON.parse(readFileSync(join(root, "boards", "measured.json"), "utf8")) as { devices?: Measured[] };

/** How far two figures are apart, as a part of the second. */
function apart(one: number, other: number): number {
  return Math.abs(one - other) / other;
}

test("every device of the bench has been measured, and nothing else", () => {
  expect(devices.map(nameOf)).toEqual(subjects.map(nameOf));
});

test.each(devices.map((device) => [nameOf(device), device] as const))("%s is as it was measured", async (_name, device) => {
  const image = await imageOf(root, device);
  if (digestOf(image) === device.sha256) expect(flashBytesOf(image)).toBe(device.flashBytes);
  expect(apart(flashBytesOf(image), device.flashBytes)).toBeLessThanOrEqual(DRIFT);
  expect(apart(estimateMemory(image), device.atRest)).toBeLessThanOrEqual(ESTIMATE_OFF);
}, TIMEOUT_MS);

onEspruino("[espruino] the device without a driver takes what the file says", async () => {
  const device = devices[0]!;
  const { atRest } = await measure(root, process.env["ESPRUINO"]!, device);
  // Variables larger than a board's hold more; smaller ones there are none.
  expect(atRest).toBeLessThanOrEqual(device.atRest * (1 + DRIFT));
  expect(atRest).toBeGreaterThanOrEqual(device.atRest * (1 - ESTIMATE_OFF));
}, TIMEOUT_MS);
