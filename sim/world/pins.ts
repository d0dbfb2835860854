/**
 * The pins of a machine: levels that the world drives, levels that the machine drives, and their history. They outlive a
 * boot, as copper does; what a boot sees of them is in pin-ports.ts. One model for the virtual world and for the desk.
 */
import { DigitalMode } from "../../hal/ports/digital";

/** A level at a pin from a moment on, in ms of the timeline. */
export interface PinEvent {
  readonly time: number;
  readonly level: number;
}

export interface Pin {
  /** What the world drives: 0, 1, or undefined when nothing is connected. */
  driven: number | undefined;
  mode: DigitalMode | undefined;
  output: number;
  history: PinEvent[];
  changed: (() => void) | undefined;
}

/** How many levels the history of one pin keeps; the oldest go first. */
export const PIN_HISTORY_MAX = 1000;

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

/** Bits of a sample. */
export const RESOLUTION = 10;
const SAMPLE_MAX = 1023;

export function levelAt(pin: Pin): number {
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

export function isOutput(mode: DigitalMode | undefined): boolean {
  return mode === DigitalMode.output || mode === DigitalMode.outputOpenDrain;
}

export function isLevel(value: number): boolean {
  return value === 0 || value === 1;
}

/** The pins of one machine. */
export class PinBank {
  /** Each is made when it is first used: most of a fleet uses few. */
  private pins: Map<string, Pin> | undefined;
  private samples: Map<string, number> | undefined;

  constructor(private readonly names: PinNames = defaultPins) {}

  /** Connects a level from outside to a digital pin; undefined takes it away. */
  drive(name: string, level: number | undefined): void {
    if (level !== undefined && !isLevel(level)) throw new Error(`a level is 0 or 1, not ${level}`);
    const pin = this.known(name);
    const before = levelAt(pin);
    pin.driven = level;
    if (levelAt(pin) !== before) pin.changed?.();
  }

  /** The level at a digital pin, as a probe would read it. */
  level(name: string): number {
    return levelAt(this.known(name));
  }

  /** The levels that the machine gave to an output, oldest first. */
  history(name: string): readonly PinEvent[] {
    return this.known(name).history;
  }

  /** What an analog input reads: a sample from 0 to 2^resolution - 1. */
  setAnalog(name: string, sample: number): void {
    const { analog } = this.names;
    if (!analog.includes(name)) throw new Error(`no analog pin ${name}; there are ${analog.join(", ")}`);
    if (!Number.isInteger(sample) || sample < 0 || sample > SAMPLE_MAX) {
      throw new Error(`a sample is 0 to ${SAMPLE_MAX}, not ${sample}`);
    }
    this.samples ??= new Map();
    this.samples.set(name, sample);
  }

  /** A digital pin; undefined where there is none of that name. */
  find(name: string): Pin | undefined {
    const before = this.pins?.get(name);
    if (before !== undefined || !this.names.digital.includes(name)) return before;
    const pin: Pin = { driven: undefined, mode: undefined, output: 0, history: [], changed: undefined };
    this.pins ??= new Map();
    this.pins.set(name, pin);
    return pin;
  }

  hasAnalog(name: string): boolean {
    return this.names.analog.includes(name);
  }

  sample(name: string): number {
    return this.samples?.get(name) ?? 0;
  }

  private known(name: string): Pin {
    const pin = this.find(name);
    if (pin === undefined) throw new Error(`no digital pin ${name}; there are ${this.names.digital.join(", ")}`);
    return pin;
  }
}
