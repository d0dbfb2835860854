/** Pieces of syntax that the specialiser makes, and the marks of functions. */
import ts from "typescript";

const { factory } = ts;

/**
 * The directives that marked functions begin with in the emitted modules: a cold one stands in flash until it is called, a rare one
 * is cold and never read before it is called, one that is apart stands in memory beside who calls it, so that its text is read only
 * when it runs.
 */
export const directives = ["cold", "rare", "apart"] as const;
export type Mark = (typeof directives)[number];

/** What the documentation of a function says, `@cold`, `@rare` or `@apart`. */
export function markOf(node: ts.FunctionDeclaration): Mark | undefined {
  return directives.find((mark) => ts.getJSDocTags(node).some((tag) => tag.tagName.text === mark));
}

/** The function with the directive. */
export function marked(node: ts.FunctionDeclaration, mark: Mark): ts.FunctionDeclaration {
  const body = factory.createBlock([factory.createExpressionStatement(factory.createStringLiteral(mark)), ...(node.body?.statements ?? [])], true);
  return factory.updateFunctionDeclaration(node, node.modifiers, node.asteriskToken, node.name, node.typeParameters, node.parameters, node.type, body);
}

/** As an operand of any operator. */
export function parenthesised(node: ts.Expression): ts.Expression {
  return ts.isIdentifier(node) || ts.isNumericLiteral(node) ? node : factory.createParenthesizedExpression(node);
}

/** What stands for a value that says only "there is one". */
export function one(): ts.Expression {
  return factory.createNumericLiteral(1);
}
