/**
 * Fields that hold whole numbers live in one typed array: a variable of the script takes one of the engine's variables, two when
 * its number is large, an element of the array half a one (docs/MEMORY.md). Which fields these are, their names say
 * (`wholeMark`). Nothing else of the script changes.
 */
import type { Identifier, Node, VariableDeclaration } from "acorn";
import { simple } from "acorn-walk";
import { wholeMark } from "../specialise/singletons";
import type { Edit } from "./edits";
import { numbersName } from "./names";
import { parsed } from "./parsed";

/** True for the name of a field that holds whole numbers. */
export function isNumbers(name: string): boolean {
  return name.includes(wholeMark);
}

/** The names of such fields in a script. */
export function numberNames(code: string): string[] {
  return [...new Set(code.match(/[A-Za-z_]+\$\$[A-Za-z_0-9]+/g))];
}

function nameOf(node: Node): string {
  return node.type === "Identifier" ? (node as Identifier).name : "";
}

/** The declaration without these fields; what one of them begins with is assigned in its place. */
function declared(code: string, { kind, declarations }: VariableDeclaration): string {
  const parts = declarations.filter(({ id, init }) => !isNumbers(nameOf(id)) || (init !== null && init !== undefined));
  let text = "";
  for (const [i, { id, start, end }] of parts.entries()) {
    const goesOn = i > 0 && isNumbers(nameOf(parts[i - 1]!.id)) === isNumbers(nameOf(id));
    text += `${goesOn ? "," : `${i > 0 ? ";" : ""}${isNumbers(nameOf(id)) ? "" : `${kind} `}`}${code.slice(start, end)}`;
  }
  return text === "" ? "" : `${text};`;
}

/** The edits that take these fields out of declarations at the top. */
export function undeclared(code: string): Edit[] {
  const edits: Edit[] = [];
  for (const node of parsed(code).body) {
    if (node.type !== "VariableDeclaration" || !node.declarations.some(({ id }) => isNumbers(nameOf(id)))) continue;
    edits.push({ start: node.start, end: node.end, text: declared(code, node) });
  }
  return edits;
}

/** The edits that make these fields elements of the array, the most used ones first, and the array itself. */
export function numbersInArray(code: string): Edit[] {
  const uses = new Map<string, Node[]>();
  simple(parsed(code), {
    Identifier(node) {
      if (isNumbers(node.name)) uses.set(node.name, [...(uses.get(node.name) ?? []), node]);
    },
    AssignmentExpression({ left }) {
      if (isNumbers(nameOf(left))) uses.set(nameOf(left), [...(uses.get(nameOf(left)) ?? []), left]);
    },
  });
  if (uses.size === 0) return [];
  const ordered = [...uses].sort(([one, { length: a }], [other, { length: b }]) => b - a || (one < other ? -1 : 1));
  const edits = ordered.flatMap(([, nodes], i) => nodes.map(({ start, end }) => ({ start, end, text: `${numbersName}[${i}]` })));
  return [{ start: 0, end: 0, text: `let ${numbersName}=new Int32Array(${uses.size});` }, ...edits];
}
