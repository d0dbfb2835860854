/**
 * The near ends of a link over WebSockets: bytes between the sockets and their sessions, and the end. It must never look into what
 * passes.
 */
import { Fault } from "../../hal/ports/fault";
import { sub } from "../base/intrinsics";
import { WsCode, WsPhase, wsConnect, wsEnded, wsReceive, wsTick } from "../protocol/websocket/session";
import { AgentCode } from "./link";
import { BATCHES, COMMANDS } from "./link-ws-state";
import type { WsLine, WsLink } from "./link-ws-state";

/** How long a farewell may take to leave before the connections are dropped all the same. */
export const FAREWELL_MS = 1000;
/** What may wait for a socket: a server that asks for more answers than it takes is left. */
const OUT_BYTES_MAX = 8192;

/**
 * Ends the link at once, and tells the agent why.
 * @cold
 */
export function end(link: WsLink, code: number): void {
  if (!link.open) return;
  link.open = false;
  const ports = link.ports;
  ports.clock.cancel(link.turn);
  ports.clock.cancel(link.tick);
  ports.clock.cancel(link.deadline);
  for (const line of link.lines) {
    ports.tcp.close(line.socket);
    line.out = "";
  }
  if (!link.quiet) link.sink.lost(code);
}

/**
 * Ends the link for `code` in `ms`; replaces the deadline before.
 * @cold
 */
export function setDeadline(link: WsLink, ms: number, code: number): void {
  const clock = link.ports.clock;
  clock.cancel(link.deadline);
  link.endCode = code;
  link.deadline = clock.after(ms, () => end(link, link.endCode));
}

function flush(link: WsLink, line: WsLine): void {
  if (!line.writable || line.out.length === 0) return;
  const most = link.ports.tcp.writeBytesMax;
  const count = line.out.length < most ? line.out.length : most;
  const bytes = sub(line.out, 0, count);
  line.out = sub(line.out, count, line.out.length);
  line.writable = false;
  const fault = link.ports.tcp.write(line.socket, bytes);
  if (fault !== Fault.none) setDeadline(link, 0, fault);
}

/** Bytes for the socket whose session was called last. */
export function queue(link: WsLink, bytes: string): void {
  const line = link.lines[link.at]!;
  line.out += bytes;
  if (line.out.length > OUT_BYTES_MAX) setDeadline(link, 0, AgentCode.busy);
  else flush(link, line);
}

/**
 * A WebSocket is over, and the link with it. A transport that just ended says more itself, and the first reason stands. The platform
 * refuses a key, an id and a permission alike, on the handshake: at the socket for batches they are the token's.
 * @cold
 */
export function closed(link: WsLink, code: number): void {
  if (code === WsCode.abnormal || link.leaving || link.endCode !== 0) return;
  const isRefused = code === 401 || code === 403;
  if (isRefused && link.at === BATCHES) {
    // What becomes of the connection tells nothing more.
    link.quiet = true;
    link.sink.refused(AgentCode.tokenSuspect);
  } else if (isRefused) setDeadline(link, 0, AgentCode.subscriptionRefused);
  else setDeadline(link, FAREWELL_MS, AgentCode.webSocket + code);
}

function received(link: WsLink, at: number, bytes: string): void {
  if (!link.open) return;
  const session = link.sessions[at]!;
  link.at = at;
  wsReceive(session, link.wsSink, bytes, link.ports.clock.uptime());
  // The server has said farewell, and was answered.
  if (session.phase === WsPhase.ending) closed(link, session.closeCode);
}

/**
 * A connection is gone. What the server said before tells more than that it is.
 * @cold
 */
function broken(link: WsLink, at: number, fault: number): void {
  link.at = at;
  wsEnded(link.sessions[at]!, link.wsSink);
  end(link, link.endCode !== 0 ? link.endCode : fault);
}

/**
 * The connection is up: the handshake.
 * @cold
 */
function begin(link: WsLink): void {
  link.lines[link.at]!.begun = true;
  if (wsConnect(link.sessions[link.at]!, link.wsSink, link.ports.clock.uptime()) !== 0) setDeadline(link, 0, AgentCode.invalid);
}

/** True when no bytes wait for their socket. */
export function hasLeft(link: WsLink): boolean {
  for (const line of link.lines) if (line.out !== "" || !line.writable) return false;
  return true;
}

function writable(link: WsLink, at: number): void {
  const line = link.lines[at]!;
  link.at = at;
  line.writable = true;
  if (line.out.length > 0) return flush(link, line);
  if (link.leaving) {
    if (hasLeft(link)) end(link, Fault.none);
  } else if (!line.begun) begin(link);
  else if (at === BATCHES) {
    const refs = link.refs;
    link.refs = [];
    for (const ref of refs) link.sink.acknowledged(ref);
  }
}

// What a port calls is a function of its own for each socket: an image has no closures for them.
export function batchesWritable(link: WsLink): void {
  writable(link, BATCHES);
}

export function batchesReceived(link: WsLink, bytes: string): void {
  received(link, BATCHES, bytes);
}

/** @cold */
export function batchesBroken(link: WsLink, fault: number): void {
  broken(link, BATCHES, fault);
}

export function commandsWritable(link: WsLink): void {
  writable(link, COMMANDS);
}

export function commandsReceived(link: WsLink, bytes: string): void {
  received(link, COMMANDS, bytes);
}

/** @cold */
export function commandsBroken(link: WsLink, fault: number): void {
  broken(link, COMMANDS, fault);
}

/**
 * Lets the sessions look at their waits.
 * @cold
 */
export function tick(link: WsLink): void {
  const uptime = link.ports.clock.uptime();
  for (let i = 0; i < link.sessions.length; i += 1) {
    link.at = i;
    wsTick(link.sessions[i]!, link.wsSink, uptime);
  }
}
