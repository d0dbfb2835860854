/**
 * What keeps a device watching: one connection to a platform's realtime interface. It waits for the network, resolves the name, logs
 * in where the platform wants a login, connects, lets the protocol subscribe, hands values on, and after every loss begins anew with
 * a backoff of its own: the platform forgets who a connection was when it ends. Before a token runs out it leaves in order and comes
 * back at once with the next one.
 *
 * It never logs what it is asked for: tokens and topics are secrets. Refused credentials stop it until the next boot, because a
 * platform locks an account that is tried again and again.
 */
import { Fault } from "../../hal/ports/fault";
import { TlsLevel } from "../../hal/ports/tls";
import { WifiConnection } from "../../hal/ports/wifi";
import { idiv } from "../base/intrinsics";
import { elapsed } from "../base/time";
import { httpClosed, httpReceive } from "../protocol/http/reader";
import type { LoginAnswer } from "../platform/realtime";
import { WsCode } from "../protocol/websocket/code";
import { backoffMs } from "./backoff";
import { AgentCode } from "./link";
import { tell } from "./thing";
import type { Host } from "./thing";
import type { WatchDriver, WatchSink, WatchTarget } from "./watch-link";
import { loginNotes, loginRequest, needsLogin, newLogin } from "./watch-login";
import { loadKey, loadPlace } from "./watch-settings";
import { WatchStep } from "./watch-state";
import type { Watcher } from "./watch-state";
import { drop, flush, hostHeader, send, setTimer } from "./watch-wire";
import { told } from "./watched";

/** How often the network is looked for. */
const NETWORK_MS = 1000;
/** How long each answer of the platform may take. */
const ANSWER_TIMEOUT_MS = 20000;
/** How long a farewell may take to leave before the connection is dropped all the same. */
const FAREWELL_MS = 1000;
/** A connection that lasted so long was a good one: the next wait is a first one again. */
const STABLE_MS = 60000;
/** What was refused may be there later: it is asked for again so often. */
const LACKING_MS = 600000;
/** When a token does not say how long it serves, seconds; and the longest that is believed. */
const LIFETIME_SEC = 3600;
const LIFETIME_SEC_MAX = 86400;

/**
 * Nothing more to try until the next boot.
 * @cold
 */
function stop(watcher: Watcher, code: number): void {
  watcher.step = WatchStep.over;
  drop(watcher);
  tell(watcher.host, "watchStopped", code, "");
}

/**
 * The connection is over: the next one after a while, or at once when it was left for a new token.
 * @cold
 */
function end(watcher: Watcher, code: number): void {
  const step = watcher.step;
  const ports = watcher.host.ports;
  const uptime = ports.clock.uptime();
  if (step === WatchStep.waiting || step === WatchStep.over) return;
  // A login's token that is refused was a good one once: the next login shows whether its user still is.
  if (code === AgentCode.tokenSuspect && (step !== WatchStep.joining || watcher.token === "")) return stop(watcher, code);
  watcher.step = WatchStep.waiting;
  drop(watcher);
  if (step === WatchStep.live || step === WatchStep.renewing) {
    if (elapsed(uptime, watcher.since) >= STABLE_MS) watcher.failures = 0;
    watcher.since = uptime;
    if (step === WatchStep.renewing) return setTimer(watcher, 0, 0);
  } else if (step === WatchStep.joining && (code >= AgentCode.protocol || code === AgentCode.tokenSuspect)) {
    // Perhaps for the token: the next one comes of the password.
    watcher.token = "";
    watcher.refresh = "";
  }
  watcher.failures += 1;
  const wait = backoffMs(ports.random, watcher.failures);
  tell(watcher.host, "watchLost", code, "" + wait);
  setTimer(watcher, wait, 0);
}

/**
 * Leaves in order, to come back with a new token.
 * @cold
 */
function renew(watcher: Watcher): void {
  watcher.step = WatchStep.renewing;
  setTimer(watcher, FAREWELL_MS, 0);
  watcher.driver.leave(watcher.link!, watcher.host.ports.clock.uptime());
}

/**
 * The answer to a login is here, whole or not at all.
 * @cold
 */
function loginAnswered(watcher: Watcher): void {
  const login = watcher.login!;
  const answer: LoginAnswer = { token: "", refresh: "", lifetimeSec: 0 };
  if (login.failure !== 0) return end(watcher, AgentCode.protocol + login.failure);
  if (login.status === 200 || login.status === 201) watcher.driver.login.read(login.body, answer);
  if (answer.token === "") {
    // What renews has had its time: a person's password does not.
    watcher.refresh = "";
    if (!login.renewing && (login.status === 401 || login.status === 403)) return end(watcher, AgentCode.tokenSuspect);
    if (!login.renewing || login.status !== 401) return end(watcher, AgentCode.protocol + login.status);
  }
  const lifetimeSec = Math.min(answer.lifetimeSec > 0 ? answer.lifetimeSec : LIFETIME_SEC, LIFETIME_SEC_MAX);
  watcher.token = answer.token;
  watcher.refresh = watcher.driver.login.renews ? answer.refresh : "";
  // A tenth before its time, and a minute where that is less.
  watcher.renewMs = Math.max(lifetimeSec - Math.max(idiv(lifetimeSec, 10), 60), 10) * 1000;
  watcher.tokenAt = watcher.host.ports.clock.uptime();
  watcher.step = WatchStep.waiting;
  drop(watcher);
  setTimer(watcher, 0, 0);
}

/** Bytes from the transport. */
function received(watcher: Watcher, bytes: string): void {
  const login = watcher.login;
  if (login !== undefined) {
    httpReceive(login.reader, loginNotes(login), bytes);
    if (login.status !== 0 || login.failure !== 0) loginAnswered(watcher);
  } else if (watcher.link !== undefined) watcher.driver.receive(watcher.link, bytes, watcher.host.ports.clock.uptime());
}

/** The transport has ended. What the protocol says of it tells more, unless it knows nothing. */
function broken(watcher: Watcher, fault: number): void {
  const login = watcher.login;
  if (login !== undefined && fault === Fault.closed) {
    httpClosed(login.reader, loginNotes(login));
    return loginAnswered(watcher);
  }
  if (watcher.link !== undefined) watcher.driver.ended(watcher.link);
  const code = watcher.endCode;
  const knows = code === AgentCode.tokenSuspect || (code > AgentCode.protocol && code !== AgentCode.protocol + WsCode.abnormal);
  end(watcher, knows ? code : fault);
}

/**
 * The transport is up: the login, or the protocol's first words.
 * @cold
 */
function connected(watcher: Watcher): void {
  const place = loadPlace(watcher.host.records)!;
  const key = loadKey(watcher.host.records);
  setTimer(watcher, ANSWER_TIMEOUT_MS, AgentCode.timeout);
  if (watcher.driver.login.exists && watcher.login !== undefined) {
    const elsewhere = place.loginHost !== "";
    const host = hostHeader(watcher, place, elsewhere ? place.loginHost : place.host, elsewhere ? place.loginPort : place.port);
    watcher.step = WatchStep.loggingIn;
    return send(watcher, loginRequest(watcher.driver.login, host, key, watcher.refresh));
  }
  const token = watcher.driver.login.exists && watcher.token !== "" ? watcher.token : key.secret;
  const target: WatchTarget = { hostHeader: hostHeader(watcher, place, place.host, place.port), token, thing: key.thing, watches: watcher.watches };
  watcher.step = WatchStep.joining;
  watcher.lacking = false;
  watcher.link = watcher.driver.open(target, watcher.sink, watcher.host.ports.clock.uptime());
  if (watcher.link === undefined) setTimer(watcher, 0, AgentCode.invalid);
}

function writable(watcher: Watcher): void {
  watcher.writable = true;
  if (watcher.out.length > 0) flush(watcher);
  else if (watcher.step === WatchStep.connecting) connected(watcher);
  // Nothing waits any more: a connection that has ended may go.
  else if (watcher.endCode > AgentCode.protocol || watcher.step === WatchStep.renewing) setTimer(watcher, 0, watcher.endCode);
}

/**
 * The name is resolved, or not. An address that comes when patience has run out is not wanted any more.
 * @cold
 */
function resolved(watcher: Watcher, fault: number, address: string): void {
  if (watcher.step !== WatchStep.resolving) return;
  const ports = watcher.host.ports;
  const place = loadPlace(watcher.host.records)!;
  const elsewhere = watcher.driver.login.exists && watcher.login !== undefined && place.loginHost !== "";
  const port = elsewhere ? place.loginPort : place.port;
  const isPlain = place.tls === TlsLevel.none;
  if (fault !== Fault.none) return end(watcher, fault);
  watcher.step = WatchStep.connecting;
  watcher.socket = ports.tcp.connect({
    address,
    port: port > 0 ? port : isPlain ? watcher.driver.portPlain : watcher.driver.portTls,
    tls: isPlain ? undefined : { serverName: elsewhere ? place.loginHost : place.host },
    onWritable: () => writable(watcher),
    onReadable: (bytes) => received(watcher, bytes),
    onError: (error) => broken(watcher, error),
  });
  if (watcher.socket === 0) setTimer(watcher, 0, Fault.invalid);
  else setTimer(watcher, ANSWER_TIMEOUT_MS, AgentCode.timeout);
}

/** @cold */
function begin(watcher: Watcher): void {
  const ports = watcher.host.ports;
  const place = loadPlace(watcher.host.records);
  if (watcher.watches.length === 0) return;
  if (place === undefined) return stop(watcher, AgentCode.unprovisioned);
  if (place.tls > ports.tcp.tlsLevel) return stop(watcher, AgentCode.tlsTooWeak);
  if (ports.wifi.connection() < WifiConnection.ready) return setTimer(watcher, NETWORK_MS, 0);
  if (watcher.driver.login.exists && needsLogin(watcher)) watcher.login = newLogin(watcher.refresh !== "");
  watcher.step = WatchStep.resolving;
  setTimer(watcher, ANSWER_TIMEOUT_MS, Fault.timeout);
  ports.dns.resolve(watcher.login !== undefined && place.loginHost !== "" ? place.loginHost : place.host, (fault, address) => resolved(watcher, fault, address));
}

/**
 * The timer has fired.
 * @cold
 */
function act(watcher: Watcher): void {
  if (watcher.step === WatchStep.waiting) begin(watcher);
  else if (watcher.step === WatchStep.live && watcher.endCode === 0) renew(watcher);
  else end(watcher, watcher.endCode);
}

/** @cold */
function live(watcher: Watcher): void {
  const clock = watcher.host.ports.clock;
  clock.cancel(watcher.timer);
  watcher.endCode = 0;
  watcher.step = WatchStep.live;
  watcher.since = clock.uptime();
  tell(watcher.host, "watching", watcher.watches.length, "");
  if (watcher.driver.login.renews) {
    // It has served: the next connection asks for a new one.
    watcher.token = "";
    setTimer(watcher, Math.max(watcher.renewMs - elapsed(watcher.since, watcher.tokenAt), 1000), 0);
  }
  if (watcher.lacking) setTimer(watcher, LACKING_MS, 0);
}

/** @cold */
function refused(watcher: Watcher, index: number, code: number): void {
  // On a later turn: the protocol is still at work.
  if (index < 0) return setTimer(watcher, 0, AgentCode.tokenSuspect);
  tell(watcher.host, "watchRefused", code, "" + index);
  watcher.lacking = true;
  if (watcher.step === WatchStep.live) setTimer(watcher, LACKING_MS, 0);
}

/** The protocol has ended: the transport follows once the farewell has left. */
function closed(watcher: Watcher, code: number): void {
  if (watcher.socket === 0) return;
  setTimer(watcher, watcher.out === "" && watcher.writable ? 0 : FAREWELL_MS, watcher.step === WatchStep.renewing ? 0 : AgentCode.protocol + code);
}

function message(watcher: Watcher, index: number, text: string): void {
  const watch = watcher.watches[index];
  if (watch === undefined) return;
  watcher.index = index;
  if (!watch.source.read(text, watch.source.key, watcher.each)) tell(watcher.host, "malformed", text.length, "");
}

function sinkOf(watcher: Watcher): WatchSink {
  const ports = watcher.host.ports;
  const clock = ports.clock;
  return {
    send: (bytes) => send(watcher, bytes),
    random: (count) => ports.random.bytes(count),
    wake: (inMs) => {
      clock.cancel(watcher.tick);
      watcher.tick = clock.after(inMs, () => {
        if (watcher.link !== undefined) watcher.driver.tick(watcher.link, clock.uptime());
      });
    },
    soon: () => {
      clock.cancel(watcher.turn);
      watcher.turn = clock.after(0, () => {
        if (watcher.link !== undefined) watcher.driver.turn(watcher.link, clock.uptime());
      });
    },
    asked: () => setTimer(watcher, ANSWER_TIMEOUT_MS, AgentCode.timeout),
    live: () => live(watcher),
    message: (index, text) => message(watcher, index, text),
    refused: (index, code) => refused(watcher, index, code),
    closed: (code) => closed(watcher, code),
  };
}

/**
 * Makes the device one that watches, before its app declares what; the watcher begins on a later turn.
 * @cold
 */
export function watcherOpen(host: Host, driver: WatchDriver): void {
  const watcher = {
    host, driver, watches: [], step: WatchStep.waiting, link: undefined, index: 0, lacking: false, socket: 0, out: "", writable: false, timer: 0, tick: 0, turn: 0, heard: [], hearing: 0, endCode: 0,
    failures: 0, since: host.ports.clock.uptime(), login: undefined, token: "", refresh: "", renewMs: 0, tokenAt: 0, act: () => act(watcher),
  } as unknown as Watcher;
  watcher.sink = sinkOf(watcher);
  watcher.each = { value: (kind, text, from) => told(watcher, kind, text, from) };
  host.watcher = watcher;
  setTimer(watcher, 0, 0);
}
