/**
 * Observe relations: which notification is fresh and when to register again. RFC 7641 3.3.1, 3.4. Pure but for the relation's
 * own fields.
 */
import { at } from "../../base/intrinsics";
import { elapsed } from "../../base/time";
import type { CoapExchange, CoapSink } from "./types";

/** Max-Age is cut here, so that its milliseconds stay an integer of 31 bits: 23 days. */
const maxAgeSecMax = 2000000;

/** True when a notification `sequence`, now, is newer than `before`, `sinceMs` milliseconds ago; -1 is older than all. */
export function isFresh(before: number, sequence: number, sinceMs: number): boolean {
  if (before < 0 || sinceMs > 128000) return true;
  if (before < sequence) return sequence - before < 8388608;
  return before - sequence > 8388608;
}

/** Takes a notification in if it is fresh: its sequence, its time, and a random 5 to 15 s after its Max-Age to register again. */
export function takeSequence(exchange: CoapExchange, sink: CoapSink, sequence: number, maxAge: number, uptime: number): boolean {
  if (!isFresh(exchange.sequence, sequence, elapsed(uptime, exchange.freshAt))) return false;
  const dice = sink.random(2);
  exchange.sequence = sequence;
  exchange.freshAt = uptime;
  exchange.againMs = Math.min(maxAge, maxAgeSecMax) * 1000 + 5000 + ((at(dice, 0) * 256 + at(dice, 1)) % 10001);
  return true;
}
