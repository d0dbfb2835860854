/**
 * A device that watches values of other things: one connection to a platform's realtime interface, kept up. It resolves the name,
 * connects, joins, authenticates with a user's session token, subscribes its topics one after the other, hands values on, and after
 * every loss begins anew with a backoff of its own: the platform forgets who a connection was when it ends.
 *
 * It never logs: token and topics are secrets. The core must not be called from its own sink, so what the sink asks for is
 * done on the next turn.
 */
import { Fault } from "../../hal/ports/fault";
import { TlsLevel } from "../../hal/ports/tls";
import type { Ports } from "../../hal/ports";
import { sub } from "../base/intrinsics";
import { elapsed } from "../base/time";
import type { RealtimeProfile } from "../platform/profile";
import { WsCode } from "../protocol/websocket/session";
import { sioClose, sioConnect, sioEmit, sioEnded, sioOpen, sioReceive, sioTick } from "../protocol/socketio/session";
import type { SioSink } from "../protocol/socketio/session";
import { backoffMs } from "./backoff";
import { AgentCode } from "./link";
import { WATCH_TOPICS_MAX, WatchStep } from "./watcher-state";
import type { WatchSink, WatchTarget, Watcher } from "./watcher-state";

export type { WatchSink, WatchTarget, Watcher } from "./watcher-state";

/** How long each answer of the platform may take. */
const ANSWER_TIMEOUT_MS = 20000;
/** How long a farewell may take to leave before the connection is dropped all the same. */
const FAREWELL_MS = 1000;
/** A connection that lasted so long was a good one: the next wait is a first one again. */
const STABLE_MS = 60000;
/** What may wait for the transport; a server that asks for more answers than it takes is left. */
const OUT_BYTES_MAX = 4096;
const MESSAGE_BYTES_MAX = 2048;
const HEAD_BYTES_MAX = 1024;

/** Drops the connection, whatever it was doing. */
function drop(watcher: Watcher): void {
  const ports = watcher.ports;
  ports.clock.cancel(watcher.turn);
  ports.clock.cancel(watcher.tick);
  ports.clock.cancel(watcher.deadline);
  watcher.round += 1;
  watcher.turn = 0;
  watcher.out = "";
  watcher.writable = false;
  if (watcher.socket !== 0) ports.tcp.close(watcher.socket);
  watcher.socket = 0;
}

/** The connection is over: the next one after a while, unless nobody wants it any more. */
function end(watcher: Watcher, code: number): void {
  const step = watcher.step;
  const clock = watcher.ports.clock;
  drop(watcher);
  sioEnded(watcher.session);
  if (step === WatchStep.closing || step === WatchStep.over) {
    watcher.step = WatchStep.over;
    return;
  }
  watcher.step = WatchStep.waiting;
  if (step === WatchStep.live && elapsed(clock.uptime(), watcher.liveAt) >= STABLE_MS) watcher.failures = 0;
  watcher.failures += 1;
  const wait = backoffMs(watcher.ports.random, watcher.failures);
  watcher.deadline = clock.after(wait, watcher.begin);
  watcher.sink.lost(code, wait);
}

/** Ends the connection for `code` in `ms`; replaces the deadline before. */
function setDeadline(watcher: Watcher, ms: number, code: number): void {
  const clock = watcher.ports.clock;
  clock.cancel(watcher.deadline);
  watcher.endCode = code;
  watcher.deadline = clock.after(ms, () => end(watcher, watcher.endCode));
}

function flush(watcher: Watcher): void {
  if (!watcher.writable || watcher.out.length === 0) return;
  const count = Math.min(watcher.out.length, watcher.ports.tcp.writeBytesMax);
  const bytes = sub(watcher.out, 0, count);
  watcher.out = sub(watcher.out, count, watcher.out.length);
  watcher.writable = false;
  const fault = watcher.ports.tcp.write(watcher.socket, bytes);
  if (fault !== Fault.none) setDeadline(watcher, 0, fault);
}

function send(watcher: Watcher, bytes: string): void {
  if (watcher.out.length + bytes.length > OUT_BYTES_MAX) {
    setDeadline(watcher, 0, AgentCode.busy);
    return;
  }
  watcher.out += bytes;
  flush(watcher);
}

/** Socket.IO has ended: the transport follows once the farewell has left. */
function closed(watcher: Watcher, code: number): void {
  if (watcher.socket !== 0) setDeadline(watcher, watcher.out === "" && watcher.writable ? 0 : FAREWELL_MS, AgentCode.protocol + code);
}

/** Leaves in order, for good. */
function leave(watcher: Watcher): void {
  watcher.step = WatchStep.closing;
  setDeadline(watcher, FAREWELL_MS, 0);
  sioClose(watcher.session, watcher.ports.clock.uptime());
}

/** The next question of the walk to `live`, each on a turn of its own. */
function ask(watcher: Watcher): void {
  const profile = watcher.profile;
  const target = watcher.target;
  const uptime = watcher.ports.clock.uptime();
  watcher.turn = 0;
  let code = 0;
  if (watcher.step === WatchStep.authenticating) {
    code = sioEmit(watcher.session, profile.authenticate, profile.authenticateArgs(target.sessionToken), -1, uptime);
  } else if (watcher.index < target.topics.length) {
    code = sioEmit(watcher.session, profile.subscribe, profile.subscribeArgs(target.topics[watcher.index]!), -1, uptime);
  } else {
    watcher.ports.clock.cancel(watcher.deadline);
    watcher.step = WatchStep.live;
    watcher.liveAt = uptime;
    watcher.sink.live();
    return;
  }
  setDeadline(watcher, code === 0 ? ANSWER_TIMEOUT_MS : 0, code === 0 ? AgentCode.timeout : AgentCode.invalid);
}

function askNext(watcher: Watcher, step: WatchStep): void {
  watcher.step = step;
  watcher.turn = watcher.ports.clock.after(0, () => ask(watcher));
}

/** The answer to a question. */
function answered(watcher: Watcher, granted: boolean): void {
  if (watcher.step === WatchStep.authenticating) {
    if (granted) return askNext(watcher, WatchStep.subscribing);
    // Another try would be refused as well: what would be right has to come from a person.
    watcher.turn = watcher.ports.clock.after(0, () => leave(watcher));
    watcher.step = WatchStep.closing;
    return watcher.sink.refused("");
  }
  const topic = watcher.target.topics[watcher.index]!;
  watcher.index += 1;
  askNext(watcher, WatchStep.subscribing);
  if (!granted) watcher.sink.refused(topic);
}

function event(watcher: Watcher, name: string, args: string): void {
  const step = watcher.step;
  const profile = watcher.profile;
  const expected = step === WatchStep.authenticating ? profile.authenticate : profile.subscribe;
  const asks = (step === WatchStep.authenticating || step === WatchStep.subscribing) && watcher.turn === 0;
  if (name === expected && asks) return answered(watcher, profile.isGranted(args));
  if (step !== WatchStep.subscribing && step !== WatchStep.live) return;
  for (const topic of watcher.target.topics) {
    if (topic === name) {
      watcher.topic = topic;
      profile.text.readDownlink(args, watcher.each);
      return;
    }
  }
}

/** Bytes from the transport. */
function received(watcher: Watcher, bytes: string): void {
  sioReceive(watcher.session, bytes, watcher.ports.clock.uptime());
}

/** The transport has ended. What Socket.IO says of it tells more, unless it knows nothing. */
function broken(watcher: Watcher, fault: number): void {
  sioEnded(watcher.session);
  const code = watcher.endCode;
  end(watcher, code > AgentCode.protocol && code !== AgentCode.protocol + WsCode.abnormal ? code : fault);
}

function writable(watcher: Watcher): void {
  watcher.writable = true;
  if (watcher.out.length > 0) return flush(watcher);
  // Nothing waits any more: a connection that has ended may go.
  if (watcher.step !== WatchStep.connecting) {
    if (watcher.endCode > AgentCode.protocol) setDeadline(watcher, 0, watcher.endCode);
    return;
  }
  // Until the namespace is joined the protocol has limits of its own.
  watcher.step = WatchStep.joining;
  watcher.ports.clock.cancel(watcher.deadline);
  if (sioConnect(watcher.session, watcher.ports.clock.uptime()) !== 0) setDeadline(watcher, 0, AgentCode.invalid);
}

/** The name is resolved, or not. */
function connect(watcher: Watcher, fault: number, address: string): void {
  const target = watcher.target;
  const profile = watcher.profile;
  if (fault !== Fault.none) return end(watcher, fault);
  const isPlain = target.tls === TlsLevel.none;
  watcher.step = WatchStep.connecting;
  watcher.socket = watcher.ports.tcp.connect({
    address,
    port: target.port > 0 ? target.port : isPlain ? profile.portPlain : profile.portTls,
    tls: isPlain ? undefined : { serverName: target.host },
    onWritable: () => writable(watcher),
    onReadable: (bytes) => received(watcher, bytes),
    onError: (error) => broken(watcher, error),
  });
  if (watcher.socket === 0) setDeadline(watcher, 0, Fault.invalid);
  else setDeadline(watcher, ANSWER_TIMEOUT_MS, AgentCode.timeout);
}

function begin(watcher: Watcher): void {
  const round = watcher.round;
  watcher.step = WatchStep.resolving;
  watcher.endCode = 0;
  watcher.index = 0;
  watcher.ports.dns.resolve(watcher.target.host, (fault, address) => {
    if (round === watcher.round) connect(watcher, fault, address);
  });
}

function sinkOf(watcher: Watcher): SioSink {
  const clock = watcher.ports.clock;
  return {
    send: (bytes) => send(watcher, bytes),
    random: (count) => watcher.ports.random.bytes(count),
    connected: () => askNext(watcher, WatchStep.authenticating),
    event: (name, args) => event(watcher, name, args),
    // Nothing is asked for that would be acknowledged, and values have no bytes.
    acknowledged: () => {},
    unanswered: () => {},
    binarySkipped: () => {},
    closed: (code) => closed(watcher, code),
    wake: (inMs) => {
      clock.cancel(watcher.tick);
      watcher.tick = clock.after(inMs, () => sioTick(watcher.session, clock.uptime()));
    },
  };
}

function hostOf(profile: RealtimeProfile, target: WatchTarget): string {
  const usual = target.tls === TlsLevel.none ? profile.portPlain : profile.portTls;
  return target.port === 0 || target.port === usual ? target.host : target.host + ":" + target.port;
}

/**
 * Starts to watch. A machine whose TLS is worth less than what is demanded, no topic or too many of them, or no host: undefined,
 * and nothing is sent.
 */
export function watcherOpen(ports: Ports, profile: RealtimeProfile, target: WatchTarget, sink: WatchSink): Watcher | undefined {
  const count = target.topics.length;
  if (target.tls > ports.tcp.tlsLevel || count === 0 || count > WATCH_TOPICS_MAX || target.host === "") return undefined;
  const watcher = {
    ports, profile, target, sink,
    step: WatchStep.waiting, round: 0, socket: 0, out: "", writable: false, index: 0, topic: "", failures: 0, liveAt: 0, endCode: 0, turn: 0, tick: 0, deadline: 0,
  } as unknown as Watcher;
  watcher.begin = () => begin(watcher);
  watcher.each = { value: (key, kind, text, time) => sink.value(watcher.topic, key, kind, text, time) };
  watcher.session = sioOpen(
    {
      host: hostOf(profile, target), path: profile.path, query: "", version: profile.version, namespace: profile.namespace, auth: "",
      headBytesMax: HEAD_BYTES_MAX, messageBytesMax: MESSAGE_BYTES_MAX, answerTimeoutMs: ANSWER_TIMEOUT_MS, acksMax: 0,
    },
    sinkOf(watcher),
  );
  watcher.deadline = ports.clock.after(0, watcher.begin);
  return watcher;
}

/** Stops for good, in order where there is a connection; no call of the sink follows. Idempotent. */
export function watcherClose(watcher: Watcher): void {
  const step = watcher.step;
  if (step === WatchStep.closing || step === WatchStep.over) return;
  if (step > WatchStep.connecting) return leave(watcher);
  watcher.step = WatchStep.over;
  drop(watcher);
  sioEnded(watcher.session);
}
