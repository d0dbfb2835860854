/**
 * Where the fields of singletons get their values. A field with one such place whose value is known at build time becomes a
 * function or a constant of its module; every other becomes a variable.
 */
import ts from "typescript";
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

/** The declaration that an identifier stands for, through imports. */
function declarationOf(singletons: Singletons, node: ts.Identifier): ts.Declaration | undefined {
  const shorthand = ts.isShorthandPropertyAssignment(node.parent) ? singletons.checker.getShorthandAssignmentValueSymbol(node.parent) : undefined;
  const symbol = shorthand ?? singletons.symbolOf(node);
  const resolved = symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0 ? singletons.checker.getAliasedSymbol(symbol) : symbol;
  return resolved?.valueDeclaration;
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
      const declaration = declarationOf(singletons, node);
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

export class Sites {
  private readonly sites = new Map<string, Site[]>();
  private readonly assigned = new Set<string>();
  readonly statics = new Map<string, StaticField>();

  constructor(private readonly singletons: Singletons, files: readonly ts.SourceFile[]) {
    for (const file of files) this.scan(file, file);
    for (const [id, sites] of this.sites) {
      const found = sites.length === 1 && !this.assigned.has(id) ? this.classify(sites[0]!) : undefined;
      if (found !== undefined) this.statics.set(id, found);
    }
  }

  private scan(file: ts.SourceFile, node: ts.Node): void {
    if (ts.isObjectLiteralExpression(node)) this.scanLiteral(file, node);
    if (ts.isBinaryExpression(node) && node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment && node.operatorToken.kind <= ts.SyntaxKind.LastAssignment) {
      const target = strip(node.left);
      const field = ts.isPropertyAccessExpression(target) ? this.singletons.fieldOf(target) : undefined;
      if (field !== undefined) this.assigned.add(field.id);
    }
    ts.forEachChild(node, (child) => this.scan(file, child));
  }

  private scanLiteral(file: ts.SourceFile, literal: ts.ObjectLiteralExpression): void {
    const type = this.singletons.literalType(literal);
    if (type === undefined) return;
    for (const property of literal.properties) {
      if (property.name === undefined || !ts.isIdentifier(property.name)) continue;
      const symbol = type.getProperty(property.name.text);
      const field = symbol === undefined ? undefined : this.singletons.field(symbol);
      if (field === undefined || field.empty) continue;
      const node = ts.isPropertyAssignment(property) ? property.initializer : ts.isShorthandPropertyAssignment(property) ? property.name : (property as ts.MethodDeclaration);
      this.sites.set(field.id, [...(this.sites.get(field.id) ?? []), { file: file.fileName, node }]);
    }
  }

  private classify({ file, node }: Site): StaticField | undefined {
    if (ts.isMethodDeclaration(node)) return isClosed(this.singletons, node) ? { file, kind: "function", node } : undefined;
    const inner = strip(node);
    if (ts.isArrowFunction(inner) || ts.isFunctionExpression(inner)) return isClosed(this.singletons, inner) ? { file, kind: "function", node: inner } : undefined;
    if (ts.isIdentifier(inner)) {
      const declaration = declarationOf(this.singletons, inner);
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
    const declaration = ts.isIdentifier(inner) ? declarationOf(this.singletons, inner) : undefined;
    const initializer = declaration !== undefined && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
    return initializer === undefined ? factory.createIdentifier("undefined") : this.literal(initializer);
  }

  private isDeclaring(node: ts.Identifier): boolean {
    return (ts.isVariableDeclaration(node.parent) && node.parent.name === node) || ts.isShorthandPropertyAssignment(node.parent) || ts.isExportSpecifier(node.parent) || ts.isImportSpecifier(node.parent);
  }

  /** Whether a truth value that is written down, a constant field that holds one, or a condition of these is true; undefined for anything else. */
  private truth(node: ts.Expression): boolean | undefined {
    const inner = strip(node);
    if (ts.isPrefixUnaryExpression(inner) && inner.operator === ts.SyntaxKind.ExclamationToken) {
      const truth = this.truth(inner.operand);
      return truth === undefined ? undefined : !truth;
    }
    if (ts.isBinaryExpression(inner)) return this.truthOfBoth(inner);
    if (inner.kind === ts.SyntaxKind.TrueKeyword) return true;
    if (inner.kind === ts.SyntaxKind.FalseKeyword) return false;
    const field = ts.isPropertyAccessExpression(inner) ? this.singletons.fieldOf(inner) : undefined;
    return field !== undefined && this.isConstant(inner) ? this.truth(this.sites.get(field.id)![0]!.node as ts.Expression) : undefined;
  }

  /** Of two joined by && or ||: the one that decides is enough. */
  private truthOfBoth({ left, operatorToken, right }: ts.BinaryExpression): boolean | undefined {
    const decides = operatorToken.kind === ts.SyntaxKind.BarBarToken;
    if (!decides && operatorToken.kind !== ts.SyntaxKind.AmpersandAmpersandToken) return undefined;
    const first = this.truth(left);
    return first === undefined || first === decides ? first : this.truth(right);
  }

  /** True for a condition that a constant field keeps from ever holding: what it guards must not count as a use of anything. */
  isNever(node: ts.Expression): boolean {
    const inner = strip(node);
    const isBoth = ts.isBinaryExpression(inner) && inner.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken;
    return isBoth ? this.isNever(inner.left) : this.truth(inner) === false;
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
    const declaration = declarationOf(this.singletons, inner);
    if (declaration === undefined || !ts.isVariableDeclaration(declaration) || !isTopLevel(declaration) || declaration.initializer === undefined) return false;
    return (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0 && this.isConstant(declaration.initializer);
  }
}
