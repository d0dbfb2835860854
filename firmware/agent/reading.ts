/**
 * A reading as it lies in the log, and its time.
 *
 * Bytes: place of its key (1), flags (1), then seconds (4) and milliseconds (2) of world time, or, while the clock was not
 * set, boot (2) and uptime (4); latitude and longitude as two fields where the device said where it is; the value as
 * JSON text to the end. The value is quantised before it comes here, so its text is the same on every engine.
 */
import type { EpochTime } from "../../hal/ports/clock";
import { at, chr, sub } from "../base/intrinsics";
import type { Geo } from "../platform/profile";
import { fieldAt, pack16, pack32, packField, unpack16, unpack32 } from "./fields";

const FLAG_TIMED = 1;
const FLAG_GEO = 2;
const HEAD_BYTES = 8;

/** Bytes of the largest reading. */
export const READING_BYTES_MAX = 160;

/** Bytes of the largest value of a reading without a place. */
export const VALUE_BYTES_MAX = 152;

/** A reading taken apart. `time` is undefined while the clock was not set; then `boot` and `uptime` name the moment. */
export interface Reading {
  readonly key: number;
  readonly time: EpochTime | undefined;
  readonly boot: number;
  readonly uptime: number;
  readonly geo: Geo | undefined;
  readonly value: string;
}

/** The bytes of a reading. */
export function encodeReading(reading: Reading): string {
  const time = reading.time;
  const geo = reading.geo;
  const flags = (time === undefined ? 0 : FLAG_TIMED) + (geo === undefined ? 0 : FLAG_GEO);
  const moment = time === undefined ? pack16(reading.boot % 65536) + pack32(reading.uptime) : pack32(time.sec) + pack16(time.ms);
  const place = geo === undefined ? "" : packField(geo.lat) + packField(geo.long);
  return chr(reading.key) + chr(flags) + moment + place + reading.value;
}

/** Takes a reading apart; undefined when the bytes are none (a log of other firmware). */
export function decodeReading(bytes: string): Reading | undefined {
  if (bytes.length <= HEAD_BYTES || at(bytes, 1) > FLAG_TIMED + FLAG_GEO) return undefined;
  const flags = at(bytes, 1);
  const timed = flags % 2 === FLAG_TIMED;
  let start = HEAD_BYTES;
  let geo: Geo | undefined = undefined;
  if (flags >= FLAG_GEO) {
    const rest = sub(bytes, HEAD_BYTES, bytes.length);
    geo = { lat: fieldAt(rest, 0), long: fieldAt(rest, 1) };
    start = HEAD_BYTES + 2 + geo.lat.length + geo.long.length;
    if (start >= bytes.length) return undefined;
  }
  return {
    key: at(bytes, 0),
    time: timed ? { sec: unpack32(bytes, 2), ms: unpack16(bytes, 6) } : undefined,
    boot: timed ? 0 : unpack16(bytes, 2),
    uptime: timed ? 0 : unpack32(bytes, 4),
    geo,
    value: sub(bytes, start, bytes.length),
  };
}
