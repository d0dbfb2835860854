/**
 * Locals without the word `local`: a local takes the place of one that is not read any more, or of a parameter that nobody
 * hands over, which costs two bytes once where `local` costs six each time. What comes in for such a parameter is never
 * seen, because a value is always given first.
 *
 * A variable that a closure inside holds stays what it is: each turn of a loop has its own.
 */
import { alwaysLeaves } from "./returns";
import { bodiesOf, rewriteExprs } from "./tree";
import type { Binding, Closure, Expr, Stat } from "./tree";
import { eachExpr, eachOwnExpr, rewriteBodies } from "./visit";

/** Parameters that may be added for the sake of one declaration: three cost what `local` does. */
const ADDED_MAX = 2;
/** Parameters of a function, of 200 variables that it may have. */
const PARAMETERS_MAX = 60;

function mentionsOf(stats: readonly Stat[]): Set<Binding> {
  const found = new Set<Binding>();
  eachExpr([...stats], (expr) => {
    if (expr.kind === "name") found.add(expr.binding);
  });
  return found;
}

/** Variables that functions inside the body mention. */
function capturedIn(body: readonly Stat[]): Set<Binding> {
  const captured = new Set<Binding>();
  const visit = (stats: readonly Stat[]): void => {
    for (const stat of stats) {
      eachOwnExpr(stat, (expr) => {
        if (expr.kind === "function") for (const binding of mentionsOf(expr.body)) captured.add(binding);
      });
      for (const inner of bodiesOf(stat)) visit(inner);
    }
  };
  visit(body);
  return captured;
}

const isName = (expr: Expr, binding: Binding): boolean => expr.kind === "name" && expr.binding === binding;

/** True when the statements give the variable a value, on every way that goes on, before they read it. */
function givesFirst(stats: readonly Stat[], binding: Binding): boolean {
  const i = stats.findIndex((stat) => mentionsOf([stat]).has(binding));
  const stat = stats[i];
  if (stat === undefined) return true;
  if (stat.kind === "assign") return stat.targets.some((target) => isName(target, binding)) && !mentionsOf([{ kind: "return", values: stat.values }]).has(binding);
  if (stat.kind !== "if" || mentionsOf([{ kind: "return", values: [stat.test] }]).has(binding)) return false;
  return [stat.then, stat.otherwise].every((branch) => givesFirst(branch, binding) && (mentionsOf(branch).has(binding) || alwaysLeaves(branch)));
}

type Local = Stat & { kind: "local" };

/** The variables of one function. */
class Registers {
  /** What each local has become. */
  readonly renamed = new Map<Binding, Binding>();
  readonly added: Binding[] = [];
  private readonly captured: ReadonlySet<Binding>;
  /** Variables that may be taken at this point: nobody reads what is in them any more. */
  private free = new Set<Binding>();

  constructor(private readonly fn: Closure) {
    this.captured = capturedIn(fn.body);
  }

  run(): void {
    this.fn.body = this.block(this.fn.body, this.fn.params, undefined);
    rewriteExprs(this.fn.body, (expr) => {
      const by = expr.kind === "name" ? this.renamed.get(expr.binding) : undefined;
      return by === undefined ? expr : { ...expr, kind: "name", binding: by };
    });
    this.fn.params.push(...this.added);
  }

  /** `own`: the variables that live in the block from its beginning. `test`: what is computed after the block and sees it. */
  private block(body: readonly Stat[], own: readonly Binding[], test: Expr | undefined): Stat[] {
    const before = this.free;
    const known = this.added.length;
    this.free = new Set(before);
    const living = new Set(own.filter((binding) => !this.captured.has(binding)));
    const mentions = body.map((stat) => mentionsOf([stat]));
    const later: Set<Binding>[] = [];
    let after = test === undefined ? new Set<Binding>() : mentionsOf([{ kind: "return", values: [test] }]);
    for (let i = body.length - 1; i >= 0; i -= 1) {
      later[i] = after;
      after = new Set([...after, ...mentions[i]!]);
    }
    const release = (reads: ReadonlySet<Binding>): void => {
      for (const binding of living) {
        if (reads.has(binding)) continue;
        living.delete(binding);
        this.free.add(this.renamed.get(binding) ?? binding);
      }
    };
    release(after);
    const result: Stat[] = [];
    body.forEach((stat, i) => {
      if (stat.kind === "local") {
        release(later[i]!);
        result.push(...this.declaration(stat, body.slice(i + 1), living));
      } else result.push(this.inside(stat));
      release(later[i]!);
    });
    // What was added inside is nobody's outside.
    this.free = new Set([...before, ...this.added.slice(known)]);
    return result;
  }

  private inside(stat: Stat): Stat {
    switch (stat.kind) {
      case "if":
        return { ...stat, then: this.block(stat.then, [], undefined), otherwise: this.block(stat.otherwise, [], undefined) };
      case "repeat":
        return { ...stat, body: this.block(stat.body, [], stat.test) };
      case "while":
      case "for":
      case "forIn":
      case "do":
        return { ...stat, body: this.block(stat.body, [], undefined) };
      default:
        return stat;
    }
  }

  private declaration(stat: Local, rest: readonly Stat[], living: Set<Binding>): Stat[] {
    const { names, values } = stat;
    const isBare = values.length === 0;
    const isOpen = names.some((name) => name.top !== undefined || this.captured.has(name));
    if (isOpen || (isBare && !names.every((name) => givesFirst(rest, name)))) return [stat];
    const needed = names.length - this.free.size;
    if (needed > ADDED_MAX || this.fn.params.length + this.added.length + needed > PARAMETERS_MAX) return [stat];
    names.forEach((name, i) => {
      this.renamed.set(name, this.take(name, values[i]));
      living.add(name);
    });
    if (isBare) return [];
    const targets = names.map((name): Expr => ({ kind: "name", binding: name, at: stat.at }));
    const [only] = values;
    if (names.length === 1 && values.length === 1 && only!.kind === "name" && (this.renamed.get(only!.binding) ?? only!.binding) === this.renamed.get(names[0]!)) return [];
    return [{ kind: "assign", targets, values, at: stat.at }];
  }

  /** A variable for a local: that which its value comes from, any other that is free, or a new one. */
  private take(name: Binding, value: Expr | undefined): Binding {
    const source = value?.kind === "name" ? (this.renamed.get(value.binding) ?? value.binding) : undefined;
    const found = source !== undefined && this.free.has(source) ? source : [...this.free][0];
    if (found !== undefined) {
      this.free.delete(found);
      return found;
    }
    const made: Binding = { name: name.name, top: undefined };
    this.added.push(made);
    return made;
  }
}

const jumps = (stats: readonly Stat[]): boolean => stats.some((stat) => stat.kind === "goto" || stat.kind === "label" || bodiesOf(stat).some(jumps));

/** Lets locals share variables, in place, in every function of the statements. */
export function shareVariables(stats: Stat[]): void {
  rewriteBodies(stats, (body, owner) => {
    if (owner === undefined || owner.dots || jumps(body)) return body;
    new Registers(owner).run();
    return owner.body;
  });
}
