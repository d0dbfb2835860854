/**
 * Lua as the build works on it: expressions and statements whose names are resolved, so that a step may move, drop and
 * rename without thinking of scopes again. Nodes are changed in place; a node stands in one place of the tree.
 */

/** Where a node comes from, lines and columns from 0. */
export interface Place {
  /** Path of the TypeScript module, from the root. */
  readonly module: string;
  readonly line: number;
  readonly column: number;
}

/** A variable: of a function, or of the whole program (`top`). */
export interface Binding {
  /** What the source calls it; the printed name is chosen later. */
  readonly name: string;
  /** The module that defines it at its top level; undefined for what lives inside a function. */
  readonly top: string | undefined;
  /** True for what holds a singleton, and so nothing. */
  readonly gone?: boolean;
}

/** The variable of the program that a field of a singleton is; `empty`: one that would hold a singleton, and so nothing. */
export interface Slot {
  readonly id: string;
  readonly empty: boolean;
}

/** What the compiler knows of a value's type, as far as a step needs it. */
export type Known = "number" | "string" | "boolean" | undefined;

/** What the type checker says of a value. */
export interface Knowledge {
  known?: Known;
  /** Never true or false: it counts as true unless it is nil. */
  sound?: boolean;
  /** Never nil or false. */
  solid?: boolean;
}

interface Node {
  at?: Place | undefined;
}

/** `bare`: the value is a singleton. */
export type Expr = Node & Knowledge & { bare?: boolean } & (
    | { kind: "nil" | "true" | "false" | "dots" }
    | { kind: "number"; value: number }
    | { kind: "string"; value: string }
    | { kind: "name"; binding: Binding }
    | { kind: "global"; name: string }
    /** `foreign`: the engine declares the field, and its name stays. */
    | { kind: "index"; table: Expr; key: Expr; foreign?: boolean; slot?: Slot | undefined }
    /** `gone`: arguments that nobody takes. `sets`: the call of a function made on the spot, which sets variables. */
    | { kind: "call"; callee: Expr; args: Expr[]; gone?: readonly boolean[] | undefined; sets?: boolean }
    | { kind: "method"; target: Expr; name: string; args: Expr[] }
    | Closure
    /** `slots`: a singleton; its fields are these variables. */
    | { kind: "table"; fields: Field[]; slots?: ReadonlyMap<string, Slot> | undefined }
    | { kind: "unary"; op: UnaryOp; operand: Expr }
    | { kind: "binary"; op: BinaryOp; left: Expr; right: Expr }
    /** Around a call alone, where it cuts several results down to one. */
    | { kind: "paren"; inner: Expr }
  );

/** A function's value. `silent`: nobody looks at what it returns. */
export type Closure = Node & Knowledge & { bare?: boolean; kind: "function"; params: Binding[]; dots: boolean; body: Stat[]; silent?: boolean };
export interface Field {
  key: Expr | undefined;
  value: Expr;
}
export type UnaryOp = "-" | "#" | "not" | "~";
export type BinaryOp = "or" | "and" | "<" | ">" | "<=" | ">=" | "~=" | "==" | "|" | "~" | "&" | "<<" | ">>" | ".." | "+" | "-" | "*" | "/" | "//" | "%" | "^";

export type Stat = Node &
  (
    | { kind: "local"; names: Binding[]; values: Expr[] }
    | { kind: "assign"; targets: Expr[]; values: Expr[] }
    | { kind: "run"; call: Expr }
    | { kind: "if"; test: Expr; then: Stat[]; otherwise: Stat[] }
    | { kind: "while"; test: Expr; body: Stat[] }
    | { kind: "repeat"; body: Stat[]; test: Expr }
    | { kind: "for"; name: Binding; from: Expr; to: Expr; step: Expr | undefined; body: Stat[] }
    | { kind: "forIn"; names: Binding[]; values: Expr[]; body: Stat[] }
    | { kind: "do"; body: Stat[] }
    | { kind: "return"; values: Expr[] }
    | { kind: "break" }
    | { kind: "goto" | "label"; name: string }
  );

/** One statement at the top of the program. A definition is a `local` of one top binding, or an `assign` to one. */
export interface Top {
  readonly module: string;
  stat: Stat;
}

/** The lists of statements directly inside a statement. */
export function bodiesOf(stat: Stat): Stat[][] {
  switch (stat.kind) {
    case "if":
      return [stat.then, stat.otherwise];
    case "while":
    case "repeat":
    case "for":
    case "forIn":
    case "do":
      return [stat.body];
    default:
      return [];
  }
}

/** The expressions as `change` makes them, in a list of their own. */
function replaced(list: readonly Expr[], change: (inner: Expr) => Expr): Expr[] {
  const made: Expr[] = [];
  for (const each of list) made.push(change(each));
  return made;
}

/** Replaces each expression directly inside an expression; a function's body is not one. */
function replaceInner(expr: Expr, change: (inner: Expr) => Expr): void {
  switch (expr.kind) {
    case "index":
      expr.table = change(expr.table);
      expr.key = change(expr.key);
      break;
    case "call":
      expr.callee = change(expr.callee);
      expr.args = replaced(expr.args, change);
      break;
    case "method":
      expr.target = change(expr.target);
      expr.args = replaced(expr.args, change);
      break;
    case "table":
      for (const field of expr.fields) {
        if (field.key !== undefined) field.key = change(field.key);
        field.value = change(field.value);
      }
      break;
    case "unary":
      expr.operand = change(expr.operand);
      break;
    case "binary":
      expr.left = change(expr.left);
      expr.right = change(expr.right);
      break;
    case "paren":
      expr.inner = change(expr.inner);
      break;
    default:
      break;
  }
}

/** Replaces each expression directly inside a statement. */
export function replaceExprs(stat: Stat, change: (inner: Expr) => Expr): void {
  switch (stat.kind) {
    case "local":
    case "return":
      stat.values = replaced(stat.values, change);
      break;
    case "assign":
      stat.targets = replaced(stat.targets, change);
      stat.values = replaced(stat.values, change);
      break;
    case "run":
      stat.call = change(stat.call);
      break;
    case "if":
    case "while":
    case "repeat":
      stat.test = change(stat.test);
      break;
    case "for":
      stat.from = change(stat.from);
      stat.to = change(stat.to);
      if (stat.step !== undefined) stat.step = change(stat.step);
      break;
    case "forIn":
      stat.values = replaced(stat.values, change);
      break;
    default:
      break;
  }
}

/** Replaces every expression of a statement and of all that is in it, innermost first. */
export function rewriteExprs(stats: Stat[], change: (expr: Expr) => Expr): void {
  const deep = (expr: Expr): Expr => {
    if (expr.kind === "function") rewriteExprs(expr.body, change);
    else replaceInner(expr, deep);
    return change(expr);
  };
  for (const stat of stats) {
    replaceExprs(stat, deep);
    for (const body of bodiesOf(stat)) rewriteExprs(body, change);
  }
}

/** Replaces every expression inside one expression, and that itself, innermost first. */
export function rewriteExpr(expr: Expr, change: (expr: Expr) => Expr): Expr {
  const holder: Stat = { kind: "return", values: [expr] };
  rewriteExprs([holder], change);
  return holder.values[0]!;
}

export const isLiteral = (expr: Expr): boolean => ["nil", "true", "false", "number", "string"].includes(expr.kind);

/** The name of a field that is read or written by a fixed name. */
export function fieldName(expr: Expr): string | undefined {
  return expr.kind === "index" && expr.key.kind === "string" ? expr.key.value : undefined;
}
