/**
 * What sensors feel, from data: points that a test writes down, or a recording in a file of comma-separated values. Between
 * two points a quantity changes evenly; before the first and after the last it stays.
 *
 * A recording begins with the names of its columns: `time`, and one or more of `temperature` (degrees Celsius), `humidity`
 * (percent) and `pressure` (hectopascal), in any order; other columns are passed over. A time is a date as in ISO 8601 with
 * its zone, or a number of seconds; lines are in order of time. An empty field is a quantity that was not measured then.
 */
import type { Climate } from "./bme280";
import { room, type SensorSource } from "./sensors";

/** The air at a moment, ms since 1970: the quantities that are known. */
export interface SensorPoint extends Partial<Climate> {
  readonly timeMs: number;
}

/** A recording cannot be used; the message is one sentence with the line and what is wrong in it. */
export class SensorDataError extends Error {}

type Quantity = keyof Climate;

interface Column {
  readonly unit: string;
  readonly least: number;
  readonly most: number;
  /** What one of its units is in a climate. */
  readonly factor: number;
}

/** What a BME280 measures (data sheet 1.1 to 1.4). */
const columns: Readonly<Record<Quantity, Column>> = {
  temperature: { unit: "degrees Celsius", least: -40, most: 85, factor: 1 },
  humidity: { unit: "percent", least: 0, most: 100, factor: 1 },
  pressure: { unit: "hectopascal", least: 300, most: 1100, factor: 100 },
};

const quantities = Object.keys(columns) as readonly Quantity[];
const LINES_MAX = 1000000;

function parseTime(text: string): number | undefined {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1000);
  const isDate = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  const timeMs = isDate ? Date.parse(text) : NaN;
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

function refuse(line: number, what: string): never {
  throw new SensorDataError(`The sensor data is wrong in line ${line}: ${what}.`);
}

function parseValue(line: number, quantity: Quantity, text: string): number {
  const { unit, least, most, factor } = columns[quantity];
  const value = /^[-+]?\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (Number.isNaN(value)) refuse(line, `"${text.slice(0, 40)}" is no number for ${quantity}`);
  if (value < least || value > most) refuse(line, `${quantity} is ${least} to ${most} ${unit}, not ${text.slice(0, 40)}`);
  return value * factor;
}

/** The points of a recording. Throws SensorDataError. */
export function readSensorData(text: string): SensorPoint[] {
  const [header = "", ...lines] = text.replace(/^\ufeff/, "").trimEnd().split(/\r?\n/);
  const names = header.split(",").map((name) => name.trim().toLowerCase());
  const known = quantities.filter((quantity) => names.includes(quantity));
  if (!names.includes("time") || known.length === 0) refuse(1, `it names the columns "time" and at least one of ${quantities.join(", ")}`);
  const twice = names.find((name, index) => name !== "" && names.indexOf(name) !== index);
  if (twice !== undefined) refuse(1, `the column "${twice.slice(0, 40)}" is there twice`);
  if (lines.length === 0) refuse(2, "there is no data");
  if (lines.length > LINES_MAX) refuse(LINES_MAX + 2, `more than ${LINES_MAX} lines of data are not taken`);
  const points: SensorPoint[] = [];
  lines.forEach((content, index) => {
    const line = index + 2;
    const fields = content.split(",").map((field) => field.trim());
    if (fields.length !== names.length) refuse(line, `it has ${fields.length} fields, and the first line names ${names.length}`);
    const time = fields[names.indexOf("time")]!;
    const timeMs = parseTime(time) ?? refuse(line, `"${time.slice(0, 40)}" is no time: write 2026-01-31T12:00:00Z, or a number of seconds`);
    if (points.length > 0 && timeMs <= points.at(-1)!.timeMs) refuse(line, "its time is not after that of the line before");
    const values = known.flatMap((quantity) => {
      const field = fields[names.indexOf(quantity)]!;
      return field === "" ? [] : [[quantity, parseValue(line, quantity, field)] as const];
    });
    points.push({ timeMs, ...Object.fromEntries(values) });
  });
  return points;
}

interface Curve {
  readonly times: readonly number[];
  readonly values: readonly number[];
}

function curveOf(points: readonly SensorPoint[], quantity: Quantity): Curve {
  const known = points.filter((point) => point[quantity] !== undefined);
  return { times: known.map(({ timeMs }) => timeMs), values: known.map((point) => point[quantity]!) };
}

/** The value of a curve, which has one point at least, at a moment. */
function valueAt({ times, values }: Curve, timeMs: number): number {
  // The first point after that moment, by halves: a recording may be long.
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! > timeMs) high = middle;
    else low = middle + 1;
  }
  if (low === 0) return values[0]!;
  if (low === times.length) return values[low - 1]!;
  const part = (timeMs - times[low - 1]!) / (times[low]! - times[low - 1]!);
  return values[low - 1]! + (values[low]! - values[low - 1]!) * part;
}

/** Follows points, which are in order of time. A quantity that none of them knows is that of an ordinary room. */
export function scripted(points: readonly SensorPoint[]): SensorSource {
  const curves = quantities.map((quantity) => [quantity, curveOf(points, quantity)] as const);
  return (timeMs) => {
    const climate: Record<Quantity, number> = { ...room(timeMs) };
    for (const [quantity, curve] of curves) if (curve.times.length > 0) climate[quantity] = valueAt(curve, timeMs);
    return climate;
  };
}

/** Follows points from the first one on, whenever that was: at the first moment that is asked for. It begins anew after the last. */
export function replayed(points: readonly SensorPoint[]): SensorSource {
  const source = scripted(points);
  const firstMs = points[0]?.timeMs ?? 0;
  const lengthMs = Math.max(1, (points.at(-1)?.timeMs ?? 0) - firstMs);
  let beganMs: number | undefined;
  return (timeMs) => {
    beganMs ??= timeMs;
    const sinceMs = (timeMs - beganMs) % lengthMs;
    return source(firstMs + (sinceMs < 0 ? sinceMs + lengthMs : sinceMs));
  };
}
