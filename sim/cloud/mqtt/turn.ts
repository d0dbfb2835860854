/**
 * One turn of the server: everything that follows from one event, with what it leaves to the end.
 *
 * Bytes for a client are gathered through the turn and written once; a connection that ends is taken leave of only when
 * nobody is in the middle of anything, so that a hundred clients vanishing in each other's fan-out recurse nowhere.
 */
import type { Host } from "../host";

export interface Turn {
  readonly host: Host;
  depth: number;
  readonly flushes: (() => void)[];
  readonly ends: (() => void)[];
  scheduled: boolean;
}

export function newTurn(host: Host): Turn {
  return { host, depth: 0, flushes: [], ends: [], scheduled: false };
}

/** Runs `body` as a turn of its own, or as part of the one that runs already. */
export function inTurn(turn: Turn, body: () => void): void {
  turn.depth += 1;
  try {
    body();
    if (turn.depth === 1) settle(turn);
  } finally {
    turn.depth -= 1;
  }
}

/** Leaves `end` to the end of this turn, or to a later turn of its own. */
export function atEnd(turn: Turn, end: () => void): void {
  turn.ends.push(end);
  if (turn.depth > 0 || turn.scheduled) return;
  turn.scheduled = true;
  turn.host.after(0, () => {
    turn.scheduled = false;
    inTurn(turn, () => undefined);
  });
}

/** Each end may send and may end others: goes round until nothing is left. Every connection ends once, so it stops. */
function settle(turn: Turn): void {
  while (turn.flushes.length > 0 || turn.ends.length > 0) {
    for (const flush of turn.flushes.splice(0)) flush();
    for (const end of turn.ends.splice(0)) end();
  }
}
