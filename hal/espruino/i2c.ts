/** The i2c port on the engine's first bus, named "default", with the pins of board.json. A missing answer is an exception there. */
import { isWhole } from "../../firmware/base/number";
import { Fault } from "../ports/fault";
import type { I2cDevice, I2cOptions, I2cPort } from "../ports/i2c";

const enum Limit {
  transferBytesMax = 255,
}

interface Device {
  readonly address: number;
  readonly hz: number;
}

/** By handle, with holes; a handle is never used again. */
const devices: Record<number, Device | undefined> = {};
let latestHandle = 0;
/** The clock that the bus is set to; 0 before its first use. */
let busHz = 0;

/** @cold */
function open(options: I2cOptions): I2cDevice {
  const address = options.address;
  const hz = options.hz;
  if (options.bus !== "default" || !(address >= 8 && address <= 119) || !isWhole(address)) return 0;
  if (!(hz >= 1 && hz <= 1000000) || !isWhole(hz)) return 0;
  latestHandle += 1;
  devices[latestHandle] = { address, hz };
  return latestHandle;
}

/** Sets the bus to the device's clock. */
function tune(hz: number): void {
  if (hz !== busHz) I2C1.setup({ sda: BOARD.i2cSda, scl: BOARD.i2cScl, bitrate: hz });
  busHz = hz;
}

function write(handle: I2cDevice, bytes: string): number {
  const device = devices[handle];
  if (device === undefined) return Fault.closed;
  if (bytes === "" || bytes.length > Limit.transferBytesMax) return Fault.invalid;
  try {
    tune(device.hz);
    I2C1.writeTo(device.address, bytes);
  } catch {
    return Fault.hardware;
  }
  return Fault.none;
}

function writeRead(handle: I2cDevice, bytes: string, count: number): string | undefined {
  const device = devices[handle];
  if (device === undefined || bytes === "" || bytes.length > Limit.transferBytesMax) return undefined;
  if (!(count >= 1 && count <= Limit.transferBytesMax) || !isWhole(count)) return undefined;
  try {
    tune(device.hz);
    I2C1.writeTo({ address: device.address, stop: false }, bytes);
    return E.toString(I2C1.readFrom(device.address, count));
  } catch {
    return undefined;
  }
}

/** @cold */
function close(handle: I2cDevice): void {
  devices[handle] = undefined;
}

export const i2c: I2cPort = { open, write, writeRead, close };
