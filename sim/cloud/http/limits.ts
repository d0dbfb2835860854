/**
 * What the HTTP server of a local cloud accepts at most. Each limit is tested at its value and one above.
 */
export interface HttpLimits {
  /** Connections at once, WebSockets included; one more is closed unread. */
  readonly connectionsMax: number;
  /** Bytes of a request's body; more is answered 413. */
  readonly bodyBytesMax: number;
  /** Characters of one part of a path; more is answered 414. */
  readonly pathPartCharsMax: number;
  /** From the first byte of a request to its last; then it is answered 408. */
  readonly requestMs: number;
  /** How long an idle connection is kept. */
  readonly idleMs: number;
  /** Requests of one address in a row; more are answered 429. */
  readonly requestsBurst: number;
  /** How fast that budget refills. */
  readonly requestsPerSec: number;
  /** Refused secrets (tokens, codes, passwords) and logins of one address in a row; then everything of it is answered 429. */
  readonly refusalsBurst: number;
  readonly refusalsPerSec: number;
  /** Addresses whose budgets are remembered; the one seen first is forgotten first. */
  readonly addressesMax: number;
  /** Open streams (subscriptions) at once; one more is answered 503. */
  readonly streamsMax: number;
  /** Bytes that wait for a reader of a stream; beyond, the stream is cut. */
  readonly unreadBytesMax: number;
}

export const httpLimits: HttpLimits = {
  connectionsMax: 5000,
  bodyBytesMax: 262144,
  pathPartCharsMax: 256,
  requestMs: 30000,
  idleMs: 72000,
  requestsBurst: 2000,
  requestsPerSec: 1000,
  refusalsBurst: 100,
  refusalsPerSec: 5,
  addressesMax: 10000,
  streamsMax: 1000,
  unreadBytesMax: 1048576,
};
