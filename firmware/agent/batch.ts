/**
 * Batches out of the log. A batch takes readings from the oldest on, skipping keys that an earlier batch still holds, so that
 * one batch in flight per key keeps its order; what a batch holds is therefore named by its keys and its last sequence, and
 * nothing is copied.
 */
import type { EpochTime } from "../../hal/ports/clock";
import { elapsed } from "../base/time";
import { Visit, logEach } from "../store/log-each";
import { ramRemove } from "./ram-queue";
import { decodeReading } from "./reading";
import type { Reading } from "./reading";
import type { Flight, Publisher, Thing } from "./thing";
import { timeOf } from "./time-book";

/** The most readings of one batch. */
export const BATCH_READINGS_MAX = 20;
/** How long readings made before the clock was set wait for it, once the link is ready. */
export const TIME_WAIT_MS = 60000;

/** What a batch is made of, while it is being made. */
export interface Batch {
  text: string;
  count: number;
  last: number;
  key: string;
  time: EpochTime | undefined;
  untimed: number;
}

/** True while a reading's time may still be learned: it was made in this boot, the clock is not set, and patience lasts. */
function waitsForTime(thing: Thing, reading: Reading): boolean {
  if (reading.time !== undefined || reading.boot !== thing.boots.number % 65536) return false;
  const clock = thing.ports.clock;
  return clock.epoch() === undefined && elapsed(clock.uptime(), thing.publisher.liveSince) < TIME_WAIT_MS;
}

/** Adds one reading to the batch; false when it does not fit. */
function addReading(thing: Thing, batch: Batch, reading: Reading, sequence: number, name: string): boolean {
  const text = thing.driver.platform;
  const time = reading.time ?? timeOf(thing.records, reading.boot, reading.uptime);
  const piece = text.formatValue(name, reading.value, time, reading.geo);
  const more = (batch.count === 0 ? text.batchOpen : text.batchJoin) + piece;
  const most = thing.driver.batchBytesMax(thing.ports) - text.batchClose.length;
  if (text.untimedAlone && batch.untimed > 0) return false;
  // A reading too large for any batch goes alone: the link refuses what it cannot carry.
  if (batch.count >= BATCH_READINGS_MAX || (batch.count > 0 && batch.text.length + more.length > most)) return false;
  if (batch.count === 0) {
    batch.key = name;
    batch.time = time;
  }
  batch.text += more;
  batch.count += 1;
  batch.last = sequence;
  if (time === undefined) batch.untimed += 1;
  return true;
}

/** Offers one stored reading to the batch `ref`; false ends the walk. */
function offer(thing: Thing, batch: Batch, ref: number, reading: Reading, sequence: number): boolean {
  const publisher = thing.publisher;
  const holder = publisher.held[reading.key]!;
  if ((holder !== 0 && holder !== ref) || waitsForTime(thing, reading)) return true;
  if (!addReading(thing, batch, reading, sequence, publisher.keys[reading.key]!)) return false;
  publisher.held[reading.key] = ref;
  return true;
}

/** The reading in these bytes, if its key is known: a log may hold what other firmware wrote. */
function readable(publisher: Publisher, bytes: string): Reading | undefined {
  const reading = decodeReading(bytes);
  return reading !== undefined && reading.key < publisher.keys.length ? reading : undefined;
}

/** The next batch, under the name `ref`; its `count` is 0 when there is nothing to send. */
export function collectBatch(thing: Thing, ref: number, ram: boolean): Batch {
  const publisher = thing.publisher;
  const batch: Batch = { text: "", count: 0, last: 0, key: "", time: undefined, untimed: 0 };
  if (thing.build.inMemory && ram) {
    for (const waiting of publisher.ram.readings) {
      const reading = readable(publisher, waiting.bytes);
      if (reading !== undefined && !offer(thing, batch, ref, reading, waiting.sequence)) break;
    }
    return batch;
  }
  logEach(publisher.log, (sequence, bytes) => {
    const reading = readable(publisher, bytes);
    if (reading !== undefined) return offer(thing, batch, ref, reading, sequence) ? Visit.keep : Visit.stop;
    publisher.alien += 1;
    return Visit.acknowledge;
  });
  return batch;
}

/** The next batch of those in memory that go without an acknowledgement: from the oldest on, whatever their keys. */
export function collectOnce(thing: Thing): Batch {
  const publisher = thing.publisher;
  const batch: Batch = { text: "", count: 0, last: 0, key: "", time: undefined, untimed: 0 };
  for (const waiting of publisher.ram.readings) {
    const reading = readable(publisher, waiting.bytes);
    if (reading !== undefined && (waitsForTime(thing, reading) || !addReading(thing, batch, reading, waiting.sequence, publisher.keys[reading.key]!))) break;
  }
  return batch;
}

/** Gives the keys of a batch free again: what it held may be sent anew. */
export function releaseBatch(publisher: Publisher, ref: number): void {
  for (let place = 0; place < publisher.held.length; place += 1) {
    if (publisher.held[place] === ref) publisher.held[place] = 0;
  }
  const kept: Flight[] = [];
  for (const flight of publisher.flights) {
    if (flight.ref !== ref) kept.push(flight);
  }
  publisher.flights = kept;
}

/** True when the stored reading belongs to the batch. */
function holds(publisher: Publisher, flight: Flight, bytes: string, sequence: number): boolean {
  const reading = sequence > flight.last ? undefined : readable(publisher, bytes);
  return reading !== undefined && publisher.held[reading.key] === flight.ref;
}

/** Takes what a batch held out of the log. */
export function forgetBatch(thing: Thing, flight: Flight): void {
  const publisher = thing.publisher;
  if (thing.build.inMemory && flight.ram) {
    ramRemove(publisher.ram, flight.last, (reading) => holds(publisher, flight, reading.bytes, reading.sequence));
    return;
  }
  logEach(publisher.log, (sequence, bytes) => {
    if (sequence > flight.last) return Visit.stop;
    return holds(publisher, flight, bytes, sequence) ? Visit.acknowledge : Visit.keep;
  });
}
