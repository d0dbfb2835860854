/**
 * From typescript-to-lua's tree of one module to our own, with every name resolved: to a variable of a function, to one of
 * the program, through an import to that of another module, or to a global of the engine.
 */
import * as tstl from "typescript-to-lua";
import type { Facts, Places } from "./facts";
import { operators } from "./operators";
import type { Binding, BinaryOp, Expr, Place, Slot, Stat, UnaryOp } from "./tree";

const Kind = tstl.SyntaxKind;

/** What modules offer each other while they are linked. */
export interface Exports {
  /** The variable that stands for an export of a module; `undefined` when that module is not linked. */
  find(module: string, name: string): Binding | undefined;
  /** The variable of an own export, made on first use. */
  own(name: string): Binding;
  /** An own export that is another module's. */
  forward(name: string, binding: Binding | undefined): void;
  /** All that another module exports is exported too. */
  forwardAll(module: string): void;
  /** The module that `require(specifier)` means. */
  resolve(specifier: string): string;
}

/**
 * A name's meaning: a variable, a whole module (what `require` gave), the fixed name of a field, or a singleton with the
 * variable that its field is (both as typescript-to-lua keeps them for `a.b.c += 1`).
 */
type Meaning = { readonly binding: Binding } | { readonly module: string } | { readonly key: tstl.StringLiteral } | { readonly object: tstl.Expression; readonly slot: Slot } | "exports" | undefined;

class Reader {
  private scopes: Map<string, Meaning>[] = [new Map()];
  /** The place of the statement that is being read, for what has none of its own. */
  private around: Place | undefined;

  constructor(
    private readonly path: string,
    private readonly exports: Exports,
    private readonly facts: Facts,
    private readonly places: Places,
  ) {}

  private place(node: tstl.Node): Place | undefined {
    return node.line === undefined || node.column === undefined ? undefined : { module: this.path, line: node.line, column: node.column };
  }

  private meaning(name: string): Meaning {
    for (let i = this.scopes.length - 1; i >= 0; i -= 1) {
      const scope = this.scopes[i]!;
      if (scope.has(name)) return scope.get(name);
    }
    return undefined;
  }

  private declare({ text, line, column }: tstl.Identifier): Binding {
    const binding = { name: text, top: this.scopes.length === 1 ? this.path : undefined, gone: line !== undefined && this.places.gone.has(`${line}:${column}`) };
    this.scopes[this.scopes.length - 1]!.set(text, { binding });
    return binding;
  }

  private scoped<T>(read: () => T): T {
    this.scopes.push(new Map());
    const result = read();
    this.scopes.pop();
    return result;
  }

  private body(block: { readonly statements: readonly tstl.Statement[] }): Stat[] {
    return this.scoped(() => this.stats(block.statements));
  }

  stats(statements: readonly tstl.Statement[]): Stat[] {
    return statements.flatMap((statement) => this.stat(statement) ?? []);
  }

  private closure(node: tstl.FunctionExpression): Expr {
    return this.scoped(() => {
      const params = (node.params ?? []).map((param) => this.declare(param));
      return { kind: "function", params, dots: node.dots !== undefined, body: this.stats(node.body.statements), silent: this.facts.isSilent(node) };
    });
  }

  private index(node: tstl.TableIndexExpression): Expr {
    const { table, index } = node;
    if (tstl.isIdentifier(table) && tstl.isStringLiteral(index)) {
      const meaning = this.meaning(table.text);
      if (meaning === "exports") return { kind: "name", binding: this.exports.own(index.value) };
      if (meaning !== undefined && "module" in meaning) return this.imported(meaning.module, index.value);
    }
    const held = tstl.isIdentifier(table) ? this.meaning(table.text) : undefined;
    if (held !== undefined && held !== "exports" && "object" in held) return { kind: "index", table: this.expr(held.object), key: this.expr(index), slot: held.slot };
    return { kind: "index", table: this.expr(table), key: this.expr(index), foreign: this.facts.isForeign(node), slot: this.facts.slot(node) ?? this.slotAt(node) };
  }

  /** Of an access that typescript-to-lua made anew, by where it stands. */
  private slotAt({ line, column, index }: tstl.TableIndexExpression): Slot | undefined {
    return line !== undefined && tstl.isStringLiteral(index) ? this.places.slots.get(`${line}:${column}:${index.value}`) : undefined;
  }

  private imported(module: string, name: string): Expr {
    const binding = this.exports.find(module, name);
    // Left as an unknown global, which the scan of the result refuses by its name.
    return binding === undefined ? { kind: "global", name } : { kind: "name", binding };
  }

  private call(node: tstl.CallExpression): Expr {
    return { kind: "call", callee: this.expr(node.expression), args: node.params.map((param) => this.expr(param)), gone: this.facts.gone(node) };
  }

  private name(text: string): Expr {
    const meaning = this.meaning(text);
    if (meaning === undefined || meaning === "exports") return { kind: "global", name: text };
    if ("key" in meaning) return this.expr(meaning.key);
    return "binding" in meaning ? { kind: "name", binding: meaning.binding } : { kind: "global", name: text };
  }

  expr(node: tstl.Expression): Expr {
    const result = this.bare(node);
    result.at = this.place(node) ?? result.at ?? this.around;
    Object.assign(result, this.facts.known(node));
    if (this.facts.isBare(node)) result.bare = true;
    return result;
  }

  private bare(node: tstl.Expression): Expr {
    if (tstl.isNilLiteral(node)) return { kind: "nil" };
    if (tstl.isDotsLiteral(node)) return { kind: "dots" };
    if (tstl.isBooleanLiteral(node)) return { kind: node.kind === Kind.TrueKeyword ? "true" : "false", known: "boolean" };
    if (tstl.isNumericLiteral(node)) return { kind: "number", value: node.value, known: "number" };
    if (tstl.isStringLiteral(node)) return { kind: "string", value: node.value, known: "string" };
    if (tstl.isIdentifier(node)) return this.name(node.text);
    if (tstl.isTableIndexExpression(node)) return this.index(node);
    if (tstl.isFunctionExpression(node)) return this.closure(node);
    if (tstl.isCallExpression(node)) return this.call(node);
    if (tstl.isMethodCallExpression(node)) {
      return { kind: "method", target: this.expr(node.prefixExpression), name: node.name.text, args: node.params.map((param) => this.expr(param)) };
    }
    if (tstl.isTableExpression(node)) {
      return { kind: "table", fields: node.fields.map(({ key, value }) => ({ key: key === undefined ? undefined : this.expr(key), value: this.expr(value) })), slots: this.facts.slots(node) };
    }
    if (tstl.isUnaryExpression(node)) return { kind: "unary", op: operators[node.operator] as UnaryOp, operand: this.expr(node.operand) };
    if (tstl.isBinaryExpression(node)) {
      return { kind: "binary", op: operators[node.operator] as BinaryOp, left: this.expr(node.left), right: this.expr(node.right) };
    }
    if (tstl.isParenthesizedExpression(node)) {
      const inner = this.expr(node.expression);
      return ["call", "method", "dots"].includes(inner.kind) ? { kind: "paren", inner } : inner;
    }
    throw new Error(`${this.path}: an expression of typescript-to-lua's kind ${Kind[node.kind]} is not handled`);
  }

  private stat(node: tstl.Statement): Stat | undefined {
    this.around = this.place(node) ?? this.around;
    const result = this.bareStat(node);
    if (result !== undefined) result.at = this.place(node) ?? this.placeInside(result);
    return result;
  }

  private placeInside(stat: Stat): Place | undefined {
    if (stat.kind === "local" || stat.kind === "return" || stat.kind === "assign") return stat.values[0]?.at;
    return stat.kind === "run" ? stat.call.at : undefined;
  }

  /** `local x = require(...)`, `local y = x.y` and `local ____exports = {}` at a module's top give names a meaning, and no code. */
  private binds(node: tstl.VariableDeclarationStatement): boolean {
    const [left] = node.left;
    const [right] = node.right ?? [];
    if (left === undefined || right === undefined || this.scopes.length > 2) return false;
    const scope = this.scopes[this.scopes.length - 1]!;
    if (left.text === "____exports") {
      scope.set(left.text, "exports");
      return true;
    }
    if (tstl.isCallExpression(right) && tstl.isIdentifier(right.expression) && right.expression.text === "require") {
      const [specifier] = right.params;
      if (specifier === undefined || !tstl.isStringLiteral(specifier)) return false;
      scope.set(left.text, { module: this.exports.resolve(specifier.value) });
      return true;
    }
    if (!tstl.isTableIndexExpression(right) || !tstl.isIdentifier(right.table) || !tstl.isStringLiteral(right.index)) return false;
    const meaning = this.meaning(right.table.text);
    if (meaning === undefined || meaning === "exports" || !("module" in meaning)) return false;
    const binding = this.exports.find(meaning.module, right.index.value);
    scope.set(left.text, binding === undefined ? undefined : { binding });
    return true;
  }

  private declaration(node: tstl.VariableDeclarationStatement): Stat | undefined {
    if (this.binds(node)) return undefined;
    const [first] = node.right ?? [];
    // A function's own name is known inside it; any other initial value is read before the name is known.
    if (node.left.length === 1 && first !== undefined && tstl.isFunctionExpression(first)) {
      const name = this.declare(node.left[0]!);
      return { kind: "local", names: [name], values: [this.expr(first)] };
    }
    return this.heldAccess(node) ?? this.declarationOf(node.left, node.right ?? []);
  }

  /** `local ____a_b, ____c = a.b, "c"`, with which typescript-to-lua begins `a.b.c += 1`: the key needs no variable, nor does a singleton. */
  private heldAccess({ left, right = [] }: tstl.VariableDeclarationStatement): Stat | undefined {
    const [object, key] = left;
    const [table, literal] = right;
    if (left.length !== 2 || !object!.text.startsWith("____") || literal === undefined || !tstl.isStringLiteral(literal)) return undefined;
    const scope = this.scopes[this.scopes.length - 1]!;
    scope.set(key!.text, { key: literal });
    const slot = this.facts.slotOn(table!);
    if (slot === undefined) return this.declarationOf([object!], [table!]);
    scope.set(object!.text, { object: table!, slot });
    return { kind: "do", body: [] };
  }

  private declarationOf(left: readonly tstl.Identifier[], right: readonly tstl.Expression[]): Stat {
    const values = right.map((value) => this.expr(value));
    return { kind: "local", names: left.map((name) => this.declare(name)), values };
  }

  private assignment(node: tstl.AssignmentStatement): Stat | undefined {
    const [left] = node.left;
    const [right] = node.right;
    // `____exports.a = ____export.a`: handed on from another module.
    if (left !== undefined && right !== undefined && tstl.isTableIndexExpression(left) && tstl.isTableIndexExpression(right)) {
      const source = tstl.isIdentifier(right.table) ? this.meaning(right.table.text) : undefined;
      const isOwn = tstl.isIdentifier(left.table) && this.meaning(left.table.text) === "exports";
      if (isOwn && source !== undefined && source !== "exports" && "module" in source && tstl.isStringLiteral(left.index) && tstl.isStringLiteral(right.index)) {
        this.exports.forward(left.index.value, this.exports.find(source.module, right.index.value));
        return undefined;
      }
    }
    return { kind: "assign", targets: node.left.map((target) => this.expr(target)), values: node.right.map((value) => this.expr(value)) };
  }

  private conditional(node: tstl.IfStatement): Stat {
    const otherwise = node.elseBlock;
    return {
      kind: "if",
      test: this.expr(node.condition),
      then: this.body(node.ifBlock),
      otherwise: otherwise === undefined ? [] : tstl.isIfStatement(otherwise) ? this.scoped(() => this.stats([otherwise])) : this.body(otherwise),
    };
  }

  private bareStat(node: tstl.Statement): Stat | undefined {
    if (tstl.isVariableDeclarationStatement(node)) return this.declaration(node);
    if (tstl.isAssignmentStatement(node)) return this.assignment(node);
    if (tstl.isIfStatement(node)) return this.conditional(node);
    if (tstl.isExpressionStatement(node)) {
      const { expression } = node;
      const isRequire = tstl.isCallExpression(expression) && tstl.isIdentifier(expression.expression) && expression.expression.text === "require";
      return isRequire ? undefined : { kind: "run", call: this.expr(expression) };
    }
    if (tstl.isReturnStatement(node)) {
      const [value] = node.expressions;
      const isExports = value !== undefined && tstl.isIdentifier(value) && this.meaning(value.text) === "exports";
      return isExports ? undefined : { kind: "return", values: node.expressions.map((expression) => this.expr(expression)) };
    }
    if (tstl.isWhileStatement(node)) return { kind: "while", test: this.expr(node.condition), body: this.body(node.body) };
    if (tstl.isRepeatStatement(node)) {
      return this.scoped(() => ({ kind: "repeat", body: this.stats(node.body.statements), test: this.expr(node.condition) }));
    }
    if (tstl.isDoStatement(node)) {
      const body = this.body(node);
      return body.length === 0 ? undefined : { kind: "do", body };
    }
    if (tstl.isForStatement(node)) return this.numericFor(node);
    if (tstl.isForInStatement(node)) {
      if (this.forwards(node)) return undefined;
      const values = node.expressions.map((value) => this.expr(value));
      return this.scoped(() => ({ kind: "forIn", names: node.names.map((name) => this.declare(name)), values, body: this.stats(node.body.statements) }));
    }
    if (tstl.isBreakStatement(node)) return { kind: "break" };
    if (tstl.isGotoStatement(node)) return { kind: "goto", name: node.label };
    if (tstl.isLabelStatement(node)) return { kind: "label", name: node.name };
    throw new Error(`${this.path}: a statement of typescript-to-lua's kind ${Kind[node.kind]} is not handled`);
  }

  /** `for k, v in pairs(____export) do ____exports[k] = v end`: all of another module is handed on. */
  private forwards(node: tstl.ForInStatement): boolean {
    const [source] = node.expressions;
    const [module] = source !== undefined && tstl.isCallExpression(source) ? source.params : [];
    const meaning = module !== undefined && tstl.isIdentifier(module) ? this.meaning(module.text) : undefined;
    if (meaning === undefined || meaning === "exports" || !("module" in meaning)) return false;
    this.exports.forwardAll(meaning.module);
    return true;
  }

  private numericFor(node: tstl.ForStatement): Stat {
    const from = this.expr(node.controlVariableInitializer);
    const to = this.expr(node.limitExpression);
    const step = node.stepExpression === undefined ? undefined : this.expr(node.stepExpression);
    return this.scoped(() => ({ kind: "for", name: this.declare(node.controlVariable), from, to, step, body: this.stats(node.body.statements) }));
  }
}

/** The statements at the top of a module; imports and exports have become names. */
export function readModule(path: string, file: tstl.File, exports: Exports, facts: Facts, places: Places): Stat[] {
  return new Reader(path, exports, facts, places).stats(file.statements);
}
