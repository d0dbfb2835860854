/** The app as every engine gets it: in the strict dialect, so that it means the same on all of them. */
import { join } from "node:path";
import { exportProblems } from "../lower/early";
import { lowerProgram } from "../lower/program";
import type { LoweredApp } from "../lower/program";
import type { PinBoard } from "../pins/table";
import { CompileError } from "./problem";
import { usesOf } from "./uses";

/**
 * The app with every file of its own; its pins are those of `board` if there is one. Throws `CompileError` for what cannot be
 * lowered, for pins that the board does not have, and for mistakes.
 */
export function loweredApp(root: string, app: string, board?: PinBoard): Pick<LoweredApp, "texts" | "sources"> {
  const path = app.endsWith(".ts") ? app : `${app}.ts`;
  const index = join(root, "firmware", "index.ts");
  const { problems, program, ...lowered } = lowerProgram(root, [path, index], undefined, board);
  if (problems.length > 0) throw new CompileError(problems);
  const wrong = exportProblems(program, program.getSourceFile(path)!, program.getSourceFile(index)!, usesOf(path).onlyWatches ? "defineWatcher" : "defineThing");
  if (wrong.length > 0) throw new CompileError(wrong);
  return lowered;
}
