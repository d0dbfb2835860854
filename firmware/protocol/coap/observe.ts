/**
 * Observe relations: which notification is fresh and when to register again. RFC 7641 3.3.1, 3.4. Pure.
 */
import { at } from "../../base/intrinsics";
import type { CoapResponse } from "./response";
import type { CoapExchange, CoapSink } from "./types";

/** Max-Age is cut here, so that its milliseconds stay an integer of 31 bits: 23 days. */
const maxAgeSecMax = 2000000;

/** True when a notification `sequence`, now, is newer than `before`, `sinceMs` milliseconds ago; -1 is older than all. */
export function isFresh(before: number, sequence: number, sinceMs: number): boolean {
  if (before < 0 || sinceMs > 128000) return true;
  if (before < sequence) return sequence - before < 8388608;
  return before - sequence > 8388608;
}

/**
 * True when the relation has not seen that notification yet, whatever its message id: a server that was restarted may take an id again
 * that was heard within EXCHANGE_LIFETIME, and a copy of what was heard is never newer.
 */
export function isNews(exchange: CoapExchange | undefined, response: CoapResponse): boolean {
  return exchange !== undefined && exchange.relation !== "" && exchange.sequence >= 0 && response.observe >= 0 && isFresh(exchange.sequence, response.observe, 0);
}

/** When to register again after a notification: a random 5 to 15 s after its Max-Age, milliseconds. */
export function againInMs(sink: CoapSink, maxAge: number): number {
  const dice = sink.random(2);
  return Math.min(maxAge, maxAgeSecMax) * 1000 + 5000 + ((at(dice, 0) * 256 + at(dice, 1)) % 10001);
}
