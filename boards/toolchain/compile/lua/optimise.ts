/** The order of the steps that make a linked program small. Each leaves a right program; what it does stands in its file. */
import { CompileError } from "../problem";
import { aliasLibraries } from "./alias";
import { shortenTests } from "./conditions";
import { fold } from "./fold";
import { inlineSingle } from "./inline";
import { inlineSmall } from "./inline-small";
import { countLoops } from "./loops";
import { shareLocals, tidyLocals } from "./locals";
import { mergeFunctions, returnNothing, shorten } from "./peephole";
import { shareVariables } from "./registers";
import { passOn, settle, usesOf } from "./settle";
import { shape } from "./shape";
import { shake } from "./shake";
import { Slots, hollowFields, specialise, strayFields } from "./specialise";
import type { Binding, Expr, Stat, Top } from "./tree";
import { eachExpr } from "./visit";

function folded(tops: readonly Top[]): Top[] {
  return tops.flatMap(({ module, stat }) => fold([stat]).map((each) => ({ module, stat: each })));
}

/** Variables at the top become globals; one without a value needs no statement. */
function asGlobals(tops: readonly Top[]): Top[] {
  return tops.flatMap((top) => {
    const { stat } = top;
    if (stat.kind !== "local" || stat.names.some(({ top: module }) => module === undefined)) return [top];
    const targets: Expr[] = stat.names.map((binding) => ({ kind: "name", binding }));
    const changed: Stat = { kind: "assign", targets, values: stat.values, at: stat.at };
    return stat.values.length === 0 ? [] : [{ ...top, stat: changed }];
  });
}

/** Shortens what stands in each definition. */
function tidied(tops: readonly Top[]): Top[] {
  const uses = usesOf(tops);
  const isConstant = (binding: Binding): boolean => uses.get(binding)?.sets.length === 1;
  for (const { stat } of tops) {
    const stats = [stat];
    shortenTests(stats);
    shape(stats);
    countLoops(stats, isConstant);
    tidyLocals(stats, isConstant);
    shortenTests(stats);
  }
  return [...tops];
}

function countMentions(tops: readonly Top[]): Map<Binding, number> {
  const counts = new Map<Binding, number>();
  eachExpr(
    tops.map(({ stat }) => stat),
    (expr) => {
      if (expr.kind === "name") counts.set(expr.binding, (counts.get(expr.binding) ?? 0) + 1);
    },
  );
  return counts;
}

/** Makes a linked program small, in place; gives the statements at its top. Throws `CompileError`. */
export function optimise(linked: readonly Top[]): Top[] {
  const slots = new Slots();
  let tops = shake(asGlobals(folded(specialise(folded(linked), slots))));
  const problems = strayFields(tops, slots);
  if (problems.length > 0) throw new CompileError(problems);
  for (let round = 0; round < 3; round += 1) {
    tops = shake(folded(settle(shake(tops))));
    passOn(tops);
  }
  for (let round = 0; round < 2; round += 1) {
    tops = tidied(folded(inlineSmall(inlineSingle(tops))));
    tops = shake(folded(settle(tops)));
  }
  const hollow = hollowFields(tops);
  if (hollow.length > 0) throw new CompileError(hollow);
  const mentions = countMentions(tops);
  for (const { stat } of tops) shorten([stat], mentions);
  returnNothing(tops);
  tops = mergeFunctions(tops);
  for (const { stat } of tops) shareLocals([stat]);
  for (const { stat } of tops) shareVariables([stat]);
  return aliasLibraries(tops);
}
