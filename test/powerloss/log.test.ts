/**
 * The reading log under power cuts. The oracle is a ledger of what `logAppend` accepted and what was acknowledged: after a
 * cut nothing is delivered that was not given to the log, everything accepted is delivered unless the log counted it as
 * dropped, and sequences grow.
 */
import type { FlashArea } from "../../hal/ports/flash";
import { logAcknowledge, logAppend, logCursor, logEntry, logErase, logNext, logOpen, logRewind } from "../../firmware/store/log";
import type { ReadingLog } from "../../firmware/store/log";
import { checksum } from "../../sim/world/checksum";
import type { WorldFlash } from "../../sim/world/flash";
import { budget } from "../support/budget";
import { everyCut } from "./harness";
import type { Scenario } from "./harness";

interface Ledger {
  /** Text of each reading accepted, by its sequence. */
  accepted: Record<number, string>;
  acknowledged: number[];
  /** What was under way: the cut may have left it done or not. */
  appending: string;
  acknowledging: number;
  /** Acknowledgements that were cut and left the record waiting: a mark with one bit set takes no more, so it may come back. */
  weak: number[];
  /** Number of readings made, so that each text is made once. */
  made: number;
  erasing: boolean;
}

const empty: Ledger = { accepted: {}, acknowledged: [], appending: "", acknowledging: 0, weak: [], made: 0, erasing: false };
const small: FlashArea = { name: "log", blockBytes: 256, blocks: 4 };
/** A reading of 14 bytes as the publisher makes them, with bytes that look erased. */
const text = (n: number) => `r${String(n).padStart(7, "0")}\xff\xff22.41`.slice(0, 14);

function open(flash: WorldFlash): ReadingLog {
  return logOpen(flash.port, checksum, flash.port.open("log")!);
}

function append(log: ReadingLog, ledger: Ledger, bytes: string): void {
  const last = Math.max(0, ...Object.keys(ledger.accepted).map(Number));
  ledger.made += 1;
  ledger.appending = bytes;
  const sequence = logAppend(log, bytes);
  if (sequence <= last) throw new Error(`sequence ${String(sequence)} after ${String(last)}`);
  ledger.accepted[sequence] = bytes;
  ledger.appending = "";
}

/** Acknowledges up to `count` of the records that wait, leaving out every `leave`th. */
function acknowledge(log: ReadingLog, ledger: Ledger, count: number, leave: number): void {
  const cursor = logCursor();
  const entry = logEntry();
  logRewind(log, cursor);
  for (let done = 0; done < count && logNext(log, cursor, entry); ) {
    if (entry.sequence % leave === 0) continue;
    ledger.acknowledging = entry.sequence;
    if (logAcknowledge(log, cursor, entry.sequence) !== 0) throw new Error("not acknowledged");
    ledger.acknowledged.push(entry.sequence);
    ledger.acknowledging = 0;
    done += 1;
  }
}

/** What waits, against the ledger. */
function audit(log: ReadingLog, ledger: Ledger): void {
  const cursor = logCursor();
  const entry = logEntry();
  const delivered = new Set<number>();
  let last = 0;
  logRewind(log, cursor);
  while (logNext(log, cursor, entry)) {
    if (entry.sequence <= last) throw new Error(`${String(entry.sequence)} delivered after ${String(last)}`);
    last = entry.sequence;
    const known = ledger.accepted[last] ?? ledger.appending;
    if (entry.bytes !== known || known === "") throw new Error(`${String(last)} delivered as ${entry.bytes}`);
    if (ledger.acknowledged.includes(last) && !ledger.weak.includes(last)) throw new Error(`${String(last)} delivered after its acknowledgement`);
    delivered.add(last);
  }
  const sequences = Object.keys(ledger.accepted).map(Number);
  if (log.lastSequence < Math.max(0, ...sequences)) throw new Error("the sequences go back");
  if (log.waiting !== delivered.size) throw new Error(`waiting ${String(log.waiting)}, delivered ${String(delivered.size)}`);
  if (ledger.erasing && delivered.size === 0) return;
  const missing = sequences.filter((n) => !delivered.has(n) && !ledger.acknowledged.includes(n) && n !== ledger.acknowledging);
  // Of a record whose acknowledgement was cut both may be: acknowledged, or dropped with the others.
  const unsure = [ledger.acknowledging, ...ledger.weak].filter((n) => n > 0 && !delivered.has(n)).length;
  const extra = log.droppedFull - missing.length;
  if (extra < 0 || extra > unsure || log.droppedCorrupt !== 0) {
    throw new Error(`missing ${missing.join()}, counted ${String(log.droppedFull)} and ${String(log.droppedCorrupt)} corrupt`);
  }
  if (missing.some((n) => [...delivered].some((kept) => kept < n))) throw new Error("dropped is not the oldest");
}

/** The boot after a cut: opening writes nothing, what waits is right, and the log goes on. */
function recover(flash: WorldFlash, ledger: Ledger): void {
  const log = open(flash);
  if (flash.counts.writes + flash.counts.erases > 0) throw new Error("opening wrote");
  audit(log, ledger);
  // What was under way is settled by what is there now.
  settle(log, ledger);
  append(log, ledger, text(ledger.made));
  acknowledge(log, ledger, 1, 1000);
}

/** Takes over into the ledger what the log shows of the work that was cut. */
function settle(log: ReadingLog, ledger: Ledger): void {
  const cursor = logCursor();
  const entry = logEntry();
  const there: number[] = [];
  logRewind(log, cursor);
  while (logNext(log, cursor, entry)) {
    there.push(entry.sequence);
    if (ledger.accepted[entry.sequence] === undefined) ledger.accepted[entry.sequence] = entry.bytes;
  }
  ledger.appending = "";
  if (ledger.acknowledging > 0) (there.includes(ledger.acknowledging) ? ledger.weak : ledger.acknowledged).push(ledger.acknowledging);
  if (ledger.erasing && there.length === 0) ledger.acknowledged.push(...Object.keys(ledger.accepted).map(Number));
  ledger.acknowledging = 0;
  ledger.erasing = false;
}

function check(flash: WorldFlash, ledger: Ledger, again: boolean): void {
  audit(open(flash), ledger);
  if (again) return;
  flash.resetCounts();
  audit(open(flash), ledger);
  if (flash.counts.erases > 0 || flash.counts.programmed > 0) throw new Error("a boot that acknowledged nothing wrote");
  const log = open(flash);
  for (let n = 0; n < 3; n += 1) append(log, ledger, text(ledger.made));
  audit(log, ledger);
}

type Boot = Scenario<Ledger>["boots"][number];

/** Boots that each take so many readings and acknowledge up to so many. */
function boots(count: number, readings: number, acks: number, leave: number): Boot[] {
  return Array.from({ length: count }, () => (flash: WorldFlash, ledger: Ledger) => {
    const log = open(flash);
    for (let n = 0; n < readings; n += 1) {
      append(log, ledger, text(ledger.made));
      if (n % 2 === 1) acknowledge(log, ledger, Math.floor(acks / 2), leave);
    }
  });
}

/** Bytes that a record programs: its mark and the two bytes of the reading that look erased are left alone. */
const recordBytes = 20 - 3;

/** Second cuts after each first one; a slice unless all are named. */
const SECONDS = budget(12, Infinity);
const slice = SECONDS === Infinity ? "every second cut" : `${String(SECONDS)} second cuts after each first one`;

test(`a full wrap with acknowledgements, some of them left out: ${slice}`, () => {
  const made: Scenario<Ledger> = { areas: [small], ledger: empty, boots: boots(12, 4, 4, 7), recover };
  const tally = everyCut(made, check, { seconds: SECONDS });
  // 48 readings in blocks of 11; each header programs 25 bytes, each acknowledgement one, each block left behind done one.
  expect(tally.erases).toBe(5);
  expect(tally.programmed).toBeGreaterThanOrEqual(48 * (recordBytes - 1) + 5 * 24 + 36);
  expect(tally.programmed).toBeLessThanOrEqual(48 * recordBytes + 5 * 25 + 48 + 5);
  expect(tally.cuts).toBe(3 * tally.programmed + 6 * tally.erases);
  expect(tally.recoveryErases).toBeLessThanOrEqual(1);
  expect(tally.recoveryProgrammed).toBeLessThanOrEqual(recordBytes + 25 + 1 + 4);
});

test(`a full wrap without any acknowledgement, the oldest are dropped, and counted: ${slice}`, () => {
  const made: Scenario<Ledger> = { areas: [small], ledger: empty, boots: boots(12, 4, 0, 1), recover };
  const tally = everyCut(made, check, { seconds: SECONDS });
  expect(tally.erases).toBe(5);
  expect(tally.cuts).toBe(3 * tally.programmed + 6 * tally.erases);
});

test.each([[[1]], [[3, 1]]])("with blocks %j worn out, the ring goes on without them, and what is dropped is counted", (worn) => {
  const wear = (flash: WorldFlash): void => worn.forEach((block) => flash.wearOut("log", block));
  const made: Scenario<Ledger> = {
    areas: [small],
    ledger: empty,
    boots: boots(16, 4, 0, 1).map((boot): Boot => (flash, ledger) => {
      wear(flash);
      boot(flash, ledger);
    }),
    recover: (flash, ledger) => {
      wear(flash);
      recover(flash, ledger);
    },
  };
  const tally = everyCut(made, check, { seconds: budget(6, Infinity) });
  expect(tally.erases).toBeGreaterThan(8);
});

test(`erasing the log is whole or not begun: ${slice}`, () => {
  const erase: Boot = (flash, ledger) => {
    const log = open(flash);
    ledger.erasing = true;
    if (logErase(log) !== 0) throw new Error("not erased");
    ledger.acknowledged = Object.keys(ledger.accepted).map(Number);
    ledger.erasing = false;
  };
  // Drops are counted anew after an erase, so this one begins with a log that has dropped nothing.
  const made: Scenario<Ledger> = { areas: [small], ledger: empty, boots: [...boots(5, 4, 0, 1), erase], recover };
  const tally = everyCut(made, check, { seconds: SECONDS });
  expect(tally.erases).toBe(2 + 4);
  expect(tally.cuts).toBe(3 * tally.programmed + 6 * tally.erases);
});

const FIRSTS = budget(6, 600);

test(`twelve pages of 4096 bytes: about ${String(FIRSTS)} first cuts`, () => {
  const page: FlashArea = { name: "log", blockBytes: 4096, blocks: 12 };
  const made: Scenario<Ledger> = { areas: [page], ledger: empty, boots: boots(30, 90, 60, 5), recover };
  const tally = everyCut(made, check, { firstCuts: FIRSTS, seconds: budget(1, 20) });
  expect(tally.erases).toBeGreaterThan(page.blocks);
  expect(tally.cuts).toBeGreaterThan(budget(0, 400));
});
