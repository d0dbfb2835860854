/**
 * Line ends in an emitted script, in place of semicolons, so that the script stays as long as it was. For every frame of a trace Espruino
 * writes a mark below the line of code, with as many blanks before it as the column is high, into the memory of the device: one error in
 * a script of a single long line would take more than a board has.
 */
import type { Node, ReturnStatement } from "acorn";
import { ancestor } from "acorn-walk";
import type { Edit } from "./edits";
import { rewriteEdits } from "./maps";
import type { Script } from "./maps";
import { parsed } from "./parsed";

/** A line ends at the first place behind as many characters. */
const LINE_CHARS = 60;
const SEMICOLON = ";";

/** True where the text that follows begins a statement, and could go on with none. */
const beginsStatement = (code: string, at: number): boolean => /^[A-Za-z_$}]/.test(code.slice(at, at + 1)) && !/^(in|of|instanceof)\b/.test(code.slice(at, at + 11));

/** Where the semicolons of a script stand that a line's end may stand for. */
function endsOf(code: string): number[] {
  const ends: number[] = [];
  const note = (node: Node): void => {
    const end = node.end - 1;
    if (code[end] === SEMICOLON && beginsStatement(code, node.end)) ends.push(end);
  };
  ancestor(parsed(code), {
    ExpressionStatement: (node) => note(node),
    ReturnStatement: (node: ReturnStatement) => (node.argument === null || node.argument === undefined ? undefined : note(node)),
    VariableDeclaration: (node, _state, ancestors) => {
      const parent = ancestors.at(-2);
      if (parent?.type !== "ForStatement" && parent?.type !== "ForOfStatement" && parent?.type !== "ForInStatement") note(node);
    },
  });
  return ends.sort((one, other) => one - other);
}

/** The script in lines. */
export function breakLines(script: Script): Script {
  const edits: Edit[] = [];
  let start = 0;
  for (const end of endsOf(script.code)) {
    if (end - start < LINE_CHARS) continue;
    edits.push({ start: end, end: end + 1, text: "\n" });
    start = end + 1;
  }
  return rewriteEdits(script, edits);
}
