/**
 * The hardware bus `I2C1` over the machine's bus "default". A device that does not answer is an exception. The port knows no
 * read without a write before it: a plain read sends the device's last bytes again, which for a chip means the same register.
 */
import type { I2cDevice } from "../../../hal/ports/i2c";
import { joinBytes } from "./bytes";
import type { Host } from "./host";

const HZ = 100000;

class Bus {
  private readonly devices = new Map<number, I2cDevice>();
  /** The last bytes that each address was sent. */
  private readonly sent = new Map<number, string>();
  private hz: number | undefined;

  constructor(private readonly host: Host) {}

  setup(options: { bitrate?: number } | undefined): void {
    for (const device of this.devices.values()) this.host.ports.i2c.close(device);
    this.devices.clear();
    this.hz = options?.bitrate ?? HZ;
  }

  write(target: unknown, bytes: string): void {
    const { address, stop } = addressOf(target);
    this.sent.set(address, bytes);
    if (!stop) return;
    const code = this.host.ports.i2c.write(this.device(address, "Write"), bytes);
    if (code !== 0) this.host.throw("InternalError", "I2CWrite: No ACK 0");
  }

  read(target: unknown, count: number): Uint8Array | undefined {
    if (!(count > 0)) return undefined;
    const { address } = addressOf(target);
    const bytes = this.host.ports.i2c.writeRead(this.device(address, "Read"), this.sent.get(address) ?? "\0", count);
    if (bytes === undefined) return this.host.throw("InternalError", "I2CRead: No ACK 0");
    return this.host.realm.bytes(bytes);
  }

  private device(address: number, what: string): I2cDevice {
    if (this.hz === undefined) this.host.throw("InternalError", `I2C${what}: the bus is not set up`);
    const device = this.devices.get(address) ?? this.host.ports.i2c.open({ bus: "default", address, hz: this.hz! });
    if (device === 0) this.host.throw("InternalError", `I2C${what}: No ACK 0`);
    this.devices.set(address, device);
    return device;
  }
}

function addressOf(target: unknown): { address: number; stop: boolean } {
  if (typeof target !== "object" || target === null) return { address: Number(target), stop: true };
  const { address, stop } = target as { address?: unknown; stop?: unknown };
  return { address: Number(address), stop: stop !== false };
}

/** Adds `I2C1`, and `I2C` for `new I2C()`, whose software bus is the same wires here. */
export function addI2c(host: Host): void {
  const { realm } = host;
  const busOf = (target: object): object => {
    const bus = new Bus(host);
    return Object.assign(target, {
      setup: (options: { bitrate?: number } | undefined) => bus.setup(options),
      writeTo: (address: unknown, ...data: unknown[]) => bus.write(address, joinBytes(data)),
      readFrom: (address: unknown, count: number) => bus.read(address, count),
      readReg: (address: number, register: number, count: number) => {
        bus.write(realm.object({ address, stop: false }), String.fromCharCode(register & 255));
        return bus.read(address, count);
      },
    });
  };
  const make = realm.evaluate("(function (fill) { return function I2C() { fill(this); }; })", "i2c") as (fill: (target: object) => void) => unknown;
  realm.define({ I2C: make(busOf), I2C1: busOf(realm.object()) });
}
