/**
 * The sensors of a machine that nobody described: a BME280 on the bus "default", at the address that its boards use. What
 * they feel is a function of world time; how they fail can be switched on and off while the machine runs. Like all hardware
 * they outlive a boot.
 */
import { type Bme280Chip, type Climate, createBme280Chip } from "./bme280";
import { createI2cBus, type I2cBus } from "./i2c";
import { Random } from "./random";
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
/** Bits that flip in an answer that is damaged, at most. */
const FLIPS_MAX = 3;

/** A room: 21 degrees, ordinary pressure, 45 % humidity. */
export const room: SensorSource = () => ({ temperature: 21, pressure: 101325, humidity: 45 });

/** How far a BME280 may be off and still is what its data sheet says (1.2 to 1.4): 1 degree, 1 hPa, 3 %. */
export const tolerance: Climate = { temperature: 1, pressure: 100, humidity: 3 };

const boundless: Climate = { temperature: Infinity, pressure: Infinity, humidity: Infinity };

/** The bytes with these bits flipped, counted from the first byte's lowest on. */
function flipped(bytes: string, bits: ReadonlySet<number>): string {
  const changed = Buffer.from(bytes, "latin1");
  for (const bit of bits) changed[bit >> 3]! ^= 1 << (bit & 7);
  return changed.toString("latin1");
}

/** The sensors of one machine, with their buses by name. */
export class Sensors {
  readonly buses: ReadonlyMap<string, I2cBus>;
  readonly #bus = createI2cBus();
  readonly #chip: Bme280Chip;
  readonly #goodId: number;
  readonly #worldMs: () => number;
  /** What is felt too much for each hour since a moment, and at most. */
  #drift: { readonly sinceMs: number; readonly perHour: Partial<Climate>; readonly most: Climate } | undefined;
  readonly #faults = new Set<SensorFault | "damage">();
  /** Faults that were switched so far. */
  #switched = 0;
  readonly #source: SensorSource;

  /** `worldMs` gives world time, ms since 1970. */
  constructor(timeline: Pick<Timeline, "now">, worldMs: () => number, source: SensorSource = room) {
    this.#worldMs = worldMs;
    this.#source = source;
    this.#chip = createBme280Chip(timeline, () => this.felt());
    this.#goodId = this.#chip.id;
    this.#bus.chips.set(BME280_ADDRESS, this.#chip);
    this.buses = new Map([["default", this.#bus]]);
  }

  /** Switches a fault on or off. */
  fail(fault: SensorFault, on: boolean): void {
    this.#note(fault, on);
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

  /**
   * From now on this share of the answers on the bus comes with one to three bits flipped; 0: none does. Two answers in a row are never
   * damaged in the same way, because nobody who hears them could tell.
   */
  damage(rate: number, seed: string): void {
    this.#note("damage", rate > 0);
    const random = new Random(seed);
    let before = "";
    const flips = (count: number): Set<number> => new Set(Array.from({ length: 1 + random.below(FLIPS_MAX) }, () => random.below(8 * count)));
    this.#bus.damage = rate === 0 ? undefined : (bytes) => {
      if (!random.chance(rate)) {
        before = "";
        return bytes;
      }
      let bits = flips(bytes.length);
      while ([...bits].sort().join() === before) bits = flips(bytes.length);
      before = [...bits].sort().join();
      return flipped(bytes, bits);
    };
  }

  /** From now on the sensor is off by so much more each hour, up to `most`; undefined: it is right again. */
  drift(perHour: Partial<Climate> | undefined, most: Climate = boundless): void {
    this.#drift = perHour === undefined ? undefined : { sinceMs: this.#worldMs(), perHour, most };
  }

  /** The faults that are on at present, by name; drift is none of them: the sensor says what it feels. */
  get failing(): readonly string[] {
    return [...this.#faults].sort();
  }

  /** How often a fault was switched on or off so far. */
  get switched(): number {
    return this.#switched;
  }

  /** What the sensor feels now: the climate, and its drift. */
  felt(): Climate {
    const climate = this.#source(this.#worldMs());
    if (this.#drift === undefined) return climate;
    const { sinceMs, perHour, most } = this.#drift;
    const hours = (this.#worldMs() - sinceMs) / HOUR_MS;
    const off = (quantity: keyof Climate): number => Math.max(-most[quantity], Math.min(most[quantity], (perHour[quantity] ?? 0) * hours));
    return {
      temperature: climate.temperature + off("temperature"),
      pressure: climate.pressure + off("pressure"),
      humidity: climate.humidity + off("humidity"),
    };
  }

  #note(fault: SensorFault | "damage", on: boolean): void {
    this.#switched += 1;
    if (on) this.#faults.add(fault);
    else this.#faults.delete(fault);
  }
}
