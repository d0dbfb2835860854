/** Cuts a minified script into what stays in memory and the pieces that are read from flash. */
import type { FunctionDeclaration } from "acorn";
import { simple } from "acorn-walk";
import { coldFile, UNNAMED } from "./boot";
import { editedParts, newText, textOf } from "./edits";
import type { Edit, Part } from "./edits";
import { indexText, OFFSET_BASE, OFFSET_DIGITS } from "./index-text";
import { rewrite } from "./maps";
import type { Script } from "./maps";
import { callbackName, loaderName, pieceName } from "./names";
import { callbackTable, overlayTable } from "./overlay";
import { entryOf, expressionsOf, overlayOf, readPieces } from "./pieces";
import type { Pieces } from "./pieces";

/** The scripts of an image; it has no pieces when nothing is cold. */
export interface Cut {
  /** What stays in memory. It reads pieces from the file of a build without a name. */
  readonly app: Script;
  /** An index, and then the pieces one behind the other. */
  readonly cold?: Script;
}

/** Calls of overlays, and callbacks that call them, as the loader wants them. */
function tableEdits({ program, overlays }: Pieces): Edit[] {
  const assigned = new Set(overlays.map((overlay) => overlay.assigned));
  const edits: Edit[] = [];
  simple(program, {
    MemberExpression(node) {
      const { start, end } = node;
      const called = entryOf(node, overlayTable);
      const kept = entryOf(node, callbackTable);
      if (called !== undefined && !assigned.has(node)) edits.push({ start, end, text: `${loaderName}(${called})` });
      if (kept !== undefined) edits.push({ start, end, text: `${callbackName}(${kept})` });
    },
  });
  return edits;
}

/** What stays in memory: the script without overlays and without what only they need. */
function residentParts(code: string, { statements, shared }: Pieces, edits: readonly Edit[]): Part[] {
  const kept = statements.flatMap((statement) => expressionsOf(statement).filter((each) => overlayOf(each) === undefined));
  const gaps = [...statements, ...shared].map(({ start, end }) => ({ start, end, text: "" }));
  const isOutside = ({ start, end }: Edit): boolean => !gaps.some((gap) => start >= gap.start && end <= gap.end);
  const others = kept.flatMap(({ start, end }, i) => [...(i === 0 ? [] : [newText(",")]), ...editedParts(edits, start, end)]);
  return [...editedParts([...gaps, ...edits.filter(isOutside)], 0, code.length), ...others];
}

/**
 * The functions that overlays share in an order in which those stand together that the same overlays need: of the orders that begin
 * with each of them and go on with what has most in common with the last, the one that takes the fewest runs.
 */
function inRuns(shared: readonly FunctionDeclaration[], needs: readonly (readonly FunctionDeclaration[])[]): FunctionDeclaration[] {
  const users = new Map(shared.map((each) => [each, needs.filter((needed) => needed.includes(each))]));
  const common = (one: FunctionDeclaration, other: FunctionDeclaration): number => users.get(one)!.filter((needed) => needed.includes(other)).length;
  const orders = shared.map((first) => {
    const order = [first];
    for (const left = new Set(shared); left.delete(order.at(-1)!) && left.size > 0; ) {
      const last = order.at(-1)!;
      order.push([...left].reduce((best, each) => (common(last, each) > common(last, best) ? each : best)));
    }
    return { order, runs: needs.reduce((sum, needed) => sum + runsOf(order, needed).length, 0) };
  });
  return orders.reduce((best, each) => (each.runs < best.runs ? each : best), { order: [...shared], runs: Infinity }).order;
}

/** Where in the order functions stand that are needed: the first of each run, and how many it has. */
function runsOf(order: readonly FunctionDeclaration[], needed: readonly FunctionDeclaration[]): [first: number, count: number][] {
  const runs: [number, number][] = [];
  for (const [i, each] of order.entries()) {
    if (!needed.includes(each)) continue;
    const last = runs.at(-1);
    if (last !== undefined && last[0] + last[1] === i) last[1] += 1;
    else runs.push([i, 1]);
  }
  return runs;
}

/** The pieces by their numbers: the overlays, each behind the functions that it needs, then those. */
function pieceParts({ overlays, shared, needsOf }: Pieces, edits: readonly Edit[]): Part[][] {
  const byNumber = [...overlays].sort((one, other) => one.number - other.number);
  const needs = byNumber.map(({ node }) => needsOf(node));
  const order = inRuns(shared, needs);
  const loads = (needed: readonly FunctionDeclaration[]): string => runsOf(order, needed).map(([first, count]) => `eval(${pieceName}(${overlays.length + first}${count > 1 ? `,${count}` : ""}));`).join("");
  return [
    ...byNumber.map(({ node }, i) => {
      // A function with its keyword is an expression in parentheses alone.
      const [open, close] = node.type === "ArrowFunctionExpression" ? ["", ";"] : ["(", ");"];
      return [newText(loads(needs[i]!) + open), ...editedParts(edits, node.start, node.end), newText(close)];
    }),
    ...order.map(({ start, end }) => [...editedParts(edits, start, end), newText(";")]),
  ];
}

/**
 * What reads a piece, or several that stand together, what makes its function, and what makes a callback that reads it when it is called. What a piece needs is
 * declared in the call of the loader, whose parameters have no names that a piece could see in place of the script's own.
 */
function loaderText(file: string, hasCallbacks: boolean): string {
  const read = `require("Storage").read("${file}",`;
  const index = `${read}arguments[0]*${OFFSET_DIGITS}+1,(arguments[1]||1)*${OFFSET_DIGITS}+${OFFSET_DIGITS})`;
  const piece = `function ${pieceName}(){let t=${index},o=t.slice(0,${OFFSET_DIGITS})-${OFFSET_BASE};return ${read}o,t.slice(-${OFFSET_DIGITS})-${OFFSET_BASE}-o)}`;
  const loader = `function ${loaderName}(){return eval(${pieceName}(arguments[0]))}`;
  const callback = `function ${callbackName}(n){return function(){return ${loaderName}(n)(arguments[0],arguments[1])}}`;
  return piece + loader + (hasCallbacks ? callback : "");
}

export function cutScript(script: Script): Cut {
  const { code } = script;
  const anatomy = readPieces(code);
  const edits = tableEdits(anatomy);
  const resident = residentParts(code, anatomy, edits);
  const pieces = pieceParts(anatomy, edits);
  if (pieces.length === 0) return { app: rewrite(script, resident) };
  const hasCallbacks = edits.some(({ text }) => (text as string).startsWith(callbackName));
  const index = indexText(pieces.map((parts) => textOf(code, parts).length));
  return {
    app: rewrite(script, [newText(loaderText(coldFile(UNNAMED), hasCallbacks)), ...resident]),
    cold: rewrite(script, [newText(index), ...pieces.flat()]),
  };
}
