/**
 * Bosch BME280: temperature, pressure and relative humidity over I2C (data sheet BST-BME280-DS002).
 *
 * One measurement at a time, in forced mode (3.3.3), so the chip sleeps between samples; oversampling x1, filter off, as the
 * data sheet advises for weather monitoring (3.5.1). The driver owns its bus handle, never retries and never waits inside a
 * call. Compensation is in bme280-compensate.ts.
 *
 * The chip sends no checksum. So what decides a sample (parameters, data) is read twice and has to be the same, and the data is read
 * together with the settings that it was measured with: what was damaged on the way, or is left from before a reset, is a fault.
 */
import type { ClockPort } from "../../hal/ports/clock";
import { Fault } from "../../hal/ports/fault";
import type { I2cDevice, I2cPort } from "../../hal/ports/i2c";
import { at, chr, idiv, sub } from "../base/intrinsics";
import { compensateFine, compensateHumidity, compensatePressure, hundredths, isPlausible } from "./bme280-compensate";

export interface Bme280Options {
  /** The board's name of the bus, e.g. "default". */
  readonly bus: string;
  /** 0x76 (SDO to ground) or 0x77 (6.2). */
  readonly address: number;
}

export interface Bme280Sample {
  /** Degrees Celsius, a multiple of 0.01. */
  readonly temperature: number;
  /** Pascal, whole. */
  readonly pressure: number;
  /** Percent relative humidity, 0 to 100, a multiple of 0.01. */
  readonly humidity: number;
}

/** An open sensor; its fields are the driver's. */
export interface Bme280 {
  readonly i2c: I2cPort;
  /** 0: the bus is absent or the options are invalid. */
  readonly device: I2cDevice;
  /** The chip's parameters: 0x88 to 0xA1 and 0xE1 to 0xE7; empty until the chip has answered. */
  calibration: string;
  measuring: boolean;
}

/** Hears of one sample: `fault` 0 and the sample, or why there is none, and zeros. */
export type Bme280Done = (this: void, fault: number, sample: Bme280Sample) => void;

const CHIP_ID = 0x60;
const REGISTER_ID = 0xd0;
const REGISTER_CALIBRATION = 0x88;
const CALIBRATION_BYTES = 26;
const REGISTER_HUMIDITY_CALIBRATION = 0xe1;
const HUMIDITY_CALIBRATION_BYTES = 7;
const REGISTER_CTRL_HUM = 0xf2;
const REGISTER_STATUS = 0xf3;
const REGISTER_CTRL_MEAS = 0xf4;
/** From ctrl_hum over status, ctrl_meas and config to the data (5.3): in one read, and where the data begins in it. */
const RESULT_BYTES = 13;
const RESULT_DATA = 5;
/** Fast mode: every board's bus can do it. */
const HZ = 400000;
/** Humidity x1 (5.4.3). It takes effect with the write to ctrl_meas. */
const CTRL_HUM = 0x01;
/** Temperature x1, pressure x1, forced mode (5.4.5). */
const CTRL_MEAS = 0x25;
/** What ctrl_meas holds when the measurement is over: the chip sleeps (3.3.3). */
const CTRL_MEAS_OVER = 0x24;
/** A measurement of these settings ends after 9.3 ms at most (9.1). */
const MEASURE_MS = 10;
const POLL_MS = 5;
/** How often a chip that is late is looked at again. */
const POLLS_MAX = 4;

function deliverFault(done: Bme280Done, fault: number): void {
  done(fault, { temperature: 0, pressure: 0, humidity: 0 });
}

/** Reads registers twice: undefined when the chip does not answer, or not with the same. */
function readTwice(sensor: Bme280, register: number, count: number): string | undefined {
  const bytes = sensor.i2c.writeRead(sensor.device, chr(register), count);
  return bytes === sensor.i2c.writeRead(sensor.device, chr(register), count) ? bytes : undefined;
}

/** Reads identity and parameters: 0, `notFound` (no bus, or another chip at the address) or `hardware`. */
function identify(sensor: Bme280): number {
  const i2c = sensor.i2c;
  if (sensor.device === 0) return Fault.notFound;
  const id = i2c.writeRead(sensor.device, chr(REGISTER_ID), 1);
  if (id === undefined) return Fault.hardware;
  if (at(id, 0) !== CHIP_ID) return Fault.notFound;
  const first = readTwice(sensor, REGISTER_CALIBRATION, CALIBRATION_BYTES);
  if (first === undefined) return Fault.hardware;
  const second = readTwice(sensor, REGISTER_HUMIDITY_CALIBRATION, HUMIDITY_CALIBRATION_BYTES);
  if (second === undefined || !isPlausible(first + second)) return Fault.hardware;
  sensor.calibration = first + second;
  return Fault.none;
}

/** 20 bits from three bytes, most significant first (5.4.7). */
function word20(data: string, offset: number): number {
  return at(data, offset) * 4096 + at(data, offset + 1) * 16 + idiv(at(data, offset + 2), 16);
}

/** Whether the data was measured with the driver's settings, and the measurement is over. Bits that mean nothing are passed over. */
function isOfThis(result: string): boolean {
  return at(result, 0) % 8 === CTRL_HUM && idiv(at(result, 1), 8) % 2 === 0 && at(result, 2) === CTRL_MEAS_OVER;
}

/** Reads the measurement out: 0 and the sample at `done`, or the fault. */
function finish(sensor: Bme280, done: Bme280Done): void {
  sensor.measuring = false;
  const result = readTwice(sensor, REGISTER_CTRL_HUM, RESULT_BYTES);
  if (result === undefined || !isOfThis(result)) {
    deliverFault(done, Fault.hardware);
    return;
  }
  const data = sub(result, RESULT_DATA, RESULT_BYTES);
  const fine = compensateFine(sensor.calibration, word20(data, 3));
  const pressure = fine === undefined ? undefined : compensatePressure(sensor.calibration, word20(data, 0), fine);
  if (fine === undefined || pressure === undefined) {
    deliverFault(done, Fault.hardware);
    return;
  }
  const humidity = compensateHumidity(sensor.calibration, at(data, 6) * 256 + at(data, 7), fine);
  done(Fault.none, { temperature: hundredths(fine) / 100, pressure, humidity: humidity / 100 });
}

/** Looks whether the measurement has ended, `polls` more times at most. */
function poll(sensor: Bme280, clock: ClockPort, done: Bme280Done, polls: number): void {
  const status = sensor.i2c.writeRead(sensor.device, chr(REGISTER_STATUS), 1);
  if (status === undefined) {
    sensor.measuring = false;
    deliverFault(done, Fault.hardware);
    return;
  }
  // Bit 3: measuring (5.4.4).
  if (idiv(at(status, 0), 8) % 2 === 0) {
    finish(sensor, done);
    return;
  }
  if (polls > 0 && clock.after(POLL_MS, () => poll(sensor, clock, done, polls - 1)) !== 0) return;
  sensor.measuring = false;
  deliverFault(done, Fault.timeout);
}

/** Starts a measurement; 0, or why not. */
function begin(sensor: Bme280): number {
  const fault = sensor.calibration === "" ? identify(sensor) : Fault.none;
  if (fault !== Fault.none) return fault;
  const hum = sensor.i2c.write(sensor.device, chr(REGISTER_CTRL_HUM) + chr(CTRL_HUM));
  if (hum !== 0) return hum;
  return sensor.i2c.write(sensor.device, chr(REGISTER_CTRL_MEAS) + chr(CTRL_MEAS));
}

/**
 * Opens a sensor. It may be absent: every sample looks for a chip that has not answered yet, and says what it met.
 */
export function openBme280(i2c: I2cPort, options: Bme280Options): Bme280 {
  const device = i2c.open({ bus: options.bus, address: options.address, hz: HZ });
  return { i2c, device, calibration: "", measuring: false };
}

/**
 * Takes one sample; `done` is called once, on a later turn: fault 0, `notFound` (no such bus, or another chip), `hardware`
 * (NACK, stuck bus, bytes that were damaged, values that cannot be) or `timeout` (the measurement does not end).
 * @returns 0, or `busy` while a sample is under way or no timer is free; `done` is then not called
 */
export function sampleBme280(sensor: Bme280, clock: ClockPort, done: Bme280Done): number {
  if (sensor.measuring) return Fault.busy;
  const fault = begin(sensor);
  sensor.measuring = true;
  const timer = clock.after(fault === 0 ? MEASURE_MS : 0, () => {
    if (fault === 0) {
      poll(sensor, clock, done, POLLS_MAX);
      return;
    }
    sensor.measuring = false;
    deliverFault(done, fault);
  });
  if (timer !== 0) return Fault.none;
  sensor.measuring = false;
  return Fault.busy;
}

/** Lets go of the bus; a sample under way ends with a fault. Idempotent. */
export function closeBme280(sensor: Bme280): void {
  sensor.i2c.close(sensor.device);
}
