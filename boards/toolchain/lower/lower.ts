/**
 * Lowers one file of an app: from the wide dialect that apps are written in to the strict one that every engine has, as
 * TypeScript text of the same lines. What cannot be lowered is refused, with its place and what to write instead.
 */
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import type { Problem } from "../compile/problem";
import { lowerCall } from "./calls";
import { lowerBinary, lowerElement, lowerMember, lowerName, lowerShorthand, lowerStatement } from "./expressions";
import { lowerFunction, lowerFunctionType } from "./functions";
import { lineEnds } from "./lines";
import { lowerList, lowerTemplate } from "./literals";
import { lowerDo, lowerFor, lowerForOf } from "./loops";
import { lowerObject } from "./objects";
import { lowerDeclarationList } from "./patterns";
import { refuse } from "./refuse";
import { State } from "./state";
import type { Handler } from "./state";
import { lowerContinue, lowerSwitch } from "./switches";
import { Types } from "./types";

const { SyntaxKind } = ts;

const handlers: ReadonlyMap<ts.SyntaxKind, Handler> = new Map<ts.SyntaxKind, Handler>([
  [SyntaxKind.ArrayLiteralExpression, lowerList],
  [SyntaxKind.ArrowFunction, lowerFunction],
  [SyntaxKind.BinaryExpression, lowerBinary],
  [SyntaxKind.CallExpression, lowerCall],
  [SyntaxKind.CallSignature, lowerFunctionType],
  [SyntaxKind.ContinueStatement, lowerContinue],
  [SyntaxKind.DoStatement, lowerDo],
  [SyntaxKind.ElementAccessExpression, lowerElement],
  [SyntaxKind.ExpressionStatement, lowerStatement],
  [SyntaxKind.ForOfStatement, lowerForOf],
  [SyntaxKind.ForStatement, lowerFor],
  [SyntaxKind.FunctionDeclaration, lowerFunction],
  [SyntaxKind.FunctionExpression, lowerFunction],
  [SyntaxKind.FunctionType, lowerFunctionType],
  [SyntaxKind.Identifier, lowerName],
  [SyntaxKind.MethodDeclaration, lowerFunction],
  [SyntaxKind.MethodSignature, lowerFunctionType],
  [SyntaxKind.NoSubstitutionTemplateLiteral, lowerTemplate],
  [SyntaxKind.ObjectLiteralExpression, lowerObject],
  [SyntaxKind.PropertyAccessExpression, lowerMember],
  [SyntaxKind.ShorthandPropertyAssignment, lowerShorthand],
  [SyntaxKind.SwitchStatement, lowerSwitch],
  [SyntaxKind.TemplateExpression, lowerTemplate],
  [SyntaxKind.VariableDeclarationList, lowerDeclarationList],
]);

export interface Lowered {
  /** The file in the strict dialect, its lines where they were. Not to be used when there are problems. */
  readonly text: string;
  readonly problems: readonly Problem[];
}

/** The imports and temporaries that the text needs, on its first line. */
function preamble(state: State, fileName: string, root: string): string {
  const base = relative(dirname(fileName), join(root, "firmware", "base")).replaceAll("\\", "/");
  const folder = base.startsWith(".") ? base : `./${base}`;
  const imports = [...state.helpers].map(([module, names]) => {
    const list = [...names].map((name) => `${name} as ${state.helper(module, name)}`);
    return `import { ${list.join(", ")} } from ${JSON.stringify(`${folder}/${module}`)}; `;
  });
  return imports.join("") + (state.ofModule.length === 0 ? "" : `let ${state.ofModule.join(", ")}; `);
}

/**
 * Lowers a file of `program`. The program was made over the text as it was written, with firmware/lib/apps.d.ts among its
 * declarations; a new one is made over what this answers.
 *
 * @param root the folder of the framework: the helpers are imported from its firmware/base
 * @param given texts decided in advance for nodes, as the names of a board's pins are
 */
export function lowerApp(fileName: string, sourceText: string, program: ts.Program, root: string, given: ReadonlyMap<ts.Node, string> = new Map()): Lowered {
  const source = program.getSourceFile(fileName);
  if (source === undefined || source.text !== sourceText) throw new Error(`${fileName} is not in the program as it is to be lowered.`);
  const types = new Types(program.getTypeChecker());
  const refused = refuse(source, types);
  if (refused.length > 0) return { text: sourceText, problems: refused };
  const state = new State(source, types, handlers);
  for (const [node, text] of given) state.given.set(node, text);
  let body = "";
  let position = 0;
  for (const statement of source.statements) {
    body += source.text.slice(position, state.start(statement)) + state.emit(statement);
    position = statement.end;
  }
  const text = preamble(state, fileName, root) + body + source.text.slice(position);
  if (state.problems.length === 0) checkText(text, state);
  return { text, problems: state.problems };
}

/** What was made reads as TypeScript and has the lines of its source; if not, the code was more tangled than this can lower. */
function checkText(text: string, state: State): void {
  const made = ts.createSourceFile(state.source.fileName, text, ts.ScriptTarget.ES2022, false);
  const [error] = (made as unknown as { parseDiagnostics: readonly ts.Diagnostic[] }).parseDiagnostics;
  if (error === undefined && lineEnds(text) === lineEnds(state.source.text)) return;
  const { line } = made.getLineAndCharacterOfPosition(error?.start ?? 0);
  const at = state.source.getPositionOfLineAndCharacter(Math.min(line, lineEnds(state.source.text)), 0);
  const node = state.source.statements.find((statement) => statement.end >= at) ?? state.source;
  state.problem(node, "tangled", "This statement is spread over its lines in a way that cannot be lowered: write it as several statements.");
}
