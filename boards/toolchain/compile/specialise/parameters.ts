/**
 * Parameters that an image does without: those that carry a singleton, and those that no call of the program gives anything, so
 * that what a function asks about them is settled. For the second a function must only be called: one that is handed on as a value
 * may be called by anybody.
 */
import ts from "typescript";
import type { Live } from "./live";
import type { Singletons } from "./singletons";

/** A function with a parameter that may be left away, and what calls it: undefined once it is handed on. */
interface Candidate {
  readonly parameters: readonly ts.ParameterDeclaration[];
  calls: ts.CallExpression[] | undefined;
}

/** True for a name that is written to, or whose text stands for a field as well: neither can become a constant. */
function isTied(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isShorthandPropertyAssignment(parent) || ts.isPostfixUnaryExpression(parent)) return true;
  if (ts.isPrefixUnaryExpression(parent)) return parent.operator === ts.SyntaxKind.PlusPlusToken || parent.operator === ts.SyntaxKind.MinusMinusToken;
  return ts.isBinaryExpression(parent) && parent.left === node && parent.operatorToken.kind >= ts.SyntaxKind.FirstAssignment && parent.operatorToken.kind <= ts.SyntaxKind.LastAssignment;
}

/** The parameters of the framework's functions that no call that can run gives anything. */
function absentParameters(singletons: Singletons, live: Live, files: readonly ts.SourceFile[]): ReadonlySet<ts.Declaration> {
  const functions = new Map<ts.Declaration, Candidate>();
  const absent = new Set<ts.Declaration>();
  const mayLack = (parameter: ts.ParameterDeclaration): boolean => {
    if (!ts.isIdentifier(parameter.name) || parameter.initializer !== undefined || parameter.dotDotDotToken !== undefined) return false;
    const type = singletons.checker.getTypeAtLocation(parameter);
    return type.isUnion() && type.types.some(({ flags }) => (flags & ts.TypeFlags.Undefined) !== 0);
  };
  const declare = (file: ts.SourceFile): void => {
    for (const statement of file.statements) {
      if (!ts.isFunctionDeclaration(statement) || statement.body === undefined) continue;
      const lacking = statement.parameters.filter(mayLack);
      if (lacking.length > 0) functions.set(statement, { parameters: [...statement.parameters], calls: [] });
      for (const parameter of lacking) absent.add(parameter);
    }
  };
  const use = (node: ts.Identifier): void => {
    const declaration = singletons.declarationOf(node);
    if (declaration === undefined || declaration === node.parent) return;
    if (isTied(node)) absent.delete(declaration);
    const found = functions.get(declaration);
    if (found === undefined) return;
    const call = ts.isCallExpression(node.parent) && node.parent.expression === node && !node.parent.arguments.some(ts.isSpreadElement) ? node.parent : undefined;
    if (call === undefined) found.calls = undefined;
    else found.calls?.push(call);
  };
  for (const file of files) if (singletons.isFramework(file.fileName)) declare(file);
  for (const file of files) live.each(file, (node) => {
    if (ts.isIdentifier(node)) use(node);
  });
  // A call that passes an absent parameter on gives nothing either: what is given is found from the outside in.
  const isGiven = (argument: ts.Expression | undefined): boolean => argument !== undefined && !(ts.isIdentifier(argument) && absent.has(singletons.declarationOf(argument)!));
  let before = -1;
  while (before !== absent.size) {
    before = absent.size;
    for (const { parameters, calls } of functions.values()) {
      parameters.forEach((parameter, i) => {
        if (calls === undefined || calls.some((call) => isGiven(call.arguments[i]))) absent.delete(parameter);
      });
    }
  }
  return absent;
}

export class Parameters {
  private readonly absent: ReadonlySet<ts.Declaration>;

  constructor(
    private readonly singletons: Singletons,
    live: Live,
    files: readonly ts.SourceFile[],
  ) {
    this.absent = absentParameters(singletons, live, files);
  }

  /** True for a parameter that an image does without. */
  isGone(parameter: ts.ParameterDeclaration): boolean {
    return this.singletons.isGone(parameter) || this.absent.has(parameter);
  }

  /** Which arguments of a call go to such parameters. */
  goneArguments(call: ts.CallExpression): readonly boolean[] {
    const parameters = this.singletons.checker.getResolvedSignature(call)?.getParameters() ?? [];
    return this.singletons.goneArguments(call).map((isGone, i) => isGone || this.isLacking(parameters[i]?.valueDeclaration));
  }

  /** True for the name of a parameter that is given nothing. */
  isAbsent(node: ts.Identifier): boolean {
    return this.isLacking(this.singletons.symbolOf(node)?.valueDeclaration);
  }

  private isLacking(declaration: ts.Declaration | undefined): boolean {
    return declaration !== undefined && this.absent.has(declaration);
  }
}
