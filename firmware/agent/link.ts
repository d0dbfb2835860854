/**
 * The narrow face between the agent and a cloud: one `LinkDriver` is linked into a build, made of one transport
 * (`link-mqtt`, `link-coap`) and one platform's profile. The agent knows nothing else of either.
 *
 * A link lives from `open` until its sink's `lost`, or until `close`. After either, no call of the sink follows. The agent
 * calls no function of the driver from inside a call of the sink: it takes a turn first.
 */
import type { Ports } from "../../hal/ports";
import type { TlsLevel } from "../../hal/ports/tls";
import type { Origin, PlatformText, ReadQuery } from "../platform/profile";

/** Why the agent, or a link, gave something up. Ports' own faults keep their numbers below 64. */
export const enum AgentCode {
  ok = 0,
  /** A key, value or option is out of its declared range. */
  invalid = 64,
  /** The store could not take it. */
  storeFailed = 65,
  /** No token, no activation code: the device waits to be provisioned. */
  unprovisioned = 66,
  /** The platform refused the activation code for good. */
  activationRefused = 67,
  /** The platform refused the token, or three batches ran without their echo. */
  tokenSuspect = 68,
  /** The settings demand a TLS level that this machine or this transport does not reach. */
  tlsTooWeak = 69,
  /** No answer in time. */
  timeout = 70,
  /** As much is under way as the link can carry; an acknowledgement will make room. */
  busy = 71,
  /** The link's platform or transport cannot do it. */
  unsupported = 72,
  /** The subscription to the device's own channel was refused. */
  subscriptionRefused = 73,
  /** The platform has made this device before; whether for its own token, a connection will show. */
  activationDoubtful = 74,
  /** The peer broke the protocol; the detail is in the transport's own code, added to 128. */
  protocol = 128,
  /** The WebSocket below MQTT is over; the detail is its WsCode, added to 256. */
  webSocket = 256,
}

/** Everything a link needs to know of where it goes and as whom. Holds secrets: never logged. */
export interface LinkTarget {
  readonly address: string;
  readonly port: number;
  /** The host's name, for TLS. */
  readonly serverName: string;
  readonly tls: TlsLevel;
  /** What tells this machine from all others (`system.uniqueId`). Not a secret. */
  readonly identity: string;
  /** Empty while the device is not activated; then `code` and `channel` are set. */
  readonly token: string;
  readonly code: string;
  /** The random response channel of an activation, 16 hex characters; where the platform is asked, the token that the device made, 32. */
  readonly channel: string;
  /** Where the link is told them (`named`), the keys of the device's commands, with commas between; else "". */
  readonly wanted: string;
  /** Where the platform is asked, what the device says of itself, a JSON object; "" for nothing. */
  readonly facts: string;
  /** What the platform stores when the device vanishes, as a value's JSON text; "" for nothing. */
  readonly will: string;
}

/** The most answers to calls that wait for their turn; a call beyond them is neither obeyed nor answered. */
export const ANSWERS_MAX = 8;

/** What a link tells the agent. Called from a port's callback or a timer, never inside a call into the link. */
export interface LinkSink {
  /** Connected with a token, subscribed: batches may be sent. */
  ready(this: void): void;
  /** The activation was answered. The agent stores the token, then calls `adopt`. */
  activated(this: void, token: string): void;
  /** A definite refusal: `activationRefused` or `tokenSuspect`; or `activationDoubtful`. The link stays as it is. */
  refused(this: void, code: number): void;
  /** The batch `ref` has arrived: PUBACK, or 2.xx. */
  acknowledged(this: void, ref: number): void;
  /** The platform refused the batch `ref` for what is in it; it will never be accepted. */
  rejected(this: void, ref: number): void;
  /** `takesOnce` was false, and may be asked again. */
  room(this: void): void;
  /** Something came down on the device's channel: the platform's own text. */
  data(this: void, payload: string): void;
  /** The same where the platform is asked: the answer is what its last command came to, a `CommandCode`. */
  told(this: void, payload: string, origin: Origin): number;
  /** The same: the value of `key` that holds is larger than what the link can receive. */
  oversized(this: void, key: string): void;
  /** The answer to `read` or `callOut`; `code` 0 and the platform's text, or why not. */
  answer(this: void, code: number, payload: string): void;
  /** The link is gone; the reason is a port's fault or an `AgentCode`; where the platform is asked, `tokenSuspect` for a refused token. */
  lost(this: void, code: number): void;
}

/** The common part of every driver's own struct. */
export interface Link {
  readonly ports: Ports;
  readonly sink: LinkSink;
  /** False once `lost` was told or `close` was called. */
  open: boolean;
}

export interface LinkDriver {
  /** "mqtt" or "coap". */
  readonly transport: string;
  readonly platform: PlatformText;
  /** The standard port, without and with TLS; 0 where the transport has none. */
  readonly portPlain: number;
  readonly portTls: number;
  /** Whether a batch counts as arrived only when the platform has sent it back on the device's channel. */
  readonly echoes: boolean;
  /** Whether the platform stamps nothing and is asked: commands are known by what they say, and an activation by the token that the device made. */
  readonly requests: boolean;
  /** Whether the link is told the keys of the device's commands, because it asks for their values or listens to each. */
  readonly named: boolean;
  /** Whether readings in memory are sent once, by `sendOnce`; else they are acknowledged as those in flash are. */
  readonly once: boolean;
  /** The most batches on their way at once. */
  readonly window: number;
  /** The most bytes of one batch on this machine. */
  batchBytesMax(this: void, ports: Ports): number;
  /**
   * Starts connecting. One of ready, activated, refused or lost follows. `before` is the link that was opened last: what is left
   * of it (bytes of a farewell) is given up first, so that there is one link at a time.
   */
  open(this: void, ports: Ports, target: LinkTarget, sink: LinkSink, before: Link | undefined): Link;
  /** After `activated`, when the token is safe: leaves the activation channel, then ends the link in order (`lost` with 0). */
  adopt(this: void, link: Link): void;
  /** Sends one batch: 0, `busy`, or a fault. Exactly one of acknowledged, rejected or lost follows a 0. */
  send(this: void, link: Link, ref: number, payload: string): number;
  /** Whether `sendOnce` may be asked now; `room` or `lost` follows a false. */
  takesOnce(this: void, link: Link): boolean;
  /** Sends one batch that nobody acknowledges: 0, or a fault. */
  sendOnce(this: void, link: Link, payload: string): number;
  /** Asks for stored values: 0, `busy` or `unsupported`; `answer` follows a 0 unless the link is lost before. */
  read(this: void, link: Link, query: ReadQuery): number;
  /** Publishes on a topic of the device's own, `path` behind its name: 0, `busy`, `unsupported` or a fault. Nobody acknowledges it. */
  sayOn(this: void, link: Link, path: string, body: string): number;
  /** Where the platform is asked: tells what the device says of itself, a JSON object with all of it, now or when the link is ready. Nobody acknowledges it. */
  describe(this: void, link: Link, facts: string): void;
  /** Where the platform is asked: calls a method of it with `params`, JSON text: 0, `busy` or a fault; `answer` follows a 0 unless the link is lost before. */
  callOut(this: void, link: Link, method: string, params: string): number;
  /** Ends the link in order, so that no will is sent. Idempotent; no call of the sink follows. */
  close(this: void, link: Link): void;
}
