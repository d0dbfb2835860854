/**
 * From the BME280's raw values to physical ones, in integers of 31 bits.
 *
 * Bosch's own 32-bit formulas (data sheet 4.2.3 and 8.2) need unsigned products, and their pressure is coarse by some
 * pascals. These follow the double-precision formulas (8.1) instead: each product is scaled so that no value a chip can
 * hold leaves 31 bits, and each quotient keeps the bits that matter. Against the double formulas the error stays within 0.01
 * degrees, 1.2 Pa and 0.02 % (bme280.test.ts); the chip's own tolerance is 1 degree, 100 Pa and 3 % (1.2 to 1.4).
 *
 * `calibration` is the chip's parameters as read: 26 bytes from 0x88 (dig_T1 to dig_P9, one unused, dig_H1), then 7 from
 * 0xE1 (dig_H2 to dig_H6), all little-endian (4.2.2).
 */
import { at, idiv } from "../base/intrinsics";

/** Offsets in the calibration. */
const T1 = 0;
const T2 = 2;
const T3 = 4;
const P1 = 6;
const P2 = 8;
const P3 = 10;
const P4 = 12;
const P5 = 14;
const P6 = 16;
const P7 = 18;
const P8 = 20;
const P9 = 22;
const H1 = 25;
const H2 = 26;
const H3 = 28;
const H4 = 29;
const H5 = 30;
const H6 = 32;
const CALIBRATION_BYTES = 33;

/** Fine temperature is 5120 for a degree; -43 to 88 degrees, a little beyond the range in which the chip works. */
const FINE_MIN = -220160;
const FINE_MAX = 450560;
/** No barometer reads more; above it the squares below would leave 31 bits. */
const PRESSURE_MAX = 180000;

function unsigned16(bytes: string, offset: number): number {
  return at(bytes, offset) + at(bytes, offset + 1) * 256;
}

function signed16(bytes: string, offset: number): number {
  const word = unsigned16(bytes, offset);
  return word < 32768 ? word : word - 65536;
}

function signed8(bytes: string, offset: number): number {
  const byte = at(bytes, offset);
  return byte < 128 ? byte : byte - 256;
}

/** n / d rounded down, for n of either sign: what a right shift does. */
function down(n: number, d: number): number {
  return n >= 0 ? idiv(n, d) : -idiv(d - 1 - n, d);
}

/** Whether these can be a chip's parameters, rather than those of a blank or broken one. */
export function isPlausible(calibration: string): boolean {
  if (calibration.length !== CALIBRATION_BYTES) return false;
  const slope = signed16(calibration, H2);
  // Beyond these, a step would be coarser than the chip's resolution (1.1), and products would leave 31 bits.
  return unsigned16(calibration, T1) > 0 && unsigned16(calibration, P1) > 8191 && slope > 0 && slope < 2048;
}

/** Fine temperature (5120 for a degree) of a 20-bit raw value; undefined when it cannot be. The caller knows that it was measured. */
export function compensateFine(calibration: string, raw: number): number | undefined {
  const a = idiv(raw, 8) - 2 * unsigned16(calibration, T1);
  // 150 degrees or more with any chip's parameters; below it a * T2 stays within 31 bits.
  if (a > 60000 || a < -60000) return undefined;
  const b = idiv(raw, 16) - unsigned16(calibration, T1);
  const fine = down(a * signed16(calibration, T2), 2048) + down(idiv(b * b, 65536) * signed16(calibration, T3), 1024);
  return fine < FINE_MIN || fine > FINE_MAX ? undefined : fine;
}

/** Hundredths of a degree Celsius (4.2.3). */
export function hundredths(fine: number): number {
  return down(fine * 5 + 128, 256);
}

/** The divisor of the pressure formula, times 256: P1 * (1 + (P3 * v * v / 2^19 + P2 * v) / 2^34). */
function pressureDivisor(calibration: string, v: number, square: number): number {
  const quarter = down(v, 4);
  const p2 = signed16(calibration, P2);
  const slope = down(square * signed16(calibration, P3), 4) + quarter * p2 + down((v - quarter * 4) * p2, 4);
  const high = down(slope, 65536);
  const low = slope - high * 65536;
  const p1 = unsigned16(calibration, P1);
  return p1 * 256 + down(p1 * high, 256) + idiv(p1 * idiv(low, 4), 4194304);
}

/** value * 1600000 / divisor, by parts that stay within 31 bits: the divisor is below 2^25. */
function scalePressure(value: number, divisor: number): number {
  let whole = idiv(value, divisor);
  let rest = value % divisor;
  for (const factor of [50, 50, 64, 10]) {
    rest *= factor;
    whole = whole * factor + idiv(rest, divisor);
    rest %= divisor;
  }
  return whole;
}

/** Pascal of a 20-bit raw value; undefined when it cannot be. */
export function compensatePressure(calibration: string, raw: number, fine: number): number | undefined {
  const v = down(fine, 2) - 64000;
  const quarter = down(v, 4);
  const square = idiv(quarter * quarter, 32768);
  const offset =
    down(square * signed16(calibration, P6), 1024) +
    down(quarter * signed16(calibration, P5), 2048) +
    signed16(calibration, P4) * 16;
  const divisor = pressureDivisor(calibration, v, square);
  const span = 1048576 - raw - offset;
  if (divisor < 256 || span < 0) return undefined;
  const p = scalePressure(span, divisor);
  if (p > PRESSURE_MAX) return undefined;
  const part = idiv(p, 4);
  const bend = down(idiv(part * part + 32768, 65536) * signed16(calibration, P9), 2048);
  // Half a pascal more: the quotient above was rounded down.
  return p + down(bend + down(part * signed16(calibration, P8), 8192) + signed16(calibration, P7) + 16, 16);
}

/** Hundredths of a percent, 0 to 10000, of a 16-bit raw value. */
export function compensateHumidity(calibration: string, raw: number, fine: number): number {
  const v = fine - 76800;
  const shared = at(calibration, H5);
  const h4 = signed8(calibration, H4) * 16 + (shared % 16);
  const h5 = signed8(calibration, H5 + 1) * 16 + idiv(shared, 16);
  // 16 steps for each of the raw value's.
  const steps = raw * 16 - h4 * 1024 - down(h5 * v, 1024);
  if (steps <= 0) return 0;
  // 2^20 for each percent, before the correction by temperature; 128 % is beyond what any correction brings back.
  const linear = Math.min(Math.min(steps, 1048560) * signed16(calibration, H2), 134217728);
  // 32768 for 1.
  const inner = 32768 + down(at(calibration, H3) * v, 2048);
  const gain = 32768 + down(down(signed8(calibration, H6) * v, 2048) * inner, 32768);
  if (gain <= 0) return 0;
  const percent23 = idiv(linear + 2048, 4096) * Math.min(gain, 65532);
  // 127 % at most, so that its square stays within 31 bits.
  const percent12 = Math.min(idiv(percent23, 2048), 520192);
  const percent8 = idiv(percent12, 16);
  const bent = percent12 - idiv(idiv(percent8 * percent8, 256) * at(calibration, H1), 32768);
  return Math.min(10000, Math.max(0, idiv(bent * 100 + 2048, 4096)));
}
