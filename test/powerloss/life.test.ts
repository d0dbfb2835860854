/**
 * The power fails everywhere in a whole life, on every kind of flash. After every cut the device boots and goes on: its token is
 * the old one or the new one, no accepted reading is lost, none is torn, and all arrive in order per key. Espruino's Storage
 * alone may lose everything: to a cut inside its compaction, or in a header in its last page, which its loader erases it for.
 */
import { ResetReason } from "../../hal/ports/system";
import { byteOutcomes, eraseOutcomes, flashKinds } from "../../sim/world/flash";
import type { ByteOutcome, EraseOutcome, FlashKind, WorldFlash } from "../../sim/world/flash";
import { budget, generator, seed } from "../support/budget";
import { check, mayLose, run } from "./life";
import type { Life } from "./life";

type Cut = { readonly kind: "program"; readonly at: number; readonly outcome: ByteOutcome } | { readonly kind: "erase"; readonly at: number; readonly outcome: EraseOutcome };

function arm(flash: WorldFlash, cut: Cut): void {
  if (cut.kind === "program") flash.cutInProgram(cut.at, cut.outcome);
  else flash.cutInErase(cut.at, cut.outcome);
}

interface Measure {
  readonly programmed: number;
  readonly erases: number;
  /** Which bytes are the first of a call, in order. */
  readonly firsts: readonly number[];
}

/** What a life programs and erases. */
function measureLife(kind: FlashKind): Measure {
  const firsts = new Set<number>();
  const life = run(kind, ({ port, counts }) => {
    const { write, eraseBlock } = port;
    Object.assign(port, {
      write: (...args: Parameters<typeof write>) => {
        firsts.add(counts.programmed);
        return write(...args);
      },
      eraseBlock: (...args: Parameters<typeof eraseBlock>) => {
        firsts.add(counts.programmed);
        return eraseBlock(...args);
      },
    });
  });
  check(life, false);
  const { programmed, erases } = life.flash.counts;
  expect(life.device.machine.boots.filter((reason) => reason === ResetReason.deepSleep).length).toBeGreaterThan(2);
  // The log has wrapped. Pages of Storage are erased by compaction, and the first of them may hold the program alone.
  expect(life.flash.wear("log").slice(kind === "espruino-storage" ? 3 : 0, 6).every((times) => times > 0)).toBe(true);
  return { programmed, erases, firsts: [...firsts].filter((at) => at < programmed) };
}

/**
 * Every byte and every erase of the life, with every outcome. "Nothing of this byte" is "all of the one before" in the same
 * call, to the last bit and at the same moment: that life is lived once.
 */
function everyCut({ programmed, erases, firsts }: Measure): Cut[] {
  const all: Cut[] = [];
  const isFirst = new Set(firsts);
  for (let at = 0; at < programmed; at += 1) {
    for (const outcome of byteOutcomes) if (outcome !== "none" || isFirst.has(at)) all.push({ kind: "program", at, outcome });
  }
  for (let at = 0; at < erases; at += 1) for (const outcome of eraseOutcomes) all.push({ kind: "erase", at, outcome });
  return all;
}

/** So many cuts in every call that writes and in every erase, at bytes and with outcomes drawn by the seed. */
function sampleOfCuts({ programmed, erases, firsts }: Measure, times: number): Cut[] {
  const draw = generator(seed);
  const all: Cut[] = [];
  for (let n = 0; n < times; n += 1) {
    firsts.forEach((from, index) => {
      const bytes = (firsts[index + 1] ?? programmed) - from;
      all.push({ kind: "program", at: from + draw(bytes), outcome: byteOutcomes[draw(byteOutcomes.length)]! });
    });
    for (let at = 0; at < erases; at += 1) all.push({ kind: "erase", at, outcome: eraseOutcomes[draw(eraseOutcomes.length)]! });
  }
  return all;
}

/** 0: every byte and every outcome. */
const CUTS_OF_A_CALL = budget(2, 0);
const PAIRS = budget(150, 10000);

describe.each(flashKinds)("on %s", (kind) => {
  let whole: Measure;

  beforeAll(() => {
    whole = measureLife(kind);
  });

  test(CUTS_OF_A_CALL === 0 ? "a cut in every byte and in every erase" : `${CUTS_OF_A_CALL} cuts in every call that writes and in every erase`, () => {
    expect(whole.firsts.length).toBeGreaterThan(150);
    expect(whole.erases).toBeGreaterThan(5);
    const planned = CUTS_OF_A_CALL === 0 ? everyCut(whole) : sampleOfCuts(whole, CUTS_OF_A_CALL);
    let came = 0;
    let rescued = 0;
    for (const cut of planned) {
      let life: Life;
      try {
        life = run(kind, (flash) => arm(flash, cut));
        check(life, false);
      } catch (problem) {
        throw new Error(`cut in ${cut.kind} ${cut.at} (${cut.outcome}), seed ${seed}: ${String(problem)}`, { cause: problem });
      }
      came += life.flash.cuts;
      if (mayLose(life.flash)) rescued += life.rescues;
    }
    expect(came).toBe(planned.length);
    expect(rescued > 0).toBe(kind === "espruino-storage");
  });

  test(`a second cut while the device recovers from the first: ${PAIRS} pairs`, () => {
    const draw = generator(seed);
    for (let n = 0; n < PAIRS; n += 1) {
      const first: Cut = { kind: "program", at: draw(whole.programmed), outcome: byteOutcomes[draw(3)]! };
      const second = draw(120);
      let armed = false;
      const plan = (flash: WorldFlash): void => {
        arm(flash, first);
        const restore = flash.restore.bind(flash);
        flash.restore = (image) => {
          restore(image);
          if (armed) return;
          armed = true;
          flash.cutInProgram(second, byteOutcomes[draw(3)]!);
        };
      };
      try {
        check(run(kind, plan), true);
      } catch (problem) {
        throw new Error(`cut at byte ${first.at}, then ${second} bytes into the recovery, seed ${seed}: ${String(problem)}`, { cause: problem });
      }
    }
  });
});
