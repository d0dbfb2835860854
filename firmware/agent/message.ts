/**
 * Readings in memory, where the transport can send them once and without an acknowledgement: those of one turn go out in one
 * message, which is written as they come in. The clock is looked at for the first of them, and each other is a millisecond
 * later; so a message is open for one turn alone. It never waits for anything: what cannot go now is the queue's matter.
 */
import { idiv } from "../base/intrinsics";
import { addMs, compareTime } from "../base/time";
import type { EpochTime } from "../../hal/ports/clock";
import type { Message, RamQueue } from "./ram-queue";
import { tell } from "./thing";
import type { Thing } from "./thing";

/** Bytes of a message: with its topic it is one write, and nothing of it is kept while it comes back. */
const ONCE_BYTES_MAX = 960;
/** Digits and sign of the longest whole number, and three digits of milliseconds. */
const NUMBER_BYTES = 14;

/** The time of the next reading in memory, later than all before it. */
export function stampInMemory(ram: RamQueue, now: EpochTime): EpochTime {
  const last: EpochTime = { sec: ram.sec, ms: ram.ms };
  const time = compareTime(now, last) <= 0 ? addMs(last, 1) : now;
  ram.sec = time.sec;
  ram.ms = time.ms;
  if (ram.message !== undefined) ram.message.msMax = 0;
  return time;
}

/** Sends the message, if there is one. One that the connection does not take now is tried again when it has room. */
export function post(thing: Thing): void {
  const publisher = thing.publisher;
  const ram = publisher.ram;
  const message = ram.message;
  const link = thing.supervisor.link;
  const count = ram.count;
  if (message === undefined) return;
  message.turn = 0;
  message.msMax = 0;
  if (count === 0 || !publisher.live || publisher.suspect || link === undefined) return;
  if (thing.driver.sendOnce(link, message.text + thing.driver.platform.batchClose) !== 0) return;
  message.text = "";
  ram.count = 0;
  thing.accepted += count;
  tell(thing, "published", count, "");
}

/** Takes a turn to send the message. */
export function postSoon(thing: Thing): void {
  const message = thing.publisher.ram.message;
  if (message !== undefined && message.turn === 0) message.turn = thing.ports.clock.after(0, () => post(thing));
}

/**
 * Puts one reading of `key` into the message, and opens it to more whole numbers below `limit`; false when there is no message that
 * would go out now.
 * @apart
 */
export function addToMessage(thing: Thing, key: string, limit: number, value: string): boolean {
  const now = thing.ports.clock.epoch();
  const ram = thing.publisher.ram;
  const platform = thing.driver.platform;
  if (now === undefined || !thing.publisher.live || thing.publisher.suspect || thing.geo !== undefined || ram.readings.length > 0) return false;
  const message: Message = ram.message ?? { text: "", key, limit, head: "", middle: "", secondOf: -1, second: "", msMax: 0, turn: 0 };
  const room = ONCE_BYTES_MAX - platform.batchClose.length - message.text.length;
  const head = platform.batchJoin + platform.valueHead(key);
  if (message.text !== "" && head.length + value.length + message.second.length + platform.valueEnd.length + NUMBER_BYTES > room) return false;
  ram.message = message;
  stampInMemory(ram, now);
  if (ram.sec !== message.secondOf) {
    message.secondOf = ram.sec;
    message.second = platform.valueMiddle(ram.sec);
  }
  message.key = key;
  message.head = head;
  message.middle = message.second + (ram.ms < 10 ? "00" : ram.ms < 100 ? "0" : "");
  const piece = value + message.middle + ram.ms + platform.valueEnd;
  message.text = message.text === "" ? platform.batchOpen + platform.valueHead(key) + piece : message.text + head + piece;
  ram.count += 1;
  message.limit = limit;
  const more = idiv(Math.max(room - head.length - piece.length, 0), head.length + message.middle.length + platform.valueEnd.length + NUMBER_BYTES);
  message.msMax = Math.min(ram.ms < 10 ? 9 : ram.ms < 100 ? 99 : 999, ram.ms + more);
  postSoon(thing);
  return true;
}
