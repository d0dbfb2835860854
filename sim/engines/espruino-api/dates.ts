/** `Date` with fractional milliseconds, in UTC, over the engine's clock. */
import type { Host } from "./host";
import type { EngineClock } from "./uptime";

interface DateObject {
  ms: number;
}

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const fields = ["FullYear", "Month", "Date", "Day", "Hours", "Minutes", "Seconds", "Milliseconds"] as const;

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

function timeOf(date: Date): string {
  return [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(twoDigits).join(":");
}

function msFrom(values: readonly unknown[], nowMs: () => number): number {
  if (values.length === 0) return nowMs();
  if (values.length === 1) return typeof values[0] === "string" ? Date.parse(values[0]) : Number(values[0]);
  const [year = NaN, month = 0, day = 1, hours = 0, minutes = 0, seconds = 0, ms = 0] = values.map(Number);
  return Date.UTC(year, month, day, hours, minutes, seconds, ms);
}

/** Puts Espruino's `Date` in the place of V8's. */
export function addDate(host: Host, clock: EngineClock): void {
  const { realm } = host;
  const make = realm.evaluate("(function (read) { return function Date() { this.ms = read(arguments); }; })", "dates") as (
    read: (values: ArrayLike<unknown>) => number,
  ) => { prototype: object };
  const constructor = make((values) => msFrom(Array.from(values), clock.nowMs));
  const text = (date: DateObject): string => new Date(date.ms).toISOString();
  const methods: Record<string, (this: DateObject, value: number) => unknown> = {
    getTime() {
      return this.ms;
    },
    valueOf() {
      return this.ms;
    },
    setTime(value) {
      this.ms = value;
      return value;
    },
    getTimezoneOffset: () => 0,
    toISOString() {
      return text(this);
    },
    toLocalISOString() {
      return text(this).replace("Z", "+0000");
    },
    toJSON() {
      return text(this);
    },
    toString(this: DateObject) {
      const date = new Date(this.ms);
      return `${days[date.getUTCDay()]} ${months[date.getUTCMonth()]} ${date.getUTCDate()} ${date.getUTCFullYear()} ${timeOf(date)} GMT+0000`;
    },
    toUTCString() {
      const date = new Date(this.ms);
      return `${days[date.getUTCDay()]}, ${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()} ${timeOf(date)} GMT`;
    },
  };
  for (const field of fields) {
    methods[`get${field}`] = function (this: DateObject) {
      return new Date(this.ms)[`getUTC${field}`]();
    };
  }
  for (const [name, method] of Object.entries(methods)) realm.hide(constructor.prototype, name, method);
  realm.hide(constructor, "now", () => clock.nowMs());
  realm.hide(constructor, "parse", (value: unknown) => Date.parse(String(value)));
  realm.define({ Date: constructor });
}
