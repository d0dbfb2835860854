/**
 * Branches said shorter: two tests with one end become one, a nested test joins the outer one, a choice between two values
 * becomes one value, and the end of a function that answers nothing is not returned to.
 */
import { isSame } from "./fold";
import { isSolid, negated } from "./conditions";
import type { BinaryOp, Closure, Expr, Stat } from "./tree";
import { rewriteBodies } from "./visit";

const both = (op: BinaryOp, left: Expr, right: Expr): Expr => ({ kind: "binary", op, left, right, at: left.at });

/** The one literal, or nothing, that a branch returns; undefined for any other branch. */
function returned(body: readonly Stat[]): readonly Expr[] | undefined {
  const [only] = body;
  return body.length === 1 && only!.kind === "return" ? only!.values : undefined;
}

function sameEnd(a: readonly Stat[], b: readonly Stat[]): boolean {
  const first = returned(a);
  const second = returned(b);
  if (first === undefined || second === undefined || first.length !== second.length) return false;
  return first.every((value, i) => value.kind !== "name" && value.kind !== "index" && isSame(value, second[i]!));
}

/** `if a then return 1 end if b then return 1 end` is `if a or b then return 1 end`. */
function joinEnds(body: Stat[]): Stat[] {
  const result: Stat[] = [];
  for (const stat of body) {
    const last = result[result.length - 1];
    if (stat.kind === "if" && last?.kind === "if" && stat.otherwise.length === 0 && last.otherwise.length === 0 && sameEnd(last.then, stat.then)) {
      result[result.length - 1] = { ...last, test: both("or", last.test, stat.test) };
    } else result.push(stat);
  }
  return result;
}

/** `if a then if b then ... end end`, without any else, is `if a and b then ... end`. */
function nest(stat: Stat): Stat {
  if (stat.kind !== "if" || stat.otherwise.length > 0 || stat.then.length !== 1) return stat;
  const [inner] = stat.then;
  return inner!.kind === "if" && inner!.otherwise.length === 0 ? nest({ ...stat, test: both("and", stat.test, inner!.test), then: inner!.then }) : stat;
}

/** `test and yes or no`, where that is the value of a branch; undefined where `yes` might count as false. */
function choice(test: Expr, yes: Expr, no: Expr): Expr | undefined {
  const isTest = test.known === "boolean" || (test.kind === "binary" && ["==", "~=", "<", ">", "<=", ">="].includes(test.op)) || (test.kind === "unary" && test.op === "not");
  if (isSolid(yes)) {
    if (yes.kind === "true" && no.kind === "false" && isTest) return test;
    if (yes.kind === "true" && isTest) return both("or", test, no);
    return both("or", both("and", test, yes), no);
  }
  if (yes.kind === "false" && no.kind === "true") return negated(test);
  if (no.kind === "false" && isTest) return both("and", test, yes);
  if (yes.kind === "false" && isTest) return both("and", negated(test), no);
  if (isSolid(no) && (yes.kind === "nil" || yes.kind === "false")) return both("or", both("and", negated(test), no), yes);
  return undefined;
}

/** `if a then return b end return c`, and `if a then x = b else x = c end`, as one value. */
function choose(body: Stat[]): Stat[] {
  const last = body[body.length - 1];
  const before = body[body.length - 2];
  if (last?.kind === "return" && last.values.length === 1 && before?.kind === "if" && before.otherwise.length === 0) {
    const values = returned(before.then);
    const value = values?.length === 1 ? choice(before.test, values[0]!, last.values[0]!) : undefined;
    if (value !== undefined) return choose([...body.slice(0, -2), { ...before, kind: "return", values: [value] }]);
  }
  return body.map(chooseOne);
}

function chooseOne(stat: Stat): Stat {
  if (stat.kind !== "if") return stat;
  const [yes] = stat.then;
  const [no] = stat.otherwise;
  if (stat.then.length !== 1 || stat.otherwise.length !== 1) return stat;
  if (yes!.kind === "return" && no!.kind === "return" && yes!.values.length === 1 && no!.values.length === 1) {
    const value = choice(stat.test, yes!.values[0]!, no!.values[0]!);
    return value === undefined ? stat : { kind: "return", values: [value], at: stat.at };
  }
  if (yes!.kind !== "assign" || no!.kind !== "assign" || yes!.targets.length !== 1 || no!.targets.length !== 1) return stat;
  const [target] = yes!.targets;
  if (target!.kind !== "name" || !isSame(target!, no!.targets[0]!)) return stat;
  const value = choice(stat.test, yes!.values[0]!, no!.values[0]!);
  return value === undefined ? stat : { kind: "assign", targets: [target!], values: [value], at: stat.at };
}

/** An `if` whose first branch is empty, turned round. */
function turn(stat: Stat): Stat {
  return stat.kind === "if" && stat.then.length === 0 ? { ...stat, test: negated(stat.test), then: stat.otherwise, otherwise: [] } : stat;
}

/** At the end of a function: `return` alone says nothing, and what follows `if a then return end` may stand in its branch. */
function atEnd(body: Stat[]): Stat[] {
  const last = body[body.length - 1];
  if (last?.kind === "return" && last.values.length === 0) return atEnd(body.slice(0, -1));
  const i = body.findIndex((stat) => stat.kind === "if" && stat.otherwise.length === 0 && returned(stat.then)?.length === 0);
  const stat = body[i];
  if (stat?.kind === "if") {
    const rest = atEnd(body.slice(i + 1));
    return [...body.slice(0, i), rest.length === 0 ? { ...stat, then: [] } : nest({ ...stat, test: negated(stat.test), then: rest })];
  }
  if (last?.kind === "if") return [...body.slice(0, -1), turn({ ...last, then: atEnd(last.then), otherwise: atEnd(last.otherwise) })];
  return body;
}

/** Shapes the bodies of all functions, in place. */
export function shape(stats: Stat[]): void {
  rewriteBodies(stats, (body, owner: Closure | undefined) => {
    if (body.some(({ kind }) => kind === "label" || kind === "goto")) return body;
    let result = body.map(turn).map(nest);
    result = choose(joinEnds(result));
    return owner === undefined ? result : joinEnds(atEnd(result));
  });
}
