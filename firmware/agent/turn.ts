/**
 * What came down is acted on in a turn of its own. Whoever receives it still takes memory, of which a small board has none to spare; and
 * what an app does when it obeys, or hears an answer, must not run inside a protocol core.
 */
import { settleArrivals } from "./arrivals";
import { handMarked, readInbox } from "./commands";
import type { Thing } from "./thing";

/** Gives the answer to who asked. */
function handAnswer(thing: Thing): void {
  if (thing.reader === undefined || thing.answer === undefined) return;
  const reader = thing.reader;
  const answer = thing.answer;
  thing.reader = undefined;
  thing.answer = undefined;
  reader(answer.code, answer.payload);
}

/** Acts on what came down. */
export function act(thing: Thing): void {
  thing.turn = 0;
  readInbox(thing);
  if (thing.driver.requests) handMarked(thing);
  settleArrivals(thing);
  handAnswer(thing);
}

/** Acts on what came down as soon as nobody receives any more. */
export function actSoon(thing: Thing): void {
  if (thing.turn === 0) thing.turn = thing.ports.clock.after(0, () => act(thing));
}
