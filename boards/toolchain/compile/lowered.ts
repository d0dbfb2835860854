/** The app as every engine gets it: in the strict dialect, so that it means the same on all of them. */
import ts from "typescript";
import { exportProblems } from "../lower/early";
import { lowerProgram } from "../lower/program";
import type { LoweredApp } from "../lower/program";
import type { PinBoard } from "../pins/table";
import { CompileError } from "./problem";

/**
 * The app with every file of its own; its pins are those of `board` if there is one. Throws `CompileError` for what cannot be
 * lowered, for pins that the board does not have, and for mistakes.
 */
export function loweredApp(root: string, app: string, board?: PinBoard): Omit<LoweredApp, "problems"> {
  const path = app.endsWith(".ts") ? app : `${app}.ts`;
  const { problems, ...lowered } = lowerProgram(root, [path], undefined, board);
  if (problems.length > 0) throw new CompileError(problems);
  const missing = exportProblems(ts.createSourceFile(path, lowered.sources.get(path)!, ts.ScriptTarget.ES2022));
  if (missing.length > 0) throw new CompileError(missing);
  return lowered;
}
