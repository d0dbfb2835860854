/**
 * A link over a platform's own WebSockets, one topic each: one socket that batches go out on and come back on, and one that
 * commands come on. Two of them, one opened after the other, because an opening takes the most memory.
 *
 * Nothing acknowledges here. A batch counts as acknowledged when its bytes have left the machine, and as arrived when the platform has
 * sent it back (`echoes`), so that what gets lost on the way is sent again.
 *
 * The core must not be called from its own sink: what the sink asks for is done when the core's call has returned, or on a later
 * turn. Paths and headers hold secrets: neither is logged, and both are dropped once they have been sent.
 */
import { Fault } from "../../hal/ports/fault";
import { TlsLevel } from "../../hal/ports/tls";
import type { Ports } from "../../hal/ports";
import { httpHeaderLine } from "../protocol/http/encode";
import type { WsProfile } from "../platform/profile";
import { WsCode, wsClose, wsOpen, wsSendText } from "../protocol/websocket/session";
import type { WsSink } from "../protocol/websocket/session";
import { AgentCode } from "./link";
import type { Link, LinkDriver, LinkSink, LinkTarget } from "./link";
import {
  FAREWELL_MS, batchesBroken, batchesReceived, batchesWritable, closed, commandsBroken, commandsReceived, commandsWritable, end, hasLeft, queue, setDeadline, tick,
} from "./link-ws-lines";
import { BATCHES, COMMANDS } from "./link-ws-state";
import type { WsLink } from "./link-ws-state";

/** Batches on their way at once. */
const WINDOW = 4;
/** A batch comes back longer, with what the platform adds to each reading. */
const BATCH_BYTES_MAX = 512;
const MESSAGE_BYTES_MAX = 2048;
const HEAD_BYTES_MAX = 1024;
/** How long each answer of the server may take: to the handshake, to a Ping, to a Close. */
const ANSWER_TIMEOUT_MS = 20000;
/** A server that is silent for so long is asked whether it is there. */
const PING_AFTER_MS = 60000;
/** How often the sockets' waits are looked at. */
const TICK_MS = 5000;

/** The Host header: with the port, unless it is the usual one (RFC 6455 4.1). */
function hostOf(target: LinkTarget): string {
  const usual = target.tls === TlsLevel.none ? 80 : 443;
  return target.port === usual ? target.serverName : target.serverName + ":" + target.port;
}

/** A session for `path`, and what belongs to its socket. */
function addSession(link: WsLink, target: LinkTarget, path: string): void {
  link.lines.push({ socket: 0, out: "", writable: false, begun: false });
  link.sessions.push(
    wsOpen({
      host: hostOf(target),
      path,
      subprotocols: [],
      headers: httpHeaderLine(link.profile.keyHeader, link.profile.key(target.token)),
      headBytesMax: HEAD_BYTES_MAX,
      messageBytesMax: MESSAGE_BYTES_MAX,
      answerTimeoutMs: ANSWER_TIMEOUT_MS,
      pingAfterMs: PING_AFTER_MS,
      stream: false,
    }),
  );
}

/** @cold */
function openCommands(link: WsLink): void {
  const target = link.target!;
  link.turn = 0;
  link.target = undefined;
  addSession(link, target, link.profile.commandPath(target.token, link.overfed));
  const socket = link.ports.tcp.connect({
    address: target.address,
    port: target.port,
    tls: target.tls === TlsLevel.none ? undefined : { serverName: target.serverName },
    onWritable: () => commandsWritable(link),
    onReadable: (bytes) => commandsReceived(link, bytes),
    onError: (fault) => commandsBroken(link, fault),
  });
  link.lines[COMMANDS]!.socket = socket;
  if (socket === 0) setDeadline(link, 0, Fault.invalid);
}

/**
 * A socket is open: the other follows on a turn of its own, and then the link is ready.
 * @cold
 */
function opened(link: WsLink): void {
  // They were said, and are long.
  const options = link.sessions[link.at]!.options;
  options.host = "";
  options.path = "";
  options.headers = "";
  if (link.at === BATCHES) {
    link.turn = link.ports.clock.after(0, () => openCommands(link));
    return;
  }
  link.live = true;
  link.sink.ready();
}

function makeSink(link: WsLink): WsSink {
  return {
    send: (bytes) => queue(link, bytes),
    random: (count) => link.ports.random.bytes(count),
    opened: () => opened(link),
    text: (message) => link.sink.data(message),
    // Nobody sends any.
    binary: () => {},
    closed: (code) => closed(link, code),
    // One timer looks after all sockets.
    wake: () => {},
  };
}

/** @cold */
function open(profile: WsProfile, ports: Ports, target: LinkTarget, sink: LinkSink, before: Link | undefined): Link {
  // A message that was too large ended the connection before; one that is told at each beginning would end this one as well.
  const overfed = before !== undefined && (before as WsLink).endCode === AgentCode.webSocket + WsCode.messageTooBig;
  if (before !== undefined) end(before as WsLink, Fault.none);
  const link = {
    ports, sink, open: true, profile, target, overfed, sessions: [], lines: [], at: BATCHES, live: false, leaving: false, quiet: false, refs: [], turn: 0, tick: 0, deadline: 0, endCode: 0,
  } as unknown as WsLink;
  link.wsSink = makeSink(link);
  link.tick = ports.clock.every(TICK_MS, () => tick(link));
  addSession(link, target, profile.batchPath(target.token, overfed));
  const socket = ports.tcp.connect({
    address: target.address,
    port: target.port,
    tls: target.tls === TlsLevel.none ? undefined : { serverName: target.serverName },
    onWritable: () => batchesWritable(link),
    onReadable: (bytes) => batchesReceived(link, bytes),
    onError: (fault) => batchesBroken(link, fault),
  });
  link.lines[BATCHES]!.socket = socket;
  if (socket === 0) setDeadline(link, 0, Fault.invalid);
  return link;
}

function send(link: WsLink, ref: number, payload: string): number {
  if (!link.live || !link.open || link.leaving) return Fault.closed;
  link.at = BATCHES;
  const code = wsSendText(link.sessions[BATCHES]!, link.wsSink, payload);
  if (code === WsCode.notOpen) return Fault.closed;
  if (code === 0) link.refs.push(ref);
  // No text: whatever it is, the platform could not read it.
  else link.ports.clock.after(0, () => link.open && link.sink.rejected(ref));
  return 0;
}

/** @cold */
function close(link: WsLink): void {
  link.quiet = true;
  if (!link.open || link.leaving) return;
  link.leaving = true;
  const uptime = link.ports.clock.uptime();
  for (let i = 0; i < link.sessions.length; i += 1) {
    link.at = i;
    wsClose(link.sessions[i]!, link.wsSink, WsCode.normal, uptime);
  }
  setDeadline(link, hasLeft(link) ? 0 : FAREWELL_MS, Fault.none);
}

/** The driver of a build that speaks to the profile's platform over WebSockets of its own. */
export function wsLink(profile: WsProfile): LinkDriver {
  return {
    transport: "ws",
    platform: profile.text,
    portPlain: profile.portPlain,
    portTls: profile.portTls,
    echoes: true,
    requests: false,
    named: false,
    once: false,
    window: WINDOW,
    batchBytesMax: () => BATCH_BYTES_MAX,
    open: (ports, target, sink, before) => open(profile, ports, target, sink, before),
    // There is no activation.
    adopt: () => {},
    send: (link, ref, payload) => send(link as WsLink, ref, payload),
    takesOnce: () => false,
    sendOnce: () => AgentCode.unsupported,
    read: () => AgentCode.unsupported,
    sayOn: () => AgentCode.unsupported,
    describe: () => {},
    callOut: () => AgentCode.unsupported,
    close: (link) => close(link as WsLink),
  };
}
