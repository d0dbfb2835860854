/**
 * Socket.IO client over WebSocket alone, sans-IO: one namespace, events, acknowledgements, heartbeats of Engine.IO 3 and 4. It never
 * polls by HTTP (every server that speaks Engine.IO takes a WebSocket at once), upgrades, or reads binary arguments.
 *
 * Theory of operation. `sioOpen` makes the session, with its sink, since the WebSocket's own stands on it; for each connection the
 * owner opens a transport, calls `sioConnect`, feeds `sioReceive` and `sioTick`, and calls `sioEnded` when the transport ends.
 * What the WebSocket tells in a call is noted, and taken up when that call has returned, because no sink may call its core; so what
 * stands in the same bytes as the server's Close is heard, and not answered any more.
 * `sink.closed` comes once for each `sioConnect` that answered 0; reconnecting, with backoff, is the owner's, and so is
 * subscribing again.
 *
 * Heartbeats. Version 4: the server pings every `pingInterval`, and silence of that and `pingTimeout` ends the connection. Version 3: we
 * ping, and anything from the server within `pingTimeout` is the answer.
 */
import { check } from "../../base/check";
import { elapsed } from "../../base/time";
import { WsCode, WsPhase, wsClose, wsConnect, wsEnded, wsOpen, wsReceive, wsTick } from "../websocket/session";
import type { WsSink } from "../websocket/session";
import { jsonString } from "../../base/json-write";
import { SioCode } from "./code";
import { argumentLimits, isJson, namespacePart } from "./packet";
import { binaryMark, endFor, over, sendPacket, takeUp, wakeFor } from "./receive";
import { SioPhase } from "./state";
import type { SioAck, SioOptions, SioSession, SioSink } from "./state";

export { SioCode } from "./code";
export { SioPhase } from "./state";
export type { SioOptions, SioSession, SioSink } from "./state";

/** The number after which acknowledgements begin at 0 again: more than any window, and nine digits at most. */
const ACK_ID_MAX = 999999;

function assertIdle(session: SioSession): void {
  check(!session.busy, "socket.io: the sink called back into the core");
}

function addressOf(options: SioOptions): string {
  const query = options.query === "" ? "" : "&" + options.query;
  return options.path + "?EIO=" + options.version + "&transport=websocket" + query;
}

/** The WebSocket's sink: bytes pass, the rest is noted. */
function sinkOf(session: SioSession): WsSink {
  const sink = session.sink;
  return {
    send: (bytes) => sink.send(bytes),
    random: (count) => sink.random(count),
    opened: () => {},
    text: (text) => {
      session.inbox.push(text);
    },
    binary: () => {
      session.inbox.push(binaryMark());
    },
    closed: (code) => {
      session.wsCode = code;
    },
    wake: (inMs) => sink.wake(inMs),
  };
}

/** A new session, closed. Nothing is sent before `sioConnect`. */
export function sioOpen(options: SioOptions, sink: SioSink): SioSession {
  if (MOTET_CHECKED) check((options.version === 3 || options.version === 4) && options.acksMax >= 0, "socket.io: option");
  const session = {
    options,
    sink,
    ws: wsOpen({
      host: options.host,
      path: addressOf(options),
      subprotocols: [],
      headers: "",
      headBytesMax: options.headBytesMax,
      messageBytesMax: options.messageBytesMax,
      answerTimeoutMs: options.answerTimeoutMs,
      // Engine.IO has heartbeats of its own.
      pingAfterMs: 0,
      stream: false,
    }),
    inbox: [],
    wsCode: 0,
    endCode: 0,
    endMessage: "",
    phase: SioPhase.closed,
    pingIntervalMs: 0,
    pingTimeoutMs: 0,
    payloadMax: 0,
    since: 0,
    pinged: false,
    attachments: 0,
    nextAck: 0,
    acks: [],
    busy: false,
  } as unknown as SioSession;
  session.wsSink = sinkOf(session);
  return session;
}

/** True for a namespace and an `auth` that can be sent. */
function areOptions(options: SioOptions): boolean {
  const namespace = options.namespace;
  if (namespace.indexOf("/") !== 0 || namespace.indexOf(",") >= 0) return false;
  return options.auth === "" || isJson(options.auth, "{", argumentLimits(options.messageBytesMax));
}

/**
 * The transport is up: sends the WebSocket's request.
 * @returns 0, `notConnected` on a session that is not closed, or `invalid` for options that cannot be sent
 * @cold
 */
export function sioConnect(session: SioSession, uptime: number): number {
  if (MOTET_CHECKED) assertIdle(session);
  if (session.phase !== SioPhase.closed) return SioCode.notConnected;
  if (!areOptions(session.options)) return SioCode.invalid;
  if (MOTET_CHECKED) session.busy = true;
  session.endCode = 0;
  session.endMessage = "";
  session.since = uptime;
  const code = wsConnect(session.ws, session.wsSink, uptime);
  if (code === 0) session.phase = SioPhase.opening;
  if (MOTET_CHECKED) session.busy = false;
  return code === 0 ? 0 : SioCode.invalid;
}

/** Bytes from the transport, cut anywhere. */
export function sioReceive(session: SioSession, bytes: string, uptime: number): void {
  if (MOTET_CHECKED) assertIdle(session);
  if (session.phase === SioPhase.closed) return;
  if (MOTET_CHECKED) session.busy = true;
  const before: WsPhase = session.ws.phase;
  wsReceive(session.ws, session.wsSink, bytes, uptime);
  // From here on Engine.IO's first packet is waited for.
  if (before === WsPhase.connecting && session.ws.phase === WsPhase.open) {
    session.since = uptime;
    wakeFor(session, uptime);
  }
  takeUp(session, uptime);
  if (MOTET_CHECKED) session.busy = false;
}

/** The names that Socket.IO keeps for itself. */
function isReserved(name: string): boolean {
  return name === "connect" || name === "connect_error" || name === "disconnect" || name === "disconnecting" || name === "newListener" || name === "removeListener";
}

/** Sends a packet that the server may refuse to take for its length. */
function sendLimited(session: SioSession, text: string): number {
  if (text.length > session.options.messageBytesMax || (session.payloadMax > 0 && text.length > session.payloadMax)) return SioCode.tooLarge;
  sendPacket(session, text);
  return 0;
}

/**
 * Emits an event. `args` are JSON values as text, joined by commas, or empty; `ref`, 0 to 2^31-1, asks for an acknowledgement
 * and comes back in `acknowledged` or `unanswered`, -1 asks for none.
 * @returns 0, `notConnected`, `acksFull`, `tooLarge`, or `invalid` for a reserved name or arguments that are no JSON; nothing was sent unless 0
 */
export function sioEmit(session: SioSession, event: string, args: string, ref: number, uptime: number): number {
  if (MOTET_CHECKED) assertIdle(session);
  if (session.phase !== SioPhase.connected) return SioCode.notConnected;
  const items = args === "" ? "" : "," + args;
  const payload = "[" + jsonString(event) + items + "]";
  if (isReserved(event) || !isJson(payload, "[", argumentLimits(session.options.messageBytesMax))) return SioCode.invalid;
  const asks = ref >= 0;
  if (asks && session.acks.length >= session.options.acksMax) return SioCode.acksFull;
  const id = session.nextAck;
  if (MOTET_CHECKED) session.busy = true;
  const code = sendLimited(session, "42" + namespacePart(session.options.namespace) + (asks ? "" + id : "") + payload);
  if (code === 0 && asks) {
    const ack: SioAck = { id, ref, since: uptime };
    session.acks.push(ack);
    session.nextAck = id === ACK_ID_MAX ? 0 : id + 1;
    wakeFor(session, uptime);
  }
  if (MOTET_CHECKED) session.busy = false;
  return code;
}

/** Acknowledges an event by its `ackId`, with `args` as in `sioEmit`. Returns 0, `notConnected`, `invalid` or `tooLarge`. */
export function sioAcknowledge(session: SioSession, ackId: number, args: string): number {
  if (MOTET_CHECKED) assertIdle(session);
  if (session.phase !== SioPhase.connected) return SioCode.notConnected;
  const payload = "[" + args + "]";
  if (ackId < 0 || !isJson(payload, "[", argumentLimits(session.options.messageBytesMax))) return SioCode.invalid;
  if (MOTET_CHECKED) session.busy = true;
  const code = sendLimited(session, "43" + namespacePart(session.options.namespace) + ackId + payload);
  if (MOTET_CHECKED) session.busy = false;
  return code;
}

/**
 * Leaves the namespace and closes the WebSocket; `sink.closed` comes at the end, with 1000 when the server answers. Does nothing on
 * a session that is closed or closing.
 * @cold
 */
export function sioClose(session: SioSession, uptime: number): void {
  if (MOTET_CHECKED) assertIdle(session);
  if (session.phase === SioPhase.closed || session.phase === SioPhase.closing) return;
  if (MOTET_CHECKED) session.busy = true;
  if (session.phase === SioPhase.connected) sendPacket(session, "41" + namespacePart(session.options.namespace));
  session.phase = SioPhase.closing;
  wsClose(session.ws, session.wsSink, WsCode.normal, uptime);
  takeUp(session, uptime);
  if (MOTET_CHECKED) session.busy = false;
}

/**
 * The transport has ended, by whomever. Does nothing on a closed session.
 * @cold
 */
export function sioEnded(session: SioSession): void {
  if (MOTET_CHECKED) assertIdle(session);
  if (session.phase === SioPhase.closed) return;
  if (MOTET_CHECKED) session.busy = true;
  wsEnded(session.ws, session.wsSink);
  over(session);
  if (MOTET_CHECKED) session.busy = false;
}

/**
 * Tells of acknowledgements that are overdue; the oldest stand first.
 * @cold
 */
function dropOverdue(session: SioSession, uptime: number): void {
  let first: SioAck | undefined = session.acks[0];
  while (first !== undefined && elapsed(uptime, first.since) >= session.options.answerTimeoutMs) {
    session.acks.shift();
    session.sink.unanswered(first.ref);
    first = session.acks[0];
  }
}

/**
 * What time does to a WebSocket that is open.
 * @cold
 */
function tickOpen(session: SioSession, uptime: number): void {
  const silent = elapsed(uptime, session.since);
  if (session.phase !== SioPhase.connected) {
    if (silent >= session.options.answerTimeoutMs) endFor(session, SioCode.connectTimeout, true, uptime);
    else wakeFor(session, uptime);
    return;
  }
  dropOverdue(session, uptime);
  const isOld = session.options.version === 3;
  const patience = isOld ? session.pingTimeoutMs : session.pingIntervalMs + session.pingTimeoutMs;
  if (isOld && !session.pinged && silent >= session.pingIntervalMs) {
    session.pinged = true;
    session.since = uptime;
    sendPacket(session, "2");
  } else if ((session.pinged || !isOld) && silent >= patience) {
    endFor(session, SioCode.heartbeatTimeout, false, uptime);
    return;
  }
  wakeFor(session, uptime);
}

/**
 * Time has passed: ends what took too long, sends version 3's heartbeats, and asks for the next tick.
 * @cold
 */
export function sioTick(session: SioSession, uptime: number): void {
  if (MOTET_CHECKED) assertIdle(session);
  if (session.phase === SioPhase.closed) return;
  if (MOTET_CHECKED) session.busy = true;
  if (session.ws.phase === WsPhase.open) tickOpen(session, uptime);
  else wsTick(session.ws, session.wsSink, uptime);
  takeUp(session, uptime);
  if (MOTET_CHECKED) session.busy = false;
}
