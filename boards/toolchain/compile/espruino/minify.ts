/**
 * Shrinks a flat script for Espruino, in two runs of terser with a repair between them: its inliner declares variables by `var`
 * after their first use, which Espruino does not hoist, so the declarations are moved to the start of their function first.
 */
import type { ArrowFunctionExpression, BlockStatement, FunctionDeclaration, FunctionExpression, Identifier, Node, Program, VariableDeclaration } from "acorn";
import { ancestor, simple } from "acorn-walk";
import { minify as terser } from "terser";
import type { MangleOptions, MinifyOptions } from "terser";
import type { Edit } from "./edits";
import { rewriteEdits } from "./maps";
import type { Script } from "./maps";
import { passedName, reservedWords, sharedNames } from "./names";
import { numberNames, numbersInArray, undeclared } from "./numbers";
import { parsed } from "./parsed";
import { readPieces } from "./pieces";
import { withoutUnread } from "./unread";

type FunctionNode = FunctionDeclaration | FunctionExpression | ArrowFunctionExpression;

const common: MinifyOptions = { ecma: 2015, module: false, toplevel: true };

/** Property names may be shortened, but for these; so may others, but for those that become elements of an array. */
function mangleOptions(code: string, reserved: readonly string[]): MangleOptions {
  return { toplevel: true, reserved: [...reservedWords, ...numberNames(code), ...sharedNames, ...readPieces(code).shared.map(({ id }) => id.name)], properties: { builtins: true, keep_quoted: true, reserved: [...reserved, ...reservedWords] } };
}

/**
 * Turns each `var` into an assignment and declares its names by `let` at the start of the function around it (or of the
 * script). The names of a function's own parameters are not declared again.
 */
export function liftVars(code: string): Edit[] {
  const program = parsed(code);
  const edits: Edit[] = [];
  const names = new Map<FunctionNode | Program, Set<string>>();
  ancestor(program, {
    VariableDeclaration(node: VariableDeclaration, _state: unknown, ancestors: Node[]) {
      if (node.kind !== "var") return;
      const owner = ancestors.filter((each): each is FunctionNode | Program => /Function|^Program$/.test(each.type)).at(-1)!;
      const own = names.get(owner) ?? new Set<string>();
      names.set(owner, own);
      for (const { id } of node.declarations) if (id.type === "Identifier") own.add(id.name);
      // What is left, `a,b=1`, is an expression; names without a value fall to the second run.
      edits.push({ start: node.start, end: node.declarations[0]!.start, text: "" });
    },
  });
  for (const [owner, own] of names) {
    const start = owner.type === "Program" ? owner.start : (owner.body as BlockStatement).start + 1;
    const parameters = owner.type === "Program" ? [] : owner.params.map((each) => (each.type === "Identifier" ? each.name : ""));
    const fresh = [...own].filter((name) => !parameters.includes(name));
    if (fresh.length > 0) edits.push({ start, end: start, text: `let ${fresh.join(",")};` });
  }
  return edits;
}

/**
 * Resident functions read their parameters from `arguments`: each named one costs a variable for as long as the device runs.
 * Functions inside them keep theirs, because Espruino finds the `arguments` of the function around first.
 */
function withoutParameters(code: string): Edit[] {
  const edits: Edit[] = [];
  for (const { params, body } of readPieces(code).residents) {
    if (params.length === 0) continue;
    const names = params.map((each) => (each as Identifier).name);
    const passed = names.length === 1 ? "arguments" : passedName;
    const reads = names.map((name, i) => `${name}=${passed}[${i}]`).join(",");
    edits.push({ start: params[0]!.start, end: params.at(-1)!.end, text: "" });
    edits.push({ start: body.start + 1, end: body.start + 1, text: `let ${names.length === 1 ? "" : `${passedName}=arguments,`}${reads};` });
  }
  return edits;
}

/** A constant declares as a variable does, and is two letters longer. */
function shortConstants(code: string): Edit[] {
  const edits: Edit[] = [];
  simple(parsed(code), {
    VariableDeclaration({ kind, start }) {
      if (kind === "const") edits.push({ start, end: start + kind.length, text: "let" });
    },
  });
  return edits;
}

/**
 * Espruino takes `for(function(){…}();…)` for a function that lacks its name: a sign before it makes it an expression. And it
 * reads neither `a[b,c]` nor `case b,c`: the two get parentheses.
 */
function signedStarts(code: string): Edit[] {
  const edits: Edit[] = [];
  const enclose = (node: Node | null | undefined): void => {
    if (node?.type === "SequenceExpression") edits.push({ start: node.start, end: node.start, text: "(" }, { start: node.end, end: node.end, text: ")" });
  };
  simple(parsed(code), {
    ForStatement({ init }) {
      if (init !== null && init !== undefined && code.startsWith("function", init.start)) edits.push({ start: init.start, end: init.start, text: "!" });
    },
    MemberExpression({ property, computed }) {
      if (computed) enclose(property);
    },
    SwitchCase({ test }) {
      enclose(test);
    },
  });
  return edits;
}

/** `reserved` are the property names that stay. */
export async function minifyEspruino({ code, map }: Script, reserved: readonly string[]): Promise<Script> {
  const compressed = await terser(code, {
    ...common,
    compress: { ecma: 2015, passes: 4, hoist_funs: true, toplevel: true, keep_fargs: false, pure_getters: true, properties: false, unsafe_arrows: false, inline: 3, reduce_funcs: true },
    mangle: false,
    format: { ecma: 2015, beautify: true, comments: false },
    sourceMap: { content: map },
  });
  const first = { code: compressed.code!, map: compressed.map as string };
  const lifted = [liftVars, shortConstants].reduce((script, step) => rewriteEdits(script, step(script.code)), withoutUnread(first));
  const mangled = await terser(lifted.code, {
    ...common,
    // Arrows save 1.3 KB of 48, and cost neither time nor variables at rest.
    compress: { defaults: false, ecma: 2015, hoist_funs: true, side_effects: true, join_vars: true, arrows: true, unsafe_arrows: true },
    mangle: mangleOptions(lifted.code, reserved),
    format: { ecma: 2015, ascii_only: true, comments: false, semicolons: true },
    sourceMap: { content: lifted.map },
  });
  const second = { code: mangled.code!, map: mangled.map as string };
  return [signedStarts, withoutParameters, undeclared, numbersInArray].reduce((script, step) => rewriteEdits(script, step(script.code)), second);
}
