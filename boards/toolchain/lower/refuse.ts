/**
 * What apps may not use: each with its rule, and one sentence that says what to write instead. The rules that need types are
 * in refuse-types.ts.
 */
import ts from "typescript";
import type { Problem } from "../compile/problem";
import { memberProblem, orderProblem, typeProblems } from "./refuse-types";
import type { Report } from "./refuse-types";
import type { Types } from "./types";

const { SyntaxKind } = ts;

type Rule = readonly [rule: string, message: string];

const asynchronous: Rule = ["async", "No async, await or generators: take a callback that runs on a later turn."];
const accessor: Rule = ["accessor", "No getters or setters: write a function."];

const kinds: ReadonlyMap<ts.SyntaxKind, Rule> = new Map<ts.SyntaxKind, Rule>([
  [SyntaxKind.ClassDeclaration, ["class", "No classes: write a struct and functions that take it first."]],
  [SyntaxKind.ClassExpression, ["class", "No classes: write a struct and functions that take it first."]],
  [SyntaxKind.ThisKeyword, ["this", "No this: give the function what it works on as its first argument."]],
  [SyntaxKind.SuperKeyword, ["class", "No classes: write a struct and functions that take it first."]],
  [SyntaxKind.NewExpression, ["new", "No new: call a function that returns a struct."]],
  [SyntaxKind.ThrowStatement, ["throw", "No throw: return a code, or undefined."]],
  [SyntaxKind.TryStatement, ["try", "No try: functions answer codes, and nothing throws."]],
  [SyntaxKind.LabeledStatement, ["label", "No labels: move the loop into a function and return from it."]],
  [SyntaxKind.ForInStatement, ["for-in", "No for-in: its order differs between the engines; keep a list of the keys."]],
  [SyntaxKind.TaggedTemplateExpression, ["tagged-template", "No tagged templates: call the function with the text."]],
  [SyntaxKind.AwaitExpression, asynchronous],
  [SyntaxKind.AsyncKeyword, asynchronous],
  [SyntaxKind.AwaitKeyword, asynchronous],
  [SyntaxKind.YieldExpression, asynchronous],
  [SyntaxKind.GetAccessor, accessor],
  [SyntaxKind.SetAccessor, accessor],
  [SyntaxKind.RegularExpressionLiteral, ["regexp", "No regular expressions: use includes, startsWith, indexOf or split."]],
  [SyntaxKind.BigIntLiteral, ["bigint", "No bigints: numbers lie within 2^31-1."]],
  [SyntaxKind.NullKeyword, ["null", "No null: write undefined."]],
  [SyntaxKind.MetaProperty, ["meta", "No import.meta and no new.target: pass what you need as an argument."]],
  [SyntaxKind.ImportKeyword, ["meta", "No import(): imports stand at the top of the file."]],
  [SyntaxKind.ModuleDeclaration, ["namespace", "No namespaces: export the names from a file."]],
  [SyntaxKind.Decorator, ["decorator", "No decorators: call the function."]],
  [SyntaxKind.DebuggerStatement, ["debugger", "No debugger: it stops the board; log a line."]],
  [SyntaxKind.WithStatement, ["with", "No with: name the object."]],
  [SyntaxKind.DeleteExpression, ["delete", "No delete: set the field to undefined."]],
  [SyntaxKind.VoidExpression, ["void", "No void: write the call as a statement."]],
  [SyntaxKind.TypeOfExpression, ["typeof", "typeof is compared with a text written beside it: typeof x === \"number\"."]],
  [SyntaxKind.OmittedExpression, ["holes", "No holes in lists: Lua ends a list at the first."]],
  [SyntaxKind.AnyKeyword, ["any", "No any: the build must know the type to lower what is done with it."]],
  [SyntaxKind.ImportEqualsDeclaration, ["import", "Write import { name } from \"file\"."]],
  [SyntaxKind.ExportAssignment, ["import", "Write export const, or export default with a value."]],
  [SyntaxKind.PrivateIdentifier, ["class", "No classes: write a struct and functions that take it first."]],
]);

const bitwise: Rule = ["bitwise", "No bitwise operators: their sign differs between the engines; use Math.floor(n / 2), n % 2 and comparisons."];
const comparison: Rule = ["loose-equal", "No == or !=: write === or !==."];
const power: Rule = ["power", "No **: multiply."];

const operators: ReadonlyMap<ts.SyntaxKind, Rule> = new Map<ts.SyntaxKind, Rule>([
  [SyntaxKind.AsteriskAsteriskToken, power],
  [SyntaxKind.AsteriskAsteriskEqualsToken, power],
  [SyntaxKind.InKeyword, ["in", "No in: compare the field with undefined."]],
  [SyntaxKind.InstanceOfKeyword, ["in", "No instanceof: keep a field that says what the struct is."]],
  [SyntaxKind.EqualsEqualsToken, comparison],
  [SyntaxKind.ExclamationEqualsToken, comparison],
  ...[
    SyntaxKind.AmpersandToken, SyntaxKind.BarToken, SyntaxKind.CaretToken, SyntaxKind.LessThanLessThanToken,
    SyntaxKind.GreaterThanGreaterThanToken, SyntaxKind.GreaterThanGreaterThanGreaterThanToken, SyntaxKind.AmpersandEqualsToken,
    SyntaxKind.BarEqualsToken, SyntaxKind.CaretEqualsToken, SyntaxKind.LessThanLessThanEqualsToken,
    SyntaxKind.GreaterThanGreaterThanEqualsToken, SyntaxKind.GreaterThanGreaterThanGreaterThanEqualsToken,
  ].map((kind): [ts.SyntaxKind, Rule] => [kind, bitwise]),
]);

const functionMembers: ReadonlySet<string> = new Set(["call", "apply", "bind", "prototype", "constructor", "__proto__"]);

/** Where a kind that is refused in general is meant. */
function isExempt(node: ts.Node): boolean {
  if (ts.isOmittedExpression(node)) return ts.isArrayBindingPattern(node.parent) || isPatternOnLeft(node.parent);
  if (ts.isModuleDeclaration(node)) return (node.flags & ts.NodeFlags.GlobalAugmentation) !== 0;
  if (ts.isExportAssignment(node)) return node.isExportEquals !== true;
  if (!ts.isTypeOfExpression(node)) return node.kind === SyntaxKind.ImportKeyword && !ts.isCallExpression(node.parent);
  const { parent } = node;
  if (!ts.isBinaryExpression(parent)) return false;
  const other = parent.left === node ? parent.right : parent.left;
  return [SyntaxKind.EqualsEqualsEqualsToken, SyntaxKind.ExclamationEqualsEqualsToken].includes(parent.operatorToken.kind) && ts.isStringLiteral(other);
}

function isPatternOnLeft(node: ts.Node): boolean {
  return ts.isBinaryExpression(node.parent) && node.parent.left === node && node.parent.operatorToken.kind === SyntaxKind.EqualsToken;
}

function unaryRule(node: ts.PrefixUnaryExpression): Rule | undefined {
  if (node.operator === SyntaxKind.PlusToken) return ["unary", "No unary +: numbers are numbers, and text is read by your own code."];
  return node.operator === SyntaxKind.TildeToken ? bitwise : undefined;
}

function isAscii(text: string): boolean {
  return [...text].every((char) => char.codePointAt(0)! < 128);
}

function literalRule(node: ts.Node): Rule | undefined {
  if (ts.isNumericLiteral(node)) {
    const raw = node.getText();
    if (/^[\d_.]*e/i.test(raw)) return ["number-range", "No exponents: write the number out."];
    return Number(node.text) > 2147483647 ? ["number-range", "Numbers lie within 2^31-1: count in larger units."] : undefined;
  }
  const isText = ts.isStringLiteralLike(node) || node.kind === SyntaxKind.TemplateHead || node.kind === SyntaxKind.TemplateMiddle || node.kind === SyntaxKind.TemplateTail;
  if (isText && !isAscii((node as ts.LiteralLikeNode).text)) return ["ascii", "Only ASCII in texts: other characters come from settings or the cloud, as bytes."];
  return ts.isIdentifier(node) && !isAscii(node.text) ? ["ascii", "Only ASCII in names."] : undefined;
}

function syntaxRule(node: ts.Node): Rule | undefined {
  const plain = kinds.get(node.kind);
  if (plain !== undefined && !isExempt(node)) return plain;
  if (ts.isBinaryExpression(node)) return operators.get(node.operatorToken.kind);
  if (ts.isPrefixUnaryExpression(node)) return unaryRule(node);
  if (ts.isEnumDeclaration(node) && !ts.getModifiers(node)?.some(({ kind }) => kind === SyntaxKind.ConstKeyword)) return ["enum", "No plain enum: write const enum."];
  if ((ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isMethodDeclaration(node)) && node.asteriskToken !== undefined) return asynchronous;
  if (ts.isFunctionExpression(node) && node.name !== undefined) return ["function-name", "No name for a function inside an expression: write it as a function of its own."];
  if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) === 0) return ["var", "No var: write const or let."];
  if (ts.isPropertyAccessExpression(node) && functionMembers.has(node.name.text)) return ["function-member", `No .${node.name.text}: call the function with what it needs.`];
  if (ts.isIdentifier(node) && node.text === "arguments") return ["arguments-object", "No arguments object: name the parameters, or take a list."];
  if (ts.isCaseBlock(node)) {
    const at = node.clauses.findIndex(ts.isDefaultClause);
    if (at >= 0 && at < node.clauses.length - 1) return ["default-last", "default stands last in a switch: Espruino reads no case after it."];
  }
  return literalRule(node);
}

/** Everything in the file that no engine-independent code can stand for. */
export function refuse(source: ts.SourceFile, types: Types): Problem[] {
  const found: Problem[] = [];
  const report: Report = (node, rule, message) => {
    const { line, character } = source.getLineAndCharacterOfPosition(node.getStart(source));
    found.push({ file: source.fileName, line: line + 1, column: character + 1, rule, message });
  };
  const visit = (node: ts.Node): void => {
    const rule = syntaxRule(node);
    if (rule !== undefined) {
      report(node, ...rule);
      return;
    }
    if (ts.isIdentifier(node)) orderProblem(node, types, report);
    if (ts.isPropertyAccessExpression(node)) memberProblem(node, types, report);
    typeProblems(node, types, report);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
