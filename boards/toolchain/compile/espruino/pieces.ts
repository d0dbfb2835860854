/**
 * What a minified script is made of: what stays in memory; overlays, which are assigned to a table; and the functions at its top that
 * only overlays need, which are read from flash beside them.
 */
import type { AssignmentExpression, ExpressionStatement, FunctionDeclaration, MemberExpression, Node, Program } from "acorn";
import { simple } from "acorn-walk";
import { isShared } from "./names";
import { overlayTable } from "./overlay";
import { parsed } from "./parsed";

/** A function of the table in the script. */
export interface Overlay {
  readonly number: number;
  readonly node: Node;
  /** The left side of its assignment. */
  readonly assigned: Node;
}

export interface Pieces {
  readonly program: Program;
  readonly overlays: readonly Overlay[];
  /** The statements that overlays stand in. */
  readonly statements: readonly ExpressionStatement[];
  /** Functions that stay in memory. */
  readonly residents: readonly FunctionDeclaration[];
  /** Functions that overlays share. */
  readonly shared: readonly FunctionDeclaration[];
  /** Which of the shared functions a piece of the script leads to, in the order of the script. */
  needsOf(node: Node): readonly FunctionDeclaration[];
}

/** The number of the overlay that an expression names in a table. */
export function entryOf(node: Node, table: string): number | undefined {
  if (node.type !== "MemberExpression") return undefined;
  const { object, property } = node as MemberExpression;
  if (object.type !== "Identifier" || object.name !== table) return undefined;
  return (property as unknown as { value: number }).value;
}

/** The expressions of a statement. */
export function expressionsOf({ expression }: ExpressionStatement): readonly Node[] {
  return expression.type === "SequenceExpression" ? expression.expressions : [expression];
}

/** The overlay that an expression puts into the table. */
export function overlayOf(node: Node): Overlay | undefined {
  if (node.type !== "AssignmentExpression") return undefined;
  const { left, right } = node as AssignmentExpression;
  const number = entryOf(left, overlayTable);
  return number === undefined ? undefined : { number, node: right, assigned: left };
}

/** Which of the shared functions a piece of the script names; nothing else has these names. */
function namesIn(node: Node): Set<string> {
  const names = new Set<string>();
  simple(node, {
    Identifier({ name }) {
      if (isShared(name)) names.add(name);
    },
  });
  return names;
}

export function readPieces(code: string): Pieces {
  const program = parsed(code);
  const statements = program.body.filter((node): node is ExpressionStatement => node.type === "ExpressionStatement" && expressionsOf(node).some((each) => overlayOf(each) !== undefined));
  const overlays = statements.flatMap(expressionsOf).flatMap((each) => overlayOf(each) ?? []);
  const functions = program.body.filter((node): node is FunctionDeclaration => node.type === "FunctionDeclaration");
  const shared = functions.filter(({ id }) => isShared(id.name));
  const uses = new Map(shared.map(({ id, body }) => [id.name, namesIn(body)]));
  return {
    program,
    overlays,
    statements,
    residents: functions.filter(({ id }) => !isShared(id.name)),
    shared,
    needsOf: (node) => {
      const needed = namesIn(node);
      // A set goes on over what is added to it meanwhile.
      for (const name of needed) for (const used of uses.get(name)!) needed.add(used);
      return shared.filter(({ id }) => needed.has(id.name));
    },
  };
}
