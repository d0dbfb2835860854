/**
 * Readings in memory, where the transport can send them once and without an acknowledgement: those of one turn go out in one
 * message, which is written as they come in. The clock is looked at for the first of them, and each other is a millisecond
 * later; so a message is open for one turn alone. It never waits for anything: what cannot go now is the queue's matter.
 */
import { idiv, sub } from "../base/intrinsics";
import type { EpochTime } from "../../hal/ports/clock";
import type { Link } from "./link";
import type { RamQueue } from "./ram-queue";
import { tell } from "./thing";
import type { Thing } from "./thing";

/** Bytes of a message: with its topic it is one write, and nothing of it is kept while it comes back. */
const ONCE_BYTES_MAX = 960;
/** Digits and sign of the longest whole number, and three digits of milliseconds. */
const NUMBER_BYTES = 14;

/** Gives the next reading in memory its time, later than all before it. */
export function stampInMemory(ram: RamQueue, now: EpochTime): void {
  const isLater = now.sec === ram.sec ? now.ms > ram.ms : now.sec > ram.sec;
  const ms = isLater ? now.ms : ram.ms + 1;
  if (isLater) ram.sec = now.sec;
  else if (ms > 999) ram.sec += 1;
  ram.before += (ms % 1000) - ram.ms;
  ram.ms = ms % 1000;
  ram.msMax = 0;
}

/**
 * Sends the message: stands apart, since half of the turns of a busy device find a connection that takes nothing.
 * @apart
 */
function send(thing: Thing, link: Link): void {
  const ram = thing.publisher.ram;
  const platform = thing.driver.platform;
  const count = ram.ms - ram.before;
  if (thing.driver.sendOnce(link, ram.text + platform.valueEnd + platform.batchClose) !== 0) return;
  ram.text = "";
  ram.before = ram.ms;
  thing.accepted += count;
  tell(thing, "published", count, "");
}

/** Sends the message, if there is one. One that the connection does not take now is tried again when it has room. */
export function post(thing: Thing): void {
  const publisher = thing.publisher;
  const ram = publisher.ram;
  const link = thing.supervisor.link;
  ram.turn = 0;
  ram.msMax = 0;
  if (ram.text !== "" && publisher.live && !publisher.suspect && link !== undefined && thing.driver.takesOnce(link)) send(thing, link);
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
  const room = ONCE_BYTES_MAX - platform.valueEnd.length - platform.batchClose.length - ram.text.length;
  const head = key === ram.key ? ram.head : platform.valueEnd + platform.batchJoin + platform.valueHead(key);
  if (ram.text !== "" && head.length + value.length + ram.second.length + NUMBER_BYTES > room) return false;
  stampInMemory(ram, now);
  if (ram.sec !== ram.secondOf) {
    ram.secondOf = ram.sec;
    ram.second = platform.valueMiddle(ram.sec);
  }
  ram.key = key;
  ram.head = head;
  ram.middle = ram.second + (ram.ms < 10 ? "00" : ram.ms < 100 ? "0" : "");
  const piece = value + ram.middle + ram.ms;
  ram.text = ram.text === "" ? platform.batchOpen + sub(head, platform.valueEnd.length + platform.batchJoin.length, head.length) + piece : ram.text + head + piece;
  ram.before -= 1;
  ram.limit = limit;
  const more = idiv(Math.max(room - head.length - piece.length, 0), head.length + ram.middle.length + NUMBER_BYTES);
  ram.msMax = Math.min(ram.ms < 10 ? 9 : ram.ms < 100 ? 99 : 999, ram.ms + more);
  if (ram.turn === 0) ram.turn = thing.ports.clock.after(0, () => post(thing));
  return true;
}
