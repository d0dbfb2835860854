/** Questions about types that the lowering asks. */
import ts from "typescript";

const { TypeFlags } = ts;

export class Types {
  constructor(readonly checker: ts.TypeChecker) {}

  of(node: ts.Node): ts.Type {
    const type = this.checker.getTypeAtLocation(node);
    return this.checker.getBaseConstraintOfType(type) ?? type;
  }

  /** The members of a union, or the type itself; type parameters by what they extend. */
  parts(type: ts.Type): ts.Type[] {
    const base = this.checker.getBaseConstraintOfType(type) ?? type;
    return base.isUnion() ? base.types.flatMap((part) => this.parts(part)) : [base];
  }

  /** The same without undefined: what is left of a receiver behind `?.`. */
  present(node: ts.Node): ts.Type[] {
    return this.parts(this.of(node)).filter((part) => (part.flags & (TypeFlags.Undefined | TypeFlags.Void)) === 0);
  }

  private every(node: ts.Node, flags: ts.TypeFlags): boolean {
    const parts = this.present(node);
    // What is never there fits everything: the code is never reached.
    return parts.length > 0 && parts.every((part) => (part.flags & (flags | TypeFlags.Never)) !== 0);
  }

  isText(node: ts.Node): boolean {
    return this.every(node, TypeFlags.StringLike);
  }

  isNumber(node: ts.Node): boolean {
    return this.every(node, TypeFlags.NumberLike);
  }

  isBoolean(node: ts.Node): boolean {
    return this.every(node, TypeFlags.BooleanLike);
  }

  isList(node: ts.Node): boolean {
    const parts = this.present(node);
    return parts.length > 0 && parts.every((part) => this.isListType(part));
  }

  isListType(type: ts.Type): boolean {
    return this.checker.isArrayType(type) || this.checker.isTupleType(type);
  }

  /** The length of a tuple of fixed length, or undefined. */
  tupleLength(node: ts.Node): number | undefined {
    const type = this.of(node);
    if (!this.checker.isTupleType(type)) return undefined;
    const { target } = type as ts.TupleTypeReference;
    return target.combinedFlags === ts.ElementFlags.Required || target.elementFlags.length === 0 ? target.elementFlags.length : undefined;
  }

  /** The type of a list's items. */
  itemOf(node: ts.Node): ts.Type | undefined {
    return this.checker.getIndexTypeOfType(this.checker.getNonNullableType(this.of(node)), ts.IndexKind.Number);
  }

  has(type: ts.Type, flags: ts.TypeFlags): boolean {
    return this.parts(type).some((part) => (part.flags & flags) !== 0);
  }

  mayBeUndefined(type: ts.Type): boolean {
    return this.has(type, TypeFlags.Undefined | TypeFlags.Void);
  }

  /** True for a record that is looked up by any text. What a pattern with a rest takes apart is none, though the compiler says so. */
  isTable(type: ts.Type): boolean {
    const isOfPattern = (type as { pattern?: ts.Node }).pattern !== undefined;
    return !isOfPattern && this.parts(type).some((part) => this.checker.getIndexInfoOfType(part, ts.IndexKind.String) !== undefined);
  }

  /** The type as source text. */
  text(type: ts.Type, at: ts.Node): string {
    const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope;
    return this.checker.typeToString(this.checker.getBaseTypeOfLiteralType(type), at, flags);
  }

  /** True for a name that only the language's library declares: nothing of the app or the framework shadows it. */
  isGlobal(node: ts.Node, name: string): boolean {
    if (!ts.isIdentifier(node) || node.text !== name) return false;
    const declared = this.checker.getSymbolAtLocation(node)?.declarations ?? [];
    return declared.every((each) => each.getSourceFile().isDeclarationFile);
  }
}

/** The expression without parentheses, assertions and `!`. */
export function bare(node: ts.Expression): ts.Expression {
  if (ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) {
    return bare(node.expression);
  }
  return node;
}

/** True for what may be evaluated twice, or not at all, without anybody noticing: names, members of names, literals. */
export function isSimple(given: ts.Expression): boolean {
  const node = bare(given);
  if (ts.isIdentifier(node) || ts.isNumericLiteral(node) || ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return true;
  if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword) return true;
  if (ts.isPrefixUnaryExpression(node)) return node.operator === ts.SyntaxKind.MinusToken && isSimple(node.operand);
  if (node.flags & ts.NodeFlags.OptionalChain) return false;
  return ts.isPropertyAccessExpression(node) && isSimple(node.expression);
}

/** True for what has no effect and sees none before it is used: literals, functions. */
export function isPure(given: ts.Expression): boolean {
  const node = bare(given);
  return isSimple(node) || ts.isArrowFunction(node) || ts.isFunctionExpression(node);
}

export type AnyFunction = ts.FunctionDeclaration | ts.FunctionExpression | ts.ArrowFunction | ts.MethodDeclaration;

export function isFunction(node: ts.Node): node is AnyFunction {
  return ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isArrowFunction(node) || ts.isMethodDeclaration(node);
}

const isAssignmentOperator = (kind: ts.SyntaxKind): boolean => kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;

/** True where the name gets a value: assignments, counting up or down, patterns on the left, loop heads. */
export function isAssigned(node: ts.Identifier): boolean {
  let inner: ts.Node = node;
  let outer: ts.Node = node.parent;
  while (
    ts.isParenthesizedExpression(outer) || ts.isArrayLiteralExpression(outer) || ts.isSpreadElement(outer) || ts.isSpreadAssignment(outer) ||
    ts.isShorthandPropertyAssignment(outer) || (ts.isPropertyAssignment(outer) && outer.initializer === inner) || ts.isObjectLiteralExpression(outer) ||
    (ts.isBinaryExpression(outer) && outer.operatorToken.kind === ts.SyntaxKind.EqualsToken && outer.left === inner && inner !== node)
  ) {
    inner = outer;
    outer = outer.parent;
  }
  if (ts.isBinaryExpression(outer)) return outer.left === inner && isAssignmentOperator(outer.operatorToken.kind);
  if (ts.isPostfixUnaryExpression(outer)) return true;
  if (ts.isPrefixUnaryExpression(outer)) return outer.operator === ts.SyntaxKind.PlusPlusToken || outer.operator === ts.SyntaxKind.MinusMinusToken;
  return (ts.isForOfStatement(outer) || ts.isForInStatement(outer)) && outer.initializer === inner;
}
