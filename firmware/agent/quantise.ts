/**
 * From a number of an app to the one text that stands for it on every engine, and back. Rounding happens here and
 * nowhere else, once.
 */
import { idiv } from "../base/intrinsics";
import { formatScaled } from "../base/number";

/** The most steps of 10^-decimals that a number may stand for. */
export const STEPS_MAX = 1073741823;

/** 10^decimals, for 0 to 6. */
export function scaleOf(decimals: number): number {
  let scale = 1;
  for (let i = 0; i < decimals; i += 1) scale = scale * 10;
  return scale;
}

/** The nearest multiple of 10^-decimals as text, halves away from zero; undefined for no number or past 2^30 steps. */
export function quantise(value: number, decimals: number): string | undefined {
  const twice = Math.floor(Math.abs(value) * scaleOf(decimals) * 2);
  // Not-a-number compares false with everything.
  if (!(twice <= 2 * STEPS_MAX)) return undefined;
  const steps = idiv(twice + 1, 2);
  return formatScaled(value < 0 ? 0 - steps : steps, decimals);
}

/** The number that `scaled` steps of 10^-decimals stand for, as an app wants it. */
export function unscale(scaled: number, decimals: number): number {
  return decimals === 0 ? scaled : scaled / scaleOf(decimals);
}
