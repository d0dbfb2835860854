/** What a watcher is given, what it tells, and what it holds. No code. */
import type { EpochTime, Timer } from "../../hal/ports/clock";
import type { Ports } from "../../hal/ports";
import type { TcpSocket } from "../../hal/ports/tcp";
import type { TlsLevel } from "../../hal/ports/tls";
import type { DownlinkSink, RealtimeProfile, ValueKind } from "../platform/profile";
import type { SioSession } from "../protocol/socketio/session";

/** Topics of one watcher. */
export const WATCH_TOPICS_MAX = 8;
export interface WatchTarget {
  readonly host: string;
  /** 0 for the platform's own. */
  readonly port: number;
  /** What is demanded of the connection: below it nothing is sent. `none` is plain text. */
  readonly tls: TlsLevel;
  /** A user's. */
  readonly sessionToken: string;
  /** 1 to WATCH_TOPICS_MAX. */
  readonly topics: readonly string[];
}

/** What a watcher tells, from a port's callback or a timer: never inside a call into the watcher. */
export interface WatchSink {
  /** Every topic was asked for. Values from before are not told. */
  live(this: void): void;
  /** One value of a topic, as `DownlinkSink.value`. */
  value(this: void, topic: string, key: string, kind: ValueKind, text: string, time: EpochTime | undefined): void;
  /** A topic was refused for good; the others go on. The empty topic stands for the session token: the watcher has stopped. */
  refused(this: void, topic: string): void;
  /** The connection is gone, for a Fault, an AgentCode, or a code of the protocol added to 128; the next try comes in `retryMs`. */
  lost(this: void, code: number, retryMs: number): void;
}

export const enum WatchStep {
  /** Between two connections. */
  waiting = 0,
  resolving,
  connecting,
  joining,
  authenticating,
  subscribing,
  live,
  closing,
  /** Stopped for good. */
  over,
}

export interface Watcher {
  readonly ports: Ports;
  readonly profile: RealtimeProfile;
  readonly target: WatchTarget;
  readonly sink: WatchSink;
  session: SioSession;
  each: DownlinkSink;
  step: WatchStep;
  /** Which connection this is: a name that an earlier one asked for is not listened to. */
  round: number;
  socket: TcpSocket;
  out: string;
  writable: boolean;
  /** The topic to subscribe next, and the one whose values are being told. */
  index: number;
  topic: string;
  failures: number;
  liveAt: number;
  endCode: number;
  turn: Timer;
  tick: Timer;
  deadline: Timer;
  /** Begins a connection; here, because the end of one asks for the next. */
  begin: (this: void) => void;
}
