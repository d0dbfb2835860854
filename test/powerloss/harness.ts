/**
 * Cuts the power everywhere: at every byte that a scenario programs and inside every block that it erases, then at every
 * byte of the recovery. Whatever runs on the world's flash can be a scenario: a store, or a whole agent.
 *
 * A scenario is a list of boots. What outlives a boot is the flash and the ledger (what the world outside knows was asked
 * and answered), so that each boot is cut by itself, from the image in which the one before left the flash.
 */
import type { FlashArea } from "../../hal/ports/flash";
import { byteOutcomes, createFlash, eraseOutcomes, PowerCut } from "../../sim/world/flash";
import type { ByteOutcome, EraseOutcome, FlashImage, WorldFlash } from "../../sim/world/flash";
import { generator, seed } from "../support/budget";

export interface Scenario<Ledger> {
  readonly areas: readonly FlashArea[];
  /** The contents before the first boot; erased unless given. */
  readonly image?: FlashImage;
  /** The ledger before the first boot; it is cloned (structuredClone). */
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
  /** First cuts, and second ones. */
  cuts: number;
  secondCuts: number;
  /** The most that one recovery wrote. */
  recoveryProgrammed: number;
  recoveryErases: number;
}

type Cut =
  | { readonly kind: "program"; readonly at: number; readonly outcome: ByteOutcome }
  | { readonly kind: "erase"; readonly at: number; readonly outcome: EraseOutcome };

/** Every way to cut work that programs and erases so much. */
function cutsOf(programmed: number, erases: number): Cut[] {
  const cuts: Cut[] = [];
  for (let at = 0; at < programmed; at += 1) for (const outcome of byteOutcomes) cuts.push({ kind: "program", at, outcome });
  for (let at = 0; at < erases; at += 1) for (const outcome of eraseOutcomes) cuts.push({ kind: "erase", at, outcome });
  return cuts;
}

/** `count` of them, drawn; all when there are no more. */
function some(cuts: readonly Cut[], count: number, draw: (below: number) => number): readonly Cut[] {
  if (cuts.length <= count) return cuts;
  return Array.from({ length: count }, () => cuts[draw(cuts.length)]!);
}

/** Runs `body` with a cut planned, and switches the power on again; an error when the cut did not come. */
function runCut(flash: WorldFlash, cut: Cut, body: () => void): void {
  if (cut.kind === "program") flash.cutInProgram(cut.at, cut.outcome);
  else flash.cutInErase(cut.at, cut.outcome);
  try {
    body();
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
  }
  if (!flash.isOff) throw new Error("the cut did not come: the work is not the same every time");
  flash.restore();
}

/** Runs the scenario once for every cut, with `check` after every recovery. A failure names its cut. */
export function everyCut<Ledger>(scenario: Scenario<Ledger>, check: Check<Ledger>, options: CutOptions = {}): Tally {
  const tally: Tally = { programmed: 0, erases: 0, cuts: 0, secondCuts: 0, recoveryProgrammed: 0, recoveryErases: 0 };
  const draw = generator(seed);
  const seconds = options.seconds ?? Infinity;

  /** A flash with that content, powered, nothing counted. */
  function flashWith(image: FlashImage | undefined, name: string): WorldFlash {
    const flash = createFlash({ areas: scenario.areas, seed: `${String(seed)}/${name}` });
    flash.restore(image);
    return flash;
  }

  function checked(name: string, body: () => void): void {
    try {
      body();
    } catch (error) {
      throw new Error(`${name}, seed ${String(seed)}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }

  /** Recovers and checks; gives what the recovery wrote. */
  function recovered(flash: WorldFlash, ledger: Ledger, again: boolean): { programmed: number; erases: number } {
    flash.resetCounts();
    scenario.recover(flash, ledger);
    const { programmed, erases } = flash.counts;
    tally.recoveryProgrammed = Math.max(tally.recoveryProgrammed, programmed);
    tally.recoveryErases = Math.max(tally.recoveryErases, erases);
    check(flash, ledger, again);
    return { programmed, erases };
  }

  /** Cuts boot number `index`, which starts from `image` and `ledger`, and then the recovery. */
  function cutBoot(index: number, cut: Cut, image: FlashImage | undefined, before: Ledger): void {
    const name = `boot ${String(index)} cut in ${cut.kind} ${String(cut.at)} (${cut.outcome})`;
    const flash = flashWith(image, name);
    const ledger = structuredClone(before);
    checked(name, () => runCut(flash, cut, () => scenario.boots[index]!(flash, ledger)));
    tally.cuts += 1;
    const after = flash.snapshot();
    const asCut = structuredClone(ledger);
    let wrote = { programmed: 0, erases: 0 };
    checked(name, () => void (wrote = recovered(flash, ledger, false)));
    for (const second of some(cutsOf(wrote.programmed, wrote.erases), seconds, draw)) {
      const both = `${name}, recovery cut in ${second.kind} ${String(second.at)} (${second.outcome})`;
      const again = flashWith(after, both);
      const known = structuredClone(asCut);
      checked(both, () => {
        runCut(again, second, () => scenario.recover(again, known));
        recovered(again, known, true);
      });
      tally.secondCuts += 1;
    }
  }

  let image = scenario.image;
  const ledger = structuredClone(scenario.ledger);
  const plans: { index: number; cut: Cut; image: FlashImage | undefined; ledger: Ledger }[] = [];
  scenario.boots.forEach((boot, index) => {
    const flash = flashWith(image, `boot ${String(index)}`);
    const before = structuredClone(ledger);
    boot(flash, ledger);
    tally.programmed += flash.counts.programmed;
    tally.erases += flash.counts.erases;
    for (const cut of cutsOf(flash.counts.programmed, flash.counts.erases)) plans.push({ index, cut, image, ledger: before });
    image = flash.snapshot();
  });
  checked("no cut", () => void recovered(flashWith(image, "no cut"), structuredClone(ledger), false));
  const keep = options.firstCuts ?? plans.length;
  for (const plan of plans) {
    if (keep >= plans.length || draw(plans.length) < keep) cutBoot(plan.index, plan.cut, plan.image, plan.ledger);
  }
  return tally;
}
