/**
 * The ladder to the cloud: wifi, time, address, token (or activation), link, live. Every rung has its patience; whatever
 * fails, the device waits (exponential backoff with full jitter, at most five minutes) and starts again from the first rung
 * that does not hold. Time never blocks: it is asked for on the way and learned when it comes.
 */
import { Fault } from "../../hal/ports/fault";
import { TlsLevel } from "../../hal/ports/tls";
import { WifiConnection } from "../../hal/ports/wifi";
import { recordGet } from "../store/records";
import { activationChannel, activationDone, activationProved, activationRefused, activationState } from "./activation";
import { batchAcknowledged, batchRejected, suspectToken } from "./arrivals";
import { backoffMs } from "./backoff";
import { commandOversized, commandsReceive, commandsTold } from "./commands";
import { fieldAt } from "./fields";
import { AgentCode } from "./link";
import type { LinkSink } from "./link";
import { publisherLost, publisherReady, publisherRoom } from "./publisher";
import { loadCloud } from "./settings";
import type { CloudSettings } from "./settings";
import { targetOf, tlsFor, tokenToShow } from "./target";
import { Next, Rung, tell } from "./thing";
import type { Thing } from "./thing";
import { askTime } from "./time-sync";
import { actSoon } from "./turn";

const WIFI_MS = 60000;
const RESOLVE_MS = 30000;
/** Connecting, CONNECT, SUBSCRIBE and, at most, an activation. */
const LINK_MS = 120000;
/** After this many failures the wait has reached its ceiling. */
const FAILURES_SLOW = 10;

/** Makes `next` come `ms` from now, and nothing else. */
function setTimer(thing: Thing, ms: number, next: Next, code: number): void {
  const supervisor = thing.supervisor;
  supervisor.next = next;
  supervisor.nextCode = code;
  thing.ports.clock.cancel(supervisor.timer);
  supervisor.timer = thing.ports.clock.after(ms, supervisor.step);
}

function climb(thing: Thing, rung: Rung): void {
  thing.supervisor.rung = rung;
  thing.supervisor.progressAt = thing.ports.clock.uptime();
}

/** The answer to a read, for who asked: on a later turn, since they may ask again at once, and the link still receives. */
function answer(thing: Thing, code: number, payload: string): void {
  if (thing.reader === undefined || thing.answer !== undefined) return;
  thing.answer = { code, payload };
  actSoon(thing);
}

function dropLink(thing: Thing): void {
  const supervisor = thing.supervisor;
  if (supervisor.rung === Rung.live) supervisor.offlineSince = thing.ports.clock.uptime();
  publisherLost(thing);
  if (supervisor.linked) thing.driver.close(supervisor.link!);
  supervisor.linked = false;
  answer(thing, Fault.broken, "");
}

/**
 * Back to the foot of the ladder after a wait.
 * @cold
 */
function fail(thing: Thing, code: number): void {
  const supervisor = thing.supervisor;
  dropLink(thing);
  climb(thing, Rung.off);
  supervisor.failures += 1;
  if (supervisor.offlineCode !== code) {
    supervisor.offlineCode = code;
    tell(thing, "offline", code, "");
  }
  const wait = backoffMs(thing.ports.random, supervisor.failures);
  tell(thing, "retry", wait, "");
  setTimer(thing, wait, Next.begin, 0);
}

/**
 * Nothing more to try until a person does something. Readings are kept all the same.
 * @cold
 */
function stop(thing: Thing, code: number): void {
  dropLink(thing);
  climb(thing, Rung.stopped);
  thing.ports.clock.cancel(thing.supervisor.timer);
  tell(thing, "stopped", code, "");
}

/** @cold */
function ready(thing: Thing): void {
  const supervisor = thing.supervisor;
  climb(thing, Rung.live);
  thing.ports.clock.cancel(supervisor.timer);
  supervisor.liveAt = thing.ports.clock.uptime();
  supervisor.offlineCode = -1;
  // The token that the device made is its own: it has been let in.
  if (thing.driver.requests && thing.asked!.pending !== "") activationProved(thing);
  tell(thing, "connected", 0, thing.driver.transport);
  publisherReady(thing);
}

/** @cold */
function activated(thing: Thing, token: string): void {
  activationDone(thing, token);
  setTimer(thing, 0, Next.adopt, 0);
}

/** @cold */
function refused(thing: Thing, code: number): void {
  if (code === AgentCode.activationRefused) {
    activationRefused(thing);
    setTimer(thing, 0, Next.stop, code);
    return;
  }
  if (thing.driver.requests && code === AgentCode.activationDoubtful) {
    thing.asked!.pending = activationChannel(thing);
    setTimer(thing, 0, Next.adopt, 0);
    return;
  }
  // A refused token: the readings stay, and the platform is asked again after a long while.
  suspectToken(thing);
  thing.supervisor.failures = FAILURES_SLOW;
  setTimer(thing, 0, Next.fail, code);
}

/** @cold */
function lost(thing: Thing, code: number): void {
  thing.supervisor.linked = false;
  if (thing.driver.requests && code === AgentCode.tokenSuspect) {
    // The device was made for another token, or the token is known no more.
    const proving = thing.asked!.pending !== "";
    thing.asked!.pending = "";
    return refused(thing, proving ? AgentCode.activationRefused : code);
  }
  if (code !== Fault.none) return fail(thing, code);
  // Left in order after an activation: on with the token, at once.
  publisherLost(thing);
  climb(thing, Rung.off);
  setTimer(thing, 0, Next.begin, 0);
}

/** The link has shown a sign of life. */
function alive(thing: Thing): void {
  climb(thing, thing.supervisor.rung);
}

function makeSink(thing: Thing): LinkSink {
  return {
    ready: () => ready(thing),
    activated: (token) => activated(thing, token),
    refused: (code) => refused(thing, code),
    acknowledged: (ref) => {
      alive(thing);
      batchAcknowledged(thing, ref);
      actSoon(thing);
    },
    rejected: (ref) => batchRejected(thing, ref),
    room: () => publisherRoom(thing),
    data: (payload) => {
      alive(thing);
      if (commandsReceive(thing, payload)) actSoon(thing);
    },
    told: (payload, origin) => {
      alive(thing);
      actSoon(thing);
      return commandsTold(thing, payload, origin);
    },
    oversized: (key) => commandOversized(thing, key),
    answer: (code, payload) => answer(thing, code, payload),
    lost: (code) => lost(thing, code),
  };
}

function openLink(thing: Thing, cloud: CloudSettings, address: string): void {
  const tls = tlsFor(thing, cloud);
  if (tls === undefined) return stop(thing, AgentCode.tlsTooWeak);
  let code = "";
  let channel = "";
  if ((thing.driver.requests ? tokenToShow(thing) : thing.token) === "") {
    const state = activationState(thing);
    if (state !== 0) return stop(thing, state);
    channel = activationChannel(thing);
    code = recordGet(thing.records, "code") ?? "";
    if (channel === "" || code === "") return fail(thing, AgentCode.storeFailed);
  }
  climb(thing, Rung.link);
  setTimer(thing, LINK_MS, Next.fail, AgentCode.timeout);
  thing.supervisor.linked = true;
  thing.supervisor.link = thing.driver.open(thing.ports, targetOf(thing, cloud, address, tls, code, channel), makeSink(thing), thing.supervisor.link);
}

/**
 * The host's address came, or will not. One that comes when patience has run out is not wanted any more.
 * @cold
 */
function resolved(thing: Thing, fault: number, address: string): void {
  if (thing.supervisor.rung !== Rung.resolve) return;
  if (fault !== Fault.none) return fail(thing, fault);
  const cloud = loadCloud(thing.records);
  if (cloud !== undefined) openLink(thing, cloud, address);
}

function resolveHost(thing: Thing, cloud: CloudSettings): void {
  climb(thing, Rung.resolve);
  setTimer(thing, RESOLVE_MS, Next.fail, Fault.timeout);
  askTime(thing, cloud.timeHost);
  thing.ports.dns.resolve(cloud.host, (fault, address) => resolved(thing, fault, address));
}

/** @cold */
function wifiChanged(thing: Thing, connection: number, fault: number): void {
  const rung = thing.supervisor.rung;
  if (connection < WifiConnection.ready && rung !== Rung.stopped && rung !== Rung.off) fail(thing, fault);
  const cloud = connection >= WifiConnection.ready && rung === Rung.wifi ? loadCloud(thing.records) : undefined;
  if (cloud !== undefined) resolveHost(thing, cloud);
}

function joinWifi(thing: Thing): void {
  const record = recordGet(thing.records, "wifi") ?? "";
  climb(thing, Rung.wifi);
  setTimer(thing, WIFI_MS, Next.fail, Fault.timeout);
  const code = thing.ports.wifi.connect({
    ssid: fieldAt(record, 0),
    password: fieldAt(record, 1),
    onChanged: (connection, fault) => wifiChanged(thing, connection, fault),
  });
  if (code !== 0) fail(thing, code);
}

/** Climbs from the foot of the ladder. */
function begin(thing: Thing): void {
  const cloud = loadCloud(thing.records);
  if (cloud === undefined) return stop(thing, AgentCode.unprovisioned);
  if (thing.ports.wifi.connection() < WifiConnection.ready) return joinWifi(thing);
  resolveHost(thing, cloud);
}

/**
 * The timer has fired: what it was for is due.
 * @cold
 */
export function ladderStep(thing: Thing): void {
  const supervisor = thing.supervisor;
  const next = supervisor.next;
  if (next === Next.begin) return begin(thing);
  if (next === Next.adopt) {
    if (supervisor.linked) thing.driver.adopt(supervisor.link!);
    return;
  }
  // The radio takes no second order while it still tries the first.
  if (supervisor.rung === Rung.wifi) thing.ports.wifi.disconnect();
  if (next === Next.fail) fail(thing, supervisor.nextCode);
  else stop(thing, supervisor.nextCode);
}

/**
 * Starts to climb, on a later turn.
 * @cold
 */
export function ladderStart(thing: Thing): void {
  const cloud = loadCloud(thing.records);
  // Said at every boot, so that nobody forgets it.
  if (cloud !== undefined && cloud.tls === TlsLevel.none) tell(thing, "insecure", 0, "");
  setTimer(thing, 0, Next.begin, 0);
}

/**
 * Comes down in order, so that no last will is published; the device may sleep or restart then.
 * @cold
 */
export function ladderStop(thing: Thing): void {
  thing.ports.clock.cancel(thing.supervisor.timer);
  dropLink(thing);
  climb(thing, Rung.off);
}
