/**
 * What the WebSocket server of a local cloud accepts at most. Each limit is tested at its value and one above.
 */
export interface WebSocketLimits {
  /** WebSockets at once; one more is answered 503 on its handshake. */
  readonly connectionsMax: number;
  /** Bytes of one message, all its fragments together; a longer one closes with 1009. */
  readonly messageBytesMax: number;
  /** Fragments of one message; more close with 1008. */
  readonly fragmentsMax: number;
  /** Bytes that wait for a client to read them; beyond, it is cut off. */
  readonly unreadBytesMax: number;
  /** Messages, pings and pongs of one client in a row; then it is not read for a second. */
  readonly messagesBurst: number;
  /** How fast that budget refills. */
  readonly messagesPerSec: number;
  /** The server pings this often. Milliseconds. */
  readonly pingMs: number;
  /** Pings that a client may leave without an answer; when the next is due, it is cut off. */
  readonly unansweredPingsMax: number;
  /** How long a client may take to answer a close. Milliseconds. */
  readonly closeMs: number;
  /** Handshakes of one address in a row; more are answered 429. */
  readonly handshakesBurst: number;
  readonly handshakesPerSec: number;
  /** Refused handshakes of one address in a row; then all of its handshakes are answered 429. */
  readonly refusalsBurst: number;
  readonly refusalsPerSec: number;
  /** Addresses whose budgets are remembered; the one seen first is forgotten first. */
  readonly addressesMax: number;
}

export const webSocketLimits: WebSocketLimits = {
  connectionsMax: 5000,
  messageBytesMax: 65536,
  fragmentsMax: 1024,
  unreadBytesMax: 1048576,
  messagesBurst: 5000,
  messagesPerSec: 5000,
  pingMs: 30000,
  unansweredPingsMax: 1,
  closeMs: 5000,
  handshakesBurst: 2000,
  handshakesPerSec: 1000,
  refusalsBurst: 100,
  refusalsPerSec: 5,
  addressesMax: 10000,
};
