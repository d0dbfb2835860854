/**
 * The faces of the CoAP server: requests, responses and observations, as a platform sees them.
 *
 * Types only. Retransmission, de-duplication, blocks and the bookkeeping of observations are the server's; what a path
 * means is the platform's.
 */

export interface CoapRequest {
  /** The endpoint, as the transport names it. */
  readonly peer: string;
  readonly token: Buffer;
  readonly confirmable: boolean;
  /** "0.01" GET, "0.02" POST, "0.03" PUT, "0.04" DELETE, or a later method. */
  readonly method: string;
  /** One text per Uri-Path option, in order; may be empty. */
  readonly path: readonly string[];
  /** One text per Uri-Query option, in order. */
  readonly query: readonly string[];
  /** The whole body, blocks put together. */
  readonly payload: Buffer;
  readonly contentFormat: number | undefined;
  readonly accept: number | undefined;
  /** 0 registers, 1 deregisters (done already), undefined when the option is absent. */
  readonly observe: 0 | 1 | undefined;
}

export interface CoapResponse {
  /** "2.05" and so on. */
  readonly code: string;
  /** Of any length up to the limit: the server sends it in blocks. */
  readonly payload?: Buffer;
  readonly contentFormat?: number;
  readonly maxAgeSec?: number;
  /** Makes an observation out of a GET with Observe 0, when the code is a success. */
  readonly observer?: Observer;
}

/** Why an observation is over. */
export type ObservationEnd = "reset" | "cancelled" | "replaced" | "timeout" | "error" | "closed";

/** What a platform is told of an observation that it offered. */
export interface Observer {
  /** Once, after the response has been sent. Not called when the server holds too many observations. */
  began(observation: Observation): void;
  /** Once for each `began`; not for an `end` of the platform's own. */
  ended(cause: ObservationEnd): void;
}

export interface Observation {
  /**
   * Sends a notification, after those before it. A code that is no success ends the observation (RFC 7641 section 4.2).
   * @param confirmable false: non-confirmable, but for one a day
   */
  notify(response: CoapResponse, confirmable: boolean): void;
  /** Takes the observation away without a word. Idempotent. */
  end(): void;
}

/** A link of /.well-known/core (RFC 6690). */
export interface Link {
  /** With its leading slash. */
  readonly path: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface CoapService {
  readonly links: readonly Link[];
  /** Content formats that responses can have; a request that accepts none of them gets 4.06. */
  readonly contentFormats: readonly number[];
  /** Answers once, now or later: `respond` may be called on a later turn. */
  request(request: CoapRequest, respond: (response: CoapResponse) => void): void;
}
