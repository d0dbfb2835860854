/** What the compiler is told of every program of device source, whatever becomes of it: one dialect, one library, one set of names. */
import { join } from "node:path";
import ts from "typescript";

/** `root` is the folder of the framework, whose modules apps import by name. */
export function sourceOptions(root: string): ts.CompilerOptions {
  return {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.es2015.d.ts"],
    libReplacement: true,
    types: [],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    paths: { motet: [join(root, "firmware", "index.ts")], "motet/drivers/*": [join(root, "firmware", "drivers", "*")], "motet/watch/*": [join(root, "firmware", "platform", "*", "watch")] },
  };
}
