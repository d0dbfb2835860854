/**
 * A virtual I2C bus: chips by address, and the faults of a bus. Chips are register-level models that see bytes only, so a
 * driver runs unchanged against them. The bus outlives a boot, as chips do.
 */
import { Fault } from "../../hal/ports/fault";
import type { I2cOptions, I2cPort } from "../../hal/ports/i2c";
import type { Boot } from "./boot";
import { Handles } from "./handles";

/** A chip as the bus sees it. */
export interface I2cChip {
  /** Bytes up to the stop or the repeated start; false where the chip does not acknowledge. */
  write(bytes: string): boolean;
  /** `count` bytes from where the chip's register pointer stands. */
  read(count: number): string;
}

export interface I2cBus {
  /** Chips by 7-bit address. */
  readonly chips: Map<number, I2cChip>;
  /** A chip holds the clock or the data line low: nothing on the bus works. */
  stuck: boolean;
  /** Addresses that do not acknowledge. */
  readonly nack: Set<number>;
  /** Addresses that acknowledge and then leave the line alone: every byte is read as ones. */
  readonly allOnes: Set<number>;
  /** What becomes of the bytes of an answer on their way; undefined: nothing. */
  damage: ((bytes: string) => string) | undefined;
}

export function createI2cBus(): I2cBus {
  return { chips: new Map(), stuck: false, nack: new Set(), allOnes: new Set(), damage: undefined };
}

const TRANSFER_BYTES_MAX = 255;
const HZ_MAX = 1000000;

function valid(options: I2cOptions): boolean {
  const { address, hz } = options;
  return (
    Number.isInteger(address) && address >= 8 && address <= 119 && Number.isInteger(hz) && hz >= 1 && hz <= HZ_MAX
  );
}

interface Device {
  readonly bus: I2cBus;
  readonly address: number;
}

const fits = (count: number): boolean => Number.isInteger(count) && count >= 1 && count <= TRANSFER_BYTES_MAX;

/** Writes to the chip and hands it back if it acknowledged all. */
function reach({ bus, address }: Device, bytes: string): I2cChip | undefined {
  if (bus.stuck || bus.nack.has(address)) return undefined;
  const chip = bus.chips.get(address);
  return chip !== undefined && chip.write(bytes) ? chip : undefined;
}

/** The I2C port of one boot over the machine's buses, by name; they are asked for when a device is opened. */
export function createI2cPort(boot: Boot, owner: { readonly buses: ReadonlyMap<string, I2cBus> }): I2cPort {
  const open = new Handles<Device>();
  boot.onEnd({ release: () => open.clear() });
  return {
    open: (options) => {
      const bus = owner.buses.get(options.bus);
      return bus === undefined || !valid(options) || !boot.alive ? 0 : open.add({ bus, address: options.address });
    },
    write: (id, bytes) => {
      const device = open.get(id);
      if (device === undefined) return Fault.closed;
      if (!fits(bytes.length)) return Fault.invalid;
      return reach(device, bytes) === undefined ? Fault.hardware : Fault.none;
    },
    writeRead: (id, bytes, count) => {
      const device = open.get(id);
      if (device === undefined || !fits(bytes.length) || !fits(count)) return undefined;
      const answer = reach(device, bytes)?.read(count);
      if (answer === undefined) return undefined;
      const sent = device.bus.allOnes.has(device.address) ? "\xff".repeat(count) : answer;
      return device.bus.damage === undefined ? sent : device.bus.damage(sent);
    },
    close: (id) => open.delete(id),
  };
}
