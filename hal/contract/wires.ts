/** The contracts of hal/ports/i2c.ts, digital.ts and analog.ts. */
import { DigitalMode, type DigitalOptions } from "../ports/digital";
import { Fault } from "../ports/fault";
import type { MakeHarness } from "./harness";
import { contract } from "./suite";

export function i2cContract(adapter: string, make: MakeHarness): void {
  contract("i2c", adapter, make, (it) => {
    it("reaches a chip: register out, value back", ({ ports: { i2c }, i2c: { bus, address, register, value } }) => {
      const device = i2c.open({ bus, address, hz: 100000 });
      expect(device).toBeGreaterThan(0);
      const pointer = String.fromCharCode(register);
      expect(i2c.writeRead(device, pointer, 1)).toBe(String.fromCharCode(value));
      expect(i2c.write(device, pointer)).toBe(0);
    });

    it("options out of range open nothing", ({ ports: { i2c }, i2c: { bus, address } }) => {
      expect(i2c.open({ bus: "nowhere", address, hz: 100000 })).toBe(0);
      for (const bad of [-1, 7, 120, 8.5]) expect(i2c.open({ bus, address: bad, hz: 100000 })).toBe(0);
      for (const hz of [0, -1, 1000001, 0.5]) expect(i2c.open({ bus, address, hz })).toBe(0);
      for (const good of [8, 119]) expect(i2c.open({ bus, address: good, hz: 1000000 })).toBeGreaterThan(0);
    });

    it("transfers are 1 to 255 bytes", ({ ports: { i2c }, i2c: { bus, address, register } }) => {
      const device = i2c.open({ bus, address, hz: 100000 });
      const pointer = String.fromCharCode(register);
      expect(i2c.write(device, "")).toBe(Fault.invalid);
      expect(i2c.write(device, pointer.repeat(256))).toBe(Fault.invalid);
      for (const count of [0, 256, 1.5]) expect(i2c.writeRead(device, pointer, count)).toBeUndefined();
      expect(i2c.writeRead(device, "", 1)).toBeUndefined();
      expect(i2c.writeRead(device, pointer, 255)).toHaveLength(255);
    });

    it("no answer and a stuck bus are hardware faults, and pass", ({ ports: { i2c }, i2c: bench }) => {
      const { bus, address, absentAddress, register, value } = bench;
      const pointer = String.fromCharCode(register);
      const device = i2c.open({ bus, address, hz: 100000 });
      const absent = i2c.open({ bus, address: absentAddress, hz: 100000 });
      expect(absent).toBeGreaterThan(0);
      expect(i2c.write(absent, pointer)).toBe(Fault.hardware);
      expect(i2c.writeRead(absent, pointer, 1)).toBeUndefined();
      bench.setStuck(true);
      expect(i2c.write(device, pointer)).toBe(Fault.hardware);
      expect(i2c.writeRead(device, pointer, 1)).toBeUndefined();
      bench.setStuck(false);
      expect(i2c.writeRead(device, pointer, 1)).toBe(String.fromCharCode(value));
    });

    it("close is idempotent and leaves the other devices open", ({ ports: { i2c }, i2c: { bus, address, register, value } }) => {
      const pointer = String.fromCharCode(register);
      const one = i2c.open({ bus, address, hz: 100000 });
      const two = i2c.open({ bus, address, hz: 400000 });
      expect(two).not.toBe(one);
      i2c.close(one);
      i2c.close(one);
      i2c.close(0);
      expect(i2c.write(one, pointer)).toBe(Fault.closed);
      expect(i2c.writeRead(one, pointer, 1)).toBeUndefined();
      expect(i2c.writeRead(two, pointer, 1)).toBe(String.fromCharCode(value));
    });
  });
}

function options(pin: string, mode: DigitalMode, changes: Partial<DigitalOptions> = {}): DigitalOptions {
  return { pin, mode, initialValue: 0, onReadable: undefined, ...changes };
}

export function digitalContract(adapter: string, make: MakeHarness): void {
  contract("digital", adapter, make, (it) => {
    it("an output takes its first level on opening, and then what is written", ({ ports: { digital }, pins }) => {
      const pin = digital.open(options(pins.output, DigitalMode.output, { initialValue: 1 }));
      expect(pin).toBeGreaterThan(0);
      expect([pins.level(), digital.read(pin)]).toEqual([1, 1]);
      expect(digital.write(pin, 0)).toBe(0);
      expect([pins.level(), digital.read(pin)]).toEqual([0, 0]);
      expect(digital.write(pin, 2)).toBe(Fault.invalid);
      expect(digital.write(pin, 0.5)).toBe(Fault.invalid);
      expect(pins.level()).toBe(0);
    });

    it("an input reads what is driven, and its pull when nothing is", ({ ports: { digital }, pins, lacks }) => {
      pins.drive(undefined);
      for (const [mode, pull] of [[DigitalMode.inputPullUp, 1], [DigitalMode.inputPullDown, 0]] as const) {
        const pin = digital.open(options(pins.input, mode));
        if (mode === DigitalMode.inputPullDown && lacks?.pullDown === true) {
          expect(pin).toBe(0);
          continue;
        }
        expect(digital.read(pin)).toBe(pull);
        pins.drive(1 - pull);
        expect(digital.read(pin)).toBe(1 - pull);
        expect(digital.write(pin, 1)).toBe(Fault.invalid);
        pins.drive(undefined);
        digital.close(pin);
      }
    });

    it("a change of an input is told on a later turn, and not after close", async ({ ports: { digital }, pins, until, settle }) => {
      pins.drive(0);
      const heard: number[] = [];
      const pin = digital.open(options(pins.input, DigitalMode.input, { onReadable: (value) => heard.push(value) }));
      pins.drive(1);
      expect(heard).toEqual([]);
      await until(() => heard.length === 1);
      pins.drive(1);
      pins.drive(0);
      await until(() => heard.length === 2);
      pins.drive(1);
      digital.close(pin);
      digital.close(pin);
      await settle();
      expect(heard).toEqual([1, 0]);
    });

    it("pins that are absent or open, modes and levels that do not exist open nothing", ({ ports: { digital }, pins }) => {
      expect(digital.open(options("nowhere", DigitalMode.input))).toBe(0);
      for (const mode of [-1, 5]) expect(digital.open(options(pins.input, mode))).toBe(0);
      expect(digital.open(options(pins.output, DigitalMode.output, { initialValue: 2 }))).toBe(0);
      const pin = digital.open(options(pins.input, DigitalMode.input));
      expect(pin).toBeGreaterThan(0);
      expect(digital.open(options(pins.input, DigitalMode.input))).toBe(0);
      digital.close(pin);
      expect(digital.open(options(pins.input, DigitalMode.input))).toBeGreaterThan(0);
    });

    it("a closed pin reads 0 and cannot be written", ({ ports: { digital }, pins }) => {
      const pin = digital.open(options(pins.output, DigitalMode.output, { initialValue: 1 }));
      digital.close(pin);
      expect(digital.read(pin)).toBe(0);
      expect(digital.write(pin, 1)).toBe(Fault.closed);
      digital.close(0);
    });
  });
}

export function analogContract(adapter: string, make: MakeHarness): void {
  contract("analog", adapter, make, (it) => {
    it("reads samples from 0 to the top of its resolution", ({ ports: { analog }, pins }) => {
      const top = 2 ** analog.resolution - 1;
      const pin = analog.open({ pin: pins.analog });
      expect(pin).toBeGreaterThan(0);
      for (const sample of [0, 1, top]) {
        pins.setAnalog(sample);
        expect(analog.read(pin)).toBe(sample);
      }
    });

    it("opens a pin once, and none that is absent; close is idempotent", ({ ports: { analog }, pins }) => {
      expect(analog.open({ pin: "nowhere" })).toBe(0);
      pins.setAnalog(1);
      const pin = analog.open({ pin: pins.analog });
      expect(analog.open({ pin: pins.analog })).toBe(0);
      analog.close(pin);
      analog.close(pin);
      expect(analog.read(pin)).toBe(0);
      expect(analog.open({ pin: pins.analog })).toBeGreaterThan(0);
    });
  });
}
