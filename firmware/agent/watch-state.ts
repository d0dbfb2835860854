/** What the watcher holds, and where it stands. No code. */
import type { Timer } from "../../hal/ports/clock";
import type { TcpSocket } from "../../hal/ports/tcp";
import type { WatchedSink } from "../platform/realtime";
import type { HttpReader } from "../protocol/http/reader";
import type { Machine } from "./machine";
import type { Watch, WatchDriver, WatchLink, WatchSink } from "./watch-link";

/** What one watcher watches at most. */
export const WATCHES_MAX = 8;

export const enum WatchStep {
  /** Between two connections. */
  waiting = 0,
  resolving,
  connecting,
  /** The login's answer is waited for. */
  loggingIn,
  /** The protocol is up to the subscriptions. */
  joining,
  live,
  /** Leaves in order, to come back at once with a new token. */
  renewing,
  /** Stopped until the next boot. */
  over,
}

/** A login that is on its way. */
export interface Login {
  readonly reader: HttpReader;
  /** True when it asks for a new token with the one before. */
  readonly renewing: boolean;
  body: string;
  /** The HTTP status once the answer is whole, else 0. */
  status: number;
  /** Why there is no answer, an HttpCode, or 0. */
  failure: number;
}

/** A value of the declared type, for the app, and what it belongs to. */
export interface Heard {
  readonly watch: Watch;
  readonly value: boolean | number | string;
  readonly from: string;
}

/** What a device that watches holds for it. */
export interface Watcher {
  readonly host: Machine;
  readonly driver: WatchDriver;
  readonly watches: Watch[];
  step: WatchStep;
  link: WatchLink | undefined;
  sink: WatchSink;
  each: WatchedSink;
  /** The source whose message is being read. */
  index: number;
  socket: TcpSocket;
  out: string;
  writable: boolean;
  /** The next step while waiting, the end of patience while not, and while live the renewal. */
  timer: Timer;
  tick: Timer;
  turn: Timer;
  /** Values that the app has not been given yet, oldest first, and the turn on which it gets the first. */
  readonly heard: Heard[];
  hearing: Timer;
  /** Why the connection ends when patience does. */
  endCode: number;
  /** True when the platform refused a source on this connection. */
  lacking: boolean;
  failures: number;
  /** Uptime since which it has been live, or has not. */
  since: number;
  login: Login | undefined;
  /** From a login until it has served, and what the next is had for. Secrets. */
  token: string;
  refresh: string;
  /** How long the token serves, milliseconds, and the uptime at which it came. */
  renewMs: number;
  tokenAt: number;
  /** What the timer calls. */
  readonly act: (this: void) => void;
}
