/**
 * Where typescript-to-lua is told more: the intrinsics become Lua's own functions, the constants of the board and of the
 * build their values, and what the type checker knows is noted for the steps that follow.
 *
 * The intrinsics are known by the module that declares them, never by their name.
 */
import ts from "typescript";
import * as tstl from "typescript-to-lua";
import type { LuaBoard } from "./program";
import type { Known } from "./tree";

/** What the type checker knows of nodes of the Lua tree. */
export class Facts {
  private readonly types = new WeakMap<tstl.Node, Known>();
  private readonly silent = new WeakSet<tstl.Node>();
  private readonly foreign = new WeakSet<tstl.Node>();

  know(node: tstl.Node, type: Known): void {
    if (type !== undefined) this.types.set(node, type);
  }
  known(node: tstl.Node): Known {
    return this.types.get(node);
  }
  /** Notes a function whose result nobody looks at. */
  hush(node: tstl.Node): void {
    this.silent.add(node);
  }
  /** Notes a field that the engine declares. */
  disown(node: tstl.Node): void {
    this.foreign.add(node);
  }
  isForeign(node: tstl.Node): boolean {
    return this.foreign.has(node);
  }
  isSilent(node: tstl.Node): boolean {
    return this.silent.has(node);
  }
}

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

function typeOf(context: tstl.TransformationContext, node: ts.Expression): Known {
  const { flags } = context.checker.getBaseTypeOfLiteralType(context.checker.getTypeAtLocation(node));
  if ((flags & ts.TypeFlags.NumberLike) !== 0) return "number";
  if ((flags & ts.TypeFlags.StringLike) !== 0) return "string";
  return (flags & ts.TypeFlags.BooleanLike) !== 0 ? "boolean" : undefined;
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

/** The plugin for one build. */
export function loweringPlugin(board: LuaBoard, facts: Facts, refuse: Refuse): tstl.Plugin {
  const noted = <T extends ts.Expression>(lower: (context: tstl.TransformationContext, node: T) => tstl.Expression) => {
    return (node: T, context: tstl.TransformationContext): tstl.Expression => {
      const result = lower(context, node);
      facts.know(result, typeOf(context, node));
      return result;
    };
  };
  const plain = noted((context, node: ts.Expression) => context.superTransformExpression(node));
  return {
    visitors: {
      [ts.SyntaxKind.CallExpression]: noted((context, node: ts.CallExpression) => lowerCall(context, board, node, refuse)),
      [ts.SyntaxKind.Identifier]: noted((context, node: ts.Identifier) => {
        if (node.text === "MOTET_CHECKED" && declaredIn(context, node)?.isDeclarationFile === true) return tstl.createBooleanLiteral(false, node);
        return context.superTransformExpression(node);
      }),
      [ts.SyntaxKind.PropertyAccessExpression]: noted((context, node: ts.PropertyAccessExpression) => {
        const object = node.expression;
        const isBoard = ts.isIdentifier(object) && object.text === "BOARD" && declaredIn(context, object)?.fileName.endsWith("/hal/board.d.ts") === true;
        if (!isBoard) {
          const access = context.superTransformExpression(node);
          if (declaredIn(context, node.name)?.isDeclarationFile === true) facts.disown(access);
          return access;
        }
        const value = board.constants[node.name.text];
        if (value === undefined) refuse(node, "board", `The board has no constant "${node.name.text}": add it to its board.json.`);
        return literalOf(value ?? false, node);
      }),
      [ts.SyntaxKind.ElementAccessExpression]: plain,
      [ts.SyntaxKind.BinaryExpression]: plain,
      [ts.SyntaxKind.ConditionalExpression]: plain,
      [ts.SyntaxKind.NonNullExpression]: plain,
      [ts.SyntaxKind.ArrowFunction]: (node: ts.ArrowFunction, context: tstl.TransformationContext): tstl.Expression => {
        const result = context.superTransformExpression(node);
        if (isSilentArrow(context, node)) facts.hush(result);
        return result;
      },
    },
  };
}
