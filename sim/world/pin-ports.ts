/** The pins of a machine as the ports of one boot. */
import type { AnalogPort } from "../../hal/ports/analog";
import { DigitalMode, type DigitalOptions, type DigitalPort } from "../../hal/ports/digital";
import { Fault } from "../../hal/ports/fault";
import type { Boot, Holder } from "./boot";
import { Handles } from "./handles";
import { isLevel, isOutput, levelAt, PIN_HISTORY_MAX, type Pin, type PinBank, RESOLUTION } from "./pins";

/** The digital pins that one boot has opened. */
class DigitalPins implements Holder {
  private readonly open = new Handles<Pin>();

  constructor(
    private readonly boot: Boot,
    private readonly bank: PinBank,
  ) {
    boot.onEnd(this);
  }

  get(id: number): Pin | undefined {
    return this.open.get(id);
  }

  start(options: DigitalOptions): number {
    const pin = this.bank.find(options.pin);
    const valid = options.mode >= DigitalMode.input && options.mode <= DigitalMode.outputOpenDrain;
    if (pin === undefined || pin.mode !== undefined || !valid || !isLevel(options.initialValue) || !this.boot.alive) return 0;
    const id = this.open.add(pin);
    pin.mode = options.mode;
    if (isOutput(options.mode)) this.put(pin, options.initialValue);
    this.watch(id, pin, options);
    return id;
  }

  write(id: number, value: number): Fault {
    const pin = this.get(id);
    if (pin === undefined) return Fault.closed;
    if (!isOutput(pin.mode) || !isLevel(value)) return Fault.invalid;
    this.put(pin, value);
    return Fault.none;
  }

  close(id: number): void {
    const pin = this.get(id);
    if (pin === undefined) return;
    this.open.delete(id);
    letGo(pin);
  }

  release(): void {
    for (const pin of this.open.held()) letGo(pin);
    this.open.clear();
  }

  private put(pin: Pin, level: number): void {
    pin.output = level;
    pin.history.push({ time: this.boot.now(), level });
    if (pin.history.length > PIN_HISTORY_MAX) pin.history.shift();
  }

  private watch(id: number, pin: Pin, { mode, onReadable }: DigitalOptions): void {
    if (onReadable === undefined || isOutput(mode)) return;
    pin.changed = () => {
      const level = levelAt(pin);
      this.boot.later(() => {
        if (this.get(id) === pin) onReadable(level);
      });
    };
  }
}

function letGo(pin: Pin): void {
  pin.mode = undefined;
  pin.changed = undefined;
}

/** The digital port of one boot. */
export function createDigitalPort(boot: Boot, bank: PinBank): DigitalPort {
  const pins = new DigitalPins(boot, bank);
  return {
    open: (options) => pins.start(options),
    read: (id) => {
      const pin = pins.get(id);
      return pin === undefined ? 0 : levelAt(pin);
    },
    write: (id, value) => pins.write(id, value),
    close: (id) => pins.close(id),
  };
}

/** The analog port of one boot. */
export function createAnalogPort(boot: Boot, bank: PinBank): AnalogPort {
  const open = new Handles<string>();
  boot.onEnd({ release: () => open.clear() });
  return {
    resolution: RESOLUTION,
    open: ({ pin }) => (!bank.hasAnalog(pin) || open.held().includes(pin) || !boot.alive ? 0 : open.add(pin)),
    read: (id) => {
      const pin = open.get(id);
      return pin === undefined ? 0 : bank.sample(pin);
    },
    close: (id) => open.delete(id),
  };
}
