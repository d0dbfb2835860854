/**
 * The scan of the Lua that ships: the file as it is, parsed anew, searched for all that a NodeMCU refuses, lacks or
 * computes differently. A problem names the TypeScript line that it comes from, and what to write instead.
 */
import { parse } from "luaparse";
import type { LuaNode } from "luaparse";
import type { Problem } from "../problem";
import { placeOf } from "./map";
import { globalsOf, membersOf } from "./nodemcu";
import type { Printed } from "./print";
import type { LuaVersion } from "./target";

/** Limits of the virtual machine: variables of one function, and those it takes from around it. */
const LOCALS_MAX = 200;
const UPVALUES_MAX: Readonly<Record<LuaVersion, number>> = { "5.1": 60, "5.3": 255 };
const INTEGER_MAX = 2147483647;
/** What standard Lua reads as one of these, Lua 5.1 refuses. */
const operators53 = new Set(["//", "&", "|", "~", "<<", ">>"]);

type Say = (node: LuaNode, rule: string, message: string) => void;

const isNode = (value: unknown): value is LuaNode => typeof value === "object" && value !== null && "type" in value;
const nameOf = (value: unknown): string => (isNode(value) && typeof value["name"] === "string" ? value["name"] : "");

/** Calls `visit` for every node, outer before inner. `visit` may answer false to leave out what is inside. */
function walk(value: unknown, visit: (node: LuaNode) => boolean | void): void {
  if (Array.isArray(value)) {
    for (const each of value) walk(each, visit);
  } else if (isNode(value) && visit(value) !== false) {
    for (const [name, member] of Object.entries(value)) if (name !== "range" && name !== "globals") walk(member, visit);
  }
}

/** The globals that the program gives values to itself. */
function definedBy(chunk: LuaNode): Set<string> {
  const defined = new Set<string>();
  const note = (target: unknown): void => {
    if (isNode(target) && target.type === "Identifier" && target["isLocal"] === false) defined.add(nameOf(target));
  };
  walk(chunk, (node) => {
    if (node.type === "FunctionDeclaration") note(node["identifier"]);
    if (node.type === "AssignmentStatement") (node["variables"] as unknown[]).forEach(note);
  });
  return defined;
}

function scanGlobals(chunk: LuaNode, lua: LuaVersion, say: Say): void {
  const allowed = globalsOf(lua);
  const members = membersOf(lua);
  const defined = definedBy(chunk);
  walk(chunk, (node) => {
    if (node.type === "MemberExpression") {
      const library = isNode(node["base"]) && node["base"].type === "Identifier" && node["base"]["isLocal"] === false ? nameOf(node["base"]) : "";
      const member = nameOf(node["identifier"]);
      if (members.get(library)?.has(member) === false) say(node, "member", `${library}.${member} is not on every NodeMCU: write it out, or ask a port.`);
      walk(node["base"], (inner) => visitName(inner));
      return false;
    }
    return visitName(node);
  });
  function visitName(node: LuaNode): boolean | void {
    if (node.type === "TableKeyString") {
      walk(node["value"], visitName);
      return false;
    }
    if (node.type === "GotoStatement" || node.type === "LabelStatement") return false;
    if (node.type === "MemberExpression") {
      walk(node["base"], visitName);
      return false;
    }
    if (node.type !== "Identifier" || node["isLocal"] !== false) return;
    const name = nameOf(node);
    if (name.startsWith("__TS__")) say(node, "library", `needs library code (${name}) that no device has room for: write a loop, or use a function of firmware/base.`);
    else if (defined.has(name) && allowed.has(name)) say(node, "shadow", `the program calls a variable of its own "${name}", as NodeMCU calls a module.`);
    else if (!defined.has(name) && !allowed.has(name)) say(node, "global", `there is no "${name}" on NodeMCU with Lua ${lua}: use a port, or a function of firmware/base.`);
  }
}

function scanSyntax(chunk: LuaNode, lua: LuaVersion, say: Say): void {
  walk(chunk, (node) => {
    const operator = node["operator"];
    const is51 = lua === "5.1";
    if (is51 && (node.type === "GotoStatement" || node.type === "LabelStatement")) say(node, "goto", "Lua 5.1 has no goto: write the loop without this continue.");
    if (is51 && typeof operator === "string" && operators53.has(operator)) say(node, "operator", `Lua 5.1 has no ${operator}: use idiv or bxor of firmware/base/intrinsics.`);
    if (node.type === "NumericLiteral") scanNumber(node, say);
  });
}

function scanNumber(node: LuaNode, say: Say): void {
  const raw = String(node["raw"]);
  if (Number.isInteger(node["value"]) && Number(node["value"]) > INTEGER_MAX) say(node, "integer", `${raw} does not fit the 32 bits of a device: split it, as EpochTime does.`);
  else if (/^0[xX]/.test(raw) ? false : /[eE]/.test(raw)) say(node, "float", `${raw} would be read as a fraction by Lua 5.3, and printed with a point: write its digits out.`);
}

/** Counts the variables of each function and those that it takes from around it. */
function scanLimits(chunk: LuaNode, lua: LuaVersion, say: Say): void {
  const scan = (fn: LuaNode, outer: readonly Set<string>[]): void => {
    const own = new Set<string>();
    const taken = new Set<string>();
    let locals = 0;
    const declare = (target: unknown): void => {
      own.add(nameOf(target));
      locals += 1;
    };
    ((fn["parameters"] as unknown[] | undefined) ?? []).forEach(declare);
    const inner: LuaNode[] = [];
    walk(fn["body"], (node) => {
      if (node.type === "LocalStatement" || node.type === "ForGenericStatement") (node["variables"] as unknown[]).forEach(declare);
      if (node.type === "ForNumericStatement") declare(node["variable"]);
      if (node.type !== "FunctionDeclaration") return;
      if (isNode(node["identifier"]) && node["isLocal"] === true) declare(node["identifier"]);
      inner.push(node);
      return false;
    });
    walk(fn["body"], (node) => {
      if (node.type === "Identifier" && node["isLocal"] === true && !own.has(nameOf(node)) && outer.some((names) => names.has(nameOf(node)))) taken.add(nameOf(node));
    });
    if (locals > LOCALS_MAX) say(fn, "locals", `a function has ${locals} variables and Lua allows ${LOCALS_MAX}: split it.`);
    if (taken.size > UPVALUES_MAX[lua]) say(fn, "upvalues", `a function uses ${taken.size} variables of the functions around it and Lua ${lua} allows ${UPVALUES_MAX[lua]}: split it.`);
    for (const each of inner) scan(each, [...outer, own]);
  };
  scan(chunk, []);
}

/** All that is wrong with a printed file, in the order of the rules. */
export function scanLua(printed: Printed, lua: LuaVersion, file: string): Problem[] {
  const problems: Problem[] = [];
  let chunk: LuaNode;
  try {
    // The wider grammar, so that what Lua 5.1 lacks is found and named.
    chunk = parse(printed.text, { luaVersion: "5.3", scope: true, ranges: true, comments: false, encodingMode: "pseudo-latin1" });
  } catch (error) {
    return [{ file, line: 1, column: 1, rule: "syntax", message: `the emitted Lua does not parse (${error instanceof Error ? error.message : String(error)}): this is a fault of the build, please report it.` }];
  }
  const say: Say = (node, rule, message) => {
    const place = placeOf(printed.marks, node.range[0]);
    const problem = { file: place?.module ?? file, line: (place?.line ?? 0) + 1, column: (place?.column ?? 0) + 1, rule, message };
    if (!problems.some((each) => each.file === problem.file && each.line === problem.line && each.message === message)) problems.push(problem);
  };
  scanGlobals(chunk, lua, say);
  scanSyntax(chunk, lua, say);
  scanLimits(chunk, lua, say);
  return problems;
}
