/** What Espruino cannot parse, or parses into something else. Facts were measured on the Linux build of 2v29. */
import type { AnyNode } from "acorn";
import { isFunction } from "./tree";
import type { Find, Visit } from "./tree";

type Rule = readonly [rule: string, message: string];

const classField: Rule = ["class-field", "Class fields are shared by all instances or not read at all: assign in the constructor, or use a struct."];
const asynchronous: Rule = ["async", "There are no async functions: use callbacks."];
const generator: Rule = ["generator", "There are no generators: use a list or a callback."];
const destructuring: Rule = ["destructuring", "Destructuring is not understood: read the fields."];

/** Node types that are never right. */
const kinds: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ["AssignmentPattern", ["default", "Default values are a syntax error: test for undefined."]],
  ["RestElement", ["rest", "Rest parameters are a syntax error: take a list."]],
  ["SpreadElement", ["spread", "Spread is a syntax error: write the fields or items out."]],
  ["ObjectPattern", destructuring],
  ["ArrayPattern", destructuring],
  ["LabeledStatement", ["label", "Labels are not understood: return from a function."]],
  ["YieldExpression", generator],
  ["AwaitExpression", asynchronous],
  ["PropertyDefinition", classField],
  ["StaticBlock", classField],
  ["PrivateIdentifier", classField],
  ["MetaProperty", ["new-target", "new.target and import.meta are syntax errors: pass an argument."]],
  ["TaggedTemplateExpression", ["tagged-template", "Tagged templates are not understood: call the function."]],
  ["Super", ["super", "super is looked up from the instance and loops for ever in a third level: call functions."]],
  ["ChainExpression", ["optional-chain", "?. is a syntax error: test for undefined."]],
  ["DebuggerStatement", ["debugger", "debugger stops the interpreter: take it out."]],
  ["WithStatement", ["with", "with is not understood: name the object."]],
  ["ImportExpression", ["import", "import is not understood: bundle the module."]],
]);

/** Node types that Espruino reads as JavaScript does. */
const known = new Set([
  "Program", "FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression", "BlockStatement", "ExpressionStatement", "VariableDeclaration",
  "VariableDeclarator", "IfStatement", "ForStatement", "ForInStatement", "ForOfStatement", "WhileStatement", "DoWhileStatement", "SwitchStatement",
  "SwitchCase", "ReturnStatement", "BreakStatement", "ContinueStatement", "ThrowStatement", "TryStatement", "CatchClause", "EmptyStatement", "Literal",
  "Identifier", "TemplateLiteral", "TemplateElement", "ArrayExpression", "ObjectExpression", "Property", "UnaryExpression", "UpdateExpression",
  "BinaryExpression", "LogicalExpression", "AssignmentExpression", "ConditionalExpression", "CallExpression", "NewExpression", "MemberExpression",
  "SequenceExpression", "ThisExpression", "ClassDeclaration", "ClassExpression", "ClassBody", "MethodDefinition", "ParenthesizedExpression",
]);

function kindRule(node: AnyNode): Rule | undefined {
  const plain = kinds.get(node.type);
  if (plain !== undefined) return plain;
  if (!known.has(node.type)) return ["syntax", `${node.type} is newer than what Espruino reads: write it in ES2015.`];
  switch (node.type) {
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      if (node.async) return asynchronous;
      return node.generator ? generator : undefined;
    case "ForOfStatement":
      return node.await ? asynchronous : undefined;
    case "VariableDeclaration":
      return node.kind === "var" ? ["var", "var is not hoisted, and clobbers outer names: declare by let or const."] : undefined;
    case "Property":
    case "MethodDefinition":
      return node.computed ? ["computed-key", "Computed keys are a syntax error: set the field after the literal."] : undefined;
    case "DoWhileStatement":
      // `do x();while(y)` is read; `do if(x)y();while(z)` is not.
      return node.body.type === "BlockStatement" || node.body.type === "ExpressionStatement" ? undefined : ["do-braces", "A do loop needs braces around a statement of control: use while."];
    case "BinaryExpression":
      return node.operator === "**" ? ["power", "** is a syntax error: multiply."] : undefined;
    case "AssignmentExpression":
      if (node.operator === "**=") return ["power", "**= is a syntax error: multiply."];
      return ["??=", "||=", "&&="].includes(node.operator) ? ["logical-assignment", `${node.operator} is a syntax error: test and assign.`] : undefined;
    case "Identifier":
      return node.name === "of" ? ["name-of", "of is a word of the language for Espruino: give the variable another name."] : undefined;
    default:
      return undefined;
  }
}

/** The name of a field, where Espruino takes any word. */
function isFieldName(node: AnyNode, parent: AnyNode | undefined): boolean {
  if (parent?.type === "MemberExpression") return parent.property === node && !parent.computed;
  return (parent?.type === "Property" || parent?.type === "MethodDefinition") && parent.key === node && !(parent.type === "Property" && parent.shorthand);
}

function checkLiteral(node: AnyNode & { type: "Literal" }, find: Find): void {
  if (node.regex !== undefined) find(node, "regexp", "Most patterns silently match nothing: compare bytes.");
  if (node.bigint !== undefined && node.bigint !== null) find(node, "bigint", "There are no bigints: stay within 2^31-1.");
  if (typeof node.value === "string" && [...node.value].some((char) => char.codePointAt(0)! > 255)) {
    find(node, "wide-character", "Characters above 0xFF lose their upper bits: write the bytes of their UTF-8.");
  }
  if (typeof node.value === "string" && /\\\r?\n/.test(node.raw ?? "")) find(node, "line-continuation", "A text that goes on in the next line holds the line end: write it on one line.");
  if (typeof node.value === "string" && /\\u\{/.test(node.raw ?? "")) find(node, "wide-character", "\\u{...} is an invalid escape: write \\xNN.");
}

/** A brace in a text inside a hole ends the hole. */
function checkTemplate(node: AnyNode & { type: "TemplateLiteral" }, code: string, find: Find): void {
  for (const hole of node.expressions) {
    const text = code.slice(hole.start, hole.end);
    if (/(["'`])(?:\\.|(?!\1).)*?[{}]/.test(text)) find(hole, "template-hole", "A brace in a text inside ${} ends the hole: put the text into a variable.");
  }
}

/** Espruino goes on to the next line where JavaScript ends a return. */
function checkReturn(node: AnyNode & { type: "ReturnStatement" }, code: string, find: Find): void {
  if (node.argument !== null && node.argument !== undefined) return;
  const rest = code.slice(node.start + "return".length);
  if (/^\s*\n\s*[^}\s;]/.test(rest)) find(node, "return-newline", "return takes the expression of the next line: end it with a semicolon.");
}

function checkObject(node: AnyNode & { type: "ObjectExpression" }, find: Find): void {
  for (const property of node.properties) {
    if (property.type !== "Property" || property.key.type !== "Identifier" || property.key.name !== "__proto__") continue;
    if (property.value.type === "Literal" && property.value.value === null) {
      find(property, "proto", "An object without a prototype breaks the interpreter: leave __proto__ out.");
    }
  }
}

function checkThis(node: AnyNode, parents: readonly AnyNode[], find: Find): void {
  const functions = parents.filter(isFunction);
  const [outer, inner] = functions.slice(-2);
  if (inner?.type === "ArrowFunctionExpression" && outer?.type === "ArrowFunctionExpression") {
    find(node, "arrow-this", "this in an arrow inside an arrow is another one, and can corrupt the heap: pass it as an argument.");
  }
}

function checkArguments(node: AnyNode, parents: readonly AnyNode[], find: Find): void {
  if (node.type !== "Identifier" || node.name !== "arguments" || isFieldName(node, parents.at(-1))) return;
  if (parents.findLast(isFunction)?.type === "ArrowFunctionExpression") find(node, "arrow-arguments", "arguments of an arrow are its own: use a function, or name the parameters.");
}

/** Two expressions joined by a comma, in a place where Espruino reads one. */
function checkComma(node: AnyNode, code: string, find: Find): void {
  const place = node.type === "MemberExpression" && node.computed ? node.property : node.type === "SwitchCase" ? node.test : undefined;
  if (place?.type === "SequenceExpression" && !code.slice(0, place.start).trimEnd().endsWith("(")) {
    find(place, "comma", "a[b, c] and case b, c are syntax errors: put the two into parentheses.");
  }
}

/** The rules about syntax, as one visit. */
export function syntaxRules(code: string, find: Find): Visit {
  return (node, parents) => {
    const parent = parents.at(-1);
    const rule = node.type === "Identifier" && isFieldName(node, parent) ? undefined : kindRule(node);
    if (rule !== undefined) find(node, ...rule);
    checkArguments(node, parents, find);
    checkComma(node, code, find);
    if (node.type === "Literal") checkLiteral(node, find);
    if (node.type === "TemplateLiteral") checkTemplate(node, code, find);
    if (node.type === "ForStatement" && node.init !== null && node.init !== undefined && code.startsWith("function", node.init.start)) {
      find(node.init, "loop-function", "A for loop that begins with the word function is taken for a declaration: put a sign or a parenthesis before it.");
    }
    if (node.type === "ReturnStatement") checkReturn(node, code, find);
    if (node.type === "ObjectExpression") checkObject(node, find);
    if (node.type === "ThisExpression") checkThis(node, parents, find);
    if (node.type === "SwitchStatement") {
      const at = node.cases.findIndex(({ test }) => test === null || test === undefined);
      if (at >= 0 && at < node.cases.length - 1) find(node.cases[at + 1]!, "default-last", "A case after default is not understood: put default last.");
    }
    if ((node.type === "ClassDeclaration" || node.type === "ClassExpression") && node.superClass?.type === "Identifier" && /Error$/.test(node.superClass.name)) {
      find(node, "error-class", "A class that extends Error loses its message and its kind: return codes.");
    }
  };
}
