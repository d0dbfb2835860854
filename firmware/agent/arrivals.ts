/**
 * What becomes of the batches that are on their way: acknowledgements, echoes, and what happens when neither comes.
 *
 * Where a platform acknowledges and drops in silence, a batch has arrived only when it came back. Three batches in a row that do not raise
 * `tokenSuspect`: the log keeps the readings, and one batch in a while asks whether the token is heard again. Nothing here activates anew.
 */
import type { EpochTime } from "../../hal/ports/clock";
import { compareTime, elapsed } from "../base/time";
import { forgetBatch, releaseBatch } from "./batch";
import { AgentCode } from "./link";
import { pumpIn, tellSettled, waitingReadings } from "./publisher";
import { tell } from "./thing";
import type { Flight, Publisher, Thing } from "./thing";

/** How long the echo of an acknowledged batch may take; it is missed at the next heartbeat. */
const ECHO_MS = 10000;
const UNECHOED_MAX = 3;
/** How long after a batch that arrived and could not be marked what waits is sent again, unless something else is. */
const UNMARKED_MS = 60000;

/**
 * The platform does not take this token: the readings stay, and a person has to look.
 * @cold
 */
export function suspectToken(thing: Thing): void {
  const publisher = thing.publisher;
  if (publisher.suspect) return;
  publisher.suspect = true;
  tell(thing, "tokenSuspect", AgentCode.tokenSuspect, "");
}

/** The batch arrived, or never will: what it held leaves the log. */
function settle(thing: Thing, flight: Flight): void {
  const publisher = thing.publisher;
  const waiting = waitingReadings(thing);
  forgetBatch(thing, flight);
  releaseBatch(publisher, flight.ref);
  tellSettled(thing);
  // Flash that takes no marks keeps what has arrived: sent again at once, it would go round without end.
  if (waitingReadings(thing) < waiting) pumpIn(thing, 0);
  else if (publisher.turn === 0) pumpIn(thing, UNMARKED_MS);
}

function arrive(thing: Thing, flight: Flight): void {
  const publisher = thing.publisher;
  publisher.unechoed = 0;
  publisher.arrived += 1;
  if (publisher.suspect) {
    publisher.suspect = false;
    tell(thing, "tokenTrusted", 0, "");
  }
  publisher.untimed += flight.untimed;
  settle(thing, flight);
  tell(thing, "published", flight.count, "");
}

/** What has arrived leaves the log. */
export function settleArrivals(thing: Thing): void {
  for (const flight of thing.publisher.flights) {
    if (flight.acknowledged && (!thing.driver.echoes || flight.echoed)) arrive(thing, flight);
  }
}

/**
 * What was acknowledged and never came back is free to be sent again.
 * @cold
 */
export function missEchoes(thing: Thing): void {
  const publisher = thing.publisher;
  const uptime = thing.ports.clock.uptime();
  for (const flight of publisher.flights) {
    if (!flight.acknowledged || flight.echoed || elapsed(uptime, flight.acknowledgedAt) < ECHO_MS) continue;
    releaseBatch(publisher, flight.ref);
    publisher.unechoed += 1;
    if (publisher.unechoed === UNECHOED_MAX) suspectToken(thing);
    pumpIn(thing, 0);
  }
}

function flightOf(publisher: Publisher, ref: number): Flight | undefined {
  for (const flight of publisher.flights) {
    if (flight.ref === ref) return flight;
  }
  return undefined;
}

/** PUBACK, or 2.xx. */
export function batchAcknowledged(thing: Thing, ref: number): void {
  const flight = flightOf(thing.publisher, ref);
  if (flight === undefined) return;
  flight.acknowledged = true;
  flight.acknowledgedAt = thing.ports.clock.uptime();
}

/**
 * The platform will never take this batch: keeping it would stop all that follows.
 * @cold
 */
export function batchRejected(thing: Thing, ref: number): void {
  const publisher = thing.publisher;
  const flight = flightOf(publisher, ref);
  if (flight === undefined) return;
  publisher.refused += flight.count;
  settle(thing, flight);
}

/** A value of one of the device's own measures came down: some batch of it has arrived, and is settled with what has arrived. */
export function batchEchoed(thing: Thing, key: string, time: EpochTime | undefined): void {
  for (const flight of thing.publisher.flights) {
    const same = flight.time === undefined || (time !== undefined && compareTime(flight.time, time) === 0);
    if (flight.key !== key || !same || flight.echoed) continue;
    flight.echoed = true;
    return;
  }
}
