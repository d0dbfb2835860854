/** What is said of an app before anything of it is lowered: mistakes that would make all that follows a riddle. */
import ts from "typescript";
import type { Problem } from "../compile/problem";

function problemAt(source: ts.SourceFile, position: number, rule: string, message: string): Problem {
  const { line, character } = source.getLineAndCharacterOfPosition(position);
  return { file: source.fileName, line: line + 1, column: character + 1, rule, message };
}

/** What the compiler says of a file. */
export function compilerProblems(source: ts.SourceFile, diagnostics: readonly ts.Diagnostic[]): Problem[] {
  return diagnostics.map(({ messageText, start, code }) => problemAt(source, start ?? 0, `TS${code}`, ts.flattenDiagnosticMessageText(messageText, " ")));
}

/** Imports of data, which the compilers of images take for a program. */
export function dataImports(source: ts.SourceFile): Problem[] {
  return source.statements.flatMap((statement) => {
    if (!(ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement))) return [];
    const { moduleSpecifier } = statement;
    if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier) || !moduleSpecifier.text.endsWith(".json")) return [];
    return [problemAt(source, moduleSpecifier.getStart(source), "data", "No imports of JSON: write the values as constants of a module.")];
  });
}

/** An app without what a build begins with. */
export function exportProblems(source: ts.SourceFile): Problem[] {
  const isDefault = (statement: ts.Statement): boolean => {
    if (ts.isExportAssignment(statement)) return true;
    if (ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) === true) return true;
    return ts.isExportDeclaration(statement) && statement.exportClause !== undefined && ts.isNamedExports(statement.exportClause) && statement.exportClause.elements.some(({ name }) => name.text === "default");
  };
  if (source.statements.some(isDefault)) return [];
  return [problemAt(source, source.end, "export", 'An app is the default export of its file: write "export default defineThing((thing) => { … });".')];
}
