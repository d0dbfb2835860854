/** The tree of a script. Step after step asks for that of the same text, so the last ones are kept. */
import { parse } from "acorn";
import type { Program } from "acorn";

/** A tree takes a hundred times its text. */
const KEPT_MAX = 2;

const kept = new Map<string, Program>();

/** Nobody changes the tree. Throws what acorn throws. */
export function parsed(code: string): Program {
  const program = kept.get(code) ?? parse(code, { ecmaVersion: 2022 });
  kept.delete(code);
  kept.set(code, program);
  if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value!);
  return program;
}
