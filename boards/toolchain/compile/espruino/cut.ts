/** Cuts the overlays out of a minified script and gives every piece its file. */
import { createHash } from "node:crypto";
import { parse } from "acorn";
import type { AssignmentExpression, ExpressionStatement, MemberExpression, Node } from "acorn";
import { simple } from "acorn-walk";
import { editedParts, newText, textOf } from "./edits";
import type { Edit } from "./edits";
import { countBySource, rewrite } from "./maps";
import type { Script } from "./maps";
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

/** A function of the table in the script. */
interface Overlay {
  readonly number: number;
  readonly node: Node;
  /** The left side of its assignment. */
  readonly assigned: Node;
}

function overlaysOf(code: string): { overlays: Overlay[]; statements: ExpressionStatement[]; uses: Edit[] } {
  const overlays: Overlay[] = [];
  const statements = new Set<ExpressionStatement>();
  const uses: Edit[] = [];
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
      const { start, end } = node;
      if (called !== undefined && !overlays.some((overlay) => overlay.assigned === node)) uses.push({ start, end, text: `${loaderName}(${called})` });
      if (kept !== undefined) uses.push({ start, end, text: `${callbackName}(${kept})` });
    },
  });
  return { overlays, statements: [...statements], uses };
}

/**
 * The loader, whose parameters have no names that an overlay could see in place of the script's own; and what makes callbacks. An
 * overlay's number says in which of the files it is, and at which place in that.
 */
function loaderText(hash: string, files: number, hasCallbacks: boolean): string {
  const loader = `function ${loaderName}(){return eval(require("Storage").read("${hash}."+arguments[0]%${files}))(arguments[0]/${files}|0)}`;
  const callback = `function ${callbackName}(n){return function(){return ${loaderName}(n)(arguments[0],arguments[1])}}`;
  return hasCallbacks ? loader + callback : loader;
}

/**
 * The files: the resident script, named by the hash of everything, and one for each overlay under the same hash, so that
 * overlays of one build are never run by another.
 */
export function cutScript(script: Script): Cut {
  const { code } = script;
  const { overlays, statements, uses } = overlaysOf(code);
  const pieces = overlays.map(({ number, node }) => ({ number, parts: [newText("("), ...editedParts(uses, node.start, node.end), newText(")")] }));
  const kept = statements.flatMap(keptParts).map(({ start, end }, i) => [...(i === 0 ? [] : [newText(",")]), ...editedParts(uses, start, end)]);
  const gaps = statements.map(({ start, end }) => ({ start, end, text: "" }));
  const isOutside = ({ start, end }: Edit): boolean => !gaps.some((gap) => start >= gap.start && end <= gap.end);
  const resident = [...editedParts([...gaps, ...uses.filter(isOutside)], 0, code.length), ...kept.flat()];
  const textsOf = [resident, ...pieces.map(({ parts }) => parts)].map((parts) => textOf(code, parts));
  const hash = createHash("sha256").update(textsOf.join("\n"), "latin1").digest("hex").slice(0, 8);
  const loader = overlays.length === 0 ? "" : loaderText(hash, overlays.length, uses.some(({ text }) => (text as string).startsWith(callbackName)));
  const main = ".bootcde";
  const app = `${hash}.app`;
  const scripts = new Map<string, Script>([
    [app, rewrite(script, [newText(loader), ...resident])],
    ...pieces.map(({ number, parts }) => [`${hash}.${number}`, rewrite(script, parts)] as const),
  ]);
  const files = new Map([[main, `eval(require("Storage").read("${app}"))`]]);
  const maps = new Map<string, string>();
  const sizes = new Map<string, number>([["", files.get(main)!.length]]);
  for (const [name, each] of scripts) {
    files.set(name, each.code);
    maps.set(name, each.map);
    for (const [source, count] of countBySource(each)) sizes.set(source, (sizes.get(source) ?? 0) + count);
  }
  return { files, maps, main, sizes };
}

/** What a statement with overlays in it does besides: the other expressions of its sequence. */
function keptParts(statement: ExpressionStatement): Node[] {
  const parts = statement.expression.type === "SequenceExpression" ? statement.expression.expressions : [statement.expression];
  return parts.filter((part) => !(part.type === "AssignmentExpression" && entryOf((part as AssignmentExpression).left) !== undefined));
}
