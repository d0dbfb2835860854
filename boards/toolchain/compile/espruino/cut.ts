/** Cuts the overlays out of a minified script and gives every piece its file. */
import { createHash } from "node:crypto";
import { parse } from "acorn";
import type { AssignmentExpression, ExpressionStatement, MemberExpression, Node } from "acorn";
import { simple } from "acorn-walk";
import { countBySource, cutMap } from "./maps";
import type { Piece } from "./maps";
import { callbackName, loaderName } from "./names";
import { callbackTable, overlayTable } from "./overlay";

export interface Cut {
  readonly files: ReadonlyMap<string, string>;
  readonly maps: ReadonlyMap<string, string>;
  readonly main: string;
  /** Characters by source file, over all files. */
  readonly sizes: ReadonlyMap<string, number>;
}

/** The number of the overlay that an expression names in a table. */
function entryOf(node: Node, table = overlayTable): number | undefined {
  if (node.type !== "MemberExpression") return undefined;
  const { object, property } = node as MemberExpression;
  if (object.type !== "Identifier" || object.name !== table) return undefined;
  return (property as unknown as { value: number }).value;
}

/** An overlay that is called, or made into a callback. */
interface Use {
  readonly node: Node;
  readonly text: string;
}

/** A function of the table in the script. */
interface Overlay {
  readonly number: number;
  readonly node: Node;
  /** The left side of its assignment. */
  readonly assigned: Node;
}

function overlaysOf(code: string): { overlays: Overlay[]; statements: ExpressionStatement[]; uses: Use[] } {
  const overlays: Overlay[] = [];
  const statements = new Set<ExpressionStatement>();
  const uses: Use[] = [];
  const program = parse(code, { ecmaVersion: 2020 });
  for (const statement of program.body) {
    if (statement.type !== "ExpressionStatement") continue;
    const parts = statement.expression.type === "SequenceExpression" ? statement.expression.expressions : [statement.expression];
    for (const part of parts) {
      const number = part.type === "AssignmentExpression" ? entryOf((part as AssignmentExpression).left) : undefined;
      if (number === undefined) continue;
      const { left, right } = part as AssignmentExpression;
      overlays.push({ number, node: right, assigned: left });
      statements.add(statement);
    }
  }
  simple(program, {
    MemberExpression(node) {
      const called = entryOf(node);
      const kept = entryOf(node, callbackTable);
      if (called !== undefined && !overlays.some((overlay) => overlay.assigned === node)) uses.push({ node, text: `${loaderName}(${called})` });
      if (kept !== undefined) uses.push({ node, text: `${callbackName}(${kept})` });
    },
  });
  return { overlays, statements: [...statements], uses };
}

/** Writes the parts of a script between `from` and `to` that none of `gaps` covers, with calls through the loader. */
function collect(code: string, from: number, to: number, gaps: readonly Node[], uses: readonly Use[]): { text: string; pieces: Piece[] } {
  const edits = [
    ...gaps.map(({ start, end }) => ({ start, end, text: "" })),
    ...uses.map(({ node, text }) => ({ start: node.start, end: node.end, text })),
  ].filter(({ start, end }) => start >= from && end <= to);
  edits.sort((a, b) => a.start - b.start || b.end - a.end);
  let text = "";
  let at = from;
  const pieces: Piece[] = [];
  for (const edit of edits) {
    if (edit.start < at) continue;
    pieces.push({ start: at, end: edit.start, shift: text.length });
    text += code.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  pieces.push({ start: at, end: to, shift: text.length });
  return { text: text + code.slice(at, to), pieces };
}

/** The loader, whose parameters have no names that an overlay could see in place of the script's own; and what makes callbacks. */
function loaderText(hash: string, hasCallbacks: boolean): string {
  const loader = `function ${loaderName}(){return eval(require("Storage").read("${hash}."+arguments[0]))}`;
  const callback = `function ${callbackName}(n){return function(){return ${loaderName}(n)(arguments[0],arguments[1])}}`;
  return hasCallbacks ? loader + callback : loader;
}

/**
 * The files: the resident script, named by the hash of everything, and one for each overlay under the same hash, so that
 * overlays of one build are never run by another.
 */
export function cutScript(code: string, map: string): Cut {
  const { overlays, statements, uses } = overlaysOf(code);
  const cut = overlays.map(({ number, node }) => ({ number, ...collect(code, node.start, node.end, [], uses) }));
  const gaps = statements.map((statement) => ({ ...statement }) as Node);
  const kept = statements.flatMap((statement) => keptParts(statement));
  const resident = collect(code, 0, code.length, gaps, uses);
  const tail = kept.map((node) => collect(code, node.start, node.end, [], uses).text).join(",");
  const hash = createHash("sha256").update([resident.text, tail, ...cut.map(({ text }) => text)].join("\n"), "latin1").digest("hex").slice(0, 8);
  const loader = overlays.length === 0 ? "" : loaderText(hash, uses.some(({ text: use }) => use.startsWith(callbackName)));
  const app = `${hash}.app`;
  const text = loader + resident.text + tail;
  const shifted = resident.pieces.map((piece) => ({ ...piece, shift: piece.shift + loader.length }));
  const main = ".bootcde";
  const maps = new Map([[app, cutMap(map, shifted)], ...cut.map(({ number, pieces }) => [`${hash}.${number}`, cutMap(map, pieces.map((piece) => ({ ...piece, shift: piece.shift + 1 })))] as const)]);
  const files = new Map([
    [main, `eval(require("Storage").read("${app}"))`],
    [app, text],
    ...cut.map((each) => [`${hash}.${each.number}`, `(${each.text})`] as const),
  ]);
  const sizes = new Map<string, number>();
  for (const [name, content] of files) {
    const counts = maps.has(name) ? countBySource(maps.get(name)!, content.length) : new Map([["", content.length]]);
    for (const [source, count] of counts) sizes.set(source, (sizes.get(source) ?? 0) + count);
  }
  return { files, maps, main, sizes };
}

/** What a statement with overlays in it does besides: the other expressions of its sequence. */
function keptParts(statement: ExpressionStatement): Node[] {
  const parts = statement.expression.type === "SequenceExpression" ? statement.expression.expressions : [statement.expression];
  return parts.filter((part) => !(part.type === "AssignmentExpression" && entryOf((part as AssignmentExpression).left) !== undefined));
}
