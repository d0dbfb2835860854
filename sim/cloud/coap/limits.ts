/**
 * What the CoAP server accepts at most, and its times. Each limit is tested at its value and one above.
 */
export interface CoapLimits {
  /** Endpoints remembered; beyond, the one that was silent longest is forgotten, unless it observes. */
  readonly peersMax: number;
  /** Datagrams taken from one endpoint in a second; the rest is dropped, as a network would. */
  readonly datagramsPerSecMax: number;
  /** Messages of one endpoint remembered for de-duplication; beyond, its own oldest is forgotten before its time. */
  readonly exchangesPerPeerMax: number;
  /** The same, of all endpoints together; beyond, an endpoint that has none is not served. */
  readonly exchangesMax: number;
  /** Observations of one endpoint; one more is answered without an Observe option. */
  readonly observationsPerPeerMax: number;
  readonly observationsMax: number;
  /** Messages that wait for the one in flight to an endpoint; beyond, the oldest that waits is dropped. */
  readonly waitingMax: number;
  /** Bytes of a request body, put together from its blocks; beyond, 4.13. */
  readonly bodyBytesMax: number;
  /** Bytes of a response body; beyond, 5.00. */
  readonly responseBytesMax: number;
  /** Bodies, half received or half sent, of one endpoint; beyond, its oldest is dropped. */
  readonly bodiesPerPeerMax: number;
  /** Bytes in such bodies, of all endpoints together; beyond, 5.03. */
  readonly blockBytesMax: number;
  /** Uri-Path and Uri-Query options of one request, together. */
  readonly uriOptionsMax: number;
  /** Until a request that has no answer yet gets its empty acknowledgement; below ACK_TIMEOUT. */
  readonly piggybackMs: number;
}

export const coapLimits: CoapLimits = {
  peersMax: 10000,
  datagramsPerSecMax: 20000,
  exchangesPerPeerMax: 2048,
  exchangesMax: 65536,
  observationsPerPeerMax: 16,
  observationsMax: 10000,
  waitingMax: 64,
  bodyBytesMax: 65536,
  responseBytesMax: 2097152,
  bodiesPerPeerMax: 4,
  blockBytesMax: 33554432,
  uriOptionsMax: 32,
  piggybackMs: 250,
};

/** Transmission parameters (RFC 7252 section 4.8), milliseconds. */
export const transmission = {
  ackTimeoutMs: 2000,
  ackRandomFactor: 1.5,
  maxRetransmit: 4,
  exchangeLifetimeMs: 247000,
  nonLifetimeMs: 145000,
  /** Every so often at least a notification is confirmable (RFC 7641 section 4.5). */
  confirmEveryMs: 24 * 3600 * 1000,
} as const;
