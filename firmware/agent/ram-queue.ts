/**
 * Readings of measures that chose `durability: "ram"`: those of the present turn stand in one message, as the platform wants
 * them (see `message.ts`); those that cannot go out yet wait in a short queue. Full, it drops its oldest; a restart loses
 * all. Sequences are its own, and begin anew when it is empty.
 */

import type { Timer } from "../../hal/ports/clock";

/** The most readings that wait. */
export const RAM_READINGS_MAX = 24;

export interface RamReading {
  readonly sequence: number;
  readonly bytes: string;
}

/** The readings of one turn as the platform wants them; there is none in a device that has not sent any so. */
export interface Message {
  /** The readings without what ends them, "" for none; they are older than what waits. */
  text: string;
  /** Readings of this key and of whole numbers below `limit` either way may be added while `ms` of the queue is below `msMax`. */
  key: string;
  limit: number;
  msMax: number;
  /** What stands before their value, and between it and their milliseconds. */
  head: string;
  middle: string;
  /** The second of which `second` is the text. */
  secondOf: number;
  second: string;
  /** The turn in which it goes out, or 0. */
  turn: Timer;
}

export interface RamQueue {
  /** Oldest first. */
  readings: RamReading[];
  dropped: number;
  message: Message | undefined;
  /** Readings in it. */
  count: number;
  /** The time of the last reading. */
  sec: number;
  ms: number;
}

export function ramOpen(): RamQueue {
  return { readings: [], dropped: 0, message: undefined, count: 0, sec: 0, ms: 0 };
}

/** Adds one reading; answers its sequence. */
export function ramAppend(queue: RamQueue, bytes: string): number {
  if (queue.readings.length >= RAM_READINGS_MAX) {
    queue.readings.shift();
    queue.dropped += 1;
  }
  const count = queue.readings.length;
  const sequence = count === 0 ? 1 : queue.readings[count - 1]!.sequence + 1;
  queue.readings.push({ sequence, bytes });
  return sequence;
}

/** Takes the readings of up to that sequence out that `isGone` names. */
export function ramRemove(queue: RamQueue, sequence: number, isGone: (this: void, reading: RamReading) => boolean): void {
  const kept: RamReading[] = [];
  for (const reading of queue.readings) {
    if (reading.sequence > sequence || !isGone(reading)) kept.push(reading);
  }
  queue.readings = kept;
}
