/**
 * The TypeScript side of a build: the program of a generated entry and all that it imports, type-checked with the device
 * library, and its Lua tree from typescript-to-lua. Anything either compiler says fails the build.
 */
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import * as tstl from "typescript-to-lua";
import { Singletons } from "../specialise/singletons";
import { Facts, placesOf } from "./facts";
import type { Places } from "./facts";
import { diagnosticProblem } from "../diagnostic";
import { sourceOptions } from "../options";
import { CompileError } from "../problem";
import type { Problem } from "../problem";
import { sourceHost } from "../sources";
import { fieldRules } from "./field-rules";
import type { FieldRules } from "./field-rules";
import { loweringPlugin } from "./lowering";
import type { LuaBoard, LuaVersion } from "./target";

/** A module in typescript-to-lua's tree. */
export interface SourceModule {
  /** Path from the root. */
  readonly path: string;
  readonly file: tstl.File;
  /** Paths of the modules that it requires, by the specifier that it requires them by. */
  readonly imports: ReadonlyMap<string, string>;
  readonly places: Places;
}

export interface Translation {
  /** In no particular order; the entry is among them. */
  readonly modules: readonly SourceModule[];
  readonly entry: string;
  readonly facts: Facts;
  readonly fields: FieldRules;
}

/** What the entry is called in messages and maps. */
export const ENTRY = "entry.ts";
/** Its functions are lowered where they are called; the module is not linked. */
export const INTRINSICS = "firmware/base/intrinsics.ts";

function compilerOptions(root: string, lua: LuaVersion): tstl.CompilerOptions {
  return {
    ...sourceOptions(root),
    target: ts.ScriptTarget.ES2015,
    noImplicitReturns: true,
    useDefineForClassFields: false,
    luaTarget: lua === "5.1" ? tstl.LuaTarget.Lua51 : tstl.LuaTarget.Lua53,
    luaLibImport: tstl.LuaLibImportKind.RequireMinimal,
    noImplicitSelf: true,
    noHeader: true,
  };
}

/** Declarations that hold for every device build: the compiler's constants, the board, the engine. What apps may use besides has been lowered. */
function declarations(root: string): string[] {
  const engine = readdirSync(join(root, "hal/nodemcu")).filter((name) => name.endsWith(".d.ts"));
  return ["firmware/base/globals.d.ts", "hal/board.d.ts", ...engine.map((name) => `hal/nodemcu/${name}`)].map((path) => join(root, path));
}

/** What typescript-to-lua says has its own numbers, and no remedy. */
function translatorProblem(root: string, diagnostic: ts.Diagnostic): Problem {
  const { file, message, ...problem } = diagnosticProblem(diagnostic, root);
  return { ...problem, file: file === "" ? ENTRY : file, rule: `TSTL${diagnostic.code}`, message: `${message} Write it as docs/ENGINES.md says for device code.` };
}

function importsOf(root: string, program: ts.Program, file: ts.SourceFile): Map<string, string> {
  const checker = program.getTypeChecker();
  const imports = new Map<string, string>();
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
    // Types make no order.
    if (ts.isImportDeclaration(statement) ? statement.importClause?.isTypeOnly === true : statement.isTypeOnly) continue;
    const specifier = statement.moduleSpecifier;
    const target = specifier === undefined ? undefined : checker.getSymbolAtLocation(specifier)?.valueDeclaration;
    if (specifier !== undefined && ts.isStringLiteral(specifier) && target !== undefined) {
      imports.set(specifier.text, relative(root, target.getSourceFile().fileName));
    }
  }
  return imports;
}

/** Translates the entry and all that it imports; `texts` stand in place of files. Throws `CompileError`. */
export function translate(root: string, entrySource: string, board: LuaBoard, texts: ReadonlyMap<string, string>): Translation {
  const options = compilerOptions(root, board.lua);
  const entry = join(root, ENTRY);
  // A module in any case: the names of a script would be the engine's.
  const host = sourceHost(root, options as ts.CompilerOptions, new Map([...texts, [entry, `${entrySource}\nexport {};\n`]]));
  const program = ts.createProgram([entry, ...declarations(root)], options as ts.CompilerOptions, host);
  const wrong = ts.getPreEmitDiagnostics(program).map((diagnostic) => diagnosticProblem(diagnostic, root));
  if (wrong.length > 0) throw new CompileError(wrong);

  const sourceFiles = program.getSourceFiles().filter((file) => !file.isDeclarationFile && relative(root, file.fileName) !== INTRINSICS);
  const singletons = new Singletons(program, (file) => /^(firmware|hal)\//.test(relative(root, file)));
  const facts = new Facts();
  const problems: Problem[] = [];
  const modules: SourceModule[] = [];
  const collect: tstl.Plugin = {
    afterPrint: (_program, _options, _host, files) => {
      for (const { fileName, luaAst, sourceFiles } of files.splice(0)) {
        modules.push({ path: relative(root, fileName), file: luaAst!, imports: importsOf(root, program, sourceFiles![0]!), places: placesOf(singletons, sourceFiles![0]!) });
      }
    },
  };
  const refuse = (node: ts.Node, rule: string, message: string): void => {
    const file = node.getSourceFile();
    const { line, character } = file.getLineAndCharacterOfPosition(node.getStart());
    problems.push({ file: relative(root, file.fileName), line: line + 1, column: character + 1, rule, message });
  };
  const lowering = loweringPlugin({ board, facts, singletons, refuse });
  const result = new tstl.Transpiler({ emitHost: host as tstl.EmitHost }).emit({ program, sourceFiles, plugins: [lowering, collect], writeFile: () => undefined });
  problems.push(...result.diagnostics.map((diagnostic) => translatorProblem(root, diagnostic)));
  if (problems.length > 0) throw new CompileError(problems);
  return { modules, entry: ENTRY, facts, fields: fieldRules(program) };
}
