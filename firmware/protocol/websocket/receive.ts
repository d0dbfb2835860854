/**
 * Bytes from the server to calls on the sink: the handshake's answer, then frames, messages and the closing handshake. RFC 6455 5 to
 * 8. Any bytes give messages, "need more" or an end; never an exception, never more kept than one message of `messageBytesMax`.
 *
 * A frame is refused as early as it can be known: reserved bits, opcodes and order at its first byte, masks and long control
 * frames at its second, a length above the limit before a byte of it is kept, a text at its first wrong byte. Cost is linear in
 * the bytes received. (Appending copies on some engines; then a byte costs at most `messageBytesMax`.)
 */
import { check } from "../../base/check";
import { at, chr, idiv, sub } from "../../base/intrinsics";
import { isUtf8 } from "../../base/utf8";
import type { HttpSink } from "../http/reader";
import { WsCode, isCloseCode } from "./code";
import { CLOSE, PING, PONG, TEXT, encodeFrame } from "./frame";
import { chosenSubprotocol, handshakeReceive, noteTo } from "./handshake";
import type { HandshakeAnswer } from "./handshake";
import { WsPhase, WsStep, finish, resetFrames } from "./state";
import type { WsSession, WsSink } from "./state";
import { continuesText } from "./text";

/** Sends one frame. */
export function sendFrame(sink: WsSink, opcode: number, payload: string): void {
  sink.send(encodeFrame(opcode, payload, sink.random(4)));
}

/** A close code as the two bytes that it is in a frame. */
export function closePayload(code: number): string {
  return chr(idiv(code, 256)) + chr(code % 256);
}

/** What the first byte of a frame breaks; 0 for nothing. FIN is bit 7, reserved bits are 4 to 6. */
function firstByte(session: WsSession, byte: number): number {
  const opcode = byte % 16;
  if (byte % 128 !== opcode) return WsCode.protocolError;
  // Control frames are whole, and there are three of them.
  if (opcode > 7) return opcode <= PONG && byte > 127 ? 0 : WsCode.protocolError;
  if (session.options.stream && opcode === TEXT) return WsCode.unacceptable;
  // Data frames: 0 goes on with a message, 1 and 2 begin one.
  return opcode < 3 && (opcode === 0) === (session.kind !== 0) ? 0 : WsCode.protocolError;
}

/** Takes the second byte of a frame: no mask from a server, and the length or how many bytes it takes. */
function secondByte(session: WsSession, byte: number): number {
  const isControl = session.first % 16 > 7;
  if (byte > 127 || (isControl && byte > 125)) return WsCode.protocolError;
  session.lengthBytes = byte < 126 ? 0 : byte === 126 ? 2 : 8;
  session.lengthLeft = session.lengthBytes;
  session.left = byte < 126 ? byte : 0;
  return 0;
}

/** Takes a further byte of the length, which must take as few bytes as it can (RFC 6455 5.2). */
function lengthByte(session: WsSession, byte: number): number {
  if (session.lengthLeft === 8 && byte > 127) return WsCode.protocolError;
  session.left = session.left * 256 + byte;
  session.lengthLeft -= 1;
  if (session.left > session.options.messageBytesMax) return WsCode.messageTooBig;
  if (session.lengthLeft === 0 && session.left < (session.lengthBytes === 2 ? 126 : 65536)) return WsCode.protocolError;
  return 0;
}

/** The header is whole: what the frame begins. */
function beginPayload(session: WsSession): number {
  const opcode = session.first % 16;
  session.step = WsStep.payload;
  if (opcode > 7) return 0;
  if (session.message.length + session.left > session.options.messageBytesMax) return WsCode.messageTooBig;
  if (opcode > 0) session.kind = opcode;
  return 0;
}

/** One byte of a frame's header. */
function headerByte(session: WsSession, byte: number): number {
  let code = 0;
  if (session.step === WsStep.first) {
    session.first = byte;
    session.step = WsStep.second;
    return firstByte(session, byte);
  }
  if (session.step === WsStep.second) {
    code = secondByte(session, byte);
    session.step = WsStep.length;
  } else {
    code = lengthByte(session, byte);
  }
  return code === 0 && session.lengthLeft === 0 ? beginPayload(session) : code;
}

/** Bytes of payload. A message that comes after our Close is passed over: nobody waits for it any more. */
function takePayload(session: WsSession, sink: WsSink, bytes: string): number {
  if (session.first % 16 > 7) session.control += bytes;
  else if (session.options.stream) {
    if (session.phase === WsPhase.open && bytes !== "") sink.binary(bytes);
  } else if (session.phase === WsPhase.open) {
    if (session.kind === TEXT && !continuesText(session, bytes)) return WsCode.invalidPayload;
    session.message = session.message === "" ? bytes : session.message + bytes;
  }
  return 0;
}

/**
 * The peer's Close: answered with its own code, unless ours is out already.
 * @cold
 */
function closeFrame(session: WsSession, sink: WsSink, payload: string, uptime: number): number {
  let code: number = WsCode.noStatus;
  if (payload !== "") {
    code = payload.length < 2 ? 0 : at(payload, 0) * 256 + at(payload, 1);
    if (!isCloseCode(code)) return WsCode.protocolError;
    if (!isUtf8(sub(payload, 2, payload.length))) return WsCode.invalidPayload;
  }
  if (session.phase === WsPhase.open) sendFrame(sink, CLOSE, payload === "" ? "" : closePayload(code));
  resetFrames(session);
  session.phase = WsPhase.ending;
  session.closeCode = code;
  session.since = uptime;
  sink.wake(session.options.answerTimeoutMs);
  return 0;
}

/** A frame is whole. */
function endFrame(session: WsSession, sink: WsSink, uptime: number): number {
  const opcode = session.first % 16;
  session.step = WsStep.first;
  if (opcode > 7) {
    const payload = session.control;
    session.control = "";
    if (opcode === CLOSE) return closeFrame(session, sink, payload, uptime);
    if (opcode === PING && session.phase === WsPhase.open) sendFrame(sink, PONG, payload);
    return 0;
  }
  if (session.first < 128) return 0;
  if (session.options.stream) {
    session.kind = 0;
    return 0;
  }
  if (session.tail > 0) return WsCode.invalidPayload;
  const message = session.message;
  const isText = session.kind === TEXT;
  session.message = "";
  session.kind = 0;
  if (session.phase !== WsPhase.open) return 0;
  if (isText) sink.text(message);
  else sink.binary(message);
  return 0;
}

/** Takes all frames out of `bytes`; the code for which the connection fails, or 0. */
function readFrames(session: WsSession, sink: WsSink, bytes: string, uptime: number): number {
  let i = 0;
  let code = 0;
  while (code === 0 && i < bytes.length && session.phase !== WsPhase.ending) {
    if (session.step !== WsStep.payload) {
      code = headerByte(session, at(bytes, i));
      i += 1;
    } else {
      const n = Math.min(session.left, bytes.length - i);
      session.left -= n;
      code = takePayload(session, sink, sub(bytes, i, i + n));
      i += n;
    }
    const whole: boolean = session.step === WsStep.payload && session.left === 0;
    if (code === 0 && whole) code = endFrame(session, sink, uptime);
  }
  return code;
}

/**
 * Fails the connection (RFC 6455 7.1.7): a Close with the code, unless one is out already, and no waiting.
 * @cold
 */
function fail(session: WsSession, sink: WsSink, code: number): number {
  if (session.phase === WsPhase.open) sendFrame(sink, CLOSE, closePayload(code));
  return finish(session, sink, code);
}

/**
 * The answer to the handshake, or a part of it. Frames may stand in the same bytes.
 * @cold
 */
function answered(session: WsSession, sink: WsSink, bytes: string, answer: HandshakeAnswer, notes: HttpSink, uptime: number): number {
  const handshake = session.handshake!;
  const judged = handshakeReceive(handshake, session.options, bytes, answer, notes);
  if (judged < 0) return 0;
  if (judged > 0) return finish(session, sink, judged);
  session.phase = WsPhase.open;
  session.handshake = undefined;
  if (session.options.pingAfterMs > 0) sink.wake(session.options.pingAfterMs);
  sink.opened(chosenSubprotocol(handshake));
  const code = readFrames(session, sink, answer.rest, uptime);
  return code === 0 ? 0 : fail(session, sink, code);
}

/**
 * Bytes from the transport, cut anywhere.
 * @returns 0, or the WsCode that `sink.closed` was called with; `notOpen` for bytes of a closed connection, unread
 */
export function wsReceive(session: WsSession, sink: WsSink, bytes: string, uptime: number): number {
  if (MOTET_CHECKED) check(!session.busy, "websocket: the sink called back into the core");
  const phase = session.phase;
  if (phase === WsPhase.closed) return WsCode.notOpen;
  if (MOTET_CHECKED) session.busy = true;
  let code = 0;
  if (phase === WsPhase.connecting) {
    const answer: HandshakeAnswer = { status: 0, failure: 0, rest: "" };
    code = answered(session, sink, bytes, answer, noteTo(answer), uptime);
  } else if (phase !== WsPhase.ending) {
    code = readFrames(session, sink, bytes, uptime);
    if (code !== 0) fail(session, sink, code);
  }
  // Silence counts while open; elsewhere `since` is when an answer began to be waited for.
  if (session.phase === WsPhase.open) {
    session.since = uptime;
    session.pinged = false;
  }
  if (MOTET_CHECKED) session.busy = false;
  return code;
}
