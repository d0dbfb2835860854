/**
 * Where typescript-to-lua is told more: the intrinsics become Lua's own functions, the constants of the board and of the
 * build their values, and what the type checker knows is noted (`Facts`) for the steps that follow.
 *
 * The intrinsics are known by the module that declares them, never by their name.
 */
import ts from "typescript";
import * as tstl from "typescript-to-lua";
import type { Singletons } from "../specialise/singletons";
import type { Facts, Slot } from "./facts";
import type { LuaBoard } from "./target";
import type { Knowledge } from "./tree";

export type Refuse = (node: ts.Node, rule: string, message: string) => void;

const num = (value: number): tstl.Expression => tstl.createNumericLiteral(value);
const add = (value: tstl.Expression, more: number): tstl.Expression => tstl.createBinaryExpression(value, num(more), tstl.SyntaxKind.AdditionOperator);
function libraryCall(library: string, name: string, args: tstl.Expression[], from: ts.Node): tstl.Expression {
  return tstl.createCallExpression(tstl.createTableIndexExpression(tstl.createIdentifier(library), tstl.createStringLiteral(name)), args, from);
}

/** A call of an intrinsic, as the Lua of the board says it; undefined for a name that is none. */
function lowerIntrinsic(lua: string, name: string, args: tstl.Expression[], from: ts.Node): tstl.Expression | undefined {
  const [first, second, third] = args as [tstl.Expression, tstl.Expression, tstl.Expression];
  switch (name) {
    case "chr":
      return libraryCall("string", "char", [first], from);
    case "at":
      return libraryCall("string", "byte", [first, add(second, 1)], from);
    case "sub":
      return libraryCall("string", "sub", [first, add(second, 1), third], from);
    case "idiv":
      if (lua === "5.3") return tstl.createBinaryExpression(first, second, tstl.SyntaxKind.FloorDivisionOperator, from);
      return libraryCall("math", "floor", [tstl.createBinaryExpression(first, second, tstl.SyntaxKind.DivisionOperator)], from);
    case "whole":
      return libraryCall("math", "floor", [first], from);
    case "bxor":
      if (lua === "5.3") return tstl.createBinaryExpression(first, second, tstl.SyntaxKind.BitwiseExclusiveOrOperator, from);
      return libraryCall("bit", "bxor", [first, second], from);
    default:
      return undefined;
  }
}

function declaredIn(context: tstl.TransformationContext, node: ts.Node): ts.SourceFile | undefined {
  let symbol = context.checker.getSymbolAtLocation(node);
  if (symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0) symbol = context.checker.getAliasedSymbol(symbol);
  return symbol?.declarations?.[0]?.getSourceFile();
}

/** What the type of an expression promises. Types that may be anything promise nothing. */
function knowledgeOf(context: tstl.TransformationContext, node: ts.Expression): Knowledge {
  const type = context.checker.getTypeAtLocation(node);
  const parts = type.isUnion() ? type.types : [type];
  const loose = ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.TypeParameter | ts.TypeFlags.Void | ts.TypeFlags.IndexedAccess | ts.TypeFlags.Conditional;
  const absent = ts.TypeFlags.Undefined | ts.TypeFlags.Null;
  const present = parts.filter(({ flags }) => (flags & absent) === 0);
  const every = (flag: ts.TypeFlags): boolean => present.length === parts.length && present.every(({ flags }) => (flags & flag) !== 0);
  const sound = present.every(({ flags }) => (flags & (loose | ts.TypeFlags.BooleanLike)) === 0);
  const known = every(ts.TypeFlags.NumberLike) ? "number" : every(ts.TypeFlags.StringLike) ? "string" : every(ts.TypeFlags.BooleanLike) ? "boolean" : undefined;
  return { known, sound, solid: sound && present.length === parts.length };
}

function literalOf(value: string | number | boolean, from: ts.Node): tstl.Expression {
  if (typeof value === "boolean") return tstl.createBooleanLiteral(value, from);
  return typeof value === "string" ? tstl.createStringLiteral(value, from) : tstl.createNumericLiteral(value, from);
}

function lowerCall(context: tstl.TransformationContext, board: LuaBoard, node: ts.CallExpression, refuse: Refuse): tstl.Expression {
  const result = context.superTransformExpression(node);
  if (!ts.isIdentifier(node.expression) || declaredIn(context, node.expression)?.fileName.endsWith("/firmware/base/intrinsics.ts") !== true) return result;
  const symbol = context.checker.getSymbolAtLocation(node.expression)!;
  const name = (symbol.flags & ts.SymbolFlags.Alias) !== 0 ? context.checker.getAliasedSymbol(symbol).name : symbol.name;
  const lowered = tstl.isCallExpression(result) ? lowerIntrinsic(board.lua, name, result.params, node) : undefined;
  if (lowered === undefined) refuse(node, "intrinsic", `"${name}" has no form in Lua: add one to boards/toolchain/compile/lua/lowering.ts.`);
  return lowered ?? result;
}

/** The arrow functions `(x) => f(x)` where nobody looks at the result: it need not be returned. */
function isSilentArrow(context: tstl.TransformationContext, node: ts.ArrowFunction): boolean {
  const type = context.checker.getContextualType(node);
  const signatures = type === undefined ? [] : context.checker.getNonNullableType(type).getCallSignatures();
  return signatures.length > 0 && signatures.every((signature) => (signature.getReturnType().flags & ts.TypeFlags.Void) !== 0);
}

/** Notes what a call leaves out. Its arguments are the source's, one for one, where nothing is spread. */
function noteCall({ singletons, facts, refuse }: Build, node: ts.CallExpression, call: tstl.Expression): void {
  const gone = singletons.goneArguments(node);
  node.arguments.forEach((argument, i) => {
    if (gone[i] !== true && singletons.isBareValue(argument)) refuse(argument, "singleton", "This is a struct of which an image has one, and it is handed on as another type: give the parameter the struct's own type.");
  });
  const count = tstl.isCallExpression(call) || tstl.isMethodCallExpression(call) ? call.params.length : 0;
  if (!gone.includes(true)) return;
  if (count === gone.length) facts.leaveOut(call, gone);
  else refuse(node, "singleton", "A call with a struct of which an image has one takes plain arguments: name each.");
}

/** Notes the variables that the fields of a literal are. */
function noteLiteral({ singletons, facts, refuse }: Build, node: ts.ObjectLiteralExpression, table: tstl.Expression): void {
  const type = singletons.literalType(node);
  if (type === undefined) return;
  if (!tstl.isTableExpression(table)) refuse(node, "singleton", "A struct of which an image has one is made of plain fields: name each.");
  const slots = new Map<string, Slot>();
  for (const symbol of type.getProperties()) {
    const field = singletons.field(symbol);
    if (field !== undefined) slots.set(symbol.name, field);
  }
  facts.spread(table, slots);
}

function lowerAccess(context: tstl.TransformationContext, build: Build, node: ts.PropertyAccessExpression): tstl.Expression {
  const { board, facts, singletons, refuse } = build;
  const object = node.expression;
  if (ts.isIdentifier(object) && object.text === "BOARD" && declaredIn(context, object)?.fileName.endsWith("/hal/board.d.ts") === true) {
    const value = board.constants[node.name.text];
    if (value === undefined) refuse(node, "board", `The board has no constant "${node.name.text}": add it to its board.json.`);
    return literalOf(value ?? false, node);
  }
  const access = context.superTransformExpression(node);
  if (declaredIn(context, node.name)?.isDeclarationFile === true) facts.disown(access);
  const field = singletons.fieldOf(node);
  if (field === undefined) return access;
  facts.place(access, field);
  if (tstl.isTableIndexExpression(access)) facts.hang(access.table, field);
  return access;
}

/** What the visitors of one build share. */
export interface Build {
  readonly board: LuaBoard;
  readonly facts: Facts;
  readonly singletons: Singletons;
  readonly refuse: Refuse;
}

/** The plugin for one build. */
export function loweringPlugin(build: Build): tstl.Plugin {
  const { board, facts, singletons, refuse } = build;
  const noted = <T extends ts.Expression>(lower: (context: tstl.TransformationContext, node: T) => tstl.Expression) => {
    return (node: T, context: tstl.TransformationContext): tstl.Expression => {
      const result = lower(context, node);
      facts.know(result, knowledgeOf(context, node));
      if (singletons.isBareValue(node)) facts.bare(result);
      return result;
    };
  };
  const plain = noted((context, node: ts.Expression) => context.superTransformExpression(node));
  return {
    visitors: {
      [ts.SyntaxKind.CallExpression]: noted((context, node: ts.CallExpression) => {
        const call = lowerCall(context, board, node, refuse);
        noteCall(build, node, call);
        const method = tstl.isMethodCallExpression(call) && ts.isPropertyAccessExpression(node.expression) ? node.expression.name : undefined;
        if (method !== undefined && declaredIn(context, method)?.isDeclarationFile !== true) refuse(node, "self", `"${method.text}" would be handed its object as a first argument: declare it with "this: void".`);
        return call;
      }),
      [ts.SyntaxKind.Identifier]: noted((context, node: ts.Identifier) => {
        if (node.text === "MOTET_CHECKED" && declaredIn(context, node)?.isDeclarationFile === true) return tstl.createBooleanLiteral(false, node);
        return context.superTransformExpression(node);
      }),
      [ts.SyntaxKind.PropertyAccessExpression]: noted((context, node: ts.PropertyAccessExpression) => lowerAccess(context, build, node)),
      [ts.SyntaxKind.ObjectLiteralExpression]: noted((context, node: ts.ObjectLiteralExpression) => {
        const table = context.superTransformExpression(node);
        noteLiteral(build, node, table);
        return table;
      }),
      [ts.SyntaxKind.ElementAccessExpression]: plain,
      [ts.SyntaxKind.BinaryExpression]: plain,
      [ts.SyntaxKind.ConditionalExpression]: plain,
      [ts.SyntaxKind.NonNullExpression]: plain,
      [ts.SyntaxKind.AsExpression]: plain,
      [ts.SyntaxKind.ArrowFunction]: (node: ts.ArrowFunction, context: tstl.TransformationContext): tstl.Expression => {
        const result = context.superTransformExpression(node);
        if (isSilentArrow(context, node)) facts.hush(result);
        return result;
      },
    },
  };
}
