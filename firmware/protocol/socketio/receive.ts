/**
 * Messages of the server to calls on the sink: Engine.IO's packets, heartbeats of either direction, and Socket.IO's packets inside.
 * Any message gives calls or an end; what a peer may not say ends the connection in order, with `protocolError`.
 */
import { at, chr, sub } from "../../base/intrinsics";
import { elapsed } from "../../base/time";
import { WsCode, WsPhase, wsClose, wsEnded, wsSendText } from "../websocket/session";
import { SioCode } from "./code";
import { readEngineOpen } from "./engine";
import type { EngineOpen } from "./engine";
import { SioType, argumentLimits, isJson, namespacePart, readError, readEvent, readPacket } from "./packet";
import type { SioPacket } from "./packet";
import { SioPhase } from "./state";
import type { SioAck, SioSession } from "./state";

/** Binary messages that one event may have. */
const ATTACHMENTS_MAX = 10;
/** The most of a refusal's words that is handed on. */
const REASON_BYTES_MAX = 120;

/** Stands for a binary message among texts, none of which has this byte. */
export const BINARY_MARK = 255;

/** Asks for the next tick. */
export function wakeFor(session: SioSession, uptime: number): void {
  let left = session.options.answerTimeoutMs;
  const silent = elapsed(uptime, session.since);
  if (session.phase === SioPhase.connected) {
    if (session.options.version === 4) left = session.pingIntervalMs + session.pingTimeoutMs - silent;
    else left = (session.pinged ? session.pingTimeoutMs : session.pingIntervalMs) - silent;
    const first = session.acks[0];
    if (first !== undefined) left = Math.min(left, session.options.answerTimeoutMs - elapsed(uptime, first.since));
  } else {
    left -= silent;
  }
  session.sink.wake(left > 1 ? left : 1);
}

/**
 * The WebSocket has ended: says so, with the reason that came first.
 * @cold
 */
export function over(session: SioSession): void {
  const acks = session.acks;
  session.phase = SioPhase.closed;
  session.inbox = [];
  session.acks = [];
  session.attachments = 0;
  for (const ack of acks) session.sink.unanswered(ack.ref);
  session.sink.closed(session.endCode === 0 ? session.wsCode : session.endCode, session.endMessage);
}

/**
 * Ends the session for `code`: in order, with the WebSocket's closing handshake, or at once when the peer is gone.
 * @cold
 */
export function endFor(session: SioSession, code: number, inOrder: boolean, uptime: number): void {
  session.endCode = code;
  session.phase = SioPhase.closing;
  session.inbox = [];
  if (inOrder) wsClose(session.ws, session.wsSink, WsCode.normal, uptime);
  else wsEnded(session.ws, session.wsSink);
}

/** Sends one Engine.IO packet. */
export function sendPacket(session: SioSession, text: string): void {
  wsSendText(session.ws, session.wsSink, text);
}

/**
 * Engine.IO is open: asks to join the namespace.
 * @cold
 */
function opened(session: SioSession, payload: string, uptime: number): boolean {
  const options = session.options;
  const open: EngineOpen = { pingIntervalMs: 0, pingTimeoutMs: 0, payloadMax: 0 };
  if (!readEngineOpen(payload, open)) return false;
  session.pingIntervalMs = open.pingIntervalMs;
  session.pingTimeoutMs = open.pingTimeoutMs;
  session.payloadMax = open.payloadMax;
  session.phase = SioPhase.joining;
  // In version 3 the server joins the main namespace by itself.
  if (options.version === 4 || options.namespace !== "/") {
    sendPacket(session, "40" + namespacePart(options.namespace) + (options.version === 4 ? options.auth : ""));
  }
  wakeFor(session, uptime);
  return true;
}

/**
 * Our namespace is joined.
 * @cold
 */
function joined(session: SioSession, payload: string, uptime: number): boolean {
  // Revision 5 names the socket; 4 has nothing here.
  if (session.phase !== SioPhase.joining) return false;
  if (payload !== "" && !isJson(payload, "{", argumentLimits(session.options.messageBytesMax))) return false;
  session.phase = SioPhase.connected;
  session.since = uptime;
  session.pinged = false;
  session.sink.connected();
  wakeFor(session, uptime);
  return true;
}

/**
 * The namespace is refused.
 * @cold
 */
function refused(session: SioSession, payload: string, uptime: number): boolean {
  const words = readError(payload, argumentLimits(session.options.messageBytesMax));
  session.endMessage = sub(words, 0, Math.min(words.length, REASON_BYTES_MAX));
  endFor(session, SioCode.refused, true, uptime);
  return true;
}

/** Takes the waiting acknowledgement `id` out; its ref, or -1. */
function takeAck(session: SioSession, id: number): number {
  const left: SioAck[] = [];
  let ref = -1;
  for (const ack of session.acks) {
    if (ack.id === id) ref = ack.ref;
    else left.push(ack);
  }
  session.acks = left;
  return ref;
}

/** An acknowledgement. One that nobody waits for, late or hostile, changes nothing. */
function acknowledged(session: SioSession, packet: SioPacket): boolean {
  if (packet.id < 0 || !isJson(packet.payload, "[", argumentLimits(session.options.messageBytesMax))) return false;
  const ref = takeAck(session, packet.id);
  if (ref >= 0) session.sink.acknowledged(ref, packet.payload);
  return true;
}

/**
 * An event or an acknowledgement with bytes, in whatever namespace: passed over, with all that belongs to it.
 * @cold
 */
function skipBinary(session: SioSession, packet: SioPacket, isOurs: boolean): boolean {
  if (packet.attachments < 1 || packet.attachments > ATTACHMENTS_MAX) return false;
  session.attachments = packet.attachments;
  if (!isOurs) return true;
  if (packet.type === SioType.binaryEvent) {
    session.sink.binarySkipped();
    return true;
  }
  const ref = takeAck(session, packet.id);
  if (ref >= 0) session.sink.unanswered(ref);
  return true;
}

function event(session: SioSession, packet: SioPacket): boolean {
  const found = readEvent(packet.payload, argumentLimits(session.options.messageBytesMax));
  if (found === undefined) return false;
  session.sink.event(found.name, found.args, packet.id);
  return true;
}

/** One Socket.IO packet, behind Engine.IO's "4". False for what the server may not say. */
function socketPacket(session: SioSession, text: string, uptime: number): boolean {
  const packet = readPacket(text, 1);
  // A plain packet between an event and its bytes would tear them apart.
  if (packet === undefined || session.attachments > 0) return false;
  const type = packet.type;
  // Version 3 joins "/" by itself, whatever was asked for; nothing else of another namespace was asked for.
  const isOurs = packet.namespace === session.options.namespace;
  if (isOurs && type === SioType.connect) return joined(session, packet.payload, uptime);
  if (isOurs && type === SioType.connectError) return refused(session, packet.payload, uptime);
  if (isOurs && session.phase !== SioPhase.connected) return false;
  if (type >= SioType.binaryEvent) return skipBinary(session, packet, isOurs);
  if (!isOurs) return true;
  if (type === SioType.event) return event(session, packet);
  if (type === SioType.ack) return acknowledged(session, packet);
  endFor(session, SioCode.disconnected, true, uptime);
  return true;
}

/**
 * Engine.IO's Close, and packets that come rarely.
 * @cold
 */
function rarePacket(session: SioSession, kind: number, uptime: number): boolean {
  if (kind === 49) {
    endFor(session, SioCode.disconnected, true, uptime);
    return true;
  }
  // "6" says nothing, on purpose.
  return kind === 54;
}

/** One message of the WebSocket. False for what the server may not say. */
function message(session: SioSession, text: string, uptime: number): boolean {
  const kind = text === "" ? 0 : at(text, 0);
  if (session.phase === SioPhase.opening) return kind === 48 && opened(session, sub(text, 1, text.length), uptime);
  if (kind === BINARY_MARK) {
    session.attachments -= 1;
    return session.attachments >= 0;
  }
  const isOld = session.options.version === 3;
  if (isOld) session.pinged = false;
  if (kind === 52) return socketPacket(session, text, uptime);
  // In version 4 the server asks and we answer; in version 3 it is the other way round.
  if (kind === (isOld ? 51 : 50)) {
    if (!isOld) sendPacket(session, "3" + sub(text, 1, text.length));
    if (session.phase === SioPhase.connected) {
      session.since = uptime;
      wakeFor(session, uptime);
    }
    return true;
  }
  return rarePacket(session, kind, uptime);
}

/** Takes up what the WebSocket noted, and its end. */
export function takeUp(session: SioSession, uptime: number): void {
  const inbox = session.inbox;
  session.inbox = [];
  for (const text of inbox) {
    if (session.phase !== SioPhase.closing && !message(session, text, uptime)) endFor(session, SioCode.protocolError, true, uptime);
  }
  if (session.ws.phase === WsPhase.closed && session.phase !== SioPhase.closed) over(session);
}

/** The mark of a binary message in the inbox. */
export function binaryMark(): string {
  return chr(BINARY_MARK);
}
