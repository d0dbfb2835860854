/**
 * World time by SNTP: asked for when the network is there, again after a failure, and once a day. Nothing waits for it.
 */
import { Fault } from "../../hal/ports/fault";
import type { EpochTime } from "../../hal/ports/clock";
import { sntpDecode, sntpRequest } from "../protocol/sntp/sntp";
import { backoffMs } from "./backoff";
import { pumpSoon } from "./publisher";
import { tell } from "./thing";
import type { Thing } from "./thing";
import { noteTime } from "./time-book";

const SNTP_PORT = 123;
const COOKIE_BYTES = 8;
const ANSWER_MS = 5000;
const DAY_MS = 86400000;
/** A time server is asked again no sooner than this (RFC 4330 10). */
const RETRY_MS_MIN = 15000;

/** Writes down when this boot began, once that is known and a reading needs it. */
export function learnTime(thing: Thing): void {
  const clock = thing.ports.clock;
  const now = clock.epoch();
  if (now === undefined || thing.time.noted || thing.untimed === 0) return;
  thing.time.noted = noteTime(thing.records, thing.boots.number, clock.uptime(), now) === 0;
  if (thing.publisher.live) pumpSoon(thing);
}

function hangUp(thing: Thing): void {
  const time = thing.time;
  thing.ports.clock.cancel(time.timer);
  if (time.socket !== 0) thing.ports.udp.close(time.socket);
  time.socket = 0;
  time.timer = 0;
}

/** Makes sure that `again` comes `ms` from now, and nothing sooner. */
function later(thing: Thing, ms: number, again: (this: void) => void): void {
  hangUp(thing);
  thing.time.timer = thing.ports.clock.after(ms, again);
}

function failed(thing: Thing, again: (this: void) => void): void {
  thing.time.failures += 1;
  later(thing, RETRY_MS_MIN + backoffMs(thing.ports.random, thing.time.failures), again);
}

function answered(thing: Thing, bytes: string, again: (this: void) => void): void {
  const time = thing.time;
  const clock = thing.ports.clock;
  const answer: { sec: number; ms: number } = { sec: 0, ms: 0 };
  if (sntpDecode(bytes, time.cookie, time.askedAt, clock.uptime(), answer) !== 0) return failed(thing, again);
  const now: EpochTime = { sec: answer.sec, ms: answer.ms };
  clock.setEpoch(now);
  time.failures = 0;
  tell(thing, "time", now.sec, "");
  learnTime(thing);
  later(thing, DAY_MS, again);
}

function ask(thing: Thing, address: string, again: (this: void) => void): void {
  const time = thing.time;
  const ports = thing.ports;
  hangUp(thing);
  time.socket = ports.udp.open({
    port: 0,
    onReadable: (bytes, from) => {
      if (from === address) answered(thing, bytes, again);
    },
    onError: () => failed(thing, again),
  });
  if (time.socket === 0) return failed(thing, again);
  time.cookie = ports.random.bytes(COOKIE_BYTES);
  time.askedAt = ports.clock.uptime();
  time.timer = ports.clock.after(ANSWER_MS, () => failed(thing, again));
  ports.udp.write(time.socket, sntpRequest(time.cookie), address, SNTP_PORT);
}

function begin(thing: Thing, host: string, again: (this: void) => void): void {
  thing.ports.dns.resolve(host, (fault, address) => {
    if (fault === Fault.none) ask(thing, address, again);
    else failed(thing, again);
  });
}

/** Asks the time server, unless there is none, the machine knows the time by itself, or a question is due anyway. */
export function askTime(thing: Thing, host: string): void {
  if (host === "" || thing.time.timer !== 0 || thing.ports.clock.epoch() !== undefined) return;
  // A timer that stands from here on keeps a second question from being asked beside this one.
  const question = { again: (): void => {} };
  question.again = () => begin(thing, host, question.again);
  later(thing, 0, question.again);
}
