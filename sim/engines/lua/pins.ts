/** Pins and buses, as the modules gpio, adc and i2c ask for them. Pin 4 is the machine's "D4" or "4". */
import type { AnalogPin } from "../../../hal/ports/analog";
import { DigitalMode, type DigitalPin } from "../../../hal/ports/digital";
import type { I2cDevice } from "../../../hal/ports/i2c";
import { type Machine, no, type Services, yes } from "./service";

/** A pin of the chip: one of the machine's where it has one of that name, a loose end otherwise. */
interface Pin {
  readonly handle: DigitalPin;
  readonly mode: DigitalMode;
  level: number;
}

function digitalServices({ ports: { digital }, push }: Machine): Services {
  const pins = new Map<string, Pin>();
  const open = (number: string, mode: DigitalMode, level: number): DigitalPin => {
    const onReadable = (value: number): void => push("pin", number, value);
    const options = { mode, initialValue: level, onReadable };
    return digital.open({ ...options, pin: `D${number}` }) || digital.open({ ...options, pin: number });
  };
  return {
    "pin.mode": (number, wanted, initial) => {
      const mode: DigitalMode = Number(wanted);
      const level = Number(initial);
      digital.close(pins.get(number!)?.handle ?? 0);
      pins.set(number!, { handle: open(number!, mode, level), mode, level: mode === DigitalMode.inputPullUp ? 1 : level });
    },
    "pin.read": (number) => {
      const pin = pins.get(number!);
      if (pin === undefined) return [0];
      return [pin.handle > 0 ? digital.read(pin.handle) : pin.level];
    },
    // The level of a pin that is no output waits in the shim.
    "pin.write": (number, level) => {
      const pin = pins.get(number!);
      if (pin === undefined || pin.mode < DigitalMode.output) return;
      pin.level = Number(level);
      digital.write(pin.handle, pin.level);
    },
  };
}

function analogServices({ ports: { analog } }: Machine): Services {
  const pins = new Map<string, AnalogPin>();
  return {
    "adc.read": (channel, bits) => {
      if (!pins.has(channel!)) pins.set(channel!, analog.open({ pin: `A${channel!}` }));
      const sample = analog.read(pins.get(channel!)!);
      return [Math.floor(sample * 2 ** (Number(bits) - analog.resolution))];
    },
  };
}

function i2cServices({ ports: { i2c } }: Machine): Services {
  const devices = new Map<string, I2cDevice>();
  const device = (address: string, hz: string): I2cDevice => {
    const key = `${address}/${hz}`;
    if (!devices.has(key)) devices.set(key, i2c.open({ bus: "default", address: Number(address), hz: Number(hz) }));
    return devices.get(key)!;
  };
  return {
    "i2c.write": (address, hz, bytes) => (i2c.write(device(address!, hz!), bytes!) === 0 ? yes : no),
    "i2c.read": (address, hz, bytes, count) => {
      const answer = i2c.writeRead(device(address!, hz!), bytes!, Number(count));
      return answer === undefined ? no : [1, answer];
    },
  };
}

export function pinServices(machine: Machine): Services {
  return { ...digitalServices(machine), ...analogServices(machine), ...i2cServices(machine) };
}
