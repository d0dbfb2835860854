/** How a call on the Socket.IO core went, and why a connection ended: these, or a WsCode of the WebSocket below (4 to 9, and from 100 on). */
export const enum SioCode {
  ok = 0,
  /** Only a connected session can do this. Nothing was sent. */
  notConnected = 1,
  /** Our own mistake: an option, an event's name or an argument that cannot be sent. Nothing was sent. */
  invalid = 2,
  /** More bytes than `messageBytesMax`, or than the server takes. Nothing was sent. */
  tooLarge = 3,
  /** As many events as `acksMax` wait for their acknowledgement. Nothing was sent. */
  acksFull = 20,
  /** The peer broke Engine.IO or Socket.IO: a packet that cannot be, or cannot come now. */
  protocolError = 21,
  /** The server refused the namespace: CONNECT_ERROR, whose message comes with it. */
  refused = 22,
  /** The server left the namespace, or closed Engine.IO. */
  disconnected = 23,
  /** No heartbeat from the peer in time: it is gone. */
  heartbeatTimeout = 24,
  /** The namespace was not joined within `answerTimeoutMs` of the WebSocket's opening. */
  connectTimeout = 25,
}
