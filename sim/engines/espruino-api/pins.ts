/**
 * Pins over the digital and analog ports. A pin is opened when it is first used and follows its mode; the globals `D0`…
 * are numbers, as `typeof` says there, and so is what `Pin(name)` answers, undefined for a name that the board has not.
 * `new Pin` can only make an object here; one without a pin is refused by whatever takes it, as there.
 */
import type { AnalogPin } from "../../../hal/ports/analog";
import { DigitalMode, type DigitalPin } from "../../../hal/ports/digital";
import type { Host } from "./host";
import type { Uptime } from "./uptime";

interface PinState {
  readonly name: string;
  mode: string;
  digital: DigitalPin;
  analog: AnalogPin;
}

interface Watch {
  readonly pin: number;
  readonly run: unknown;
  readonly repeat: boolean;
  /** 1 rising, -1 falling, 0 both. */
  readonly edge: number;
  lastTime: number;
}

const modes: Readonly<Record<string, DigitalMode>> = {
  input: DigitalMode.input,
  input_pullup: DigitalMode.inputPullUp,
  input_pulldown: DigitalMode.inputPullDown,
  output: DigitalMode.output,
  opendrain: DigitalMode.outputOpenDrain,
};

class Pins {
  private readonly states = new Map<number, PinState>();
  private readonly watches = new Map<number, Watch>();
  private lastWatch = 0;

  constructor(
    private readonly host: Host,
    private readonly uptime: Uptime,
  ) {}

  /** The number of what was given as a pin, or undefined. */
  resolve(value: unknown): number | undefined {
    const { pins } = this.host.profile;
    const given = typeof value === "object" && value !== null ? (value as { pin?: unknown }).pin : value;
    const index = typeof given === "string" ? pins.indexOf(given) : given;
    return typeof index === "number" && Number.isInteger(index) && index >= 0 && index < pins.length ? index : undefined;
  }

  setMode(value: unknown, mode: unknown): void {
    const state = this.state(value);
    const wanted = mode === undefined ? "auto" : String(mode);
    if (wanted !== "auto" && wanted !== "analog" && modes[wanted] === undefined) this.host.throw("Error", "Unknown pin mode");
    this.open(state, wanted, 0);
  }

  /** Undefined until the pin is used. */
  getMode(value: unknown): string | undefined {
    const { mode } = this.state(value);
    return mode === "auto" ? undefined : mode;
  }

  read(value: unknown): number {
    const state = this.state(value);
    if (state.mode === "auto" || state.mode === "analog") this.open(state, "input", 0);
    return this.host.ports.digital.read(state.digital);
  }

  write(value: unknown, level: unknown): void {
    if (Array.isArray(value)) {
      // The last pin of a list takes the lowest bit.
      (value as unknown[]).forEach((pin, i, all) => this.write(pin, (Number(level) >> (all.length - 1 - i)) & 1));
      return;
    }
    const state = this.state(value);
    const bit = Number(level) !== 0 && level !== undefined ? 1 : 0;
    if (state.mode === "output" || state.mode === "opendrain") void this.host.ports.digital.write(state.digital, bit);
    else this.open(state, "output", bit);
  }

  /** A fraction of the full scale; NaN for a pin without a converter. */
  sample(value: unknown): number {
    const state = this.state(value);
    const { analog } = this.host.ports;
    if (state.analog === 0) {
      this.open(state, "analog", 0);
      state.analog = analog.open({ pin: state.name });
    }
    return state.analog === 0 ? NaN : analog.read(state.analog) / 2 ** analog.resolution;
  }

  watch(run: unknown, value: unknown, options: unknown): number {
    const state = this.state(value);
    if (typeof run !== "function" && typeof run !== "string") this.host.throw("Error", "Function or String not supplied!");
    const given = (typeof options === "object" && options !== null ? options : { repeat: options }) as { repeat?: unknown; edge?: unknown };
    if (state.digital === 0) this.open(state, state.mode === "auto" ? "input" : state.mode, 0);
    const edge = given.edge === "rising" ? 1 : given.edge === "falling" ? -1 : 0;
    this.lastWatch += 1;
    this.watches.set(this.lastWatch, { pin: this.resolve(value)!, run, repeat: Boolean(given.repeat), edge, lastTime: NaN });
    return this.lastWatch;
  }

  clearWatch(ids: readonly unknown[]): void {
    if (ids.length === 0) this.watches.clear();
    else if (ids[0] === undefined) this.host.throw("Error", "clearWatch(undefined) not allowed. Use clearWatch() instead");
    else this.watches.delete(Number(ids[0]));
  }

  private state(value: unknown): PinState {
    const index = this.resolve(value);
    if (index === undefined) return this.host.throw("Error", "Invalid pin");
    const state = this.states.get(index) ?? { name: this.host.profile.pins[index]!, mode: "auto", digital: 0, analog: 0 };
    this.states.set(index, state);
    return state;
  }

  private open(state: PinState, mode: string, initialValue: number): void {
    const { digital, analog } = this.host.ports;
    digital.close(state.digital);
    analog.close(state.analog);
    Object.assign(state, { mode, digital: 0, analog: 0 });
    const index = this.resolve(state.name)!;
    const digitalMode = modes[mode];
    if (digitalMode === undefined) return;
    const onReadable = (level: number): void => this.host.turn(() => this.changed(index, level));
    state.digital = digital.open({ pin: state.name, mode: digitalMode, initialValue, onReadable: mode.startsWith("input") ? onReadable : undefined });
  }

  private changed(pin: number, level: number): void {
    for (const [id, watch] of [...this.watches]) {
      if (watch.pin !== pin || (watch.edge !== 0 && watch.edge !== (level === 1 ? 1 : -1))) continue;
      if (!watch.repeat) this.watches.delete(id);
      const time = this.uptime() / 1000;
      const event = this.host.realm.object({ state: level === 1, lastTime: watch.lastTime, time, pin });
      watch.lastTime = time;
      this.host.call(watch.run, undefined, [event]);
    }
  }
}

/** Adds the pins of the board and the functions that take them. */
export function addPins(host: Host, uptime: Uptime): void {
  const { realm, profile } = host;
  const pins = new Pins(host, uptime);
  const functions = {
    digitalRead: (pin: unknown) => pins.read(pin),
    digitalWrite: (pin: unknown, level: unknown) => pins.write(pin, level),
    pinMode: (pin: unknown, mode: unknown) => pins.setMode(pin, mode),
    getPinMode: (pin: unknown) => pins.getMode(pin),
    analogRead: (pin: unknown) => pins.sample(pin),
    setWatch: (run: unknown, pin: unknown, options: unknown) => pins.watch(run, pin, options),
    clearWatch: (...ids: unknown[]) => pins.clearWatch(ids),
  };
  const make = realm.evaluate(
    `(function (resolve) {
      return function Pin(value) {
        var pin = resolve(value);
        if (!(this instanceof Pin)) return pin;
        if (pin !== undefined) this.pin = pin;
      };
    })`,
    "pins",
  ) as (resolve: (value: unknown) => number | undefined) => { prototype: object };
  const constructor = make((value) => pins.resolve(value));
  const methods = {
    read: (pin: unknown) => pins.read(pin) === 1,
    write: (pin: unknown, level: unknown) => pins.write(pin, level),
    set: (pin: unknown) => pins.write(pin, 1),
    reset: (pin: unknown) => pins.write(pin, 0),
    mode: (pin: unknown, mode: unknown) => pins.setMode(pin, mode),
    getMode: (pin: unknown) => pins.getMode(pin),
    analog: (pin: unknown) => pins.sample(pin),
    toString: (pin: unknown) => profile.pins[pins.resolve(pin) ?? -1] ?? "undefined",
  };
  const numbers = realm.evaluate("Number.prototype", "pins") as object;
  for (const [name, run] of Object.entries(methods)) {
    const method = function (this: unknown, value: unknown): unknown {
      return run(typeof this === "object" && this !== null && "pin" in this ? this : Number(this), value);
    };
    realm.hide(constructor.prototype, name, method);
    if (name !== "toString") realm.hide(numbers, name, method);
  }
  realm.define({ ...functions, Pin: constructor, HIGH: 1, LOW: 0 });
  realm.define(Object.fromEntries(profile.pins.map((name, i) => [name, i])));
}
