/**
 * The clock port on one timer of NodeMCU (tmr).
 *
 * All timers of the device stand in one list, because NodeMCU's own start no longer than 114 minutes, take a userdata and a
 * closure each, may be early by a tick of the scheduler on the ESP32, and do not promise their order. The one timer wakes
 * at least every ten minutes, so that the chip's counters, which wrap after 35 minutes, are never misread.
 */
import { idiv } from "../../firmware/base/intrinsics";
import type { ClockPort, EpochTime, Timer } from "../ports/clock";
import { counterMs } from "./esp8266";
import { systemTimeMs } from "./esp32";
import { type Handle, isWhole, newHandle, stopped, take } from "./state";

interface Entry extends Handle {
  /** Ms from the moment at which `passed` was 0. */
  left: number;
  /** 0 for a timer that runs once. */
  readonly period: number;
  readonly run: (this: void) => void;
  /** The turn in which it was put into the list: it does not run in the same one. */
  turn: number;
}

const MS_MAX = 2147483647;
const TIMERS_MAX = 64;
const WAKE_MS = 600000;

/** By `left`, then by age. */
const entries: Entry[] = [];
let timer: TmrTimer | undefined;
let turn = 0;
let now = 0;
let passed = 0;
let isSet = false;
let sec = 0;
let ms = 0;

/** Takes over what the chip's counter has gone on. */
function advance(): void {
  let span = 0;
  if (BOARD.chip === "esp32") span = systemTimeMs();
  else span = counterMs();
  now = now > MS_MAX - span ? now - (MS_MAX - span) - 1 : now + span;
  passed += span;
  ms += span;
  sec += idiv(ms, 1000);
  ms = ms % 1000;
}

/** Sets the timer to the first entry. */
function arm(wake: (this: void) => void): void {
  const first = entries[0];
  // A tick of the ESP32 is 10 ms; a timer of less than one makes its firmware fail.
  const least = BOARD.chip === "esp32" ? 10 : 1;
  let wait = first === undefined ? WAKE_MS : first.left - passed;
  if (wait > WAKE_MS) wait = WAKE_MS;
  if (timer === undefined) timer = tmr.create();
  timer.alarm(wait < least ? least : wait, tmr.ALARM_SINGLE, wake);
}

function insert(entry: Entry): void {
  let place = entries.length;
  while (place > 0 && entries[place - 1]!.left > entry.left) place -= 1;
  table.insert(entries, place + 1, entry);
}

/** Lets `passed` begin at 0 again, so that no sum leaves 31 bits. */
function rebase(): void {
  advance();
  for (const entry of entries) entry.left -= passed;
  passed = 0;
}

function tick(): void {
  rebase();
  turn = (turn + 1) % MS_MAX;
  let first = entries[0];
  while (first !== undefined && first.left <= passed && first.turn !== turn && !stopped) {
    table.remove(entries, 1);
    if (first.period > 0) {
      first.left = passed + first.period - ((passed - first.left) % first.period);
      first.turn = turn;
      insert(first);
    }
    first.run();
    first = entries[0];
  }
  arm(tick);
}

function begin(left: number, period: number, run: (this: void) => void): Timer {
  rebase();
  const entry = { id: newHandle(), left, period, run, turn };
  insert(entry);
  if (entries[0] === entry) arm(tick);
  return entry.id;
}

/** Runs `run` on a later turn. */
export function later(run: (this: void) => void): void {
  begin(0, 0, run);
}

function uptime(): number {
  advance();
  return now;
}

function epoch(): EpochTime | undefined {
  advance();
  return isSet ? { sec, ms } : undefined;
}

function setEpoch(value: EpochTime): void {
  advance();
  isSet = true;
  sec = value.sec;
  ms = value.ms;
}

function after(span: number, run: (this: void) => void): Timer {
  return isWhole(span, 0, MS_MAX) && entries.length < TIMERS_MAX ? begin(span, 0, run) : 0;
}

function every(span: number, run: (this: void) => void): Timer {
  return isWhole(span, 1, MS_MAX) && entries.length < TIMERS_MAX ? begin(span, span, run) : 0;
}

function cancel(id: Timer): void {
  take(entries, id);
}

export const clock: ClockPort = { uptime, epoch, setEpoch, after, every, cancel };
