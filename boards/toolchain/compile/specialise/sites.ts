/**
 * Where the fields of singletons get their values. A field with one such place whose value is known at build time becomes a
 * function or a constant of its module; every other becomes a variable.
 */
import ts from "typescript";
import { Live } from "./live";
import { strip } from "./singletons";
import type { Singletons } from "./singletons";

/** A field that is known at build time, and the module that holds it. */
export interface StaticField {
  readonly file: string;
  readonly kind: "function" | "constant" | "alias";
  readonly node: ts.Expression | ts.MethodDeclaration;
}

interface Site {
  readonly file: string;
  readonly node: ts.Expression | ts.MethodDeclaration;
}

/** True for what is declared at the top of a module. */
export function isTopLevel(declaration: ts.Declaration): boolean {
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return ts.isSourceFile(statement.parent);
}

/** True when the expression can be moved to the top of its module: it names nothing that lives in a function. */
export function isClosed(singletons: Singletons, root: ts.Node): boolean {
  let closed = true;
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node)) return;
    if (ts.isIdentifier(node) && !(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) && !(ts.isPropertyAssignment(node.parent) && node.parent.name === node)) {
      const declaration = singletons.declarationOf(node);
      const isInside = declaration !== undefined && declaration.getSourceFile() === root.getSourceFile() && declaration.pos >= root.pos && declaration.end <= root.end;
      const isLocal = declaration !== undefined && (ts.isVariableDeclaration(declaration) || ts.isParameter(declaration) || ts.isFunctionDeclaration(declaration)) && !isTopLevel(declaration);
      if (isLocal && !isInside) {
        const symbol = singletons.checker.getSymbolAtLocation(node);
        if (symbol === undefined || !singletons.isBare(singletons.checker.getTypeOfSymbol(symbol))) closed = false;
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(root);
  return closed;
}

type Value = string | number | boolean | undefined;

/** Comparisons whose outcome is the same on every engine. */
const comparisons = new Map<ts.SyntaxKind, (a: Value, b: Value) => { readonly value: boolean } | undefined>([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, (a, b) => ({ value: a === b })],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, (a, b) => ({ value: a !== b })],
  [ts.SyntaxKind.GreaterThanToken, (a, b) => (typeof a === "number" && typeof b === "number" ? { value: a > b } : undefined)],
  [ts.SyntaxKind.LessThanToken, (a, b) => (typeof a === "number" && typeof b === "number" ? { value: a < b } : undefined)],
]);

export class Sites {
  private readonly sites = new Map<string, Site[]>();
  private readonly assigned = new Set<string>();
  readonly statics = new Map<string, StaticField>();
  readonly live: Live;

  constructor(private readonly singletons: Singletons, files: readonly ts.SourceFile[]) {
    this.live = new Live(singletons, (condition) => this.truth(condition));
    // What is constant rules out branches; what only these led to sets nothing, and more is constant.
    do this.find(files);
    while (this.live.narrow(files));
  }

  private find(files: readonly ts.SourceFile[]): void {
    const assigned = new Map<string, ts.Expression[]>();
    const sites = new Map<string, Site[]>();
    for (const file of files) this.live.each(file, (node) => this.scan(file, node, sites, assigned));
    // Only now: until here the branches are those of the round before.
    for (const known of [this.sites, this.assigned, this.statics]) known.clear();
    for (const [id, found] of sites) this.sites.set(id, found);
    for (const id of assigned.keys()) this.assigned.add(id);
    for (const [id, values] of assigned) if (this.isSame(this.sites.get(id) ?? [], values)) this.assigned.delete(id);
    for (const [id, found] of sites) {
      const known = found.length === 1 && !this.assigned.has(id) ? this.classify(found[0]!) : undefined;
      if (known !== undefined) this.statics.set(id, known);
    }
  }

  /** True when a field is only ever set to the constant that it begins with: to forget what no app of this image asks for, say. */
  private isSame([first, ...others]: readonly Site[], values: readonly ts.Expression[]): boolean {
    const begins = first === undefined || others.length > 0 || ts.isMethodDeclaration(first.node) ? undefined : this.known(first.node);
    if (begins === undefined) return false;
    return values.every((value) => {
      const known = this.known(value);
      return known !== undefined && known.value === begins.value;
    });
  }

  /** True for setting a field to the constant that it is anyway. */
  isVain({ left, operatorToken }: ts.BinaryExpression): boolean {
    const target = strip(left);
    const field = operatorToken.kind === ts.SyntaxKind.EqualsToken && ts.isPropertyAccessExpression(target) ? this.singletons.fieldOf(target) : undefined;
    return field !== undefined && this.statics.get(field.id)?.kind === "constant";
  }

  private scan(file: ts.SourceFile, node: ts.Node, sites: Map<string, Site[]>, assigned: Map<string, ts.Expression[]>): void {
    if (ts.isObjectLiteralExpression(node)) this.scanLiteral(file, node, sites);
    if (!ts.isBinaryExpression(node) || node.operatorToken.kind < ts.SyntaxKind.FirstAssignment || node.operatorToken.kind > ts.SyntaxKind.LastAssignment) return;
    const target = strip(node.left);
    const field = ts.isPropertyAccessExpression(target) ? this.singletons.fieldOf(target) : undefined;
    // `+=` as a whole is no constant.
    if (field !== undefined) assigned.set(field.id, [...(assigned.get(field.id) ?? []), node.operatorToken.kind === ts.SyntaxKind.EqualsToken ? node.right : node]);
  }

  private scanLiteral(file: ts.SourceFile, literal: ts.ObjectLiteralExpression, sites: Map<string, Site[]>): void {
    const type = this.singletons.literalType(literal);
    if (type === undefined) return;
    for (const property of literal.properties) {
      if (property.name === undefined || !ts.isIdentifier(property.name)) continue;
      const symbol = type.getProperty(property.name.text);
      const field = symbol === undefined ? undefined : this.singletons.field(symbol);
      if (field === undefined || field.empty) continue;
      const node = ts.isPropertyAssignment(property) ? property.initializer : ts.isShorthandPropertyAssignment(property) ? property.name : (property as ts.MethodDeclaration);
      sites.set(field.id, [...(sites.get(field.id) ?? []), { file: file.fileName, node }]);
    }
  }

  private classify({ file, node }: Site): StaticField | undefined {
    if (ts.isMethodDeclaration(node)) return isClosed(this.singletons, node) ? { file, kind: "function", node } : undefined;
    const inner = strip(node);
    if (ts.isArrowFunction(inner) || ts.isFunctionExpression(inner)) return isClosed(this.singletons, inner) ? { file, kind: "function", node: inner } : undefined;
    if (ts.isIdentifier(inner)) {
      const declaration = this.singletons.declarationOf(inner);
      if (declaration !== undefined && ts.isFunctionDeclaration(declaration) && isTopLevel(declaration)) return { file, kind: "alias", node: inner };
    }
    return this.isConstant(inner) ? { file, kind: "constant", node: inner } : undefined;
  }

  /** The value of a constant at the top of a module, written out; undefined for any other name. */
  named(node: ts.Identifier): ts.Expression | undefined {
    if (node.text === "undefined" || !this.isConstant(node)) return undefined;
    return this.literal(node);
  }

  /** A constant expression with the named constants in it written out, so that it can stand in any module. */
  literal(node: ts.Expression): ts.Expression {
    const { factory } = ts;
    const inner = strip(node);
    const known = ts.isPropertyAccessExpression(inner) ? this.singletons.checker.getConstantValue(inner) : undefined;
    if (known !== undefined) return typeof known === "number" ? factory.createNumericLiteral(known) : factory.createStringLiteral(known);
    if (ts.isStringLiteralLike(inner)) return factory.createStringLiteral(inner.text);
    if (ts.isNumericLiteral(inner)) return factory.createNumericLiteral(inner.text);
    if (ts.isBinaryExpression(inner)) return factory.createParenthesizedExpression(factory.createBinaryExpression(this.literal(inner.left), inner.operatorToken.kind, this.literal(inner.right)));
    if (ts.isPrefixUnaryExpression(inner)) return factory.createPrefixUnaryExpression(inner.operator, this.literal(inner.operand));
    if (ts.isConditionalExpression(inner)) {
      const truth = this.truth(inner.condition);
      if (truth !== undefined) return this.literal(truth ? inner.whenTrue : inner.whenFalse);
      return factory.createParenthesizedExpression(factory.createConditionalExpression(this.literal(inner.condition), undefined, this.literal(inner.whenTrue), undefined, this.literal(inner.whenFalse)));
    }
    if (ts.isPropertyAccessExpression(inner)) {
      const field = this.singletons.fieldOf(inner);
      return field === undefined ? factory.createPropertyAccessExpression(factory.createIdentifier("BOARD"), inner.name.text) : this.literal(this.statics.get(field.id)!.node as ts.Expression);
    }
    if (inner.kind === ts.SyntaxKind.TrueKeyword) return factory.createTrue();
    if (inner.kind === ts.SyntaxKind.FalseKeyword) return factory.createFalse();
    const declaration = ts.isIdentifier(inner) ? this.singletons.declarationOf(inner) : undefined;
    const initializer = declaration !== undefined && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
    return initializer === undefined ? factory.createIdentifier("undefined") : this.literal(initializer);
  }

  private isDeclaring(node: ts.Identifier): boolean {
    return (ts.isVariableDeclaration(node.parent) && node.parent.name === node) || ts.isShorthandPropertyAssignment(node.parent) || ts.isExportSpecifier(node.parent) || ts.isImportSpecifier(node.parent);
  }

  /** Whether a condition of constants holds; undefined for anything else. */
  private truth(node: ts.Expression): boolean | undefined {
    const known = this.known(node)?.value;
    return typeof known === "boolean" ? known : undefined;
  }

  /** What an expression of literals, named constants and constant fields gives; undefined for any other. */
  private known(node: ts.Expression): { readonly value: Value } | undefined {
    const inner = strip(node);
    if (ts.isStringLiteralLike(inner)) return { value: inner.text };
    if (ts.isNumericLiteral(inner)) return { value: Number(inner.text) };
    if (inner.kind === ts.SyntaxKind.TrueKeyword || inner.kind === ts.SyntaxKind.FalseKeyword) return { value: inner.kind === ts.SyntaxKind.TrueKeyword };
    if (ts.isIdentifier(inner)) return inner.text === "undefined" ? { value: undefined } : this.knownName(inner);
    if (ts.isBinaryExpression(inner)) return this.knownOfBoth(inner);
    if (ts.isPropertyAccessExpression(inner)) return this.knownField(inner);
    const operand = ts.isPrefixUnaryExpression(inner) ? this.known(inner.operand)?.value : undefined;
    if (!ts.isPrefixUnaryExpression(inner)) return undefined;
    if (inner.operator === ts.SyntaxKind.ExclamationToken && typeof operand === "boolean") return { value: !operand };
    return inner.operator === ts.SyntaxKind.MinusToken && typeof operand === "number" ? { value: -operand } : undefined;
  }

  private knownName(node: ts.Identifier): ReturnType<Sites["known"]> {
    const declaration = this.isConstant(node) ? this.singletons.declarationOf(node) : undefined;
    return declaration !== undefined && ts.isVariableDeclaration(declaration) ? this.known(declaration.initializer!) : undefined;
  }

  private knownField(node: ts.PropertyAccessExpression): ReturnType<Sites["known"]> {
    const member = this.singletons.checker.getConstantValue(node);
    if (member !== undefined) return { value: member };
    const field = this.singletons.fieldOf(node);
    return field !== undefined && this.isConstant(node) ? this.known(this.sites.get(field.id)![0]!.node as ts.Expression) : undefined;
  }

  private knownOfBoth({ left, operatorToken: { kind }, right }: ts.BinaryExpression): ReturnType<Sites["known"]> {
    const first = this.known(left);
    const isOr = kind === ts.SyntaxKind.BarBarToken;
    // The one that decides is enough.
    if (isOr || kind === ts.SyntaxKind.AmpersandAmpersandToken) return typeof first?.value !== "boolean" || first.value === isOr ? first : this.known(right);
    const second = first === undefined ? undefined : this.known(right);
    const compare = comparisons.get(kind);
    return first === undefined || second === undefined || compare === undefined ? undefined : compare(first.value, second.value);
  }

  /** Literals, named constants, members of BOARD and of const enums, and sums of these. */
  private isConstant(node: ts.Expression): boolean {
    const inner = strip(node);
    if (ts.isStringLiteralLike(inner) || ts.isNumericLiteral(inner)) return true;
    if (inner.kind === ts.SyntaxKind.TrueKeyword || inner.kind === ts.SyntaxKind.FalseKeyword) return true;
    if (ts.isBinaryExpression(inner)) return this.isConstant(inner.left) && this.isConstant(inner.right);
    if (ts.isPrefixUnaryExpression(inner)) return this.isConstant(inner.operand);
    if (ts.isConditionalExpression(inner) && this.truth(inner.condition) !== undefined) return this.isConstant(this.truth(inner.condition) === true ? inner.whenTrue : inner.whenFalse);
    if (ts.isConditionalExpression(inner)) return this.isConstant(inner.condition) && this.isConstant(inner.whenTrue) && this.isConstant(inner.whenFalse);
    if (ts.isPropertyAccessExpression(inner)) {
      if (ts.isIdentifier(inner.expression) && inner.expression.text === "BOARD") return true;
      if (this.singletons.checker.getConstantValue(inner) !== undefined) return true;
      const field = this.singletons.fieldOf(inner);
      const sites = field === undefined ? [] : (this.sites.get(field.id) ?? []);
      return field !== undefined && sites.length === 1 && !this.assigned.has(field.id) && !ts.isMethodDeclaration(sites[0]!.node) && this.isConstant(sites[0]!.node);
    }
    if (!ts.isIdentifier(inner)) return false;
    if (inner.text === "undefined") return true;
    if (this.isDeclaring(inner)) return false;
    const declaration = this.singletons.declarationOf(inner);
    if (declaration === undefined || !ts.isVariableDeclaration(declaration) || !isTopLevel(declaration) || declaration.initializer === undefined) return false;
    return (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0 && this.isConstant(declaration.initializer);
  }
}
