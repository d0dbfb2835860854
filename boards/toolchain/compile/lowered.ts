/** The app as every engine gets it: in the strict dialect, so that it means the same on all of them. */
import { lowerProgram } from "../lower/program";
import { CompileError } from "./problem";

/** Absolute path to text of every file of the app. Throws `CompileError` for what cannot be lowered, and for mistakes. */
export function loweredTexts(root: string, app: string): ReadonlyMap<string, string> {
  const path = app.endsWith(".ts") ? app : `${app}.ts`;
  const { texts, problems } = lowerProgram(root, [path]);
  if (problems.length > 0) throw new CompileError(problems);
  return texts;
}
