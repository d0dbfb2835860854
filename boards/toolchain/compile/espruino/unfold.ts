/**
 * Writes functions that stand inside another, and are called there once, out where they are called: Espruino reads the text of such a
 * function once to pass it and once more to run it, at each level, and makes a scope for each call. What is written out is a block.
 */
import type { CallExpression, ConditionalExpression, Expression, FunctionDeclaration, Identifier, IfStatement, Node, Property, Statement } from "acorn";
import { ancestor, full, simple } from "acorn-walk";
import type { AncestorVisitors } from "acorn-walk";
import { editedParts, newText } from "./edits";
import type { Edit, Part } from "./edits";
import { isCallee, isReference } from "./graph";
import { rewriteEdits } from "./maps";
import type { Script } from "./maps";
import { isShared } from "./names";
import { parsed } from "./parsed";

/** What becomes of what a function returns: the caller returns it, nobody wants it, or it goes into a variable. */
type Fate = { readonly kind: "returned" } | { readonly kind: "dropped" } | { readonly kind: "kept"; readonly name: string };

/** A function that is called once, and the statement whose evaluation begins with that call. */
interface Site {
  readonly own: FunctionDeclaration;
  readonly call: CallExpression;
  readonly statement: Statement;
  /** The statement stands in a list, so that others may stand beside it. */
  readonly isListed: boolean;
  /** What the statement returns, where the call begins one side of it. */
  readonly choice?: ConditionalExpression;
}

const isFunction = (node: Node): boolean => node.type.includes("Function");

function holds(root: Node, isMeant: (node: Node) => boolean): boolean {
  let found = false;
  full(root, (node) => (found ||= isMeant(node)));
  return found;
}

/** Whether something in the statement returns from the function that it stands in. */
function returns(root: Node): boolean {
  let found = false;
  ancestor(root, {
    ReturnStatement(_node, _state, ancestors: Node[]) {
      found ||= !ancestors.some(isFunction);
    },
  });
  return found;
}

/** Whether the end of the statement is never reached. */
function ends(statement: Statement | null | undefined): boolean {
  if (statement?.type === "ReturnStatement" || statement?.type === "ThrowStatement") return true;
  if (statement?.type === "BlockStatement") return ends(statement.body.at(-1));
  return statement?.type === "IfStatement" && ends(statement.consequent) && ends(statement.alternate);
}

const listOf = (statement: Statement | null | undefined): Statement[] => (statement?.type === "BlockStatement" ? statement.body : statement ? [statement] : []);

/** The statements of a function, without the functions that stand inside it. */
const statementsOf = ({ body }: FunctionDeclaration): Statement[] => body.body.filter(({ type }) => type !== "FunctionDeclaration");

/** Names that a function declares, parameters and variables. */
function declaredIn(own: FunctionDeclaration): Set<string> {
  const names = new Set(own.params.map((each) => (each as Identifier).name));
  for (const statement of statementsOf(own)) {
    simple(statement, {
      VariableDeclarator({ id }) {
        if (id.type === "Identifier") names.add(id.name);
      },
    });
  }
  return names;
}

/** A function's body as statements of its caller. */
class Body {
  private readonly renames: Edit[] = [];

  constructor(private readonly own: FunctionDeclaration, private readonly suffix: string, private readonly fate: Fate) {
    const names = declaredIn(own);
    const rename = (node: Identifier, _state: unknown, ancestors: Node[]): void => this.rename(names, node, ancestors.at(-2));
    // The walker knows names that are declared or assigned to by a type of their own, which its declarations leave out.
    ancestor(own, { Identifier: rename, VariablePattern: rename } as AncestorVisitors<unknown>);
  }

  private rename(names: ReadonlySet<string>, node: Identifier, parent: Node | undefined): void {
    if (!names.has(node.name) || !isReference(node, parent)) return;
    const isShort = parent?.type === "Property" && (parent as Property).shorthand;
    this.renames.push({ start: node.start, end: node.end, text: `${isShort ? `${node.name}:` : ""}${node.name}${this.suffix}` });
  }

  private copy(start: number, end: number): Part[] {
    return editedParts(this.renames, start, end);
  }

  private returned(argument: Expression | null | undefined): Part[] {
    if (!argument) return [];
    const start = this.fate.kind === "kept" ? `${this.fate.name}=` : "";
    return [newText(`${start}(`), ...this.copy(argument.start, argument.end), newText(");")];
  }

  /** Statements without what would leave the caller; undefined where they cannot be written so. */
  private written(statements: readonly Statement[]): Part[] | undefined {
    const parts: Part[] = [];
    for (const [i, each] of statements.entries()) {
      if (!returns(each)) {
        parts.push(...this.copy(each.start, each.end), newText("\n"));
      } else if (each.type === "ReturnStatement") {
        return [...parts, ...this.returned(each.argument)];
      } else {
        const rest = each.type === "IfStatement" ? this.branches(each, statements.slice(i + 1)) : undefined;
        return rest && [...parts, ...rest];
      }
    }
    return parts;
  }

  /** An `if` that returns somewhere: what follows it stands in the branch that goes on. */
  private branches({ test, consequent, alternate }: IfStatement, following: readonly Statement[]): Part[] | undefined {
    const goesOn = !ends(consequent);
    if (goesOn && following.length > 0 && !ends(alternate)) return undefined;
    const yes = this.written([...listOf(consequent), ...(goesOn ? following : [])]);
    const no = this.written([...listOf(alternate), ...(goesOn ? [] : following)]);
    if (yes === undefined || no === undefined) return undefined;
    return [newText("if("), ...this.copy(test.start, test.end), newText("){"), ...yes, newText("}"), ...(no.length > 0 ? [newText("else{"), ...no, newText("}")] : [])];
  }

  /** The block; undefined where there can be none. */
  block(call: CallExpression): Part[] | undefined {
    const statements = statementsOf(this.own);
    const written = this.fate.kind === "returned" ? [...statements.flatMap(({ start, end }) => [...this.copy(start, end), newText("\n")]), ...(ends(statements.at(-1)) ? [] : [newText("return;")])] : this.written(statements);
    if (written === undefined) return undefined;
    const passed = this.own.params.flatMap((each, i) => {
      const value = call.arguments[i];
      return [newText(`let ${(each as Identifier).name}${this.suffix}`), ...(value === undefined ? [] : [newText("="), { start: value.start, end: value.end }]), newText(";")];
    });
    return [newText("{"), ...passed, ...written, newText("}")];
  }
}

/** Whether every way through the statements returns a value. */
function alwaysGives(own: FunctionDeclaration): boolean {
  return ends(own.body) && !holds(own.body, (node) => node.type === "ReturnStatement" && !(node as { argument?: unknown }).argument);
}

/** Whether the child is what the parent evaluates first. */
function comesFirst(child: Node, parent: Node, functions: ReadonlySet<string>): boolean {
  const { type } = parent;
  const of = parent as unknown as Record<string, unknown>;
  if (type === "BinaryExpression" || type === "LogicalExpression") return of["left"] === child;
  if (type === "UnaryExpression") return of["operator"] !== "delete" && of["operator"] !== "typeof";
  if (type === "MemberExpression") return of["object"] === child;
  if (type === "ConditionalExpression") return of["test"] === child;
  if (type === "AssignmentExpression") return of["right"] === child && of["operator"] === "=" && (of["left"] as Node).type === "Identifier";
  if (type === "CallExpression") return (of["arguments"] as Node[])[0] === child && (of["callee"] as Node).type === "Identifier" && functions.has((of["callee"] as Identifier).name);
  return false;
}

/** The statement that begins with the call, given what stands around it. */
function statementOf(ancestors: readonly Node[], functions: ReadonlySet<string>): Pick<Site, "statement" | "isListed" | "choice"> | undefined {
  let at = ancestors.length - 1;
  while (at > 0 && comesFirst(ancestors[at]!, ancestors[at - 1]!, functions)) at -= 1;
  const first = ancestors[at]!;
  let holder = ancestors[at - 1]!;
  if (holder.type === "ConditionalExpression" && ancestors[at - 2]!.type === "ReturnStatement") {
    return { statement: ancestors[at - 2] as Statement, isListed: ancestors[at - 3]!.type === "BlockStatement", choice: holder as ConditionalExpression };
  }
  if (holder.type === "VariableDeclarator") {
    const declaration = ancestors[at - 2] as unknown as { declarations: Node[] };
    if (declaration.declarations[0] !== holder) return undefined;
    at -= 1;
    holder = ancestors[at - 1]!;
  } else {
    const of = holder as unknown as Record<string, unknown>;
    const isStart = holder.type === "ExpressionStatement" || ((holder.type === "ReturnStatement" || holder.type === "ThrowStatement") && of["argument"] === first) || (holder.type === "IfStatement" && of["test"] === first);
    if (!isStart) return undefined;
  }
  const around = ancestors[at - 2]!;
  if (around.type === "SwitchCase" || around.type.startsWith("For")) return undefined;
  return { statement: holder as Statement, isListed: around.type === "BlockStatement" };
}

/** Functions inside others, called once, of whose caller a statement begins with that call. */
function sites(code: string): Site[] {
  const program = parsed(code);
  const declared: { own: FunctionDeclaration; around: Node }[] = [];
  const names = new Set<string>();
  ancestor(program, {
    FunctionDeclaration(own, _state, ancestors: Node[]) {
      const around = ancestors.slice(0, -1).findLast(isFunction);
      const [, top] = ancestors;
      names.add(own.id!.name);
      const isResident = top !== own && top?.type === "FunctionDeclaration" && !isShared((top as FunctionDeclaration).id.name);
      if (around !== undefined && isResident) declared.push({ own: own as FunctionDeclaration, around });
    },
  });
  const named = new Map<string, Node[][]>();
  ancestor(program, {
    Identifier(node: Identifier, _state: unknown, ancestors: Node[]) {
      if (names.has(node.name) && isReference(node, ancestors.at(-2))) named.set(node.name, [...(named.get(node.name) ?? []), [...ancestors]]);
    },
  });
  return declared.flatMap(({ own, around }) => {
    const found = (named.get(own.id.name) ?? []).filter((each) => each.includes(around));
    const [only] = found;
    const call = only?.at(-2);
    if (only === undefined || found.length > 1 || !isCallee(only.at(-1)!, call) || only.includes(own)) return [];
    const isPlain = own.params.every(({ type }) => type === "Identifier") && (call as CallExpression).arguments.length <= own.params.length;
    // A closure would keep all of the caller.
    const isClosed = holds(own.body, ({ type }) => type === "ThisExpression" || type === "FunctionExpression" || type === "ArrowFunctionExpression");
    const place = isPlain && !isClosed ? statementOf(only.slice(0, -1), names) : undefined;
    return place === undefined ? [] : [{ own, call: call as CallExpression, ...place }];
  });
}

function fateOf({ call, statement }: Site, suffix: string): Fate {
  if (statement.type === "ReturnStatement" && statement.argument === call) return { kind: "returned" };
  if (statement.type === "ExpressionStatement" && statement.expression === call) return { kind: "dropped" };
  return { kind: "kept", name: `result${suffix}` };
}

/** A choice that is returned, as two statements of which each returns. */
function chosen({ start, end }: Statement, { test, consequent, alternate }: ConditionalExpression): Edit {
  return { start, end, text: [newText("{if("), test, newText(")return "), consequent, newText(";return "), alternate, newText(";}")] };
}

/** The edits that write one call out; undefined where that cannot be. */
function editsFor(site: Site, suffix: string): Edit[] | undefined {
  const { own, call, statement, isListed, choice } = site;
  if (choice !== undefined) return [chosen(statement, choice)];
  const fate = fateOf(site, suffix);
  if (fate.kind === "kept" && (!alwaysGives(own) || (!isListed && statement.type === "VariableDeclaration"))) return undefined;
  const block = new Body(own, suffix, fate).block(call);
  if (block === undefined) return undefined;
  // What stands inside it refers to nothing of it.
  const inner = own.body.body.filter(({ type }) => type === "FunctionDeclaration");
  const declaration: Edit = { start: own.start, end: own.end, text: inner.flatMap(({ start, end }) => [{ start, end }, newText("\n")]) };
  if (fate.kind !== "kept") return [declaration, { start: statement.start, end: statement.end, text: block }];
  return [
    declaration,
    { start: statement.start, end: statement.start, text: [newText(`${isListed ? "" : "{"}let ${fate.name};`), ...block] },
    { start: call.start, end: call.end, text: fate.name },
    ...(isListed ? [] : [{ start: statement.end, end: statement.end, text: "}" }]),
  ];
}

/** One pass: functions that hold nothing else that is written out in it. */
function pass(code: string, first: number): Edit[] {
  const edits: Edit[] = [];
  const taken: { start: number; end: number }[] = [];
  const isFree = ({ start, end }: { start: number; end: number }): boolean => !taken.some((each) => each.start <= end && each.end >= start);
  const all = sites(code).sort((a, b) => a.own.end - a.own.start - (b.own.end - b.own.start));
  for (const [i, site] of all.entries()) {
    if (!isFree(site.own) || !isFree(site.statement)) continue;
    const more = editsFor(site, `$${first + i}`);
    if (more === undefined) continue;
    edits.push(...more);
    taken.push(site.own, site.statement);
  }
  return edits;
}

/** `script` is split already: what stands inside what is decided. */
export function unfold(script: Script): Script {
  let next = script;
  // No name of the script ends in such a number.
  let first = 1 + [...script.code.matchAll(/\$(\d+)/g)].reduce((most, [, number]) => Math.max(most, Number(number)), 0);
  for (let edits = pass(next.code, first); edits.length > 0; edits = pass(next.code, first)) {
    next = rewriteEdits(next, edits);
    first += edits.length;
  }
  return next;
}
