/**
 * World time by SNTP: asked for when the network is there, again after a failure, and once a day. Nothing waits for it.
 */
import { Fault } from "../../hal/ports/fault";
import type { EpochTime } from "../../hal/ports/clock";
import { sntpDecode, sntpRequest } from "../protocol/sntp/sntp";
import { backoffMs } from "./backoff";
import { pumpIn } from "./publisher";
import { loadCloud } from "./settings";
import { tell } from "./thing";
import type { Thing } from "./thing";
import { noteTime } from "./time-book";

const SNTP_PORT = 123;
const COOKIE_BYTES = 8;
const ANSWER_MS = 5000;
const DAY_MS = 86400000;
/** A time server is asked again no sooner than this (RFC 4330 10). */
const RETRY_MS_MIN = 15000;

/**
 * Writes down when this boot began, once that is known and a reading needs it.
 * @cold
 */
export function learnTime(thing: Thing): void {
  const clock = thing.ports.clock;
  const now = clock.epoch();
  if (now === undefined || thing.time.noted || thing.untimed === 0) return;
  thing.time.noted = noteTime(thing.records, thing.boots.number, clock.uptime(), now) === 0;
  if (thing.publisher.live) pumpIn(thing, 0);
}

function hangUp(thing: Thing): void {
  const time = thing.time;
  thing.ports.clock.cancel(time.timer);
  if (time.socket !== 0) thing.ports.udp.close(time.socket);
  time.socket = 0;
  time.address = "";
  time.timer = 0;
}

/** Makes sure that the next question comes `ms` from now, and nothing sooner. */
function later(thing: Thing, ms: number): void {
  hangUp(thing);
  thing.time.timer = thing.ports.clock.after(ms, thing.time.again);
}

/** @cold */
function failed(thing: Thing): void {
  thing.time.failures += 1;
  later(thing, RETRY_MS_MIN + backoffMs(thing.ports.random, thing.time.failures));
}

/** @cold */
function answered(thing: Thing, bytes: string, from: string): void {
  const time = thing.time;
  const clock = thing.ports.clock;
  if (from !== time.address) return;
  const answer: { sec: number; ms: number } = { sec: 0, ms: 0 };
  if (!sntpDecode(bytes, time.cookie, time.askedAt, clock.uptime(), answer)) return failed(thing);
  const now: EpochTime = { sec: answer.sec, ms: answer.ms };
  clock.setEpoch(now);
  time.failures = 0;
  tell(thing, "time", now.sec, "");
  learnTime(thing);
  later(thing, DAY_MS);
}

/** @cold */
function ask(thing: Thing, fault: number, address: string): void {
  const time = thing.time;
  const ports = thing.ports;
  if (fault !== Fault.none) return failed(thing);
  hangUp(thing);
  time.socket = ports.udp.open({
    port: 0,
    onReadable: (bytes, from) => answered(thing, bytes, from),
    onError: () => failed(thing),
  });
  if (time.socket === 0) return failed(thing);
  time.address = address;
  time.cookie = ports.random.bytes(COOKIE_BYTES);
  time.askedAt = ports.clock.uptime();
  time.timer = ports.clock.after(ANSWER_MS, () => failed(thing));
  ports.udp.write(time.socket, sntpRequest(time.cookie), address, SNTP_PORT);
}

/**
 * Asks the time server that the settings name.
 * @cold
 */
export function askServer(thing: Thing): void {
  const cloud = loadCloud(thing.records);
  if (cloud !== undefined) thing.ports.dns.resolve(cloud.timeHost, (fault, address) => ask(thing, fault, address));
}

/**
 * Asks the time server, unless there is none, the machine knows the time by itself, or a question is due anyway.
 * @cold
 */
export function askTime(thing: Thing, host: string): void {
  if (host === "" || thing.time.timer !== 0 || thing.ports.clock.epoch() !== undefined) return;
  // A timer that stands from here on keeps a second question from being asked beside this one.
  later(thing, 0);
}
