/** What a link over a platform's own WebSockets holds. */
import type { Timer } from "../../hal/ports/clock";
import type { TcpSocket } from "../../hal/ports/tcp";
import type { WsProfile } from "../platform/profile";
import type { WsSession, WsSink } from "../protocol/websocket/session";
import type { Link, LinkTarget } from "./link";

/** Places of the sockets: the one that batches go out on and come back on, and the one that commands come on. */
export const BATCHES = 0;
export const COMMANDS = 1;

/** The near end of one socket. */
export interface WsLine {
  socket: TcpSocket;
  /** Bytes that wait for the socket to become writable. */
  out: string;
  writable: boolean;
  /** True once the handshake was sent. */
  begun: boolean;
}

export interface WsLink extends Link {
  readonly profile: WsProfile;
  /** Where the second socket goes to and as whom, until it does. Holds secrets. */
  target: LinkTarget | undefined;
  /** True when the link before ended by a message that was too large. */
  readonly overfed: boolean;
  /** By their places, as far as they are there. */
  readonly sessions: WsSession[];
  readonly lines: WsLine[];
  /** The place of the session whose core was called last: the sink's calls are about it. */
  at: number;
  wsSink: WsSink;
  /** True once both are open. */
  live: boolean;
  /** True when a farewell is on its way. */
  leaving: boolean;
  /** True when the agent wants to hear no more of it. */
  quiet: boolean;
  /** Batches that have not left the machine yet. */
  refs: number[];
  turn: Timer;
  tick: Timer;
  deadline: Timer;
  /** Why the link ends when the deadline comes; 0 while nothing ends it. */
  endCode: number;
}
