/**
 * Readings of measures that chose `durability: "ram"`: a short queue with the face of the reading log. Full, it drops its
 * oldest; a restart loses it. Sequences are its own.
 */

/** The most readings held. */
export const RAM_READINGS_MAX = 24;

export interface RamReading {
  readonly sequence: number;
  readonly bytes: string;
}

export interface RamQueue {
  /** Oldest first. */
  readings: RamReading[];
  last: number;
  dropped: number;
}

export function ramOpen(): RamQueue {
  return { readings: [], last: 0, dropped: 0 };
}

/** Adds one reading; answers its sequence. */
export function ramAppend(queue: RamQueue, bytes: string): number {
  if (queue.readings.length >= RAM_READINGS_MAX) {
    queue.readings.shift();
    queue.dropped += 1;
  }
  queue.last += 1;
  queue.readings.push({ sequence: queue.last, bytes });
  return queue.last;
}

/** Takes the reading of that sequence out. */
export function ramRemove(queue: RamQueue, sequence: number): void {
  const kept: RamReading[] = [];
  for (const reading of queue.readings) {
    if (reading.sequence !== sequence) kept.push(reading);
  }
  queue.readings = kept;
}
