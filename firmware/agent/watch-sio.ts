/**
 * Watching over Socket.IO: joins the namespace, asks to be let in, then asks for one topic after the other; a topic that several
 * sources share is asked for once. The core must not be called from its own sink, so what follows an answer is asked on the next turn.
 */
import { SioCode, sioClose, sioConnect, sioEmit, sioEnded, sioOpen, sioReceive, sioTick } from "../protocol/socketio/session";
import type { SioSession, SioSink } from "../protocol/socketio/session";
import type { SocketioProfile } from "../platform/realtime";
import { AgentCode } from "./link";
import type { WatchDriver, WatchLink, WatchSink, WatchTarget } from "./watch-link";

const HEAD_BYTES_MAX = 1024;
const MESSAGE_BYTES_MAX = 4096;
const ANSWER_TIMEOUT_MS = 20000;

/** What a refused topic is reported as. */
const REFUSED = 1;

const enum SioStep {
  joining = 0,
  authenticating,
  subscribing,
  live,
}

/** A link over Socket.IO. */
export interface WatchSio extends WatchLink {
  session: SioSession;
  sioStep: SioStep;
  /** The source to subscribe next, and whether its answer is waited for. */
  next: number;
  asking: boolean;
}

function topicAt(link: WatchSio, profile: SocketioProfile, index: number): string {
  return profile.topic(link.target.watches[index]!.source.request, link.target.thing);
}

/** Whether an earlier source has asked for the topic. */
function isAskedFor(link: WatchSio, profile: SocketioProfile, index: number): boolean {
  const topic = topicAt(link, profile, index);
  for (let i = 0; i < index; i += 1) if (topicAt(link, profile, i) === topic) return true;
  return false;
}

/**
 * The next question of the walk to `live`.
 * @cold
 */
function ask(link: WatchSio, profile: SocketioProfile, uptime: number): void {
  const target = link.target;
  let code = 0;
  if (link.sioStep === SioStep.authenticating) {
    code = sioEmit(link.session, profile.authenticate, profile.authenticateArgs(target.token), -1, uptime);
    // It has served.
    target.token = "";
  } else {
    while (link.next < target.watches.length && isAskedFor(link, profile, link.next)) link.next += 1;
    if (link.next === target.watches.length) {
      link.sioStep = SioStep.live;
      return link.sink.live();
    }
    code = sioEmit(link.session, profile.subscribe, profile.subscribeArgs(topicAt(link, profile, link.next)), -1, uptime);
  }
  link.asking = true;
  if (code === 0) link.sink.asked();
  else link.sink.closed(code);
}

/**
 * The answer to a question.
 * @cold
 */
function answered(link: WatchSio, granted: boolean): void {
  link.asking = false;
  if (link.sioStep === SioStep.subscribing) {
    if (!granted) link.sink.refused(link.next, REFUSED);
    link.next += 1;
  } else if (!granted) return link.sink.refused(-1, REFUSED);
  link.sioStep = SioStep.subscribing;
  link.sink.soon();
}

function event(link: WatchSio, profile: SocketioProfile, name: string, args: string): void {
  const step = link.sioStep;
  if (link.asking && name === (step === SioStep.authenticating ? profile.authenticate : profile.subscribe)) return answered(link, profile.isGranted(args));
  if (step !== SioStep.subscribing && step !== SioStep.live) return;
  for (let i = 0; i < link.target.watches.length; i += 1) if (topicAt(link, profile, i) === name) link.sink.message(i, args);
}

function sinkOf(link: WatchSio, profile: SocketioProfile): SioSink {
  return {
    send: (bytes) => link.sink.send(bytes),
    random: (count) => link.sink.random(count),
    connected: () => {
      link.sioStep = SioStep.authenticating;
      link.sink.soon();
    },
    event: (name, args) => event(link, profile, name, args),
    // Nothing is asked for that would be acknowledged, and values have no bytes.
    acknowledged: () => {},
    unanswered: () => {},
    binarySkipped: () => {},
    closed: (code) => link.sink.closed(code),
    wake: (inMs) => link.sink.wake(inMs),
  };
}

/** @cold */
function open(profile: SocketioProfile, target: WatchTarget, sink: WatchSink, uptime: number): WatchLink | undefined {
  const link = { target, sink, sioStep: SioStep.joining, next: 0, asking: false } as unknown as WatchSio;
  link.session = sioOpen(
    {
      host: target.hostHeader, path: profile.path, query: "", version: profile.version, namespace: profile.namespace, auth: "",
      headBytesMax: HEAD_BYTES_MAX, messageBytesMax: MESSAGE_BYTES_MAX, answerTimeoutMs: ANSWER_TIMEOUT_MS, acksMax: 0,
    },
    sinkOf(link, profile),
  );
  return sioConnect(link.session, uptime) === SioCode.ok ? link : undefined;
}

/** The driver of a build that watches over Socket.IO. */
export function sioWatch(profile: SocketioProfile): WatchDriver {
  return {
    platform: profile.name,
    portPlain: profile.portPlain,
    portTls: profile.portTls,
    single: false,
    login: profile.login,
    open: (target, sink, uptime) => open(profile, target, sink, uptime),
    receive: (link, bytes, uptime) => sioReceive((link as WatchSio).session, bytes, uptime),
    tick: (link, uptime) => sioTick((link as WatchSio).session, uptime),
    turn: (link, uptime) => ask(link as WatchSio, profile, uptime),
    order: () => AgentCode.unsupported,
    leave: (link, uptime) => sioClose((link as WatchSio).session, uptime),
    ended: (link) => sioEnded((link as WatchSio).session),
  };
}
