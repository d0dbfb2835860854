/**
 * The narrow face between a watcher and a protocol: one `WatchDriver` is linked into a build that watches, made of a protocol
 * (`watch-ws`, `watch-sio`) and one platform's profile. Types only.
 *
 * A link lives from `open` until its sink's `closed`, or until `ended`. The watcher calls the driver from the callbacks of ports, and the
 * driver tells its sink from inside these calls.
 */
import type { LoginProfile, Source } from "../platform/realtime";
import type { CommandType } from "./command-type";

/** A declaration of the app. */
export interface Watch {
  readonly source: Source;
  readonly type: CommandType;
  readonly decimals: number;
  readonly bytesMax: number;
  /** Gets a value of the declared type, and what it belongs to. */
  readonly hear: (this: void, value: boolean | number | string, from: string) => void;
}

/** Everything that a link needs to know of where it goes and as whom. Holds secrets: never logged. */
export interface WatchTarget {
  /** As the Host header has it, with ":port" unless it is the usual one. */
  readonly hostHeader: string;
  /** What lets the watcher in: a key, a session token, or the token of a login. */
  token: string;
  /** The token of the thing whose channel is watched, or "". */
  readonly thing: string;
  readonly watches: readonly Watch[];
}

/** What a link tells the watcher. */
export interface WatchSink {
  /** Bytes for the transport, in order. */
  send(this: void, bytes: string): void;
  /** `count` bytes that nobody can foretell. */
  random(this: void, count: number): string;
  /** Call `tick` in `inMs`; this replaces an earlier wish. */
  wake(this: void, inMs: number): void;
  /** Call `turn` soon. */
  soon(this: void): void;
  /** A question was asked: its answer has to come within the watcher's patience. */
  asked(this: void): void;
  /** Everything was asked for, and values come from here on. */
  live(this: void): void;
  /** A message for the source at `index`. */
  message(this: void, index: number, text: string): void;
  /** The platform refused the source at `index`; -1 for the credentials themselves. */
  refused(this: void, index: number, code: number): void;
  /** The connection is over for the protocol: the transport may go once what was sent has left. `code` is the protocol's own. */
  closed(this: void, code: number): void;
}

/** The common part of every driver's own struct. */
export interface WatchLink {
  readonly target: WatchTarget;
  readonly sink: WatchSink;
}

export interface WatchDriver {
  /** The platform's name. */
  readonly platform: string;
  readonly portPlain: number;
  readonly portTls: number;
  /** True where one connection tells of one request. */
  readonly single: boolean;
  readonly login: LoginProfile;
  /** The transport is up: says the first words. Undefined when the target cannot be reached in this way. */
  open(this: void, target: WatchTarget, sink: WatchSink, uptime: number): WatchLink | undefined;
  /** Bytes from the transport, cut anywhere. */
  receive(this: void, link: WatchLink, bytes: string, uptime: number): void;
  tick(this: void, link: WatchLink, uptime: number): void;
  turn(this: void, link: WatchLink, uptime: number): void;
  /** Sends a command that nothing is told for: 0, `unsupported` or `busy`. Only while the link is live, and never from its sink. */
  order(this: void, link: WatchLink, request: string): number;
  /** Leaves in order; `closed` follows, at once or later. */
  leave(this: void, link: WatchLink, uptime: number): void;
  /** The transport has ended, by whomever; the sink may be told `closed`. Idempotent. */
  ended(this: void, link: WatchLink): void;
}
