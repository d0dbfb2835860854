/**
 * The ports: everything that device code may ask of the machine it runs on.
 *
 * One file a port, each a written contract. Names and behaviour follow ECMA-419 where it has them; deviations stand in
 * the file that makes them. Rules that hold for every port:
 *
 * 1. **No callback runs inside a call into a port.** It comes on a later turn.
 * 2. Opening takes one options struct, which is validated whole before anything is allocated, never changed, and not
 *    read again afterwards.
 * 3. `close` is idempotent. After it no callback comes, and every other operation answers `Fault.closed`.
 * 4. Failures are codes (`Fault`), never exceptions. Zero is success.
 * 5. Bytes are binary strings: one char per byte, codes 0 to 255.
 * 6. An adapter holds no policy: no retry, no queue beyond one write, no timeout that its port does not name.
 *
 * `hal/contract/` holds one behaviour suite per port; every adapter passes the same suite.
 *
 * Deviations from ECMA-419 (4th-edition draft) common to all ports: handle structs and functions of a port record in
 * place of classes (a third of the memory on Espruino); codes in place of exceptions; received bytes are handed to the
 * callback in place of `read()`, because every engine pushes them and a pull buffer would hold them twice.
 */
import type { AnalogPort } from "./analog";
import type { ChecksumPort } from "./checksum";
import type { ClockPort } from "./clock";
import type { DigitalPort } from "./digital";
import type { DnsPort } from "./dns";
import type { FlashPort } from "./flash";
import type { I2cPort } from "./i2c";
import type { LogPort } from "./log";
import type { RandomPort } from "./random";
import type { SystemPort } from "./system";
import type { TcpPort } from "./tcp";
import type { UdpPort } from "./udp";
import type { WifiPort } from "./wifi";

/** The whole machine, as device code sees it. */
export interface Ports {
  readonly clock: ClockPort;
  readonly random: RandomPort;
  readonly log: LogPort;
  readonly wifi: WifiPort;
  readonly dns: DnsPort;
  readonly tcp: TcpPort;
  readonly udp: UdpPort;
  readonly flash: FlashPort;
  readonly checksum: ChecksumPort;
  readonly i2c: I2cPort;
  readonly digital: DigitalPort;
  readonly analog: AnalogPort;
  readonly system: SystemPort;
}

export type * from "./analog";
export type * from "./checksum";
export type * from "./clock";
export type * from "./digital";
export type * from "./dns";
export type * from "./flash";
export type * from "./i2c";
export type * from "./log";
export type * from "./random";
export type * from "./system";
export type * from "./tcp";
export type * from "./udp";
export type * from "./wifi";
export type * from "./fault";
export type * from "./tls";
