/** What Espruino lacks, or answers differently, among globals and members of built-in objects. */
import type { AnyNode, CallExpression, MemberExpression, NewExpression } from "acorn";
import { pieceName } from "../compile/espruino/names";
import { builtinMembers, differingGlobals, differingMembers, differingMethods, missingGlobals, missingMethods, natives } from "./names";
import type { Find, Visit } from "./tree";

function nameOf(node: AnyNode | null | undefined): string | undefined {
  return node?.type === "Identifier" ? node.name : undefined;
}

/** The name of a member that is written out, by a dot or as a text. */
function memberName(node: MemberExpression): string | undefined {
  if (!node.computed) return nameOf(node.property as AnyNode);
  return node.property.type === "Literal" && typeof node.property.value === "string" ? node.property.value : undefined;
}

function textOf(node: AnyNode | undefined): string | undefined {
  return node?.type === "Literal" && typeof node.value === "string" ? node.value : undefined;
}

const isUndefined = (node: AnyNode | undefined): boolean => nameOf(node) === "undefined" || (node?.type === "UnaryExpression" && node.operator === "void");

/** The one thing that may be evaluated: what stands in a file of the image's own, all of it or a piece. */
function isLoader(node: AnyNode | undefined): boolean {
  if (node?.type === "CallExpression" && nameOf(node.callee as AnyNode) === pieceName) return true;
  if (node?.type !== "CallExpression" || node.callee.type !== "MemberExpression" || memberName(node.callee) !== "read") return false;
  const { object } = node.callee;
  return object.type === "CallExpression" && nameOf(object.callee as AnyNode) === "require" && textOf(object.arguments[0] as AnyNode) === "Storage";
}

const timers = new Set(["clearTimeout", "clearInterval", "clearWatch"]);

function checkGlobalCall(node: CallExpression | NewExpression, name: string, isGlobal: (name: string) => boolean, find: Find): void {
  const first = node.arguments[0] as AnyNode | undefined;
  if (!isGlobal(name)) return;
  if (name === "eval" && !isLoader(first)) find(node, "eval", "Only the image's own Storage files may be evaluated: write the code out.");
  if (name === "Function") find(node, "eval", "Code is not made when the device runs: write the function out.");
  if ((name === "setTimeout" || name === "setInterval") && textOf(first) !== undefined) find(node, "eval", "A timer runs a function, not a text: write the function out.");
  if (timers.has(name) && first !== undefined && isUndefined(first)) find(node, "clear-undefined", `${name}(undefined) throws: test the timer first.`);
  if (name === "Array" && node.arguments.length === 1) find(node, "new-array", "A list made by its length has no items, and map skips them: push items.");
  if (node.type === "NewExpression" && /Array$/.test(name) && textOf(first) !== undefined) find(node, "typed-array", "A typed array is not made from a text: use the text.");
}

/** Searching for more than one byte answers wrongly where the text ends with a beginning of what is wanted. */
const searches = new Set(["indexOf", "includes", "replace", "replaceAll"]);

/** True for a text that ends in a character written here which is none of the wanted ones: `(text + " ").indexOf("ab")`. */
function endsSafely(node: AnyNode, wanted: string): boolean {
  const end = node.type === "BinaryExpression" && node.operator === "+" ? textOf(node.right) : undefined;
  return end !== undefined && end !== "" && !wanted.includes(end.at(-1)!);
}

/** Events of the engine's own sockets, which an adapter may raise. */
const engineEvents = new Set(["close", "connect", "data", "drain", "end", "error", "message"]);

function checkMethodCall(node: CallExpression, callee: MemberExpression, find: Find): void {
  const name = memberName(callee);
  const first = node.arguments[0] as AnyNode | undefined;
  if (name === undefined) return;
  const differs = differingMethods.get(name);
  const isEngines = name === "emit" && engineEvents.has(textOf(first) ?? "");
  if (differs !== undefined && !isEngines && node.arguments.length <= 2) find(node, "differs", `${name}() is not JavaScript's: ${differs}.`);
  if (missingMethods.has(name)) find(node, "missing-member", `There is no ${name}(): write a loop.`);
  const wanted = textOf(first) ?? "";
  if (searches.has(name) && wanted.length > 1 && !(name === "indexOf" && endsSafely(callee.object as AnyNode, wanted))) find(node, "search", `${name}() of more than one byte finds it at the end where only its beginning stands: use find() of firmware/base.`);
  if (name === "split" && node.arguments.length > 1) find(node, "split-limit", "The limit of split() is ignored: count the parts.");
  if (name === "fromCharCode" && node.arguments.some((each) => each.type === "Literal" && typeof each.value === "number" && each.value > 255)) {
    find(node, "wide-character", "Characters above 0xFF lose their upper bits: write the bytes of their UTF-8.");
  }
}

function checkMember(node: MemberExpression, isGlobal: (name: string) => boolean, find: Find): void {
  const name = memberName(node);
  const object = nameOf(node.object as AnyNode);
  if (name !== undefined && object !== undefined && isGlobal(object)) {
    const has = builtinMembers.get(object);
    if (has !== undefined && !has.has(name)) find(node, "missing-member", `There is no ${object}.${name}: write it yourself.`);
    const differs = differingMembers.get(`${object}.${name}`);
    if (differs !== undefined) find(node, "differs", `${object}.${name} is not JavaScript's: ${differs}.`);
  }
  if (node.object.type === "MemberExpression" && memberName(node.object) === "prototype") {
    const owner = nameOf(node.object.object as AnyNode);
    if (owner !== undefined && natives.has(owner) && isGlobal(owner)) find(node, "native-prototype", "Methods of built-in prototypes are no values: call the method on the object.");
  }
  const isNegative = node.computed && node.property.type === "UnaryExpression" && node.property.operator === "-";
  if (isNegative && (textOf(node.object as AnyNode) !== undefined || node.object.type === "TemplateLiteral")) find(node, "negative-index", "A text read at a negative place throws: test the place first.");
}

/** The rules about names. `isGlobal` says whether nothing in the script declares a name. */
export function memberRules(isGlobal: (name: string) => boolean, find: Find): Visit {
  return (node, parents) => {
    const parent = parents.at(-1);
    if (node.type === "Identifier") {
      const isField = (parent?.type === "MemberExpression" && parent.property === node && !parent.computed) || (parent?.type === "Property" && parent.key === node && !parent.shorthand) || parent?.type === "MethodDefinition";
      // Asking whether a name is there is no use of it.
      const isAsked = parent?.type === "UnaryExpression" && parent.operator === "typeof";
      if (isField || isAsked || !isGlobal(node.name)) return;
      if (missingGlobals.has(node.name)) find(node, "missing-name", `There is no ${node.name}: use structs, lists and text.`);
      const differs = differingGlobals.get(node.name);
      if (differs !== undefined) find(node, "differs", `${node.name} is not JavaScript's: ${differs}.`);
    } else if (node.type === "MemberExpression") {
      checkMember(node, isGlobal, find);
    } else if (node.type === "CallExpression" || node.type === "NewExpression") {
      const name = nameOf(node.callee as AnyNode);
      if (name !== undefined) checkGlobalCall(node, name, isGlobal, find);
      if (node.type === "CallExpression" && node.callee.type === "MemberExpression") checkMethodCall(node, node.callee, find);
    } else if (node.type === "AssignmentExpression" || node.type === "UpdateExpression") {
      checkWrite(node, find);
    }
  };
}

function checkWrite(node: AnyNode & { type: "AssignmentExpression" | "UpdateExpression" }, find: Find): void {
  const target = node.type === "AssignmentExpression" ? node.left : node.argument;
  if (target.type === "MemberExpression" && memberName(target) === "length") find(node, "list-length", "The length of a list cannot be set: pop items, or begin a new list.");
}
