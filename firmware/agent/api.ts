/**
 * What an app author uses: declare what the device measures and obeys, and report. An app never sees a socket, a topic or
 * a token.
 *
 * A mistake in a declaration (a key that the platform forbids, a key that is both reading and command) stops a checked build
 * at once with one sentence; a shipped device logs it and goes on without the declaration.
 */
import { check } from "../base/check";
import { whole } from "../base/intrinsics";
import { isNumberText, isWhole } from "../base/number";
import type { ReadQuery } from "../platform/profile";
import type { Definition } from "./thing";
import { placeOf } from "./key-table";
import { AgentCode } from "./link";
import { addToMessage } from "./message";
import { scaleOf } from "./quantise";
import { addMeasure, addReading, findMeasure } from "./report";
import type { Value } from "./report";
import { CommandType } from "./command-type";
import { tell } from "./thing";
import type { Command, Host, Thing } from "./thing";

/** Names an app's definition as such; the build looks for it as the app's default export. */
export function defineThing(definition: Definition): Definition {
  return definition;
}

/** Milliseconds in `n` seconds. */
export function seconds(n: number): number {
  return n * 1000;
}

/** Milliseconds in `n` minutes. */
export function minutes(n: number): number {
  return n * 60000;
}

/** Milliseconds in `n` hours, at most 596. */
export function hours(n: number): number {
  return n * 3600000;
}

/** How a measure is declared. */
export interface MeasureOptions {
  /** What the platform calls the resource. */
  readonly key: string;
  /** UCUM or SenML unit, for people who read the code; nothing is converted. */
  readonly unit?: string;
  /** Digits after the point, 0 to 6: what the sensor is worth. A reading keeps 2^30 steps of it. Absent: 0. */
  readonly decimals?: number;
  /**
   * "flash" (the default): a reading is accepted when it lies in flash, and leaves it when it has arrived.
   * "ram": it is accepted at once, at most 24 wait while the device is offline, and a restart loses them. Over MQTT such readings
   * go out at QoS 0, those of one turn in one message, and are gone once the connection has them: what it loses when it breaks
   * is lost, uncounted. Over CoAP they are acknowledged. The log does not tell of them one by one. For values that are stale
   * in a minute, or many. An image has the way for them only if a file of the app says this word: some 30 variables on Espruino.
   */
  readonly durability?: "flash" | "ram";
}

/** Says of a declaration that it cannot be. */
function complain(thing: Thing, key: string, code: number): void {
  if (MOTET_CHECKED) check(code === AgentCode.storeFailed, "the key \"" + key + "\" is declared twice, is not allowed on this platform, or has options out of range");
  tell(thing, "declaration", code, key);
}

/**
 * Declares what the device measures.
 * @cold
 */
export function measure(thing: Thing, options: MeasureOptions): void {
  const code = addMeasure(thing, options.key, options.decimals ?? 0, options.durability === "ram");
  if (code !== 0) complain(thing, options.key, code);
}

/**
 * Reports one reading on the way that all can go.
 * @apart
 */
function reportSlowly(thing: Thing, key: string, value: Value, accepted: ((this: void, code: number) => void) | undefined): number {
  const declared = findMeasure(thing, key);
  const code = declared === undefined ? AgentCode.invalid : addReading(thing, declared, value);
  if (code !== 0) tell(thing, "refusedReading", code, declared === undefined ? "" : key);
  if (accepted !== undefined) thing.ports.clock.after(0, () => accepted(code));
  return code;
}

/**
 * Reports the first reading of a turn, which finds the time anew, in a message that was open to its key before; any other on the way that
 * all can go.
 * @apart
 */
function reportFirst(thing: Thing, key: string, value: Value, accepted: ((this: void, code: number) => void) | undefined): number {
  const ram = thing.publisher.ram;
  const fits = key === ram.key && accepted === undefined && isWhole(value) && value < ram.limit && -value < ram.limit;
  return fits && addToMessage(thing, key, ram.limit, "" + whole(value)) ? 0 : reportSlowly(thing, key, value, accepted);
}

/**
 * Reports one reading of a declared measure, with the time of now.
 *
 * Answers 0 when the store has it, and then it will arrive or be counted as dropped; `invalid` for an undeclared key, no
 * number, or a text too long; `storeFailed` when the flash does not take it. `accepted`, if given, hears the same on a
 * later turn.
 */
export function report(thing: Thing, key: string, value: Value, accepted?: (this: void, code: number) => void): number {
  const ram = thing.publisher.ram;
  // The way of a whole number into the message that is open to its key: all that a device pays for each of many readings.
  if (thing.build.inMemory && thing.driver.once && key === ram.key && accepted === undefined && isWhole(value) && value < ram.limit && -value < ram.limit && ram.ms < ram.msMax) {
    ram.ms += 1;
    ram.text += ram.head + whole(value) + ram.middle + ram.ms;
    return 0;
  }
  return thing.build.inMemory && thing.driver.once ? reportFirst(thing, key, value, accepted) : reportSlowly(thing, key, value, accepted);
}

/**
 * Runs `run` soon after boot and then every `ms` milliseconds.
 * @cold
 */
export function every(thing: Host, ms: number, run: (this: void) => void): void {
  thing.ports.clock.after(0, run);
  thing.ports.clock.every(ms, run);
}

/** What a command's value is, by its declared type. */
export interface CommandValues {
  boolean: boolean;
  number: number;
  string: string;
}

/** How a command is declared. */
export interface CommandOptions<T extends keyof CommandValues> {
  readonly key: string;
  readonly type: T;
  /** For numbers: the range that is obeyed, and the digits after the point (0). Absent: -2^31 + 1 to 2^31 - 1 steps. */
  readonly min?: number;
  readonly max?: number;
  readonly decimals?: number;
  /** For strings: the most bytes, at most 200; absent: 64. */
  readonly bytesMax?: number;
}

const STEPS_MAX = 2147483647;
/** The most bytes of a text whose command declares none. */
const TEXT_BYTES = 64;

/**
 * Declares what the device obeys. `obey` runs at most once for each command, with a value of the declared type and range;
 * anything else is refused before it gets here.
 * @cold
 */
export function onCommand<T extends keyof CommandValues>(thing: Thing, options: CommandOptions<T>, obey: (this: void, value: CommandValues[T]) => void): void {
  const key = options.key;
  const decimals = options.decimals ?? 0;
  const scale = scaleOf(decimals);
  const taken = !thing.driver.platform.keyValid(key) || findMeasure(thing, key) !== undefined || decimals < 0 || decimals > 6;
  const most = options.max === undefined ? STEPS_MAX : Math.floor(options.max * scale);
  const place = taken ? -1 : placeOf(thing.records, thing.publisher, key);
  for (const other of thing.commands) {
    if (thing.publisher.keys[other.place] === key) return complain(thing, key, AgentCode.invalid);
  }
  if (place < 0) return complain(thing, key, taken ? AgentCode.invalid : AgentCode.storeFailed);
  const command: Command = {
    place,
    type: options.type === "boolean" ? CommandType.boolean : options.type === "number" ? CommandType.number : CommandType.string,
    decimals,
    least: options.min === undefined ? 0 - STEPS_MAX : Math.floor(options.min * scale),
    most: options.type === "string" ? options.bytesMax ?? TEXT_BYTES : most,
    obey: obey as (this: void, value: boolean | number | string) => void,
  };
  thing.commands.push(command);
}

/**
 * Where the device is, in degrees as decimal text ("41.4121132"), because single precision does not hold them: added to every
 * later reading where the platform can carry it. Text that is no number, or longer than 16 characters, changes nothing.
 * @cold
 */
export function locate(thing: Thing, lat: string, long: string): void {
  const valid = isNumberText(lat) && isNumberText(long) && lat.length <= 16 && long.length <= 16;
  if (valid) thing.geo = { lat, long };
}

/** What the platform stores when the device vanishes without a word, where the transport can carry it (MQTT). */
export function lastWill(thing: Thing, value: string): void {
  thing.will = value;
}

/**
 * Makes the device sleep `ms` milliseconds between samples: it wakes, runs its definition, delivers what the log holds, and
 * sleeps again; readings that cannot be delivered within two minutes stay in the log for the next wake.
 */
export function sleepBetween(thing: Thing, ms: number): void {
  thing.sleepMs = ms;
}

/**
 * Asks the platform for stored values, where the transport can (CoAP). Answers 0, `unsupported`, or `busy` while another
 * question is under way or the device is offline; after a 0, `done` gets a code and the platform's own JSON text.
 * @cold
 */
export function readBack(thing: Thing, query: ReadQuery, done: (this: void, code: number, payload: string) => void): number {
  const link = thing.supervisor.link;
  if (link === undefined || !thing.supervisor.linked || thing.reader !== undefined) return AgentCode.busy;
  const code = thing.driver.read(link, query);
  if (code === 0) thing.reader = done;
  return code;
}
