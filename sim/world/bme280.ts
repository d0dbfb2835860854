/**
 * A Bosch BME280 at register level (data sheet BST-BME280-DS002): memory map of section 5.3, power modes of 3.3, timing of
 * 9.1, compensation of 8.1. It answers with the raw values that a real chip with these coefficients would hold, so that a
 * driver computes the climate that the source gives. Normal mode (3.3.4), the filter and SPI are not modelled.
 */
import type { I2cChip } from "./i2c";
import type { Timeline } from "./timeline";

export interface Climate {
  /** Degrees Celsius. */
  readonly temperature: number;
  /** Pascal. */
  readonly pressure: number;
  /** Percent relative humidity. */
  readonly humidity: number;
}

/** Compensation parameters by the data sheet's names (dig_T1 is t1). */
export interface Calibration {
  readonly t: readonly [number, number, number];
  readonly p: readonly [number, number, number, number, number, number, number, number, number];
  readonly h: readonly [number, number, number, number, number, number];
}

/** Temperature and pressure: the parameters of the BMP280 data sheet's worked example (3.12); humidity: of a common chip. */
export const exampleCalibration: Calibration = {
  t: [27504, 26435, -1000],
  p: [36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000],
  h: [75, 361, 0, 313, 50, 30],
};

/** The chip, with switches for its faults. */
export interface Bme280Chip extends I2cChip {
  /** A measurement never ends: status keeps "measuring". */
  neverReady: boolean;
  /** What the id register holds. */
  id: number;
}

const CHIP_ID = 0x60;
const RESET_COMMAND = 0xb6;
const REGISTER = { id: 0xd0, reset: 0xe0, ctrlHum: 0xf2, status: 0xf3, ctrlMeas: 0xf4, config: 0xf5, data: 0xf7 } as const;
const MEASURING = 8;
/** What the data registers hold after a reset and where a quantity is not measured. */
const SKIPPED = { press: 0x80000, temp: 0x80000, hum: 0x8000 };

/** Fine temperature (data sheet 8.1) of a raw value. */
export function fineTemperature({ t }: Calibration, raw: number): number {
  const var1 = (raw / 16384 - t[0] / 1024) * t[1];
  const part = raw / 131072 - t[0] / 8192;
  return var1 + part * part * t[2];
}

/** Pressure in pascal of a raw value, by the data sheet's double-precision formula (8.1). */
export function compensatePressure({ p }: Calibration, raw: number, fine: number): number {
  let var1 = fine / 2 - 64000;
  let var2 = (var1 * var1 * p[5]) / 32768 + var1 * p[4] * 2;
  var2 = var2 / 4 + p[3] * 65536;
  var1 = ((p[2] * var1 * var1) / 524288 + p[1] * var1) / 524288;
  var1 = (1 + var1 / 32768) * p[0];
  const pressure = ((1048576 - raw - var2 / 4096) * 6250) / var1;
  return pressure + ((p[8] * pressure * pressure) / 2147483648 + (pressure * p[7]) / 32768 + p[6]) / 16;
}

/** Relative humidity in percent of a raw value, by the data sheet's double-precision formula (8.1), not clamped. */
export function compensateHumidity({ h }: Calibration, raw: number, fine: number): number {
  const v = fine - 76800;
  const slope = (h[1] / 65536) * (1 + (h[5] / 67108864) * v * (1 + (h[2] / 67108864) * v));
  const humidity = (raw - (h[3] * 64 + (h[4] / 16384) * v)) * slope;
  return humidity * (1 - (h[0] * humidity) / 524288);
}

/** The raw value from 0 to `max` whose compensated value is nearest to `wanted`; `value` must be monotonic. */
function invert(wanted: number, max: number, value: (raw: number) => number): number {
  const rising = value(max) > value(0);
  let low = 0;
  let high = max;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (value(middle) < wanted === rising) low = middle;
    else high = middle;
  }
  return Math.abs(value(low) - wanted) <= Math.abs(value(high) - wanted) ? low : high;
}

/** The raw values that a chip of this calibration measures in a climate. */
export function measureRaw(calibration: Calibration, climate: Climate): { press: number; temp: number; hum: number } {
  const temp = invert(climate.temperature, 0xfffff, (raw) => fineTemperature(calibration, raw) / 5120);
  const fine = fineTemperature(calibration, temp);
  return {
    temp,
    press: invert(climate.pressure, 0xfffff, (raw) => compensatePressure(calibration, raw, fine)),
    hum: invert(climate.humidity, 0xffff, (raw) => compensateHumidity(calibration, raw, fine)),
  };
}

function writeCalibration(registers: Uint8Array, { t, p, h }: Calibration): void {
  [...t, ...p].forEach((word, i) => {
    registers[0x88 + 2 * i] = word & 0xff;
    registers[0x89 + 2 * i] = (word >> 8) & 0xff;
  });
  registers[0xa1] = h[0];
  registers[0xe1] = h[1] & 0xff;
  registers[0xe2] = (h[1] >> 8) & 0xff;
  registers[0xe3] = h[2];
  registers[0xe4] = (h[3] >> 4) & 0xff;
  registers[0xe5] = (h[3] & 0x0f) | ((h[4] & 0x0f) << 4);
  registers[0xe6] = (h[4] >> 4) & 0xff;
  registers[0xe7] = h[5] & 0xff;
}

/** Samples of an oversampling setting (data sheet 5.4.3): 0, 1, 2, 4, 8, 16. */
function samples(setting: number): number {
  return setting === 0 ? 0 : 1 << (Math.min(setting, 5) - 1);
}

function setData(registers: Uint8Array, raw: { press: number; temp: number; hum: number }): void {
  [raw.press, raw.temp].forEach((value, i) => {
    registers.set([value >> 12, (value >> 4) & 0xff, (value & 0x0f) << 4], REGISTER.data + 3 * i);
  });
  registers.set([raw.hum >> 8, raw.hum & 0xff], REGISTER.data + 6);
}

/** The oversampling of each quantity, 0 where it is not measured. */
function settings(registers: Uint8Array): { temp: number; press: number; hum: number } {
  return {
    temp: samples(registers[REGISTER.ctrlMeas]! >> 5),
    press: samples((registers[REGISTER.ctrlMeas]! >> 2) & 7),
    hum: samples(registers[REGISTER.ctrlHum]! & 7),
  };
}

/** The longest a measurement takes (data sheet 9.1), ms. */
function measureMs(registers: Uint8Array): number {
  const { temp, press, hum } = settings(registers);
  return 1.25 + 2.3 * temp + (press > 0 ? 2.3 * press + 0.575 : 0) + (hum > 0 ? 2.3 * hum + 0.575 : 0);
}

/** A chip that feels `source()`, on the timeline of its world. */
export function createBme280Chip(
  timeline: Pick<Timeline, "now">,
  source: () => Climate,
  calibration: Calibration = exampleCalibration,
): Bme280Chip {
  const registers = new Uint8Array(256);
  let pointer = 0;
  let measuredAt: number | undefined;

  const reset = (): void => {
    registers.fill(0);
    writeCalibration(registers, calibration);
    setData(registers, SKIPPED);
    measuredAt = undefined;
  };
  /** Brings the registers up to now: a measurement that has ended shows its data, and forced mode falls asleep. */
  const settle = (): void => {
    if (measuredAt === undefined || chip.neverReady || timeline.now() < measuredAt) return;
    measuredAt = undefined;
    const raw = measureRaw(calibration, source());
    const { temp, press, hum } = settings(registers);
    setData(registers, {
      temp: temp > 0 ? raw.temp : SKIPPED.temp,
      press: press > 0 ? raw.press : SKIPPED.press,
      hum: hum > 0 ? raw.hum : SKIPPED.hum,
    });
    registers[REGISTER.ctrlMeas]! &= 0xfc;
  };
  const set = (register: number, value: number): void => {
    if (register === REGISTER.reset && value === RESET_COMMAND) return reset();
    if (register === REGISTER.ctrlHum || register === REGISTER.config) registers[register] = value;
    if (register !== REGISTER.ctrlMeas) return;
    registers[register] = value;
    if ((value & 3) === 1 || (value & 3) === 2) measuredAt = timeline.now() + measureMs(registers);
  };
  const get = (register: number): number => {
    if (register === REGISTER.id) return chip.id;
    if (register === REGISTER.status) return measuredAt === undefined ? 0 : MEASURING;
    return registers[register]!;
  };
  const chip: Bme280Chip = {
    neverReady: false,
    id: CHIP_ID,
    // Writes are pairs of register and value (data sheet 6.2.1); a lone register sets the pointer of the next read.
    write: (bytes) => {
      settle();
      pointer = bytes.charCodeAt(0);
      for (let i = 0; i + 1 < bytes.length; i += 2) set(bytes.charCodeAt(i), bytes.charCodeAt(i + 1));
      return true;
    },
    read: (count) => {
      settle();
      let bytes = "";
      for (let i = 0; i < count; i += 1) bytes += String.fromCharCode(get((pointer + i) & 0xff));
      return bytes;
    },
  };
  reset();
  return chip;
}
