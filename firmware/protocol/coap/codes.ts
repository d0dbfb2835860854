/**
 * The numbers of CoAP: methods, message types, the response codes that device code compares with, and this client's own
 * failure codes. Numbers only; RFC 7252 12.1, RFC 7959 6.
 */

/** Request methods (RFC 7252 12.1.1). */
export const enum CoapMethod {
  get = 1,
  post = 2,
  put = 3,
  delete = 4,
}

/** Message types (RFC 7252 3). */
export const enum CoapType {
  con = 0,
  non = 1,
  ack = 2,
  rst = 3,
}

/** Response codes as the byte on the wire: class * 32 + detail. The class alone (`idiv(code, 32)`: 2, 4, 5) decides success. */
export const enum CoapStatus {
  /** 0.00: what a CoAP ping is answered with (a Reset); no response at all. */
  empty = 0,
  created = 65,
  deleted = 66,
  valid = 67,
  changed = 68,
  content = 69,
  continue = 95,
  badRequest = 128,
  unauthorized = 129,
  badOption = 130,
  forbidden = 131,
  notFound = 132,
  methodNotAllowed = 133,
  notAcceptable = 134,
  requestEntityIncomplete = 136,
  preconditionFailed = 140,
  requestEntityTooLarge = 141,
  unsupportedContentFormat = 143,
  internalServerError = 160,
  serviceUnavailable = 163,
}

/** Why the client refused a request, ended an exchange, or dropped a datagram. Stable: stored as "last error". */
export const enum CoapCode {
  none = 0,
  /** `exchangesMax` exchanges and relations are open, or the drawn token is in use; nothing was taken, try later. */
  busy = 1,
  /** The request breaks a rule: method, ref, a path or query part above 255 bytes, a "." or ".." segment. */
  invalid = 2,
  /** No acknowledgement after five sends, or no response in 93 s. */
  timeout = 3,
  /** The server answered with a Reset. */
  reset = 4,
  /** A request that does not fit a datagram, or a response body above `bodyBytesMax`. */
  tooLarge = 5,
  /** The server's response breaks the protocol: unknown critical option, blocks out of order, a body that never settles. */
  protocol = 6,
  /** The datagram is not a CoAP message (format error). */
  format = 7,
  /** The datagram belongs to no open exchange: a late answer, or an endpoint that takes this one for a server. */
  unknown = 8,
}
