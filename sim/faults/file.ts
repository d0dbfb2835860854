/**
 * Scenario files: JSON, with comments and trailing commas allowed.
 *
 *     {
 *       "name": "our-site",
 *       "faults": [
 *         { "kind": "broker-restart", "every": "2h", "for": ["10s", "2m"] },
 *         { "kind": "tcp-loss", "every": "30m", "for": "5m", "rate": 0.2 },
 *         { "kind": "clock-jump", "every": "6h", "by": "1h" },
 *       ],
 *     }
 *
 * A mistake is one sentence with its line.
 */
import { parseExpressionAt } from "acorn";
import type { Expression, Node, ObjectExpression, Property } from "acorn";
import { durationMs } from "../lab/duration";
import type { FaultKind, FaultRule, Scenario, Setting, Settings } from "./fault";
import { kinds } from "./kinds";

/** A scenario file with a mistake: `message` is one sentence that begins with the line. */
export class ScenarioError extends Error {}

const RULES_MAX = 100;

function refuse(node: Node, what: string): never {
  throw new ScenarioError(`line ${node.loc!.start.line}: ${what}`);
}

function parsed(text: string): Expression {
  let root: Expression;
  try {
    root = parseExpressionAt(text, 0, { ecmaVersion: 2020, locations: true });
  } catch (problem) {
    const { loc, message } = problem as { loc?: { line: number }; message: string };
    throw new ScenarioError(`line ${loc?.line ?? 1}: this is no JSON (${message.replace(/ \(\d+:\d+\)$/, "")})`);
  }
  const rest = text.slice(root.end).replace(/\/\/.*|\/\*[^]*?\*\//g, "").trim();
  if (rest !== "") throw new ScenarioError(`line ${text.slice(0, root.end).split("\n").length}: nothing may follow the scenario`);
  return root;
}

/** The members of an object by name, each with the node that says where it stands. */
function members(node: Node, allowed: readonly string[], what: string): Map<string, Node> {
  if (node.type !== "ObjectExpression") refuse(node, `${what} is an object in braces`);
  const found = new Map<string, Node>();
  for (const each of (node as ObjectExpression).properties) {
    const { key, value, kind, computed } = each as Property;
    const name = each.type !== "Property" || kind !== "init" || computed ? undefined : key.type === "Identifier" ? key.name : key.type === "Literal" ? String(key.value) : undefined;
    if (name === undefined) refuse(each, `${what} holds names and values only`);
    if (!allowed.includes(name)) refuse(each, `${what} has no "${name}": it has ${allowed.map((one) => `"${one}"`).join(", ")}`);
    if (found.has(name)) refuse(each, `"${name}" stands here twice`);
    found.set(name, value);
  }
  return found;
}

function text(node: Node, what: string): string {
  const { value } = node as Node & { value?: unknown };
  if (node.type !== "Literal" || typeof value !== "string") refuse(node, `${what} is a text in quotes`);
  return value;
}

function duration(node: Node, what: string): number {
  const { value } = node as Node & { value?: unknown };
  const ms = node.type === "Literal" && typeof value === "string" ? durationMs(value) : undefined;
  if (ms === undefined) refuse(node, `${what} is a duration like "90s", "10m" or "2h"`);
  return ms;
}

function span(node: Node | undefined): FaultRule["forMs"] {
  if (node === undefined) return { least: 0, most: 0 };
  if (node.type !== "ArrayExpression") {
    const ms = duration(node, '"for"');
    return { least: ms, most: ms };
  }
  const { elements } = node as Node & { elements: readonly (Node | null)[] };
  if (elements.length !== 2 || elements.includes(null)) refuse(node, '"for" is one duration, or the shortest and the longest in brackets');
  const [least, most] = elements.map((each) => duration(each!, '"for"')) as [number, number];
  if (least > most) refuse(node, '"for" begins with the shorter duration');
  return { least, most };
}

function setting(node: Node, name: string, { unit, least, most }: Setting): number {
  const { value } = node as Node & { value?: unknown };
  const number = unit === "ms" ? duration(node, `"${name}"`) : node.type === "Literal" && typeof value === "number" ? value : NaN;
  const isWhole = unit === "share" || Number.isInteger(number);
  if (!(number >= least && number <= most) || !isWhole) refuse(node, `"${name}" is ${unit === "share" ? "a share" : unit === "ms" ? "a duration in ms" : `a number of ${unit === "bytes" ? "bytes" : "times"}`} from ${least} to ${most}`);
  return number;
}

function settingsOf(kind: FaultKind, found: ReadonlyMap<string, Node>): Settings {
  return Object.fromEntries(Object.entries(kind.settings).map(([name, one]) => [name, found.has(name) ? setting(found.get(name)!, name, one) : one.usual]));
}

function readRule(node: Node): FaultRule {
  const anyName = node.type === "ObjectExpression" ? (node as ObjectExpression).properties.find((each) => each.type === "Property" && (each.key as { name?: string; value?: unknown }).value === "kind") : undefined;
  const named = anyName === undefined ? refuse(node, 'a fault needs a "kind"') : text((anyName as Property).value, '"kind"');
  const kind = kinds.get(named) ?? refuse(anyName!, `there is no kind "${named}": there are ${[...kinds.keys()].join(", ")}`);
  const found = members(node, ["kind", "every", "for", ...Object.keys(kind.settings)], `"${named}"`);
  const every = found.get("every") ?? refuse(node, `"${named}" needs "every", the mean time between two of them`);
  const everyMs = duration(every, '"every"');
  if (everyMs < 1000) refuse(every, '"every" is one second at least');
  return { kind: named, everyMs, forMs: span(found.get("for")), settings: settingsOf(kind, found) };
}

/** Reads a scenario file. Throws `ScenarioError`. */
export function readScenario(content: string): Scenario {
  const root = parsed(content);
  const found = members(root, ["name", "faults"], "a scenario");
  const faults = found.get("faults") ?? refuse(root, 'a scenario needs "faults"');
  if (faults.type !== "ArrayExpression") refuse(faults, '"faults" is a list in brackets');
  const { elements } = faults as Node & { elements: readonly (Node | null)[] };
  if (elements.length < 1 || elements.length > RULES_MAX) refuse(faults, `"faults" has 1 to ${RULES_MAX} of them`);
  const name = found.get("name");
  return { name: name === undefined ? "own" : text(name, '"name"'), rules: elements.map((each) => (each === null ? refuse(faults, "an empty place in the list") : readRule(each))) };
}
