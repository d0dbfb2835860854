/**
 * From an app's number to a reading in the log: declared once, quantised once, and given a time that no other reading of its
 * key has, so that (key, time) names it for ever.
 */
import type { EpochTime } from "../../hal/ports/clock";
import { idiv } from "../base/intrinsics";
import { jsonString } from "../base/json-write";
import { addMs, compareTime } from "../base/time";
import { logAppend } from "../store/log";
import { storeBoot } from "./boots";
import { placeOf } from "./key-table";
import { AgentCode } from "./link";
import { addToMessage, stampInMemory } from "./message";
import { pumpIn } from "./publisher";
import { quantise, scaleOf, STEPS_MAX } from "./quantise";
import { ramAppend } from "./ram-queue";
import { encodeReading, READING_BYTES_MAX, VALUE_BYTES_MAX } from "./reading";
import { tell } from "./thing";
import type { Measure, Thing } from "./thing";

/** What a reading may be. Numbers are quantised to the declared decimals; texts are UTF-8 bytes. */
export type Value = number | boolean | string;

/** The value's JSON text; undefined when it is no number or too large. */
export function valueText(value: Value, decimals: number): string | undefined {
  if (typeof value === "number") return quantise(value, decimals);
  if (typeof value === "boolean") return value ? "true" : "false";
  return jsonString(value);
}

/** A time after the key's last one: at least one millisecond later. */
function timeAfter(measure: Measure, now: EpochTime): EpochTime {
  const last: EpochTime = { sec: measure.lastSec, ms: measure.lastMs };
  return compareTime(now, last) <= 0 ? addMs(last, 1) : now;
}

/** The measure of that key. */
export function findMeasure(thing: Thing, key: string): Measure | undefined {
  for (const measure of thing.measures) {
    if (measure.key === key) return measure;
  }
  return undefined;
}

/**
 * Declares a measure: 0, or `invalid` for a key that the platform forbids, that is taken, or decimals outside 0 to 6.
 * @cold
 */
export function addMeasure(thing: Thing, key: string, decimals: number, ram: boolean): number {
  if (!thing.driver.platform.keyValid(key) || decimals < 0 || decimals > 6 || findMeasure(thing, key) !== undefined) return AgentCode.invalid;
  for (const command of thing.commands) {
    if (thing.publisher.keys[command.place] === key) return AgentCode.invalid;
  }
  const place = placeOf(thing.records, thing.publisher, key);
  if (place < 0) return AgentCode.storeFailed;
  thing.measures.push({ key, place, decimals, ram, lastSec: 0, lastMs: 0, lastUptime: -1 });
  return 0;
}

/** A time of now for a reading of a measure in flash. */
function stamp(measure: Measure, now: EpochTime): EpochTime {
  const time = timeAfter(measure, now);
  measure.lastSec = time.sec;
  measure.lastMs = time.ms;
  return time;
}

/** Appends one reading of a declared measure: 0, `invalid` or `storeFailed`. The store has it when this returns 0. */
export function addReading(thing: Thing, measure: Measure, value: Value): number {
  const text = valueText(value, measure.decimals);
  if (text === undefined || text.length > VALUE_BYTES_MAX) return AgentCode.invalid;
  const clock = thing.ports.clock;
  const now = clock.epoch();
  const ram = thing.publisher.ram;
  const inMemory = thing.build.inMemory && measure.ram;
  if (inMemory && thing.driver.once && addToMessage(thing, measure.key, idiv(STEPS_MAX, scaleOf(measure.decimals)), text)) return 0;
  let time: EpochTime | undefined = undefined;
  let uptime = clock.uptime();
  if (now === undefined) {
    if (uptime <= measure.lastUptime) uptime = measure.lastUptime + 1;
    storeBoot(thing.records, thing.boots);
  } else {
    if (inMemory) stampInMemory(ram, now);
    time = inMemory ? { sec: ram.sec, ms: ram.ms } : stamp(measure, now);
  }
  const bytes = encodeReading({ key: measure.place, time, boot: thing.boots.number, uptime, geo: thing.geo, value: text });
  if (bytes.length > READING_BYTES_MAX) return AgentCode.invalid;
  const sequence = inMemory ? ramAppend(ram, bytes) : logAppend(thing.publisher.log, bytes);
  if (sequence === 0) return AgentCode.storeFailed;
  if (time === undefined) {
    thing.untimed += 1;
    measure.lastUptime = uptime;
  }
  thing.accepted += 1;
  // What may come by the hundred in a second is not told of one by one.
  if (!inMemory) tell(thing, "reading", sequence, measure.key + " " + text);
  if (thing.publisher.live) pumpIn(thing, 0);
  return 0;
}
