/** The functions that JavaScript writes shorter in place than it calls them. */
import ts from "typescript";
import { parenthesised } from "./nodes";
import type { Singletons } from "./singletons";

const { factory } = ts;

type Short = (args: readonly ts.Expression[]) => ts.Expression | undefined;

/** `value | 0`. */
function cut(value: ts.Expression): ts.Expression {
  return factory.createParenthesizedExpression(factory.createBinaryExpression(value, ts.SyntaxKind.BarToken, factory.createNumericLiteral(0)));
}

const bytes = "/firmware/base/intrinsics.ts";
const numbers = "/firmware/base/number.ts";

/** By name: the module that declares it, and what stands for a call; undefined for arguments that it does not suit. */
const shorts: ReadonlyMap<string, readonly [string, Short]> = new Map([
  // Both are above or at zero and below 2^31: cutting the fraction off is dividing.
  ["idiv", [bytes, ([a, b]) => cut(factory.createBinaryExpression(parenthesised(a!), ts.SyntaxKind.SlashToken, parenthesised(b!)))]],
  ["whole", [bytes, ([n]) => parenthesised(n!)]],
  // What is no such number is another value when it is made one. A name can stand there twice, what does something cannot.
  ["isWhole", [numbers, ([value]) => (ts.isIdentifier(value!) ? factory.createParenthesizedExpression(factory.createBinaryExpression(cut(value), ts.SyntaxKind.EqualsEqualsEqualsToken, value)) : undefined)]],
]);

/** What stands for a call of one of these functions, with its arguments as they are written by then; undefined for any other call. */
export function shortCall(singletons: Singletons, { expression }: ts.CallExpression, args: readonly ts.Expression[]): ts.Expression | undefined {
  if (!ts.isIdentifier(expression)) return undefined;
  const declaration = shorts.has(expression.text) ? singletons.symbolOf(expression)?.valueDeclaration : undefined;
  const [file, short] = shorts.get(expression.text) ?? ["", undefined];
  return declaration?.getSourceFile().fileName.endsWith(file) === true ? short?.(args) : undefined;
}
