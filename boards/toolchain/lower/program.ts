/**
 * An app and everything that it imports outside the framework, checked by the compiler and lowered. What a build compiles is
 * the texts that come out of here in place of the files.
 */
import { join, sep } from "node:path";
import ts from "typescript";
import { isAppFile } from "../compile/app-file";
import { diagnosticProblem } from "../compile/diagnostic";
import { sourceOptions } from "../compile/options";
import type { Problem } from "../compile/problem";
import { secretProblems } from "../compile/secrets";
import { sourceHost } from "../compile/sources";
import { checkPins } from "../pins/app";
import type { PinBoard } from "../pins/table";
import { dataImports } from "./early";
import { lowerApp } from "./lower";

/** The compiler's settings for apps: those of firmware/apps/tsconfig.json. */
export const appOptions = (root: string): ts.CompilerOptions => ({ ...sourceOptions(root), noEmit: true });

const declarations = (root: string): string[] => ["firmware/base/globals.d.ts", "firmware/lib/apps.d.ts"].map((path) => join(root, path));

/** A program over files, some of which exist in memory only. */
export function appProgram(root: string, files: readonly string[], memory: ReadonlyMap<string, string> = new Map(), options = appOptions(root)): ts.Program {
  return ts.createProgram([...files, ...declarations(root)], options, sourceHost(root, options, memory));
}

/** The compiler's own complaints about a file. */
export function complaints(program: ts.Program, source: ts.SourceFile): Problem[] {
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((each) => diagnosticProblem(each));
}

export interface LoweredApp {
  /** Absolute path to lowered text, for every file of the app. */
  readonly texts: ReadonlyMap<string, string>;
  /** Absolute path to text, as it was written, of everything that the compiler read besides the framework and its packages. */
  readonly sources: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
  /** Over the files as they were written. */
  readonly program: ts.Program;
}

/** What the compiler read of an app, files that only give types included. */
function sourcesOf(root: string, program: ts.Program): ReadonlyMap<string, string> {
  const known = ["firmware", "hal", "node_modules"].map((folder) => `${join(root, folder)}${sep}`);
  const isOwn = ({ fileName }: ts.SourceFile): boolean => isAppFile(root, fileName) || !known.some((folder) => fileName.startsWith(folder));
  return new Map(program.getSourceFiles().filter(isOwn).map(({ fileName, text }) => [fileName, text]));
}

/** Lowers the app's files of a program that was made over them as they were written; their pins are those of `board`. */
export function lowerFiles(root: string, program: ts.Program, board?: PinBoard): LoweredApp {
  const texts = new Map<string, string>();
  const problems: Problem[] = [];
  const sources = program.getSourceFiles().filter(({ fileName }) => isAppFile(root, fileName));
  const pins = board === undefined ? undefined : checkPins(program, sources, board);
  problems.push(...(pins?.problems ?? []), ...sources.flatMap(secretProblems));
  for (const { fileName, text } of sources) {
    const lowered = lowerApp(fileName, text, program, root, pins?.given);
    problems.push(...lowered.problems);
    texts.set(fileName, lowered.text);
  }
  return { texts, sources: sourcesOf(root, program), problems, program };
}

/**
 * Lowers the app in `files` (absolute paths) with all its own files, for a board or for any machine. What the compiler says of a
 * line that is refused is left out.
 */
export function lowerProgram(root: string, files: readonly string[], memory?: ReadonlyMap<string, string>, board?: PinBoard): LoweredApp {
  const program = appProgram(root, files, memory);
  const early = program.getSourceFiles().filter(({ fileName }) => isAppFile(root, fileName)).flatMap((source) => [...program.getSyntacticDiagnostics(source).map((each) => diagnosticProblem(each)), ...dataImports(source)]);
  if (early.length > 0) return { texts: new Map(), sources: sourcesOf(root, program), problems: early, program };
  const { texts, sources, problems } = lowerFiles(root, program, board);
  const isRefused = new Set(problems.map(({ file, line }) => `${file}:${line}`));
  const said = [...texts.keys()].flatMap((path) => complaints(program, program.getSourceFile(path)!)).filter(({ file, line }) => !isRefused.has(`${file}:${line}`));
  return { texts, sources, problems: [...problems, ...said], program };
}
