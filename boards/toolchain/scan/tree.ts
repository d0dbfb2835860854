/** Walking a tree of acorn with the nodes around each node, and where a node stands. */
import type { AnyNode } from "acorn";

export type Visit = (node: AnyNode, parents: readonly AnyNode[]) => void;

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

export function childrenOf(node: AnyNode): AnyNode[] {
  return Object.values(node).flatMap((value: unknown) => (Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : []));
}

/** Every node, those outside before those inside; `parents` from the outside in. */
export function walk(root: AnyNode, visit: Visit, parents: readonly AnyNode[] = []): void {
  visit(root, parents);
  for (const child of childrenOf(root)) walk(child, visit, [...parents, root]);
}

export function isFunction(node: AnyNode | undefined): boolean {
  return node !== undefined && (node.type === "FunctionDeclaration" || node.type === "FunctionExpression" || node.type === "ArrowFunctionExpression");
}

/** What a rule found. */
export interface Finding {
  /** Offset in the script. */
  readonly at: number;
  readonly rule: string;
  readonly message: string;
}

export type Find = (node: { readonly start: number }, rule: string, message: string) => void;
