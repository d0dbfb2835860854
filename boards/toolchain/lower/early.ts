/** What is said of an app before anything of it is lowered: mistakes that would make all that follows a riddle. */
import ts from "typescript";
import type { Problem } from "../compile/problem";

function problemAt(source: ts.SourceFile, position: number, rule: string, message: string): Problem {
  const { line, character } = source.getLineAndCharacterOfPosition(position);
  return { file: source.fileName, line: line + 1, column: character + 1, rule, message };
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

/** What a person writes in its place, by the name of what makes a definition. */
const written: Readonly<Record<string, string>> = { defineThing: "export default defineThing((thing) => { … });", defineWatcher: "export default defineWatcher((host) => { … });" };

/** What a symbol stands for, behind all names that it was given on its way. */
function meant(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
}

/** Where a default export is written: what it exports, or the name under which it is passed on. */
function placeOf({ declarations }: ts.Symbol, source: ts.SourceFile): number {
  const [declaration] = declarations ?? [];
  if (declaration === undefined) return source.end;
  return (ts.isExportAssignment(declaration) ? declaration.expression : declaration).getStart();
}

/**
 * An app without what a build begins with, or with something else in its place.
 *
 * @param index the framework's public module, a file of the program
 * @param maker the function of it that names such an app's definition: "defineThing", or "defineWatcher" for an app that only watches
 */
export function exportProblems(program: ts.Program, source: ts.SourceFile, index: ts.SourceFile, maker: "defineThing" | "defineWatcher"): Problem[] {
  const checker = program.getTypeChecker();
  const exported = (file: ts.SourceFile, name: string): ts.Symbol | undefined => {
    const module = checker.getSymbolAtLocation(file);
    return module && checker.tryGetMemberInModuleExports(name, module);
  };
  const found = exported(source, "default");
  if (found === undefined) return [problemAt(source, source.end, "export", `An app is the default export of its file: write "${written[maker]!}".`)];
  const definition = meant(checker, found);
  const wanted = checker.getTypeOfSymbol(meant(checker, exported(index, maker)!)).getCallSignatures()[0]!.getReturnType();
  const given = checker.getTypeOfSymbol(definition);
  if ((definition.flags & ts.SymbolFlags.Value) !== 0 && checker.isTypeAssignableTo(given, wanted)) return [];
  return [problemAt(source, placeOf(found, source), "export", `The default export of an app is its definition, and this is none: write "${written[maker]!}".`)];
}
