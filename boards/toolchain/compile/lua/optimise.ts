/** The order of the steps that make a linked program small. Each leaves a right program; what it does stands in its file. */
import { aliasLibraries } from "./alias";
import { fold } from "./fold";
import { inlineSingle } from "./inline";
import { passOn, settle } from "./settle";
import { shake } from "./shake";
import { Slots, specialise } from "./specialise";
import type { Expr, Stat, Top } from "./tree";

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

/** Makes a linked program small, in place; gives the statements at its top. */
export function optimise(linked: readonly Top[]): Top[] {
  let tops = asGlobals(folded(specialise(folded(linked), new Slots())));
  for (let round = 0; round < 3; round += 1) {
    tops = shake(folded(settle(shake(tops))));
    passOn(tops);
  }
  tops = folded(inlineSingle(tops));
  tops = shake(folded(settle(tops)));
  return aliasLibraries(tops);
}
