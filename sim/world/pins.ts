/**
 * The pins of a machine: levels that the world drives, levels that the machine drives, and their history. They outlive a
 * boot, as copper does; a port is the view of one boot. One model for the virtual world and for the desk.
 */
import type { AnalogPort } from "../../hal/ports/analog";
import { DigitalMode, type DigitalOptions, type DigitalPort } from "../../hal/ports/digital";
import { Fault } from "../../hal/ports/fault";
import type { Boot } from "./boot";

/** A level at a pin from a moment on, in ms of the timeline. */
export interface PinEvent {
  readonly time: number;
  readonly level: number;
}

interface Pin {
  /** What the world drives: 0, 1, or undefined when nothing is connected. */
  driven: number | undefined;
  mode: DigitalMode | undefined;
  output: number;
  history: PinEvent[];
  changed: (() => void) | undefined;
}

/** How many levels the history of one pin keeps; the oldest go first. */
export const PIN_HISTORY_MAX = 1000;

export interface PinBank {
  /** Connects a level from outside to a digital pin; undefined takes it away. */
  drive(pin: string, level: number | undefined): void;
  /** The level at a digital pin, as a probe would read it. */
  level(pin: string): number;
  /** The levels that the machine gave to an output, oldest first. */
  history(pin: string): readonly PinEvent[];
  /** What an analog input reads: a sample from 0 to 2^resolution - 1. */
  setAnalog(pin: string, sample: number): void;
  digitalPort(boot: Boot): DigitalPort;
  analogPort(boot: Boot): AnalogPort;
}

export interface PinNames {
  readonly digital: readonly string[];
  readonly analog: readonly string[];
}

/** The most that a chip of the boards has. */
const PINS_MAX = 49;

/** What a machine has that nobody described: the names of functions, and every pin that an image of a board may ask for. */
export const defaultPins: PinNames = {
  digital: ["led", "button", "fan", "relay", ...Array.from({ length: PINS_MAX }, (_, number) => `D${number}`)],
  analog: ["A0", "battery"],
};

const RESOLUTION = 10;
const SAMPLE_MAX = 1023;

function levelAt(pin: Pin): number {
  switch (pin.mode) {
    case DigitalMode.output:
      return pin.output;
    case DigitalMode.outputOpenDrain:
      // The line is pulled up outside, so it is low when either side pulls it low.
      return pin.output === 0 ? 0 : (pin.driven ?? 1);
    case DigitalMode.inputPullUp:
      return pin.driven ?? 1;
    default:
      return pin.driven ?? 0;
  }
}

function isOutput(mode: DigitalMode | undefined): boolean {
  return mode === DigitalMode.output || mode === DigitalMode.outputOpenDrain;
}

function isLevel(value: number): boolean {
  return value === 0 || value === 1;
}

/** The pins of one machine. */
export function createPinBank(names: PinNames = defaultPins): PinBank {
  const pins = new Map<string, Pin>();
  const analog = new Map<string, number>();
  /** A pin is made when it is first used: most of a fleet uses few. */
  const find = (name: string): Pin | undefined => {
    if (!pins.has(name) && names.digital.includes(name)) {
      pins.set(name, { driven: undefined, mode: undefined, output: 0, history: [], changed: undefined });
    }
    return pins.get(name);
  };
  const known = (name: string): Pin => {
    const pin = find(name);
    if (pin === undefined) throw new Error(`no digital pin ${name}; there are ${names.digital.join(", ")}`);
    return pin;
  };
  return {
    drive: (name, level) => {
      if (level !== undefined && !isLevel(level)) throw new Error(`a level is 0 or 1, not ${level}`);
      const pin = known(name);
      const before = levelAt(pin);
      pin.driven = level;
      if (levelAt(pin) !== before) pin.changed?.();
    },
    level: (name) => levelAt(known(name)),
    history: (name) => known(name).history,
    setAnalog: (name, sample) => {
      if (!names.analog.includes(name)) throw new Error(`no analog pin ${name}; there are ${names.analog.join(", ")}`);
      if (!Number.isInteger(sample) || sample < 0 || sample > SAMPLE_MAX) {
        throw new Error(`a sample is 0 to ${SAMPLE_MAX}, not ${sample}`);
      }
      analog.set(name, sample);
    },
    digitalPort: (boot) => createDigitalPort(boot, find),
    analogPort: (boot) => createAnalogPort(boot, names.analog, analog),
  };
}

function createDigitalPort(boot: Boot, find: (name: string) => Pin | undefined): DigitalPort {
  const open = new Map<number, Pin>();
  let handle = 0;
  const put = (pin: Pin, level: number): void => {
    pin.output = level;
    pin.history.push({ time: boot.now(), level });
    if (pin.history.length > PIN_HISTORY_MAX) pin.history.shift();
  };
  const release = (pin: Pin): void => {
    pin.mode = undefined;
    pin.changed = undefined;
  };
  boot.onEnd(() => {
    for (const pin of open.values()) release(pin);
    open.clear();
  });
  const watch = (id: number, pin: Pin, options: DigitalOptions): void => {
    const { onReadable } = options;
    if (onReadable === undefined || isOutput(options.mode)) return;
    pin.changed = () => {
      const level = levelAt(pin);
      boot.later(() => {
        if (open.get(id) === pin) onReadable(level);
      });
    };
  };
  return {
    open: (options) => {
      const pin = find(options.pin);
      const valid = options.mode >= DigitalMode.input && options.mode <= DigitalMode.outputOpenDrain;
      if (pin === undefined || pin.mode !== undefined || !valid || !isLevel(options.initialValue) || !boot.alive) return 0;
      handle += 1;
      open.set(handle, pin);
      pin.mode = options.mode;
      if (isOutput(options.mode)) put(pin, options.initialValue);
      watch(handle, pin, options);
      return handle;
    },
    read: (id) => {
      const pin = open.get(id);
      return pin === undefined ? 0 : levelAt(pin);
    },
    write: (id, value) => {
      const pin = open.get(id);
      if (pin === undefined) return Fault.closed;
      if (!isOutput(pin.mode) || !isLevel(value)) return Fault.invalid;
      put(pin, value);
      return Fault.none;
    },
    close: (id) => {
      const pin = open.get(id);
      if (pin === undefined) return;
      open.delete(id);
      release(pin);
    },
  };
}

function createAnalogPort(boot: Boot, names: readonly string[], samples: ReadonlyMap<string, number>): AnalogPort {
  const open = new Map<number, string>();
  let handle = 0;
  boot.onEnd(() => open.clear());
  return {
    resolution: RESOLUTION,
    open: ({ pin }) => {
      if (!names.includes(pin) || [...open.values()].includes(pin) || !boot.alive) return 0;
      handle += 1;
      open.set(handle, pin);
      return handle;
    },
    read: (id) => {
      const pin = open.get(id);
      return pin === undefined ? 0 : (samples.get(pin) ?? 0);
    },
    close: (id) => void open.delete(id),
  };
}
