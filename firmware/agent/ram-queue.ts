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

export interface RamQueue {
  /** Oldest first. */
  readings: RamReading[];
  dropped: number;
  /** The time of the last reading. */
  sec: number;
  ms: number;
  /** The readings of one turn as the platform wants them, without what ends the last of them, "" for none; older than what waits. */
  text: string;
  /** What `ms` was before the first of them, had all been in one second: the difference is how many they are. */
  before: number;
  /** Readings of this key and of whole numbers below `limit` either way may be added while `ms` is below `msMax`. */
  key: string;
  limit: number;
  msMax: number;
  /** What stands before their value, with the end of the one before them, and between it and their milliseconds. */
  head: string;
  middle: string;
  /** The second of which `second` is the text. */
  secondOf: number;
  second: string;
  /** The turn in which they go out, or 0. */
  turn: Timer;
}

export function ramOpen(): RamQueue {
  return { readings: [], dropped: 0, sec: 0, ms: 0, text: "", before: 0, key: "", limit: 0, msMax: 0, head: "", middle: "", secondOf: -1, second: "", turn: 0 };
}

/** How many readings wait, in the message of this turn and behind it. */
export function ramWaiting(queue: RamQueue): number {
  return queue.readings.length + queue.ms - queue.before;
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
