/** What a link over CoAP holds, and the names of its requests. */
import type { Timer } from "../../hal/ports/clock";
import type { UdpSocket } from "../../hal/ports/udp";
import type { CoapProfile } from "../platform/profile";
import type { CoapClient, CoapRequest, CoapSink } from "../protocol/coap/client";
import type { Link } from "./link";

/** Refs of requests; those of batches begin at `batch`. */
export const enum Ref {
  /** The observation of the device's channel, or where the platform is asked, of values. */
  observe = 1,
  activate = 2,
  read = 3,
  /** Where the platform is asked: the observation of calls, the values that hold, the answer to a call. */
  calls = 4,
  wanted = 5,
  answer = 6,
  /** The same: facts of the device, a call of its own. */
  facts = 7,
  ownCall = 8,
  batch = 9,
}

export const GET = 1;
export const POST = 2;
/** application/json (RFC 7252 12.3). */
const FORMAT_JSON = 50;

export function request(method: number, path: string, query: string, payload: string): CoapRequest {
  return payload === "" ? { method, path, query } : { method, path, query, payload, contentFormat: FORMAT_JSON };
}

/** An answer to a call that waits. */
export interface Answer {
  readonly id: string;
  readonly body: string;
}

/** What a link says and hears besides, on a platform that is asked. */
export interface CoapAsks {
  /** The body of the request to be made, "" for a device that is. Holds secrets. */
  activation: string;
  /** The keys whose values are wanted, with commas between; "" for none. */
  readonly wanted: string;
  /** True when they are to be asked for; all at once, or one after the other from `place` on. */
  due: boolean;
  single: boolean;
  place: number;
  asking: boolean;
  /** True once the observation has been answered. */
  hearsValues: boolean;
  hearsCalls: boolean;
  /** In their order; the first is on its way while `answering`. */
  answers: Answer[];
  answering: boolean;
  /** The last call and the answer to it: a call that comes again is answered again, not obeyed. */
  callId: string;
  answer: string;
  /** What the device says of itself, until it is said; or "". */
  facts: string;
  telling: boolean;
  turn: Timer;
}

export interface CoapLink extends Link {
  readonly profile: CoapProfile;
  /** The server: nobody else may answer (RFC 7252 5.3.2). */
  readonly address: string;
  readonly port: number;
  /** Empty while the device is not activated; then `code` is set. */
  readonly token: string;
  readonly code: string;
  client: CoapClient;
  coapSink: CoapSink;
  socket: UdpSocket;
  live: boolean;
  tick: Timer;
  /** Fires when the channel has been silent for too long, or to end the link on a later turn. */
  deadline: Timer;
  /** Why the link ends when the deadline comes. */
  deadlineCode: number;
  /** Ends the link for a fault of its socket, or else because the deadline came: one function, since each takes memory. */
  ended: (this: void, fault?: number) => void;
  /** Set where the platform is asked. */
  readonly asks: CoapAsks | undefined;
}
