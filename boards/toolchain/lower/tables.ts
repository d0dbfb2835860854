/** Records that serve as tables: their keys are texts that a program may look up, so that no build may shorten them. */
import ts from "typescript";
import type { State } from "./state";

/** True for a field that only an index signature promises: it is a text to look up, and no build may shorten it. */
export function isTableField(node: ts.PropertyAccessExpression, state: State): boolean {
  const parts = state.types.present(node.expression);
  return parts.length > 0 && parts.every((part) => state.types.checker.getPropertyOfType(part, node.name.text) === undefined && state.types.checker.getIndexInfoOfType(part, ts.IndexKind.String) !== undefined);
}

/** True for a literal that makes a table. */
export function isTable(node: ts.ObjectLiteralExpression, state: State): boolean {
  const type = state.types.checker.getContextualType(node);
  return type !== undefined && state.types.isTable(type);
}
