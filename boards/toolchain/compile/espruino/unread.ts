/**
 * Fields of singletons that are set and never read, because what read them is not in this image: they are not declared, and what
 * sets one only computes its value. Runs on a script whose dead branches are gone and whose names are whole.
 */
import type { AssignmentExpression, Identifier, Node, VariableDeclaration } from "acorn";
import { ancestor } from "acorn-walk";
import { newText } from "./edits";
import type { Edit } from "./edits";
import { isReference } from "./graph";
import { rewriteEdits } from "./maps";
import type { Script } from "./maps";
import { parsed } from "./parsed";

/** True for the name that the specialiser gives to a field: its interface, and the field. */
function isField(name: string): boolean {
  return /^[A-Z][A-Za-z0-9]*\$/.test(name);
}

/** Where fields stand: their declarations at the top, and what sets them. */
interface Mentions {
  readonly read: ReadonlySet<string>;
  readonly sets: readonly AssignmentExpression[];
  readonly declarations: readonly VariableDeclaration[];
}

function mentionsIn(code: string): Mentions {
  const read = new Set<string>();
  const sets: AssignmentExpression[] = [];
  const declarations: VariableDeclaration[] = [];
  const program = parsed(code);
  ancestor(program, {
    Identifier(node: Identifier, _state: unknown, ancestors: Node[]) {
      if (isField(node.name) && isReference(node, ancestors.at(-2))) read.add(node.name);
    },
    AssignmentExpression(node: AssignmentExpression) {
      if (node.left.type !== "Identifier" || !isField(node.left.name)) return;
      if (node.operator === "=") sets.push(node);
      else read.add(node.left.name);
    },
  });
  for (const node of program.body) if (node.type === "VariableDeclaration") declarations.push(node);
  return { read, sets, declarations };
}

/** One pass; what sets another inside its value is left to the next. */
function pass(code: string): Edit[] {
  const { read, sets, declarations } = mentionsIn(code);
  const isUnread = (node: Node): boolean => node.type === "Identifier" && isField((node as Identifier).name) && !read.has((node as Identifier).name);
  const edits: Edit[] = [];
  for (const { start, end, left, right } of sets) {
    const isInner = sets.some((other) => isUnread(other.left) && other.start < start && other.end >= end);
    if (isUnread(left) && !isInner) edits.push({ start, end, text: [newText("("), { start: right.start, end: right.end }, newText(")")] });
  }
  for (const { start, end, declarations: all, kind } of declarations) {
    const kept = all.filter(({ id, init }) => !isUnread(id) || (init !== null && init !== undefined));
    if (kept.length < all.length) edits.push({ start, end, text: kept.length === 0 ? "" : `${kind} ${kept.map((each) => code.slice(each.start, each.end)).join(",")};` });
  }
  return edits;
}

export function withoutUnread(script: Script): Script {
  let next = script;
  for (let edits = pass(next.code); edits.length > 0; edits = pass(next.code)) next = rewriteEdits(next, edits);
  return next;
}
