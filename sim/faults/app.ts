/**
 * The app of a watched day: it counts on in a few keys as long as the device accepts, obeys numbered commands, and reads a sensor. It
 * tells the watch everything that it does; what its readings are good for is not its affair.
 */
import { every, measure, onCommand, report } from "../../firmware/index";
import type { Definition } from "../../firmware/index";
import type { Thing } from "../../firmware/agent/thing";
import { openBme280, sampleBme280 } from "../../firmware/drivers/bme280";
import { BME280_ADDRESS } from "../world/sensors";
import type { SensorSource } from "../world/sensors";
import type { SensorWatch } from "./sensor-watch";
import type { Watch } from "./watch";

const KEYS = ["a", "b", "c"] as const;
const MINUTE_MS = 60000;
const HOUR_MS = 60 * MINUTE_MS;
/** A sample is a transfer or ten and three readings. */
const SAMPLE_EVERY_MS = HOUR_MS;

/** Up and down again, from 0 to 1, once in a period. */
function triangle(timeMs: number, periodMs: number): number {
  const part = (timeMs % periodMs) / periodMs;
  return 2 * Math.min(part, 1 - part);
}

/** Air that is never still, so that an old sample shows. */
export const restless: SensorSource = (timeMs) => ({
  temperature: 5 + 25 * triangle(timeMs, 14 * HOUR_MS),
  pressure: 96000 + 8000 * triangle(timeMs, 19 * HOUR_MS),
  humidity: 20 + 70 * triangle(timeMs, 11 * HOUR_MS),
});

function count(thing: Thing, watch: Watch, next: Map<string, number>, everyMs: number): void {
  for (const key of KEYS) measure(thing, { key });
  every(thing, everyMs, () => {
    for (const key of KEYS) {
      const value = next.get(key) ?? 0;
      watch.reported(key, value);
      if (report(thing, key, value) === 0) next.set(key, value + 1);
    }
  });
}

function sample(thing: Thing, watch: SensorWatch): void {
  const { i2c, clock } = thing.board;
  const sensor = openBme280(i2c, { bus: "default", address: BME280_ADDRESS });
  measure(thing, { key: "temperature", unit: "Cel", decimals: 2 });
  measure(thing, { key: "pressure", unit: "hPa", decimals: 1 });
  measure(thing, { key: "humidity", unit: "%RH", decimals: 1 });
  every(thing, SAMPLE_EVERY_MS, () => {
    watch.asked();
    const code = sampleBme280(sensor, clock, (fault, { temperature, pressure, humidity }) => {
      watch.sampled(fault, { temperature, pressure, humidity });
      if (fault !== 0) return;
      report(thing, "temperature", temperature);
      report(thing, "pressure", pressure / 100);
      report(thing, "humidity", humidity);
    });
    if (code !== 0) watch.refused(code);
  });
}

/** @param everyMs how often it counts */
export function watchedApp(watch: Watch, sensorWatch: SensorWatch, everyMs: number): Definition {
  const next = new Map<string, number>();
  return (thing) => {
    count(thing, watch, next, everyMs);
    sample(thing, sensorWatch);
    onCommand(thing, { key: "order", type: "number" }, (value) => watch.obeys(value));
  };
}
