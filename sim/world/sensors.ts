/**
 * The sensors of a machine that nobody described: a BME280 on the bus "default", at the address that its boards use. What
 * they feel is a function of world time; how they fail can be switched on and off while the machine runs. Like all hardware
 * they outlive a boot.
 */
import { type Bme280Chip, type Climate, createBme280Chip } from "./bme280";
import { createI2cBus, type I2cBus } from "./i2c";
import type { Timeline } from "./timeline";

/** What the air is like at a moment, ms since 1970. */
export type SensorSource = (timeMs: number) => Climate;

/**
 * A way to fail: the chip does not acknowledge its address; it holds the bus down; it says that it is another chip; its
 * measurement never ends; every byte that it sends is read as ones.
 */
export type SensorFault = "nack" | "stuck" | "wrong-id" | "never-ready" | "all-ones";

export const sensorFaults: readonly SensorFault[] = ["nack", "stuck", "wrong-id", "never-ready", "all-ones"];

/** The BME280's address with SDO to ground. */
export const BME280_ADDRESS = 0x76;

const BMP280_ID = 0x58;
const HOUR_MS = 3600000;

/** A room: 21 degrees, ordinary pressure, 45 % humidity. */
export const room: SensorSource = () => ({ temperature: 21, pressure: 101325, humidity: 45 });

/** The sensors of one machine, with their buses by name. */
export class Sensors {
  readonly buses: ReadonlyMap<string, I2cBus>;
  readonly #bus = createI2cBus();
  readonly #chip: Bme280Chip;
  readonly #goodId: number;
  readonly #worldMs: () => number;
  /** What is felt too much for each hour since a moment. */
  #drift: { readonly sinceMs: number; readonly perHour: Partial<Climate> } | undefined;

  /** `worldMs` gives world time, ms since 1970. */
  constructor(timeline: Pick<Timeline, "now">, worldMs: () => number, source: SensorSource = room) {
    this.#worldMs = worldMs;
    this.#chip = createBme280Chip(timeline, () => this.#felt(source(worldMs())));
    this.#goodId = this.#chip.id;
    this.#bus.chips.set(BME280_ADDRESS, this.#chip);
    this.buses = new Map([["default", this.#bus]]);
  }

  /** Switches a fault on or off. */
  fail(fault: SensorFault, on: boolean): void {
    if (fault === "stuck") this.#bus.stuck = on;
    // That of the chip's smaller sister, a BMP280.
    else if (fault === "wrong-id") this.#chip.id = on ? BMP280_ID : this.#goodId;
    else if (fault === "never-ready") this.#chip.neverReady = on;
    else {
      const silent = fault === "nack" ? this.#bus.nack : this.#bus.allOnes;
      if (on) silent.add(BME280_ADDRESS);
      else silent.delete(BME280_ADDRESS);
    }
  }

  /** From now on the sensor is off by so much more each hour; undefined: it is right again. */
  drift(perHour: Partial<Climate> | undefined): void {
    this.#drift = perHour === undefined ? undefined : { sinceMs: this.#worldMs(), perHour };
  }

  #felt(climate: Climate): Climate {
    if (this.#drift === undefined) return climate;
    const { sinceMs, perHour } = this.#drift;
    const hours = (this.#worldMs() - sinceMs) / HOUR_MS;
    return {
      temperature: climate.temperature + (perHour.temperature ?? 0) * hours,
      pressure: climate.pressure + (perHour.pressure ?? 0) * hours,
      humidity: climate.humidity + (perHour.humidity ?? 0) * hours,
    };
  }
}
