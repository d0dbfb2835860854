/**
 * From the log to the cloud: which batches are sent when. What becomes of them is for arrivals.ts.
 *
 * Promises: in order per key, at least once, and nothing leaves the log before it has arrived.
 */
import { elapsed } from "../base/time";
import { TIME_WAIT_MS, collectBatch, collectOnce, releaseBatch } from "./batch";
import type { Batch } from "./batch";
import type { ReadingLog } from "../store/log";
import type { Link } from "./link";
import { post } from "./message";
import { ramOpen, ramWaiting } from "./ram-queue";
import { tell } from "./thing";
import type { Publisher, Thing } from "./thing";

/** How often a suspect token is tried. */
const SUSPECT_MS = 300000;

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
export function tellSettled(thing: Thing): void {
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
    acknowledgedAt: 0,
    echoed: false,
    untimed: batch.untimed,
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

/** Sends what can be sent, on a turn that comes `ms` from now. */
export function pumpIn(thing: Thing, ms: number): void {
  const publisher = thing.publisher;
  const clock = thing.ports.clock;
  clock.cancel(publisher.turn);
  publisher.turn = clock.after(ms, () => pump(thing));
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
  pumpIn(thing, 0);
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
  for (let place = 0; place < publisher.held.length; place += 1) publisher.held[place] = 0;
  publisher.flights = [];
}

/** The link takes messages again that it refused. */
export function publisherRoom(thing: Thing): void {
  if (thing.build.inMemory) post(thing);
  if (thing.build.inMemory && thing.publisher.ram.readings.length > 0) pumpIn(thing, 0);
}
