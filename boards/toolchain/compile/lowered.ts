/** The app as every engine gets it: in the strict dialect, so that it means the same on all of them. */
import { lowerProgram } from "../lower/program";
import type { PinBoard } from "../pins/table";
import { CompileError } from "./problem";

/**
 * Absolute path to text of every file of the app, whose pins are those of `board` if there is one. Throws `CompileError` for what
 * cannot be lowered, for pins that the board does not have, and for mistakes.
 */
export function loweredTexts(root: string, app: string, board?: PinBoard): ReadonlyMap<string, string> {
  const path = app.endsWith(".ts") ? app : `${app}.ts`;
  const { texts, problems } = lowerProgram(root, [path], undefined, board);
  if (problems.length > 0) throw new CompileError(problems);
  return texts;
}
