/**
 * The record store under power cuts (espruino.md and conformance.md measured what happens without one: 99 of 100 cuts lose
 * the value). The oracle is a list of changes: after a cut the store holds the state after those that were answered, or
 * after one more, in all keys at once.
 */
import type { FlashArea } from "../../hal/ports/flash";
import { StoreCode, StoreState } from "../../firmware/store/code";
import { recordGet, recordPut, recordRemove, recordsErase, recordsOpen } from "../../firmware/store/records";
import type { RecordStore } from "../../firmware/store/records";
import { checksum } from "../../sim/world/checksum";
import { createFlash } from "../../sim/world/flash";
import type { WorldFlash } from "../../sim/world/flash";
import { budget } from "../support/budget";
import { everyCut } from "./harness";
import type { CutOptions, Scenario, Tally } from "./harness";

/** A change: put, remove (no value), or a factory reset (no key). */
interface Change {
  readonly key?: string;
  readonly value?: string;
}

interface Ledger {
  changes: Change[];
  /** How many of them were answered. */
  answered: number;
  /** Boot counter, as the recoveries were told. */
  boots: number;
}

const small: FlashArea = { name: "records", blockBytes: 256, blocks: 4 };
const keys = ["token", "ssid", "password", "host", "mark", "n"];

function open(flash: WorldFlash): RecordStore {
  return recordsOpen(flash.port, checksum, flash.port.open("records")!);
}

function apply(store: RecordStore, change: Change): number {
  if (change.key === undefined) return recordsErase(store);
  return change.value === undefined ? recordRemove(store, change.key) : recordPut(store, change.key, change.value);
}

/** The values after so many changes. */
function model(changes: readonly Change[], count: number): string {
  const values = new Map<string, string>();
  for (const { key, value } of changes.slice(0, count)) {
    if (key === undefined) values.clear();
    else if (value === undefined) values.delete(key);
    else values.set(key, value);
  }
  return keys.map((key) => `${key}=${values.get(key) ?? "none"}`).join(" ");
}

function actual(store: RecordStore): string {
  return keys.map((key) => `${key}=${recordGet(store, key) ?? "none"}`).join(" ");
}

/** A scenario: the changes of `before` are done already, one a boot; those of each list of `boots` are cut. */
function scenario(area: FlashArea, before: Change[], ...boots: Change[][]): Scenario<Ledger> {
  const flash = createFlash({ areas: [area] });
  for (const change of before) expect(apply(open(flash), change)).toBe(StoreCode.ok);
  const changes = [...before, ...boots.flat()];
  return {
    areas: [area],
    image: flash.snapshot(),
    ledger: { changes, answered: before.length, boots: 0 },
    boots: boots.map((list) => (world: WorldFlash, ledger: Ledger) => {
      const store = open(world);
      for (const change of list) {
        expect(apply(store, change)).toBe(StoreCode.ok);
        ledger.answered += 1;
      }
    }),
    recover: (world, ledger) => {
      const store = open(world);
      if (world.counts.programmed > 0) throw new Error("opening programmed a byte");
      if (world.counts.erases > 0 && actual(store) !== model([], 0)) throw new Error("opening erased a block");
      const state = actual(store);
      const [at, next] = [model(changes, ledger.answered), model(changes, ledger.answered + 1)];
      if (state !== at && state !== next) throw new Error(`neither old nor new: ${state}`);
      if (state === next && state !== at) ledger.answered += 1;
      const boots = Number(recordGet(store, "boots") ?? "0");
      if (boots !== 0 && boots !== ledger.boots && boots !== ledger.boots + 1) throw new Error(`boot counter ${String(boots)}`);
      if (recordPut(store, "boots", String(boots + 1)) !== StoreCode.ok) throw new Error("the boot counter is refused");
      ledger.boots = boots + 1;
    },
  };
}

/** After each recovery: the state is what it was made; of a first cut also that a boot writes nothing, and the store goes on working. */
function check(world: WorldFlash, ledger: Ledger, again: boolean): void {
  world.resetCounts();
  const store = open(world);
  const state = actual(store);
  if (state !== model(ledger.changes, ledger.answered)) throw new Error(`after recovery: ${state}`);
  if (store.state === StoreState.newer) throw new Error("a version nobody wrote");
  if (recordGet(store, "boots") !== String(ledger.boots)) throw new Error("the boot counter is lost");
  if (again) return;
  open(world);
  if (world.counts.writes + world.counts.erases > 0) throw new Error("a boot without a change wrote");
  for (const change of [{ key: "mark", value: "x1" }, { key: "mark", value: "x2" }, { key: "mark" }]) {
    if (apply(store, change) !== StoreCode.ok) throw new Error("the store refuses");
  }
  if (recordGet(open(world), "boots") !== String(ledger.boots)) throw new Error("the boot counter is lost by later changes");
}

function run(made: Scenario<Ledger>, options?: CutOptions): Tally {
  const tally = everyCut(made, check, { seconds: Infinity, ...options });
  if (options?.firstCuts === undefined) {
    expect(tally.cuts).toBe(3 * tally.programmed + 6 * tally.erases);
    // What is the same state twice is the end of one byte and the beginning of the next, and little else.
    expect(tally.states).toBeGreaterThan(1.7 * tally.programmed);
  }
  return tally;
}

const token = (fill: string) => ({ key: "token", value: fill.repeat(43) });
/** Bytes that appending a record programs. */
const bytesOf = ({ key, value }: Change) => 6 + key!.length + (value?.length ?? 0);
/** Bytes of a generation's header and seal. */
const generationBytes = 11 + 1;

test("the first change of a new area", () => {
  const tally = run(scenario(small, [], [token("a")]));
  expect(tally).toMatchObject({ programmed: generationBytes + bytesOf(token("a")), erases: 1, recoveryErases: 1 });
});

test("a token is replaced, in the block and into a new generation", () => {
  const settings = [{ key: "ssid", value: "home" }, { key: "password", value: "correct horse" }];
  const within = run(scenario(small, [token("a"), ...settings], [token("b")]));
  expect(within).toMatchObject({ programmed: bytesOf(token("b")), erases: 0 });
  // Recoveries were cut in every byte too; each writes at least one counter, and after a torn record a generation.
  expect(within.secondCuts).toBeGreaterThanOrEqual(within.cuts * budget(1, 36));
  const across = run(scenario(small, [token("a"), token("b"), token("c"), ...settings], [token("d")]));
  const live = settings.reduce((sum, change) => sum + bytesOf(change), 0);
  expect(across).toMatchObject({ programmed: generationBytes + live + bytesOf(token("d")), erases: 1 });
  // A recovery writes one counter; at most that begins a generation of all that lives.
  expect(across.recoveryErases).toBe(1);
  expect(across.recoveryProgrammed).toBeLessThanOrEqual(generationBytes + live + bytesOf(token("d")) + 12);
});

test("a token is replaced in NodeMCU's files", () => {
  const filled = [token("a"), token("b"), token("c"), { key: "ssid", value: "home" }];
  const made = scenario(small, filled, [token("d")], [token("e"), { key: "ssid" }]);
  const tally = everyCut({ ...made, kind: "nodemcu-file" }, check, { seconds: budget(20, Infinity) });
  expect(tally.erases).toBe(1);
  expect(tally.cuts).toBe(3 * tally.programmed + 6 * tally.erases);
  // Of a write there is the old, the new, or a part.
  expect(tally.states).toBeGreaterThan(20);
});

test("settings change one after the other", () => {
  const change = [{ key: "ssid", value: "garden" }, { key: "password", value: "staple" }, { key: "host", value: "broker" }];
  const tally = run(scenario(small, [token("a"), { key: "ssid", value: "home" }, token("b")], change));
  expect(tally.programmed).toBe(change.reduce((sum, each) => sum + bytesOf(each), 0));
});

test("a key is removed, in the block and into a new generation", () => {
  const filled = [token("a"), { key: "mark", value: "17" }, token("b"), token("c"), token("d")];
  expect(run(scenario(small, [token("a"), { key: "mark", value: "17" }], [{ key: "mark" }])).programmed).toBe(bytesOf({ key: "mark" }));
  const across = run(scenario(small, filled, [{ key: "mark" }], [{ key: "token" }]));
  expect(across.erases).toBe(1);
});

test("an activation: the channel, the token, and what is of no more use then", () => {
  const channel = { key: "channel", value: "0123456789abcdef" };
  const changes = [channel, token("a"), { key: "code" }, { key: "channel" }];
  const tally = run(scenario(small, [{ key: "code", value: "a-code-of-24-characters." }], changes));
  expect(tally.programmed).toBe(changes.reduce((sum, each) => sum + bytesOf(each), 0));
});

const SECONDS = budget(2, Infinity);

test(`a counter goes round all blocks: ${SECONDS === Infinity ? "every second cut" : `${String(SECONDS)} second cuts after each first one`}`, () => {
  const long = { key: "token", value: "t".repeat(150) };
  const counts = Array.from({ length: 50 }, (_, i) => ({ key: "n", value: String(100 + i) }));
  const boots = Array.from({ length: 5 }, (_, i) => counts.slice(i * 10, i * 10 + 10));
  const tally = run(scenario(small, [long], ...boots), { seconds: SECONDS });
  const perGeneration = Math.floor((256 - generationBytes - bytesOf(long)) / 10);
  // The first generation holds the token from the start, each later one a copy of it.
  const erases = Math.ceil(50 / perGeneration) - 1;
  expect(tally.erases).toBe(erases);
  expect(tally.erases).toBeGreaterThan(small.blocks);
  // A byte of a checksum may be FF, which is not programmed.
  const bytes = 50 * 10 + erases * (generationBytes + bytesOf(long));
  expect(tally.programmed).toBeGreaterThan(bytes - 10);
  expect(tally.programmed).toBeLessThanOrEqual(bytes);
});

test("a factory reset is whole or not begun, and once begun no old byte outlives the next boot", () => {
  const secret = (n: number) => ({ key: "token", value: `SECRET${String(n)}${"s".repeat(30)}` });
  const before = Array.from({ length: 20 }, (_, n) => secret(n));
  const made = scenario(small, before, [{}]);
  const tally = everyCut(made, (world, ledger, again) => {
    const reset = ledger.answered === made.ledger.changes.length;
    if (reset && /SECRET/.test(world.dump("records"))) throw new Error("a secret is left");
    check(world, ledger, again);
  });
  expect(tally).toMatchObject({ programmed: generationBytes, erases: 1 + 3, cuts: 3 * generationBytes + 6 * 4 });
});

const FIRSTS = budget(20, 3000);

test(`pages of 4096 bytes: about ${String(FIRSTS)} first cuts`, () => {
  const page: FlashArea = { name: "records", blockBytes: 4096, blocks: 4 };
  const lots = Array.from({ length: 400 }, (_, i) => ({ key: keys[i % 6]!, value: String(i).repeat(1 + (i % 30)) }));
  const boots = Array.from({ length: 20 }, (_, i) => lots.slice(i * 20, i * 20 + 20));
  const tally = run(scenario(page, [], ...boots), { firstCuts: FIRSTS, seconds: budget(1, 20) });
  expect(tally.erases).toBeGreaterThan(page.blocks);
  expect(tally.cuts).toBeGreaterThan(budget(5, 2500));
});
