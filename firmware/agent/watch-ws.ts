/**
 * Watching over plain WebSockets: the opening, one message that says who one is and what is wanted, then messages that the
 * platform's profile reads.
 */
import { httpHeaderLine } from "../protocol/http/encode";
import { WsCode, wsClose, wsConnect, wsEnded, wsOpen, wsReceive, wsSendText, wsTick } from "../protocol/websocket/session";
import type { WsSession, WsSink } from "../protocol/websocket/session";
import type { RealtimeProfile, WatchedMessage } from "../platform/realtime";
import { AgentCode } from "./link";
import type { WatchDriver, WatchLink, WatchSink, WatchTarget } from "./watch-link";

const HEAD_BYTES_MAX = 1024;
const MESSAGE_BYTES_MAX = 4096;
const ANSWER_TIMEOUT_MS = 20000;
/** A server that is silent for so long is asked: well before it takes silence for an end. */
const PING_AFTER_MS = 45000;
const UNAUTHORIZED = 401;
const FORBIDDEN = 403;

/** A link over a WebSocket. */
export interface WatchWs extends WatchLink {
  readonly session: WsSession;
  wsSink: WsSink;
  /** True until the first answer. */
  joining: boolean;
}

/**
 * The WebSocket is open: who one is, and what is wanted, on a later turn.
 * @cold
 */
function opened(link: WatchWs, profile: RealtimeProfile): void {
  if (profile.opensLive) {
    link.joining = false;
    link.sink.live();
  } else {
    link.sink.asked();
    link.sink.soon();
  }
}

/**
 * The first message.
 * @cold
 */
function hello(link: WatchWs, profile: RealtimeProfile): void {
  const target = link.target;
  let text = profile.helloOpen(target.token);
  for (let i = 0; i < target.watches.length; i += 1) text += (i === 0 ? "" : ",") + profile.helloItem(i, target.watches[i]!.source.request);
  // It has served.
  target.token = "";
  if (wsSendText(link.session, link.wsSink, text + profile.helloClose) !== 0) link.sink.closed(WsCode.messageTooBig);
}

function received(link: WatchWs, profile: RealtimeProfile, text: string): void {
  const found: WatchedMessage = { index: -2, code: 0 };
  profile.look(text, found);
  if (found.index === -2) return;
  if (link.joining) {
    link.joining = false;
    link.sink.live();
  }
  // An order is no source: that it came to nothing shows in what is watched.
  if (found.index >= link.target.watches.length) return;
  if (found.code !== 0) return link.sink.refused(found.index, found.code);
  if (found.index >= 0) return link.sink.message(found.index, text);
  for (let i = 0; i < link.target.watches.length; i += 1) link.sink.message(i, text);
}

/**
 * The WebSocket is over, or never came to be.
 * @cold
 */
function closed(link: WatchWs, profile: RealtimeProfile, code: number): void {
  if (profile.opensLive && (code === UNAUTHORIZED || code === FORBIDDEN)) link.sink.refused(-1, code);
  else link.sink.closed(code);
}

function sinkOf(link: WatchWs, profile: RealtimeProfile): WsSink {
  return {
    send: (bytes) => link.sink.send(bytes),
    random: (count) => link.sink.random(count),
    opened: () => opened(link, profile),
    text: (text) => received(link, profile, text),
    // No platform says anything in bytes.
    binary: () => {},
    closed: (code) => closed(link, profile, code),
    wake: (inMs) => link.sink.wake(inMs),
  };
}

/** @cold */
function open(profile: RealtimeProfile, target: WatchTarget, sink: WatchSink, uptime: number): WatchLink | undefined {
  const link = {
    target,
    sink,
    joining: true,
    session: wsOpen({
      host: target.hostHeader,
      path: profile.path(target.watches[0]!.source.request),
      subprotocols: [],
      headers: profile.header === "" ? "" : httpHeaderLine(profile.header, target.token),
      headBytesMax: HEAD_BYTES_MAX,
      messageBytesMax: MESSAGE_BYTES_MAX,
      answerTimeoutMs: ANSWER_TIMEOUT_MS,
      pingAfterMs: PING_AFTER_MS,
      stream: false,
    }),
  } as unknown as WatchWs;
  link.wsSink = sinkOf(link, profile);
  return wsConnect(link.session, link.wsSink, uptime) === 0 ? link : undefined;
}

/** The driver of a build that watches over WebSockets. */
export function wsWatch(profile: RealtimeProfile): WatchDriver {
  return {
    platform: profile.name,
    portPlain: profile.portPlain,
    portTls: profile.portTls,
    single: profile.single,
    login: profile.login,
    open: (target, sink, uptime) => open(profile, target, sink, uptime),
    receive: (link, bytes, uptime) => {
      const self = link as WatchWs;
      wsReceive(self.session, self.wsSink, bytes, uptime);
    },
    tick: (link, uptime) => {
      const self = link as WatchWs;
      wsTick(self.session, self.wsSink, uptime);
    },
    turn: (link) => hello(link as WatchWs, profile),
    order: (link, request) => {
      const self = link as WatchWs;
      const text = profile.order(request);
      if (text === "") return AgentCode.unsupported;
      return wsSendText(self.session, self.wsSink, text) === 0 ? 0 : AgentCode.busy;
    },
    leave: (link, uptime) => {
      const self = link as WatchWs;
      wsClose(self.session, self.wsSink, WsCode.normal, uptime);
    },
    ended: (link) => {
      const self = link as WatchWs;
      wsEnded(self.session, self.wsSink);
    },
  };
}
