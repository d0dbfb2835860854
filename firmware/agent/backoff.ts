/**
 * How long to wait before the next try: exponential with full jitter, so that a fleet whose broker returns does not come
 * back in one second (EN 303 645 5.9-3).
 */
import type { RandomPort } from "../../hal/ports/random";
import { at } from "../base/intrinsics";

/** The longest wait, milliseconds. */
export const BACKOFF_MS_MAX = 300000;
/** The longest wait after the first failure, milliseconds. */
export const BACKOFF_MS_FIRST = 1000;

/** An unpredictable integer from 0 to `most` (below 2^24). */
export function randomUpTo(random: RandomPort, most: number): number {
  const bytes = random.bytes(3);
  return (at(bytes, 0) * 65536 + at(bytes, 1) * 256 + at(bytes, 2)) % (most + 1);
}

/** The wait after the `failures`-th failure in a row (from 1), milliseconds: anything up to a ceiling that doubles. */
export function backoffMs(random: RandomPort, failures: number): number {
  let ceiling = BACKOFF_MS_FIRST;
  for (let i = 1; i < failures && ceiling < BACKOFF_MS_MAX; i += 1) ceiling = ceiling * 2;
  return randomUpTo(random, ceiling < BACKOFF_MS_MAX ? ceiling : BACKOFF_MS_MAX);
}
