/**
 * The i2c port on buses that the processor drives by itself: bus 0 of the ESP8266, i2c.SW of the ESP32 (the hardware ones
 * answer only when a whole transfer is over, and panic when set up twice). The ESP32's are 100 kHz at most.
 *
 * The firmware waits for ever on a clock line that a chip holds low, and takes a data line held low for an acknowledgement:
 * both lines are looked at before each transfer, and before the bus is set up.
 */
import { parseDecimal } from "../../firmware/base/number";
import { DigitalMode } from "../ports/digital";
import { Fault } from "../ports/fault";
import type { I2cDevice, I2cOptions, I2cPort } from "../ports/i2c";
import { setPin as setPin32 } from "./esp32";
import { setPin as setPin8266 } from "./esp8266";
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
  const slowest = BOARD.chip === "esp32" ? 1 : 25000;
  const fastest = BOARD.chip === "esp32" ? 100000 : 1000000;
  let hz = options.hz < slowest ? slowest : options.hz;
  if (hz > fastest) hz = fastest;
  const id = newHandle();
  devices.push({ id, address, hz });
  return id;
}

function setLine(pin: number): void {
  if (BOARD.chip === "esp32") setPin32(pin, DigitalMode.inputPullUp, false);
  else setPin8266(pin, DigitalMode.inputPullUp, false);
}

/** Leaves what came in `answer`; raises an error where the firmware refuses. */
function transfer(device: Device, bytes: string, count: number): void {
  const bus = BOARD.chip === "esp32" ? i2c.SW : 0;
  const sda = parseDecimal(BOARD.i2cSda) ?? 0;
  const scl = parseDecimal(BOARD.i2cScl) ?? 0;
  if (busHz !== device.hz) {
    setLine(sda);
    setLine(scl);
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
