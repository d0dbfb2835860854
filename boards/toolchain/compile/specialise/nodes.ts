/** Pieces of syntax that the specialiser makes, and the mark of cold functions. */
import ts from "typescript";

const { factory } = ts;

/** The directive that a cold function begins with in the emitted modules. */
export const coldDirective = "cold";

/** True for a function whose documentation says `@cold`. */
export function isTaggedCold(node: ts.FunctionDeclaration): boolean {
  return ts.getJSDocTags(node).some((tag) => tag.tagName.text === "cold");
}

/** The function with the directive. */
export function markCold(node: ts.FunctionDeclaration): ts.FunctionDeclaration {
  const body = factory.createBlock([factory.createExpressionStatement(factory.createStringLiteral(coldDirective)), ...(node.body?.statements ?? [])], true);
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
