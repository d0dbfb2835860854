/**
 * Hardware-in-the-loop tests of one's own apps, public as "motet/hil": `motet test my.hil.ts` runs them on every engine, and on the
 * boards of a bench.
 *
 *     export default [
 *       hilTest({
 *         name: "the fan obeys",
 *         app: "./greenhouse.ts",
 *         run: async (bench) => { … },
 *       }),
 *     ];
 */
export { hilTest } from "./test";
export type { Bench, BenchDevice, Said } from "./bench";
export type { BenchCloud, Held } from "./cloud";
export type { Capability } from "./capabilities";
export type { HilTest } from "./test";
