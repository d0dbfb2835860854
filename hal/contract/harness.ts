/**
 * What a contract suite needs of the machine under test: its ports, peers to talk to, and the levers of the hardware.
 *
 * Every adapter brings a harness and runs the same suites. A harness never sleeps: `until` lets things happen (events of
 * the virtual world, turns of the event loop) until a condition holds.
 */
import type { Ports } from "../ports/index";

/** A certificate that a TLS peer shows; all but `good` must be refused by a machine that declares `verified`. */
export type CertificateKind = "good" | "wrongName" | "wrongAuthority" | "selfSigned" | "expired";

/** One connection, as the peer's side holds it. */
export interface PeerConnection {
  /** Everything received so far, as a binary string. */
  received: string;
  /** The machine closed the connection, or it broke. */
  ended: boolean;
  send(bytes: string): void;
  /** Closes in order, behind what was sent. */
  close(): void;
  /** Breaks the connection. */
  reset(): void;
  /** Takes no more bytes until `resume`. */
  pause(): void;
  resume(): void;
}

export interface TcpPeer {
  readonly address: string;
  readonly port: number;
  /** In the order of accepting. */
  readonly connections: readonly PeerConnection[];
}

export interface UdpPeer {
  readonly address: string;
  readonly port: number;
  readonly received: readonly { readonly bytes: string; readonly address: string; readonly port: number }[];
  send(bytes: string, address: string, port: number): void;
}

export interface Harness {
  readonly ports: Ports;
  /** Lets things happen until `done` holds; fails the test when it does not come to hold. */
  until(done: () => boolean): Promise<void>;
  /** Lets everything that is under way come to rest, so that "nothing more happened" means something. */
  settle(): Promise<void>;
  /** Switches the machine off and releases everything. */
  close(): Promise<void>;

  listen(certificate?: CertificateKind): Promise<TcpPeer>;
  /** An address and port where nothing listens. */
  closedPort(): Promise<{ readonly address: string; readonly port: number }>;
  bindUdp(): Promise<UdpPeer>;
  /** The most TCP sockets, and the most UDP sockets, at a time. */
  readonly socketsMax: number;
  /** The largest piece in which received bytes come. */
  readonly tcpReadBytesMax: number;
  /** The name that the good certificate carries. */
  readonly serverName: string;
  /** A name that resolves, and one that does not. */
  readonly knownHost: string;
  readonly unknownHost: string;

  /** The one network in the air. The machine is on no network when the harness is made with `offline`. */
  readonly ssid: string;
  readonly password: string;
  setNetwork(present: boolean): void;

  /** What the log port has recorded. */
  readonly records: readonly { readonly event: string; readonly number: number; readonly text: string }[];
  /** Why each boot began, the present one first; grows when the machine boots anew. */
  readonly boots: readonly number[];
  /** Whether this machine has a watchdog, and can sleep. */
  readonly watchdog: boolean;
  readonly deepSleep: boolean;
  /** What the runtime under the adapter lacks, so that the port refuses it; nothing unless given. */
  readonly lacks?: {
    /** A datagram without a byte is `invalid`. */
    readonly emptyDatagrams?: boolean;
    /** A pin with a pull-down cannot be opened. */
    readonly pullDown?: boolean;
  };

  /** A bus with one chip: writing `register` and reading one byte gives `value`. */
  readonly i2c: {
    readonly bus: string;
    readonly address: number;
    readonly absentAddress: number;
    readonly register: number;
    readonly value: number;
    setStuck(stuck: boolean): void;
  };
  readonly pins: {
    readonly input: string;
    readonly output: string;
    readonly analog: string;
    /** Drives the input from outside. */
    drive(level: number | undefined): void;
    /** The level at the output, measured from outside. */
    level(): number;
    setAnalog(sample: number): void;
  };
}

export interface HarnessOptions {
  /** True: the machine has a radio and has joined nothing. */
  readonly offline?: boolean;
}

export type MakeHarness = (options?: HarnessOptions) => Promise<Harness>;
