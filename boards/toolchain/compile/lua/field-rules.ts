/**
 * Which names of fields are the framework's own, so that the build may shorten them.
 *
 * A field may be renamed when the build's own TypeScript declares it. A field of a record that a declaration file declares
 * (an engine's options and answers, the language's library) is the engine's, and its name stays everywhere; so does a name in
 * a record that is read by a computed key, or that is handed to something whose type does not name its fields. What is read
 * from the engine's own objects and modules is marked where it is read (`Facts`). Strings are never touched: protocol keys
 * are strings.
 *
 * Two names may share a short one when no object has both. Which names an object may have together is read from the types:
 * of literals and what is expected of them, of interfaces with all that they extend, of assertions on both sides. A name
 * that is optional somewhere shares with nobody, because an object may lack it without its type saying so.
 */
import ts from "typescript";

export interface FieldRules {
  /** True when every field of that name may get another name. */
  isPrivate(name: string): boolean;
  /** True when an object may have fields of both names. */
  meet(a: string, b: string): boolean;
}

/** Which names stand together in an object. */
class Company {
  private readonly known = new Map<string, Set<string>>();
  private readonly alone = new Set<string>();

  add(...types: readonly (ts.Type | undefined)[]): void {
    const names = new Set<string>();
    for (const type of types) {
      for (const property of type?.getProperties() ?? []) {
        names.add(property.name);
        if ((property.flags & ts.SymbolFlags.Optional) !== 0) this.alone.add(property.name);
      }
    }
    for (const name of names) {
      const others = this.known.get(name) ?? new Set();
      this.known.set(name, others);
      for (const other of names) others.add(other);
    }
  }

  meet(a: string, b: string): boolean {
    return this.alone.has(a) || this.alone.has(b) || this.known.get(a)?.has(b) === true;
  }
}

/** Notes the names that objects of one file may have together. */
function gather(checker: ts.TypeChecker, file: ts.SourceFile, company: Company): void {
  const visit = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node) || ts.isTypeLiteralNode(node) || ts.isIntersectionTypeNode(node)) company.add(checker.getTypeAtLocation(node));
    else if (ts.isObjectLiteralExpression(node)) {
      const expected = expectedType(checker, node);
      company.add(checker.getTypeAtLocation(node), ...(expected?.isUnion() === true ? expected.types : [expected]));
    } else if (ts.isAsExpression(node)) company.add(checker.getTypeAtLocation(node.expression), checker.getTypeAtLocation(node));
    ts.forEachChild(node, visit);
  };
  visit(file);
}

function nameOf(node: ts.Node): string | undefined {
  const name = (node as { name?: ts.Node }).name;
  return name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteral(name)) ? name.text : undefined;
}

const declares = (node: ts.Node): boolean =>
  ts.isPropertySignature(node) || ts.isMethodSignature(node) || ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node) || ts.isMethodDeclaration(node);

/** The fields that a declaration file declares: literals of the build are handed to the engine under these names. */
function reserveDeclared(file: ts.SourceFile, reserved: Set<string>): void {
  const visit = (node: ts.Node): void => {
    const name = ts.isPropertySignature(node) ? nameOf(node) : undefined;
    if (name !== undefined) reserved.add(name);
    ts.forEachChild(node, visit);
  };
  visit(file);
}

/** What a literal is taken for: by what is expected of it, or, past `as unknown as T`, by what it is said to be. */
function expectedType(checker: ts.TypeChecker, node: ts.ObjectLiteralExpression): ts.Type | undefined {
  let outer: ts.Expression = node;
  while (ts.isAsExpression(outer.parent) || ts.isParenthesizedExpression(outer.parent)) outer = outer.parent;
  return outer === node ? checker.getContextualType(node) : checker.getTypeAtLocation(outer);
}

/** Reserves the fields of a literal whose type leaves its keys open, and of a record that is read by a computed key. */
function reserveOpen(checker: ts.TypeChecker, file: ts.SourceFile, reserved: Set<string>): void {
  const isText = (type: ts.Type): boolean => (type.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0;
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node)) {
      const type = expectedType(checker, node);
      const isOpen = type !== undefined && ((type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0 || type.getStringIndexType() !== undefined);
      if (isOpen) for (const property of node.properties) reserved.add(nameOf(property) ?? "");
    } else if (ts.isElementAccessExpression(node) && isText(checker.getTypeAtLocation(node.argumentExpression))) {
      for (const property of checker.getTypeAtLocation(node.expression).getProperties()) reserved.add(property.name);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
}

/** The rules of a program. */
export function fieldRules(program: ts.Program): FieldRules {
  const checker = program.getTypeChecker();
  const own = new Set<string>();
  const reserved = new Set<string>();
  const company = new Company();
  for (const file of program.getSourceFiles()) {
    if (file.isDeclarationFile) {
      if (!file.fileName.endsWith("/hal/board.d.ts")) reserveDeclared(file, reserved);
      continue;
    }
    reserveOpen(checker, file, reserved);
    gather(checker, file, company);
    const visit = (node: ts.Node): void => {
      const name = declares(node) ? nameOf(node) : undefined;
      if (name !== undefined) own.add(name);
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return { isPrivate: (name) => own.has(name) && !reserved.has(name), meet: (a, b) => company.meet(a, b) };
}
