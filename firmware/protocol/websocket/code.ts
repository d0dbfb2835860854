/** How a call on the WebSocket core went, and why a connection ended. The numbers are stable: they are reported as "last error". */

/** From 100 to 599 a code is the HTTP status that refused the handshake; from 1000 on it is a close code of RFC 6455 7.4. */
export const enum WsCode {
  ok = 0,
  /** Only an open connection can do this, or only one that is not open yet. Nothing was sent. */
  notOpen = 1,
  /** Our own mistake: an option that would break the request, a text that is not UTF-8, a close code that may not be sent. */
  invalid = 2,
  /** A message to be sent is longer than `messageBytesMax`. Nothing was sent. */
  tooLarge = 3,
  /** The handshake's answer is no HTTP, or its head is longer than `headBytesMax`. */
  notHttp = 4,
  /** 101 without the headers that make it a WebSocket (RFC 6455 4.1), or with an extension, which was never offered. */
  notWebSocket = 5,
  /** Sec-WebSocket-Accept is not the one of our key: what answered is no WebSocket server, or answered somebody else. */
  acceptWrong = 6,
  /** The server chose a subprotocol that was not offered, or none where one must be. */
  subprotocolWrong = 7,
  /** No answer to the handshake within `answerTimeoutMs`. */
  handshakeTimeout = 8,
  /** Nothing came within `answerTimeoutMs` after our Ping: the peer is gone. */
  pingTimeout = 9,
  normal = 1000,
  protocolError = 1002,
  /** A text message where there are none. */
  unacceptable = 1003,
  /** The peer's Close had no code. */
  noStatus = 1005,
  /** The transport ended without a Close. */
  abnormal = 1006,
  /** A text that is not UTF-8. */
  invalidPayload = 1007,
  messageTooBig = 1009,
}

/** True for a code that may stand in a Close frame: of the protocol, of the registry up to 1014, of libraries and of applications (RFC 6455 7.4). */
export function isCloseCode(code: number): boolean {
  if (code < 1000 || code > 4999) return false;
  return code > 2999 || (code < 1015 && code !== 1004 && code !== WsCode.noStatus && code !== WsCode.abnormal);
}
