/**
 * Where the compiler has its source files from. Two programs make an image, and a process may make many images: most of each is the
 * framework and the library, whose files are parsed and bound once, for as long as their text is the same.
 */
import ts from "typescript";

interface Kept {
  readonly text: string;
  readonly format: ts.ResolutionMode;
  readonly source: ts.SourceFile;
}

const kept = new Map<string, Kept>();

/**
 * A file as every program has it, with its parents set. All programs here agree on what a parsed file depends on besides its text:
 * they are strict, and their language is ES2015 or later.
 */
export function sharedSource(path: string, text: string, language: ts.ScriptTarget | ts.CreateSourceFileOptions): ts.SourceFile {
  const format = typeof language === "object" ? language.impliedNodeFormat : undefined;
  const known = kept.get(path);
  if (known !== undefined && known.text === text && known.format === format) return known.source;
  const source = ts.createSourceFile(path, text, language, true);
  kept.set(path, { text, format, source });
  return source;
}

/** The host of a program over the folder of the framework; `texts`, by absolute path, stand in place of files, or beside them. */
export function sourceHost(root: string, options: ts.CompilerOptions, texts: ReadonlyMap<string, string>): ts.CompilerHost {
  const host = ts.createCompilerHost(options, true);
  const { fileExists, readFile } = host;
  return {
    ...host,
    getCurrentDirectory: () => root,
    fileExists: (path) => texts.has(path) || fileExists(path),
    readFile: (path) => texts.get(path) ?? readFile(path),
    getSourceFile: (path, language) => {
      const own = texts.get(path);
      if (own !== undefined) return ts.createSourceFile(path, own, language, true);
      const text = readFile(path);
      return text === undefined ? undefined : sharedSource(path, text, language);
    },
  };
}
