/**
 * Which names of fields are the framework's own, so that the build may shorten them.
 *
 * A field may be renamed when every place that declares its name is TypeScript of the build itself. A name that a
 * declaration file declares (an engine's object, the language's library) is the engine's, and stays everywhere; so does a
 * name in a record that is read by a computed key, or that is handed to something whose type does not name its fields.
 * Strings are never touched: protocol keys are strings.
 */
import ts from "typescript";

export interface FieldRules {
  /** True when every field of that name may get another name. */
  isPrivate(name: string): boolean;
}

function nameOf(node: ts.Node): string | undefined {
  const name = (node as { name?: ts.Node }).name;
  return name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteral(name)) ? name.text : undefined;
}

const declares = (node: ts.Node): boolean =>
  ts.isPropertySignature(node) || ts.isMethodSignature(node) || ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node) || ts.isMethodDeclaration(node);

/** What an engine's declaration file declares: members of interfaces, and names inside namespaces. */
function reserveDeclared(file: ts.SourceFile, reserved: Set<string>): void {
  const visit = (node: ts.Node): void => {
    const isMember = declares(node) || ts.isVariableDeclaration(node) || ts.isFunctionDeclaration(node) || ts.isPropertyDeclaration(node);
    const name = isMember ? nameOf(node) : undefined;
    if (name !== undefined) reserved.add(name);
    ts.forEachChild(node, visit);
  };
  visit(file);
}

/** Reserves the fields of a literal whose type leaves its keys open, and of a record that is read by a computed key. */
function reserveOpen(checker: ts.TypeChecker, file: ts.SourceFile, reserved: Set<string>): void {
  const isText = (type: ts.Type): boolean => (type.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0;
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node)) {
      const type = checker.getContextualType(node);
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
  for (const file of program.getSourceFiles()) {
    if (file.isDeclarationFile) {
      if (!file.fileName.endsWith("/hal/board.d.ts")) reserveDeclared(file, reserved);
      continue;
    }
    reserveOpen(checker, file, reserved);
    const visit = (node: ts.Node): void => {
      const name = declares(node) ? nameOf(node) : undefined;
      if (name !== undefined) own.add(name);
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return { isPrivate: (name) => own.has(name) && !reserved.has(name) };
}
