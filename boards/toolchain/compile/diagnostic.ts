/** What the compiler says, as a build says it. */
import { isAbsolute, relative } from "node:path";
import ts from "typescript";
import type { Problem } from "./problem";

/** A path from the framework's folder where it lies there; an app's own stays as it is. */
function shown(root: string, path: string): string {
  const below = relative(root, path);
  return below.startsWith("..") || isAbsolute(below) ? path : below;
}

/** The problem that a diagnostic is. Where no folder is named, the path of its file is absolute; "" is that of none. */
export function diagnosticProblem({ file, start, code, messageText }: ts.Diagnostic, root?: string): Problem {
  const { line, character } = file?.getLineAndCharacterOfPosition(start ?? 0) ?? { line: 0, character: 0 };
  const path = file?.fileName ?? "";
  return { file: root === undefined || path === "" ? path : shown(root, path), line: line + 1, column: character + 1, rule: `TS${code}`, message: ts.flattenDiagnosticMessageText(messageText, " ") };
}
