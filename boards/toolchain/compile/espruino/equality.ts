/**
 * Comparisons of two numbers, two texts or two truth values need no third sign. Runs behind the specialiser; the types are those
 * of the source, where a value that may be absent is none of these.
 */
import ts from "typescript";

const kinds = [ts.TypeFlags.NumberLike, ts.TypeFlags.StringLike, ts.TypeFlags.BooleanLike] as const;

/** The kind of a value that has but one. */
function kindOf(type: ts.Type): ts.TypeFlags | undefined {
  const parts = type.isUnion() ? type.types : [type];
  return kinds.find((kind) => parts.every(({ flags }) => (flags & kind) !== 0));
}

const shorter = new Map<ts.SyntaxKind, ts.BinaryOperator>([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.EqualsEqualsToken],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsToken],
]);

export function shortEquality(checker: ts.TypeChecker): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (file) => {
    const visit = (node: ts.Node): ts.Node => {
      const visited = ts.visitEachChild(node, visit, context);
      const source = ts.getOriginalNode(node);
      const operator = ts.isBinaryExpression(visited) ? shorter.get(visited.operatorToken.kind) : undefined;
      if (!ts.isBinaryExpression(visited) || operator === undefined || !ts.isBinaryExpression(source)) return visited;
      const kind = kindOf(checker.getTypeAtLocation(source.left));
      if (kind === undefined || kind !== kindOf(checker.getTypeAtLocation(source.right))) return visited;
      return context.factory.updateBinaryExpression(visited, visited.left, context.factory.createToken(operator as ts.SyntaxKind.EqualsEqualsToken | ts.SyntaxKind.ExclamationEqualsToken), visited.right);
    };
    return ts.visitEachChild(file, visit, context);
  };
}
