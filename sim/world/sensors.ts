/**
 * The sensors of a machine that nobody described: a BME280 on the bus "default", at the address that its boards use.
 * What they feel is a function of world time.
 */
import { createBme280Chip, type Climate } from "./bme280";
import { createI2cBus, type I2cBus } from "./i2c";
import type { Timeline } from "./timeline";

/** What the air is like at a moment, ms since 1970. */
export type SensorSource = (timeMs: number) => Climate;

/** The BME280's address with SDO to ground. */
export const BME280_ADDRESS = 0x76;

/** A room: 21 degrees, ordinary pressure, 45 % humidity. */
export const room: SensorSource = () => ({ temperature: 21, pressure: 101325, humidity: 45 });

/** The buses of a machine. `worldMs` gives world time, ms since 1970. */
export function createSensorBuses(
  timeline: Pick<Timeline, "now">,
  worldMs: () => number,
  source: SensorSource = room,
): Map<string, I2cBus> {
  const bus = createI2cBus();
  bus.chips.set(BME280_ADDRESS, createBme280Chip(timeline, () => source(worldMs())));
  return new Map([["default", bus]]);
}
