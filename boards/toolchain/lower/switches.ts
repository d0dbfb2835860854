/**
 * `continue` inside a `switch`: Lua 5.1 has no jump that leaves both, so it becomes a `break` out of the switch, and a variable
 * says behind it that the loop goes on with its next turn.
 */
import ts from "typescript";
import type { State } from "./state";
import { isFunction } from "./types";

/** The switch that stands between a statement and its loop, the nearest. */
function switchAround(node: ts.Node): ts.SwitchStatement | undefined {
  for (let each = node.parent; !ts.isIterationStatement(each, false) && !isFunction(each) && !ts.isSourceFile(each); each = each.parent) {
    if (ts.isSwitchStatement(each)) return each;
  }
  return undefined;
}

/** True when something inside goes on with a loop that stands outside. */
function continues(node: ts.Node): boolean {
  if (ts.isContinueStatement(node)) return true;
  if (ts.isIterationStatement(node, false) || isFunction(node)) return false;
  return ts.forEachChild(node, continues) ?? false;
}

const leave = (flag: string): string => `{ ${flag} = true; break; }`;

export function lowerSwitch(node: ts.Node, state: State): string | undefined {
  const statement = node as ts.SwitchStatement;
  if (!continues(statement.caseBlock)) return undefined;
  const flag = state.temporary();
  state.leaving.set(statement, flag);
  const outer = switchAround(statement);
  const goOn = outer === undefined ? "continue;" : leave(state.leaving.get(outer)!);
  return `{ ${flag} = false; ${state.copy(statement)} if (${flag}) ${goOn} }`;
}

export function lowerContinue(node: ts.Node, state: State): string | undefined {
  const around = switchAround(node);
  return around === undefined ? undefined : leave(state.leaving.get(around)!);
}
