/**
 * WebSocket client (RFC 6455), sans-IO: calls and bytes in, calls on a sink out. It never opens a socket, reads a clock, makes a
 * random number, accepts an extension, or sends a fragment.
 *
 * Theory of operation. `wsOpen` makes the session; for each connection the owner opens a transport (TCP, or TLS for wss), calls
 * `wsConnect`, feeds `wsReceive` and `wsTick`, and calls `wsEnded` when the transport ends. `sink.closed` comes once for each
 * `wsConnect` that answered 0. What a phase does not take is refused with a code and changes nothing:
 *
 *   closed      takes connect
 *   connecting  takes receive (the handshake's answer), tick, close (there is no Close to wait for), ended
 *   open        takes everything but connect
 *   closing     our Close is out: receive waits for the peer's, messages and Pings are passed over; tick, ended
 *   ending      both are out: the server ends the transport, which is RFC 6455's way (7.1.1); bytes are ignored; tick, ended
 *
 * Time. Each wait has one limit, `answerTimeoutMs`. With `pingAfterMs` a peer that is silent for so long is sent a Ping, and any
 * byte from it counts as the answer.
 */
import { check } from "../../base/check";
import { isUtf8 } from "../../base/utf8";
import { elapsed } from "../../base/time";
import { WsCode, isCloseCode } from "./code";
import { BINARY, CLOSE, PING, TEXT } from "./frame";
import { handshakeRequest, newHandshake } from "./handshake";
import { closePayload, sendFrame } from "./receive";
import { WsPhase, WsStep, finish } from "./state";
import type { WsOptions, WsSession, WsSink } from "./state";

export { WsCode } from "./code";
export { wsReceive } from "./receive";
export { WsPhase } from "./state";
export type { WsOptions, WsSession, WsSink } from "./state";

/** A longer message's length would leave the integers while it is read. */
const MESSAGE_BYTES_MAX = 8388607;

function assertIdle(session: WsSession): void {
  check(!session.busy, "websocket: the sink called back into the core");
}

function assertOptions(options: WsOptions): void {
  check(options.messageBytesMax >= 125 && options.messageBytesMax <= MESSAGE_BYTES_MAX, "websocket: messageBytesMax");
  check(options.headBytesMax > 0 && options.answerTimeoutMs > 0 && options.pingAfterMs >= 0, "websocket: option");
}

/**
 * A new session, closed. Nothing is sent before `wsConnect`.
 * @cold
 */
export function wsOpen(options: WsOptions): WsSession {
  if (MOTET_CHECKED) assertOptions(options);
  return {
    options,
    phase: WsPhase.closed,
    handshake: undefined,
    step: WsStep.first,
    first: 0,
    lengthLeft: 0,
    lengthBytes: 0,
    left: 0,
    control: "",
    kind: 0,
    message: "",
    tail: 0,
    tailLow: 0,
    tailHigh: 0,
    closeCode: 0,
    since: 0,
    pinged: false,
    busy: false,
  };
}

/**
 * The transport is up: sends the request.
 * @returns 0, `notOpen` on a session that is not closed, or `invalid` when host, path, a subprotocol or a header would break the request
 * @cold
 */
export function wsConnect(session: WsSession, sink: WsSink, uptime: number): number {
  if (MOTET_CHECKED) assertIdle(session);
  if (session.phase !== WsPhase.closed) return WsCode.notOpen;
  const handshake = newHandshake(session.options, sink.random(16));
  const request = handshakeRequest(session.options, handshake.key);
  if (request === "") return WsCode.invalid;
  if (MOTET_CHECKED) session.busy = true;
  session.phase = WsPhase.connecting;
  session.handshake = handshake;
  session.since = uptime;
  session.pinged = false;
  sink.send(request);
  sink.wake(session.options.answerTimeoutMs);
  if (MOTET_CHECKED) session.busy = false;
  return 0;
}

function sendMessage(session: WsSession, sink: WsSink, opcode: number, message: string): number {
  if (MOTET_CHECKED) assertIdle(session);
  if (session.phase !== WsPhase.open) return WsCode.notOpen;
  if (message.length > session.options.messageBytesMax) return WsCode.tooLarge;
  if (MOTET_CHECKED) session.busy = true;
  sendFrame(sink, opcode, message);
  if (MOTET_CHECKED) session.busy = false;
  return 0;
}

/** Sends one text message, UTF-8 in a byte string. Returns 0, `notOpen`, `tooLarge`, or `invalid` for bytes that are no text. */
export function wsSendText(session: WsSession, sink: WsSink, message: string): number {
  return isUtf8(message) ? sendMessage(session, sink, TEXT, message) : WsCode.invalid;
}

/** Sends one binary message. Returns 0, `notOpen` or `tooLarge`. */
export function wsSendBinary(session: WsSession, sink: WsSink, message: string): number {
  return sendMessage(session, sink, BINARY, message);
}

/**
 * Begins the closing handshake with `code`, which the peer's answer usually repeats; `sink.closed` comes at its end, or at once
 * while the handshake of opening is under way.
 * @returns 0, `notOpen` when it is closed or closing already, or `invalid` for a code that may not be sent
 * @cold
 */
export function wsClose(session: WsSession, sink: WsSink, code: number, uptime: number): number {
  if (MOTET_CHECKED) assertIdle(session);
  if (!isCloseCode(code)) return WsCode.invalid;
  if (session.phase !== WsPhase.open && session.phase !== WsPhase.connecting) return WsCode.notOpen;
  if (MOTET_CHECKED) session.busy = true;
  if (session.phase === WsPhase.connecting) {
    finish(session, sink, WsCode.abnormal);
  } else {
    session.phase = WsPhase.closing;
    session.since = uptime;
    session.message = "";
    session.tail = 0;
    sendFrame(sink, CLOSE, closePayload(code));
    sink.wake(session.options.answerTimeoutMs);
  }
  if (MOTET_CHECKED) session.busy = false;
  return 0;
}

/** What the end of the transport means: the peer's Close, a refusal whose body would have ended with it, or neither. */
function endCode(session: WsSession): number {
  if (session.phase === WsPhase.ending) return session.closeCode;
  const handshake = session.handshake;
  return handshake !== undefined && handshake.reader.status >= 200 ? handshake.reader.status : WsCode.abnormal;
}

/**
 * The transport has ended, by whomever. Does nothing on a closed session.
 * @cold
 */
export function wsEnded(session: WsSession, sink: WsSink): void {
  if (MOTET_CHECKED) assertIdle(session);
  if (session.phase === WsPhase.closed) return;
  if (MOTET_CHECKED) session.busy = true;
  finish(session, sink, endCode(session));
  if (MOTET_CHECKED) session.busy = false;
}

/**
 * Why a wait is over that took too long.
 * @cold
 */
function overdue(session: WsSession): number {
  if (session.phase === WsPhase.connecting) return WsCode.handshakeTimeout;
  return session.phase === WsPhase.open ? WsCode.pingTimeout : endCode(session);
}

/**
 * Time has passed: ends what took too long, sends a Ping to a silent peer, and asks for the next tick.
 * @cold
 */
export function wsTick(session: WsSession, sink: WsSink, uptime: number): void {
  if (MOTET_CHECKED) assertIdle(session);
  const options = session.options;
  const isOpen = session.phase === WsPhase.open;
  if (session.phase === WsPhase.closed || (isOpen && options.pingAfterMs === 0)) return;
  if (MOTET_CHECKED) session.busy = true;
  const calm = isOpen && !session.pinged;
  const left = (calm ? options.pingAfterMs : options.answerTimeoutMs) - elapsed(uptime, session.since);
  if (left > 0) sink.wake(left);
  else if (calm) {
    // From here on the answer is waited for.
    session.pinged = true;
    session.since = uptime;
    sendFrame(sink, PING, "");
    sink.wake(options.answerTimeoutMs);
  } else finish(session, sink, overdue(session));
  if (MOTET_CHECKED) session.busy = false;
}
