/** What the tracing ports share: where their lines go, the handles met so far, and bytes as text. */
import { sub } from "../../../firmware/base/intrinsics";
import { toHex } from "../../../firmware/base/hex";
import type { AnalogPort } from "../../../hal/ports/analog";
import type { ChecksumPort } from "../../../hal/ports/checksum";
import type { ClockPort } from "../../../hal/ports/clock";
import type { DigitalPort } from "../../../hal/ports/digital";
import type { DnsPort } from "../../../hal/ports/dns";
import type { FlashPort } from "../../../hal/ports/flash";
import type { I2cPort } from "../../../hal/ports/i2c";
import type { LogPort } from "../../../hal/ports/log";
import type { RandomPort } from "../../../hal/ports/random";
import type { SystemPort } from "../../../hal/ports/system";
import type { TcpPort } from "../../../hal/ports/tcp";
import type { UdpPort } from "../../../hal/ports/udp";
import type { WifiPort } from "../../../hal/ports/wifi";

// An image has one of each port, and its build knows them by the names of their types. The ports that trace are second ones:
// they have names of their own, and the same members.
export interface TracedAnalog extends AnalogPort { readonly traced: true }
export interface TracedChecksum extends ChecksumPort { readonly traced: true }
export interface TracedClock extends ClockPort { readonly traced: true }
export interface TracedDigital extends DigitalPort { readonly traced: true }
export interface TracedDns extends DnsPort { readonly traced: true }
export interface TracedFlash extends FlashPort { readonly traced: true }
export interface TracedI2c extends I2cPort { readonly traced: true }
export interface TracedLog extends LogPort { readonly traced: true }
export interface TracedRandom extends RandomPort { readonly traced: true }
export interface TracedSystem extends SystemPort { readonly traced: true }
export interface TracedTcp extends TcpPort { readonly traced: true }
export interface TracedUdp extends UdpPort { readonly traced: true }
export interface TracedWifi extends WifiPort { readonly traced: true }

export interface TracedPorts {
  readonly clock: TracedClock;
  readonly random: TracedRandom;
  readonly log: TracedLog;
  readonly wifi: TracedWifi;
  readonly dns: TracedDns;
  readonly tcp: TracedTcp;
  readonly udp: TracedUdp;
  readonly flash: TracedFlash;
  readonly checksum: TracedChecksum;
  readonly i2c: TracedI2c;
  readonly digital: TracedDigital;
  readonly analog: TracedAnalog;
  readonly system: TracedSystem;
}

/** Where the lines go, and the handles met so far. */
export interface Trace {
  readonly timers: number[];
  readonly tcp: number[];
  readonly udp: number[];
  say(this: void, line: string): void;
}

/** The largest piece of bytes on one line: consoles cut long ones. */
const PIECE_BYTES = 200;

/** Bytes on one line, or on several that are joined again before they are compared. */
export function sayBytes(trace: Trace, what: string, bytes: string): void {
  let from = 0;
  while (from < bytes.length) {
    const end = Math.min(from + PIECE_BYTES, bytes.length);
    trace.say(what + " x" + toHex(sub(bytes, from, end)));
    from = end;
  }
  if (bytes.length === 0) trace.say(what + " x");
}

/** The number of a handle: the newest that was opened as such. */
export function numberOf(handles: readonly number[], handle: number): number {
  for (let i = handles.length; i > 0; i -= 1) if (handles[i - 1] === handle) return i;
  return 0;
}

export function flag(value: boolean): string {
  return value ? "yes" : "no";
}
