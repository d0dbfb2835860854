/**
 * The i2c port on buses that the processor drives by itself: bus 0 of the ESP8266, i2c.SW of the ESP32 (the hardware ones
 * answer only when a whole transfer is over, and panic when set up twice). The clock is 25 kHz at least on the ESP8266, and 100
 * kHz at most on the ESP32.
 *
 * The firmware waits for ever on a clock line that a chip holds low, and takes a data line held low for an acknowledgement:
 * both lines are looked at before each transfer, and before the bus is set up.
 */
import { DigitalMode } from "../ports/digital";
import { Fault } from "../ports/fault";
import type { I2cDevice, I2cOptions, I2cPort } from "../ports/i2c";
import { setPin } from "./pins";
import { type Handle, find, isWhole, newHandle, stopped, take } from "./state";

interface Device extends Handle {
  readonly address: number;
  readonly hz: number;
}

const devices: Device[] = [];
/** The clock for which the bus is set up. */
let busHz = 0;
let answer: string | undefined;

function open(options: I2cOptions): I2cDevice {
  const address = options.address;
  if (stopped || options.bus !== "default" || !isWhole(address, 8, 119) || !isWhole(options.hz, 1, 1000000)) return 0;
  // What the two drivers take.
  const hz = BOARD.chip === "esp32" ? Math.min(options.hz, 100000) : Math.max(options.hz, 25000);
  const id = newHandle();
  devices.push({ id, address, hz });
  return id;
}

/** Leaves what came in `answer`; raises an error where the firmware refuses. */
function transfer(device: Device, bytes: string, count: number): void {
  const bus = BOARD.chip === "esp32" ? i2c.SW : 0;
  const sda = tonumber(BOARD.i2cSda) ?? 0;
  const scl = tonumber(BOARD.i2cScl) ?? 0;
  if (busHz !== device.hz) {
    setPin(sda, DigitalMode.inputPullUp, false);
    setPin(scl, DigitalMode.inputPullUp, false);
  }
  if (gpio.read(sda) === 0 || gpio.read(scl) === 0) return;
  if (busHz !== device.hz) i2c.setup(bus, sda, scl, device.hz);
  busHz = device.hz;
  i2c.start(bus);
  if (i2c.address(bus, device.address, i2c.TRANSMITTER) && i2c.write(bus, bytes) === bytes.length) {
    if (count === 0) answer = "";
    else {
      i2c.start(bus);
      if (i2c.address(bus, device.address, i2c.RECEIVER)) answer = i2c.read(bus, count);
    }
  }
  i2c.stop(bus);
}

function takeAnswer(): string | undefined {
  const bytes = answer;
  answer = undefined;
  return bytes;
}

/** Writes, and reads `count` bytes; undefined where anything went wrong. */
function exchange(device: Device, bytes: string, count: number): string | undefined {
  const isDone = pcall(transfer, device, bytes, count);
  const came = takeAnswer();
  return isDone && came !== undefined && came.length === count ? came : undefined;
}

function write(id: I2cDevice, bytes: string): number {
  const device = find(devices, id);
  if (device === undefined) return Fault.closed;
  if (!isWhole(bytes.length, 1, 255)) return Fault.invalid;
  return exchange(device, bytes, 0) === undefined ? Fault.hardware : 0;
}

function writeRead(id: I2cDevice, bytes: string, count: number): string | undefined {
  const device = find(devices, id);
  if (device === undefined || !isWhole(bytes.length, 1, 255) || !isWhole(count, 1, 255)) return undefined;
  return exchange(device, bytes, count);
}

function close(id: I2cDevice): void {
  take(devices, id);
}

export const i2cPort: I2cPort = { open, write, writeRead, close };
