/**
 * Cuts the power everywhere: at every byte that a scenario programs and inside every block that it erases, then at every
 * byte of the recovery. Whatever runs on the world's flash can be a scenario: a store, or a whole agent.
 *
 * A scenario is a list of boots. What outlives a cut is the flash and the ledger (what the world outside knows was asked
 * and answered), so work is not run anew for each of its cuts: it is followed once, and each call that changes the flash is
 * made again, cut, on what there was before it. Cuts that leave the same flash and the same ledger are one state ("all of
 * this byte" is "none of the next"): it is recovered from and checked once.
 */
import { createHash } from "node:crypto";
import type { FlashArea, FlashPort } from "../../hal/ports/flash";
import { byteOutcomes, createFlash, eraseOutcomes, PowerCut } from "../../sim/world/flash";
import type { ByteOutcome, EraseOutcome, FlashImage, FlashKind, WorldFlash } from "../../sim/world/flash";
import { generator, seed } from "../support/budget";

export interface Scenario<Ledger> {
  readonly areas: readonly FlashArea[];
  /** What keeps the areas; "nor" unless given. */
  readonly kind?: FlashKind;
  /** The contents before the first boot; erased unless given. */
  readonly image?: FlashImage;
  /** The ledger before the first boot: plain data, as JSON has it, because it is cloned and compared. */
  readonly ledger: Ledger;
  /** The boots. A boot writes what it was told into the ledger; a cut unwinds it with a `PowerCut`. */
  readonly boots: readonly ((flash: WorldFlash, ledger: Ledger) => void)[];
  /** The boot after a cut, with all that it writes. It is cut in turn. */
  readonly recover: (flash: WorldFlash, ledger: Ledger) => void;
}

/** Asserts what must hold after a recovery (of the second cut, if `again`); may go on writing. */
export type Check<Ledger> = (flash: WorldFlash, ledger: Ledger, again: boolean) => void;

export interface CutOptions {
  /** At most about this many first cuts, chosen by the seed; all of them unless told. */
  readonly firstCuts?: number;
  /** At most so many second cuts after each first one, drawn by the seed among every place and outcome; all unless told. */
  readonly seconds?: number;
}

/** What was done: `cuts` is what the scenario implies, so a test asserts it. */
export interface Tally {
  /** Bytes programmed and blocks erased by the boots when nothing is cut. */
  programmed: number;
  erases: number;
  /** First cuts, and second ones: every place and outcome, those included that leave a state known from another. */
  cuts: number;
  secondCuts: number;
  /** Different states that the first cuts left, and that the second ones did. */
  states: number;
  secondStates: number;
  /** The most that one recovery wrote. */
  recoveryProgrammed: number;
  recoveryErases: number;
}

/** A call that programs bytes or erases a block. */
interface Call {
  readonly kind: "program" | "erase";
  /** Bytes that it programs; 0 of an erase. */
  readonly programmed: number;
  readonly redo: (port: FlashPort) => number;
}

/** What there was before a call. */
interface Before<Ledger> {
  readonly image: FlashImage;
  readonly ledger: Ledger;
}

/** A cut inside a call of some work: at that byte of it, 0 in an erase. */
type Cut = { readonly call: number; readonly at: number } & ({ readonly kind: "program"; readonly outcome: ByteOutcome } | { readonly kind: "erase"; readonly outcome: EraseOutcome });

/** Does the work; gives its calls, in order. `each` is told before a call is made. */
function follow(flash: WorldFlash, work: () => void, each: (call: number) => void = () => undefined): Call[] {
  const { write, eraseBlock } = flash.port;
  const calls: Call[] = [];
  function made(kind: Call["kind"], redo: Call["redo"]): number {
    each(calls.length);
    const before = flash.counts.programmed;
    const answer = redo({ ...flash.port, write, eraseBlock });
    calls.push({ kind, programmed: flash.counts.programmed - before, redo });
    return answer;
  }
  Object.assign(flash.port, {
    write: (...args: Parameters<FlashPort["write"]>) => made("program", (port) => port.write(...args)),
    eraseBlock: (...args: Parameters<FlashPort["eraseBlock"]>) => made("erase", (port) => port.eraseBlock(...args)),
  });
  work();
  Object.assign(flash.port, { write, eraseBlock });
  return calls;
}

/** Every way to cut those calls. */
function cutsOf(calls: readonly Call[]): Cut[] {
  const cuts: Cut[] = [];
  calls.forEach(({ kind, programmed }, call) => {
    if (kind === "erase") for (const outcome of eraseOutcomes) cuts.push({ call, kind, at: 0, outcome });
    else for (let at = 0; at < programmed; at += 1) for (const outcome of byteOutcomes) cuts.push({ call, kind, at, outcome });
  });
  return cuts;
}

/** `count` of them, drawn; all when there are no more. */
function some(cuts: readonly Cut[], count: number, draw: (below: number) => number): readonly Cut[] {
  if (cuts.length <= count) return cuts;
  return Array.from({ length: count }, () => cuts[draw(cuts.length)]!);
}

/** Makes the call with the cut in it, and switches the power on again; an error when the cut did not come. */
function runCut(flash: WorldFlash, cut: Cut, { redo }: Call): void {
  if (cut.kind === "program") flash.cutInProgram(cut.at, cut.outcome);
  else flash.cutInErase(cut.at, cut.outcome);
  try {
    redo(flash.port);
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
  }
  if (!flash.isOff) throw new Error("the cut did not come");
  flash.restore();
}

/** What tells one state from another. */
function digest(image: FlashImage, ledger: unknown): string {
  const hash = createHash("sha1").update(JSON.stringify(ledger));
  for (const bytes of image.values()) hash.update(bytes);
  return hash.digest("base64");
}

/** The run of one scenario; made by `everyCut`. */
class Search<Ledger> {
  readonly tally: Tally = { programmed: 0, erases: 0, cuts: 0, secondCuts: 0, states: 0, secondStates: 0, recoveryProgrammed: 0, recoveryErases: 0 };
  readonly draw = generator(seed);
  /** First states, with the number of second cuts in each one's recovery; and second states. */
  readonly #seen = new Map<string, number>();
  readonly #seenAgain = new Set<string>();

  constructor(
    readonly scenario: Scenario<Ledger>,
    readonly check: Check<Ledger>,
    readonly seconds: number,
  ) {}

  /** A flash with that content, powered, nothing counted. */
  flashWith(image: FlashImage | undefined, name: string): WorldFlash {
    const flash = createFlash({ areas: this.scenario.areas, seed: `${String(seed)}/${name}` }, this.scenario.kind);
    flash.restore(image);
    return flash;
  }

  named<T>(name: string, body: () => T): T {
    try {
      return body();
    } catch (error) {
      throw new Error(`${name}, seed ${String(seed)}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }

  /** Recovers and checks; gives what the recovery did. */
  recovered({ image, ledger }: Before<Ledger>, name: string, again: boolean): Call[] {
    const { scenario, tally } = this;
    const flash = this.flashWith(image, name);
    const known = structuredClone(ledger);
    return this.named(name, () => {
      const calls = follow(flash, () => scenario.recover(flash, known));
      tally.recoveryProgrammed = Math.max(tally.recoveryProgrammed, flash.counts.programmed);
      tally.recoveryErases = Math.max(tally.recoveryErases, flash.counts.erases);
      this.check(flash, known, again);
      return calls;
    });
  }

  /** Cuts some work, which begins with `begin` and makes those calls, in each of those ways; hands on what each leaves. */
  cutWork(begin: Before<Ledger>, work: Scenario<Ledger>["recover"], calls: readonly Call[], cuts: readonly Cut[], name: string, use: (name: string, left: Before<Ledger>) => void): void {
    const wanted = new Set(cuts.map(({ call }) => call));
    if (wanted.size === 0) return;
    const states = new Map<number, Before<Ledger>>();
    const flash = this.flashWith(begin.image, name);
    const ledger = structuredClone(begin.ledger);
    const anew = follow(flash, () => work(flash, ledger), (call) => {
      if (wanted.has(call)) states.set(call, { image: flash.snapshot(), ledger: structuredClone(ledger) });
    });
    if (anew.length !== calls.length) throw new Error(`${name}: the work is not the same every time`);
    for (const cut of cuts) {
      const { image, ledger: known } = states.get(cut.call)!;
      const own = `${name} cut in ${cut.kind} ${String(cut.at)} of call ${String(cut.call)} (${cut.outcome})`;
      const cutFlash = this.flashWith(image, own);
      this.named(own, () => runCut(cutFlash, cut, anew[cut.call]!));
      use(own, { image: cutFlash.snapshot(), ledger: known });
    }
  }

  /** After a first cut: recovers and checks, and cuts the recovery. */
  afterCut(name: string, left: Before<Ledger>): void {
    const { scenario, tally } = this;
    tally.cuts += 1;
    const state = digest(left.image, left.ledger);
    const known = this.#seen.get(state);
    if (known !== undefined) {
      tally.secondCuts += known;
      return;
    }
    tally.states += 1;
    const calls = this.recovered(left, name, false);
    const cuts = some(cutsOf(calls), this.seconds, this.draw);
    this.cutWork(left, scenario.recover, calls, cuts, `${name}, recovery`, (both, again) => this.afterSecond(both, again));
    tally.secondCuts += cuts.length;
    this.#seen.set(state, cuts.length);
  }

  afterSecond(name: string, left: Before<Ledger>): void {
    const state = digest(left.image, left.ledger);
    if (this.#seenAgain.has(state)) return;
    this.#seenAgain.add(state);
    this.tally.secondStates += 1;
    this.recovered(left, name, true);
  }
}

/** Cuts the scenario everywhere, with `check` after every recovery. A failure names its cut. */
export function everyCut<Ledger>(scenario: Scenario<Ledger>, check: Check<Ledger>, options: CutOptions = {}): Tally {
  const search = new Search(scenario, check, options.seconds ?? Infinity);
  const { tally, draw } = search;
  let image = scenario.image ?? search.flashWith(undefined, "").snapshot();
  const ledger = structuredClone(scenario.ledger);
  const boots = scenario.boots.map((boot, index) => {
    const begin: Before<Ledger> = { image, ledger: structuredClone(ledger) };
    const flash = search.flashWith(image, `boot ${String(index)}`);
    const calls = follow(flash, () => boot(flash, ledger));
    tally.programmed += flash.counts.programmed;
    tally.erases += flash.counts.erases;
    image = flash.snapshot();
    return { begin, boot, calls, cuts: cutsOf(calls) };
  });
  search.recovered({ image, ledger }, "no cut", false);
  const all = boots.reduce((sum, { cuts }) => sum + cuts.length, 0);
  const keep = options.firstCuts ?? all;
  boots.forEach(({ begin, boot, calls, cuts }, index) => {
    const chosen = keep >= all ? cuts : cuts.filter(() => draw(all) < keep);
    search.cutWork(begin, boot, calls, chosen, `boot ${String(index)}`, (name, left) => search.afterCut(name, left));
  });
  return tally;
}
