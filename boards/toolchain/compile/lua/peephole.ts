/**
 * Small forms of what typescript-to-lua writes long: a row of characters made by one call, an end of a list named in place,
 * nothing returned where nil was, and of functions that are the same only one.
 */
import { countFromOne } from "./loops";
import { usesOf } from "./settle";
import { isPure } from "./shake";
import { fieldName, rewriteExprs } from "./tree";
import type { Binding, Closure, Expr, Stat, Top } from "./tree";
import { eachExpr, eachStat, rewriteBodies } from "./visit";
import { quote } from "./writer";

type Call = Expr & { kind: "call" };

/** The arguments of `string.char`, for a call of it and for a literal that costs less as numbers. */
function codesOf(expr: Expr): Expr[] | undefined {
  if (expr.kind === "call") {
    const { callee, args } = expr;
    return callee.kind === "index" && callee.table.kind === "global" && callee.table.name === "string" && fieldName(callee) === "char" ? args : undefined;
  }
  if (expr.kind !== "string" || expr.value === "") return undefined;
  const codes = [...expr.value].map((char) => char.charCodeAt(0));
  const costs = codes.reduce((sum, code) => sum + String(code).length + 1, 0);
  return costs < quote(expr.value).length + 2 ? codes.map((value) => ({ kind: "number", value, at: expr.at, known: "number" })) : undefined;
}

/** `string.char(a) .. string.char(b)` is `string.char(a, b)`. */
function joinChars(expr: Expr): Expr {
  if (expr.kind !== "binary" || expr.op !== "..") return expr;
  const { left, right } = expr;
  const isRow = right.kind === "binary" && right.op === "..";
  const next = isRow ? right.left : right;
  const call = [left, next].find((part): part is Call => part.kind === "call");
  const [first, second] = [codesOf(left), codesOf(next)];
  if (call === undefined || first === undefined || second === undefined) return expr;
  const joined: Call = { ...call, args: [...first, ...second] };
  return isRow ? joinChars({ ...right, left: joined }) : joined;
}

/** `local a = b a[#a + 1] = c` is `b[#b + 1] = c`, where nothing that runs between could make `b` another list. */
function appendInPlace(body: Stat[], counts: ReadonlyMap<Binding, number>): Stat[] {
  const result: Stat[] = [];
  for (const stat of body) {
    const last = result[result.length - 1];
    const list = last?.kind === "local" && last.names.length === 1 && last.values.length === 1 ? last.values[0]! : undefined;
    const name = last?.kind === "local" ? last.names[0] : undefined;
    const place = stat.kind === "assign" && stat.targets.length === 1 ? stat.targets[0]! : undefined;
    if (place?.kind === "index" && stat.kind === "assign" && place.table.kind === "name" && isEnd(place, place.table.binding) && actsInside(stat.values)) {
      // Lua looks for the end before it computes the value, which may move it.
      const value: Binding = { name: "value", top: undefined };
      result.push({ kind: "local", names: [value], values: stat.values, at: stat.at }, { ...stat, values: [{ kind: "name", binding: value }] });
      continue;
    }
    if (list === undefined || place?.kind !== "index" || !isEnd(place, name!) || stat.kind !== "assign" || counts.get(name!) !== 2 || !isPlain(list) || !stat.values.every(isPure) || mentions(stat.values, name!)) {
      result.push(stat);
      continue;
    }
    const copy = (): Expr => structuredCopy(list);
    const key: Expr = { kind: "binary", op: "+", left: { kind: "unary", op: "#", operand: copy() }, right: { kind: "number", value: 1, known: "number" } };
    result[result.length - 1] = { ...stat, targets: [{ ...place, table: copy(), key }] };
  }
  return result;
}

/** True when computing the values calls functions of the program. */
function actsInside(values: Expr[]): boolean {
  let found = false;
  eachExpr([{ kind: "return", values }], (expr) => {
    if (expr.kind === "method" || (expr.kind === "call" && !isForeign(expr.callee))) found = true;
  });
  return found;
}

/** A variable, or a field of one. */
const isPlain = (expr: Expr): boolean => expr.kind === "name" || (expr.kind === "index" && expr.table.kind === "name" && expr.key.kind === "string");

function structuredCopy(expr: Expr): Expr {
  return expr.kind === "index" ? { ...expr, table: { ...expr.table }, key: { ...expr.key } } : { ...expr };
}

function isEnd({ table, key }: Expr & { kind: "index" }, name: Binding): boolean {
  const is = (expr: Expr): boolean => expr.kind === "name" && expr.binding === name;
  return is(table) && key.kind === "binary" && key.op === "+" && key.left.kind === "unary" && key.left.op === "#" && is(key.left.operand) && key.right.kind === "number" && key.right.value === 1;
}

function mentions(values: Expr[], name: Binding): boolean {
  let found = false;
  eachExpr([{ kind: "return", values }], (expr) => {
    if (expr.kind === "name" && expr.binding === name) found = true;
  });
  return found;
}

/** `(string.find(a, b, nil, true) or 0) - 1`, which is how typescript-to-lua says `a.indexOf(b)`; undefined for anything else. */
function findIn(expr: Expr): Call | undefined {
  if (expr.kind !== "binary" || expr.op !== "-" || expr.right.kind !== "number" || expr.right.value !== 1 || expr.left.kind !== "binary" || expr.left.op !== "or") return undefined;
  const { left: call, right } = expr.left;
  if (right.kind !== "number" || right.value !== 0 || call.kind !== "call" || fieldName(call.callee) !== "find" || !isForeign(call.callee)) return undefined;
  return call;
}

/** Where a text stands in another counts only as "nowhere", or not: that is what Lua's own answer says. */
function shortenFind(expr: Expr): Expr {
  if (expr.kind === "call" && fieldName(expr.callee) === "find" && isForeign(expr.callee) && expr.args[2]?.kind === "nil") expr.args[2] = { kind: "number", value: 1, known: "number" };
  if (expr.kind !== "binary" || expr.right.kind !== "number" || expr.right.value !== 0) return expr;
  const found = expr.op === "<" || expr.op === ">=" ? findIn(expr.left) : undefined;
  if (found === undefined) return expr;
  if (expr.op === "<") return { kind: "unary", op: "not", operand: found, at: expr.at, known: "boolean" };
  return { kind: "binary", op: "~=", left: found, right: { kind: "nil" }, at: expr.at, known: "boolean" };
}

/** Shortens what stands in one definition, in place: before locals share variables, and before Lua's own functions get names. */
export function shorten(stats: Stat[], counts: ReadonlyMap<Binding, number>): void {
  countFromOne(stats);
  rewriteExprs(stats, (expr) => shortenFind(joinChars(expr)));
  rewriteBodies(stats, (body) => (appendInPlace(body, counts)));
}

/** True for calls of what the program did not make: they may count what they are handed. */
function isForeign(callee: Expr): boolean {
  if (callee.kind === "index") return isForeign(callee.table);
  return callee.kind === "global";
}

/**
 * `return nil` returns nothing, in place. A call that stands last among the arguments of Lua's own function, which could
 * tell the two apart, is bracketed.
 */
export function returnNothing(tops: readonly Top[]): void {
  const stats = tops.map(({ stat }) => stat);
  eachStat(stats, (stat) => {
    if (stat.kind === "return" && stat.values.length === 1 && stat.values[0]!.kind === "nil") stat.values = [];
  });
  rewriteBodies(stats, (body, owner) => {
    const last = body[body.length - 1];
    return owner !== undefined && last?.kind === "return" && last.values.length === 0 ? body.slice(0, -1) : body;
  });
  const bracket = (args: Expr[]): Expr[] => {
    const last = args[args.length - 1];
    return last?.kind === "call" && !isForeign(last.callee) && last.known === undefined ? [...args.slice(0, -1), { kind: "paren", inner: last, at: last.at }] : args;
  };
  eachExpr(stats, (expr) => {
    if (expr.kind === "method" || (expr.kind === "call" && isForeign(expr.callee))) expr.args = bracket(expr.args);
  });
}

/** A text that two functions have in common when they are the same but for the names of their variables. */
function fingerprint(fn: Closure, ids: Map<Binding, string>): string {
  const own = new Map<Binding, number>();
  const id = (binding: Binding): string => {
    if (binding.top !== undefined) {
      const known = ids.get(binding) ?? `top${ids.size}`;
      ids.set(binding, known);
      return known;
    }
    const known = own.get(binding) ?? own.size;
    own.set(binding, known);
    return `own${known}`;
  };
  const ignored = new Set(["at", "known", "sound", "solid", "silent", "bare", "foreign", "slot", "slots", "gone", "sets"]);
  return JSON.stringify(fn, (key, value: unknown) => {
    if (ignored.has(key)) return undefined;
    if (key === "binding" || key === "name") return typeof value === "object" ? id(value as Binding) : value;
    return key === "params" || key === "names" ? (value as Binding[]).map(id) : value;
  });
}

/** Keeps one of each function, in place; gives the statements at the top. Nobody compares functions. */
export function mergeFunctions(tops: readonly Top[]): Top[] {
  const uses = usesOf(tops);
  const ids = new Map<Binding, string>();
  const first = new Map<string, Binding>();
  const instead = new Map<Binding, Binding>();
  const kept = tops.filter(({ stat }) => {
    const [target] = stat.kind === "assign" && stat.targets.length === 1 ? stat.targets : [];
    const [value] = stat.kind === "assign" ? stat.values : [];
    if (target?.kind !== "name" || value?.kind !== "function" || uses.get(target.binding)?.sets.length !== 1) return true;
    const text = fingerprint(value, ids);
    const same = first.get(text);
    if (same === undefined) {
      first.set(text, target.binding);
      return true;
    }
    instead.set(target.binding, same);
    return false;
  });
  if (instead.size === 0) return kept;
  rewriteExprs(kept.map(({ stat }) => stat), (expr) => {
    const by = expr.kind === "name" ? instead.get(expr.binding) : undefined;
    return by === undefined || expr.kind !== "name" ? expr : { ...expr, binding: by };
  });
  return mergeFunctions(kept);
}
