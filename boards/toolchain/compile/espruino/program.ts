/**
 * The TypeScript program of an image: the entry, the framework, the adapter and the app, checked, specialised, and emitted as
 * one ES module a file for the bundler.
 */
import { basename, join } from "node:path";
import ts from "typescript";
import { isAppFile } from "../app-file";
import { diagnosticProblem } from "../diagnostic";
import { sourceOptions } from "../options";
import { CompileError } from "../problem";
import { sourceHost } from "../sources";
import { Parameters } from "../specialise/parameters";
import { Singletons } from "../specialise/singletons";
import { Sites } from "../specialise/sites";
import { specialise } from "../specialise/transform";
import { shortEquality } from "./equality";

export interface EmittedModule {
  readonly text: string;
  /** Source map, version 3, JSON. */
  readonly map: string;
}

/** Emitted modules by the absolute path of their source. */
export type Modules = ReadonlyMap<string, EmittedModule>;

function options(root: string): ts.CompilerOptions {
  return {
    ...sourceOptions(root),
    useDefineForClassFields: false,
    allowImportingTsExtensions: false,
    sourceMap: true,
    inlineSources: true,
    removeComments: true,
    outDir: join(root, "dist", "image"),
    rootDir: "/",
  };
}

/** The file that stands for the entry, which exists in memory only. */
export const entryFile = (root: string): string => join(root, "entry.ts");

/** `texts` are files from memory in place of what is on disk: an app as it was lowered. */
function makeProgram(root: string, entry: string, texts: ReadonlyMap<string, string>): ts.Program {
  const settings = options(root);
  const name = entryFile(root);
  const declarations = ["firmware/base/globals.d.ts", "firmware/lib/apps.d.ts", "hal/board.d.ts", "hal/espruino/espruino.d.ts"].map((path) => join(root, path));
  return ts.createProgram([name, ...declarations], settings, sourceHost(root, settings, new Map([...texts, [name, entry]])));
}

/** Checks and emits. Throws `CompileError` for mistakes. */
export function emitModules(root: string, entry: string, texts: ReadonlyMap<string, string>): Modules {
  const program = makeProgram(root, entry, texts);
  const mistakes = ts.getPreEmitDiagnostics(program);
  if (mistakes.length > 0) throw new CompileError(mistakes.map((mistake) => diagnosticProblem(mistake, root)));
  const files = program.getSourceFiles().filter((file) => !file.isDeclarationFile);
  const isFramework = (file: string): boolean => !isAppFile(root, file) && (file.startsWith(join(root, "firmware")) || file.startsWith(join(root, "hal")));
  const singletons = new Singletons(program, isFramework);
  const sites = new Sites(singletons, files);
  const transformers = [specialise(singletons, sites, new Parameters(singletons, sites.live, files)), shortEquality(program.getTypeChecker())];
  const modules = new Map<string, EmittedModule>();
  for (const file of files) {
    let text = "";
    let map = "";
    program.emit(file, (name, content) => (name.endsWith(".map") ? (map = content) : (text = content)), undefined, false, { before: transformers });
    // The source stands beside itself: the bundler makes paths from the project's folder of it.
    map = JSON.stringify({ ...(JSON.parse(map) as object), sources: [basename(file.fileName)] });
    modules.set(file.fileName, { text: text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n"), map });
  }
  return modules;
}
