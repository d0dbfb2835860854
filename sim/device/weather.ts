/**
 * Real weather for the sensors: the hourly normals of Seattle (8759 hours of 2010, NOAA) from the package vega-datasets,
 * interpolated between the hours and repeated every year. Humidity is not in the data; it is taken from the dew point
 * that the night's lowest temperature comes near to, so it falls when the day warms.
 */
import { readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { SensorSource } from "../world/sensors";

const PACKAGE = "vega-datasets";
const FILE = join("data", "seattle-weather-hourly-normals.csv");
const HOUR_MS = 3600000;
const DAY_HOURS = 24;

interface Hour {
  /** Degrees Celsius. */
  readonly temperature: number;
  /** Pascal. */
  readonly pressure: number;
}

/** The file inside the installed package, looked for from the program's own folder and from the folder it runs in. */
function weatherFile(): string {
  const from = [process.argv[1], join(process.cwd(), "index.js")].filter((path) => path !== undefined);
  for (const path of from) {
    try {
      // A command is often a link to the program. The package exports its own program only; its data lies beside it.
      const entry = createRequire(path === process.argv[1] ? realpathSync(path) : path).resolve(PACKAGE);
      return join(dirname(entry), "..", FILE);
    } catch {
      // Not installed there; perhaps elsewhere.
    }
  }
  throw new Error(`The weather data is not installed: run "npm install" (it comes with the package ${PACKAGE}).`);
}

/** The hours of the year in order, from the first of the file (1 January, 01:00). */
export function readWeather(text: string): Hour[] {
  const [header, ...lines] = text.trim().split(/\r?\n/);
  if (header !== "date,pressure,temperature,wind") throw new Error("The weather data has other columns than expected.");
  return lines.map((line, i) => {
    const [, pressure, temperature] = line.split(",").map(Number);
    if (!Number.isFinite(pressure) || !Number.isFinite(temperature)) {
      throw new Error(`The weather data is damaged in line ${i + 2}.`);
    }
    return { temperature: temperature!, pressure: Math.round(pressure! * 100) };
  });
}

/** Saturation vapour pressure over water, hPa (Magnus formula, WMO No. 8, annex 4.B). */
function saturation(temperature: number): number {
  return 6.112 * Math.exp((17.62 * temperature) / (243.12 + temperature));
}

/** A source over hours that repeat yearly, the first of them at 01:00 on 1 January UTC. */
export function createWeatherSource(hours: readonly Hour[]): SensorSource {
  const lowest = (index: number): number => {
    let low = Infinity;
    for (let i = 0; i < DAY_HOURS; i += 1) {
      low = Math.min(low, hours[(index - i + hours.length * 2) % hours.length]!.temperature);
    }
    return low;
  };
  return (timeMs) => {
    const year = Date.UTC(new Date(timeMs).getUTCFullYear(), 0, 1, 1);
    const position = (timeMs - year) / HOUR_MS;
    const whole = Math.floor(position);
    const index = (whole + hours.length) % hours.length;
    const next = (index + 1) % hours.length;
    const between = (a: number, b: number): number => a + (b - a) * (position - whole);
    const temperature = between(hours[index]!.temperature, hours[next]!.temperature);
    const dewPoint = between(lowest(index), lowest(next)) - 1;
    return {
      temperature,
      pressure: between(hours[index]!.pressure, hours[next]!.pressure),
      humidity: Math.min(100, (100 * saturation(dewPoint)) / saturation(temperature)),
    };
  };
}

/** Seattle's weather as a source; throws one sentence with the remedy when the data is not there. */
export function weatherSource(): SensorSource {
  const path = weatherFile();
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown error";
    throw new Error(`The weather data at ${path} cannot be read (${code}): run "npm install" again.`, { cause });
  }
  return createWeatherSource(readWeather(text));
}
