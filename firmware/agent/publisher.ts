/**
 * From the log to the cloud: which batches are on their way, their acknowledgements, and what happens when neither comes.
 *
 * Promises: in order per key, at least once, and nothing leaves the log before it has arrived.
 *
 * Where a platform acknowledges and drops in silence, a batch has arrived only when it came back. Three batches in a row that do not raise
 * `tokenSuspect`: the log keeps the readings, and one batch in a while asks whether the token is heard again. Nothing here activates anew.
 */
import type { EpochTime } from "../../hal/ports/clock";
import { compareTime, elapsed } from "../base/time";
import { TIME_WAIT_MS, collectBatch, collectOnce, forgetBatch, releaseBatch } from "./batch";
import type { Batch } from "./batch";
import type { ReadingLog } from "../store/log";
import { AgentCode } from "./link";
import type { Link } from "./link";
import { post } from "./message";
import { ramOpen, ramWaiting } from "./ram-queue";
import { tell } from "./thing";
import type { Flight, Publisher, Thing } from "./thing";

/** How long the echo of an acknowledged batch may take. */
const ECHO_MS = 10000;
const UNECHOED_MAX = 3;
/** How often a suspect token is tried. */
const SUSPECT_MS = 300000;
/** How long after a batch that arrived and could not be marked what waits is sent again, unless something else is. */
const UNMARKED_MS = 60000;

/**
 * A publisher over an opened log.
 * @cold
 */
export function newPublisher(log: ReadingLog, keys: string[]): Publisher {
  const held: number[] = [];
  while (held.length < keys.length) held.push(0);
  return {
    log,
    ram: ramOpen(),
    keys,
    held,
    flights: [],
    nextRef: 1,
    arrived: 0,
    live: false,
    turn: 0,
    liveSince: 0,
    unechoed: 0,
    suspect: false,
    sentAt: 0,
    draining: false,
    refused: 0,
    alien: 0,
    untimed: 0,
    droppedTold: 0,
  };
}

/** Readings that have not arrived yet, in flash and in memory. */
export function waitingReadings(thing: Thing): number {
  const publisher = thing.publisher;
  return publisher.log.waiting + (thing.build.inMemory ? ramWaiting(publisher.ram) : 0);
}

/** Tells of readings that the log lost since the last time, by cause. */
function tellDrops(thing: Thing): void {
  const publisher = thing.publisher;
  const log = publisher.log;
  const ram = thing.build.inMemory ? publisher.ram.dropped : 0;
  const all = log.droppedFull + log.droppedCorrupt + ram + publisher.alien + publisher.refused;
  if (all === publisher.droppedTold) return;
  publisher.droppedTold = all;
  tell(thing, "dropped", all, "full " + log.droppedFull + " corrupt " + log.droppedCorrupt + " ram " + ram + " alien " + publisher.alien + " refused " + publisher.refused);
}

/** Tells of what was lost, and once of a backlog that is gone. */
function tellSettled(thing: Thing): void {
  const publisher = thing.publisher;
  tellDrops(thing);
  if (waitingReadings(thing) === 0 && publisher.draining) {
    publisher.draining = false;
    tell(thing, "drained", 0, "");
  }
}

/** Sends one batch; false when the link takes no more. */
function launch(thing: Thing, link: Link, ref: number, batch: Batch, ram: boolean): boolean {
  const publisher = thing.publisher;
  if (thing.driver.send(link, ref, batch.text + thing.driver.platform.batchClose) !== 0) {
    releaseBatch(publisher, ref);
    return false;
  }
  publisher.sentAt = thing.ports.clock.uptime();
  publisher.nextRef = ref < 1000000 ? ref + 1 : 1;
  publisher.flights.push({
    ref,
    ram: thing.build.inMemory && ram,
    last: batch.last,
    count: batch.count,
    key: batch.key,
    time: batch.time,
    acknowledged: false,
    echoed: false,
    untimed: batch.untimed,
    timer: 0,
  });
  return true;
}

/** Milliseconds until a suspect token may be tried again: 0 for now. */
function probeWait(thing: Thing): number {
  const publisher = thing.publisher;
  const since = elapsed(thing.ports.clock.uptime(), publisher.sentAt);
  return !publisher.suspect || since >= SUSPECT_MS ? 0 : SUSPECT_MS - since;
}

/** Sends batches of what lies in flash, or in memory; false when the window is full. */
function sendBatches(thing: Thing, link: Link, ram: boolean): boolean {
  const publisher = thing.publisher;
  // While the token is suspect, one batch in a while asks whether it is heard again.
  const window = publisher.suspect ? 1 : thing.driver.window;
  while (thing.build.inMemory && ram ? publisher.ram.readings.length > 0 : publisher.log.waiting > 0) {
    if (publisher.flights.length >= window) return false;
    const ref = publisher.nextRef;
    const batch = collectBatch(thing, ref, ram);
    if (batch.count === 0) return true;
    if (!launch(thing, link, ref, batch, ram)) return false;
  }
  return true;
}

/** Sends what waits in memory, behind the message that is older, for a link that sends such readings once. */
function sendMemory(thing: Thing, link: Link): void {
  const publisher = thing.publisher;
  const ram = publisher.ram;
  if (publisher.suspect) return;
  post(thing);
  while (ram.text === "" && ram.readings.length > 0 && thing.driver.takesOnce(link)) {
    const batch = collectOnce(thing);
    if (batch.count === 0 || thing.driver.sendOnce(link, batch.text + thing.driver.platform.batchClose) !== 0) return;
    publisher.untimed += batch.untimed;
    for (let left = batch.count; left > 0; left -= 1) ram.readings.shift();
    tell(thing, "published", batch.count, "");
    tellSettled(thing);
  }
}

/** Sends what can be sent. */
function pump(thing: Thing): void {
  const publisher = thing.publisher;
  publisher.turn = 0;
  const link = thing.supervisor.link;
  const wait = probeWait(thing);
  if (wait > 0) {
    publisher.turn = thing.ports.clock.after(wait, () => pump(thing));
    return;
  }
  if (!publisher.live || link === undefined) return;
  if (thing.build.inMemory && thing.driver.once) sendMemory(thing, link);
  if (!sendBatches(thing, link, false) || (thing.build.inMemory && !thing.driver.once && !sendBatches(thing, link, true))) return;
  // Readings that wait for the clock are looked at again when patience has run out.
  if (publisher.flights.length === 0 && waitingReadings(thing) > 0) {
    publisher.turn = thing.ports.clock.after(TIME_WAIT_MS, () => pump(thing));
  }
}

/** Takes a turn to send what can be sent. */
export function pumpSoon(thing: Thing): void {
  const publisher = thing.publisher;
  const clock = thing.ports.clock;
  clock.cancel(publisher.turn);
  publisher.turn = clock.after(0, () => pump(thing));
}

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
  thing.ports.clock.cancel(flight.timer);
  forgetBatch(thing, flight);
  releaseBatch(publisher, flight.ref);
  tellSettled(thing);
  // Flash that takes no marks keeps what has arrived: sent again at once, it would go round without end.
  if (waitingReadings(thing) < waiting) pumpSoon(thing);
  else if (publisher.turn === 0) publisher.turn = thing.ports.clock.after(UNMARKED_MS, () => pump(thing));
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

/**
 * Acknowledged, and never came back: the batch is free to be sent again.
 * @cold
 */
function echoMissed(thing: Thing, flight: Flight): void {
  const publisher = thing.publisher;
  releaseBatch(publisher, flight.ref);
  publisher.unechoed += 1;
  if (publisher.unechoed === UNECHOED_MAX) suspectToken(thing);
  pumpSoon(thing);
}

/** On a turn of its own: here, what came down and whoever reads it still take their memory. */
function arriveSoon(thing: Thing, flight: Flight): void {
  const clock = thing.ports.clock;
  clock.cancel(flight.timer);
  flight.timer = clock.after(0, () => arrive(thing, flight));
}

function flightOf(publisher: Publisher, ref: number): Flight | undefined {
  for (const flight of publisher.flights) {
    if (flight.ref === ref) return flight;
  }
  return undefined;
}

/**
 * The link is ready: everything that was on its way before is sent again.
 * @cold
 */
export function publisherReady(thing: Thing): void {
  const publisher = thing.publisher;
  publisher.live = true;
  publisher.liveSince = thing.ports.clock.uptime();
  publisher.draining = waitingReadings(thing) > 0;
  pumpSoon(thing);
}

/**
 * The link is gone: nothing is in flight any more.
 * @cold
 */
export function publisherLost(thing: Thing): void {
  const publisher = thing.publisher;
  const clock = thing.ports.clock;
  publisher.live = false;
  clock.cancel(publisher.turn);
  publisher.turn = 0;
  for (const flight of publisher.flights) clock.cancel(flight.timer);
  for (let place = 0; place < publisher.held.length; place += 1) publisher.held[place] = 0;
  publisher.flights = [];
}

/** PUBACK, or 2.xx. */
export function publisherAcknowledged(thing: Thing, ref: number): void {
  const flight = flightOf(thing.publisher, ref);
  if (flight === undefined) return;
  flight.acknowledged = true;
  if (!thing.driver.echoes || flight.echoed) arriveSoon(thing, flight);
  else flight.timer = thing.ports.clock.after(ECHO_MS, () => echoMissed(thing, flight));
}

/**
 * The platform will never take this batch: keeping it would stop all that follows.
 * @cold
 */
export function publisherRejected(thing: Thing, ref: number): void {
  const publisher = thing.publisher;
  const flight = flightOf(publisher, ref);
  if (flight === undefined) return;
  publisher.refused += flight.count;
  settle(thing, flight);
}

/** The link takes messages again that it refused. */
export function publisherRoom(thing: Thing): void {
  if (thing.build.inMemory) post(thing);
  if (thing.build.inMemory && thing.publisher.ram.readings.length > 0) pumpSoon(thing);
}

/** A value of one of the device's own measures came down: some batch of it has arrived. */
export function publisherEcho(thing: Thing, key: string, time: EpochTime | undefined): void {
  for (const flight of thing.publisher.flights) {
    const same = flight.time === undefined || (time !== undefined && compareTime(flight.time, time) === 0);
    if (flight.key !== key || !same || flight.echoed) continue;
    flight.echoed = true;
    if (flight.acknowledged) arriveSoon(thing, flight);
    return;
  }
}
