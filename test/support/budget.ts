/**
 * How much of a search one run does: a slice in `make test`, the whole in `make nightly`. Every search is seeded, and a
 * failure names its seed.
 */

/** `inTest` runs in the ordinary suite, `nightly` when MOTET_NIGHTLY=1. */
export function budget(inTest: number, nightly: number): number {
  return process.env["MOTET_NIGHTLY"] === "1" ? nightly : inTest;
}

/** The seed of this run: MOTET_SEED, or 1. */
export const seed = Number(process.env["MOTET_SEED"] ?? "1");

/** A seeded generator (mulberry32): each call gives an integer from 0 up to, not including, `below`. */
export function generator(from: number): (below: number) => number {
  let state = from >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return Math.floor((((z ^ (z >>> 14)) >>> 0) / 4294967296) * below);
  };
}
