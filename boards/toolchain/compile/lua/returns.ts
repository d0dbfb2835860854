/** Where a function returns: bodies brought into a form in which every `return` stands at an end. */
import { bodiesOf } from "./tree";
import type { Expr, Stat } from "./tree";

/** True when a statement may return from the function that it stands in. */
export function mayReturn(stat: Stat): boolean {
  return stat.kind === "return" || bodiesOf(stat).some((body) => body.some(mayReturn));
}

/** True when nothing that follows the statements is ever reached. */
export function alwaysLeaves(stats: readonly Stat[]): boolean {
  const last = stats[stats.length - 1];
  if (last === undefined) return false;
  if (last.kind === "return" || last.kind === "break" || last.kind === "goto") return true;
  if (last.kind === "do") return alwaysLeaves(last.body);
  return last.kind === "if" && last.otherwise.length > 0 && alwaysLeaves(last.then) && alwaysLeaves(last.otherwise);
}

/** True when every way through the statements ends in a `return`. */
function alwaysReturns(stats: readonly Stat[]): boolean {
  const last = stats[stats.length - 1];
  if (last?.kind === "return") return true;
  return last?.kind === "if" && alwaysReturns(last.then) && alwaysReturns(last.otherwise);
}

/** The same statements with every `return` at an end, inside branches alone; undefined where that takes more than moving. */
export function withEndReturns(stats: readonly Stat[]): Stat[] | undefined {
  const i = stats.findIndex(mayReturn);
  const stat = stats[i];
  if (stat === undefined) return [...stats];
  const before = stats.slice(0, i);
  if (stat.kind === "return") return [...before, stat];
  if (stat.kind !== "if") return undefined;
  const rest = stats.slice(i + 1);
  const [then, otherwise] = rest.length === 0 ? [stat.then, stat.otherwise] : alwaysReturns(stat.then) ? [stat.then, [...stat.otherwise, ...rest]] : alwaysReturns(stat.otherwise) ? [[...stat.then, ...rest], stat.otherwise] : [undefined, undefined];
  if (then === undefined || otherwise === undefined) return undefined;
  const first = withEndReturns(then);
  const second = withEndReturns(otherwise);
  return first === undefined || second === undefined ? undefined : [...before, { ...stat, then: first, otherwise: second }];
}

/** Statements whose returns are at ends, with `deliver` in place of each return. Falling off an end delivers nothing. */
export function redirected(stats: readonly Stat[], deliver: (values: readonly Expr[], at: Stat["at"]) => Stat[]): Stat[] {
  const last = stats[stats.length - 1];
  if (last?.kind === "return") return [...stats.slice(0, -1), ...deliver(last.values, last.at)];
  if (last?.kind !== "if") return [...stats];
  const then = redirected(last.then, deliver);
  const otherwise = redirected(last.otherwise, deliver);
  if (then.length === 0 && otherwise.length > 0) return [...stats.slice(0, -1), { ...last, test: { kind: "unary", op: "not", operand: last.test, at: last.test.at }, then: otherwise, otherwise: [] }];
  return [...stats.slice(0, -1), { ...last, then, otherwise }];
}

/** True when every way through statements whose returns are at ends delivers exactly one value. */
export function deliversOne(stats: readonly Stat[]): boolean {
  const last = stats[stats.length - 1];
  if (last?.kind === "return") return last.values.length === 1;
  return last?.kind === "if" && deliversOne(last.then) && deliversOne(last.otherwise);
}
