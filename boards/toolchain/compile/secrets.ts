/**
 * Secrets that stand in an app: whoever has the image of a device, or its source, would have them, and every device the same. A build
 * refuses them. What is sought is a text under a name that says what it is; a secret under another name is not found. Never repeats one.
 */
import ts from "typescript";
import type { Problem } from "./problem";

/** Names whose texts are secrets, as words: `wifiPassword`, `WIFI_PASSWORD` and `wifi.password` are the same. */
const NAMES = /(^|_)(pass|password|passwd|passphrase|psk|secret|token|activation_code|api_key|operator_key|wifi_key|provision(ing)?_key)$/;
/** Shorter texts are names of things, or nothing. */
const CHARS_MIN = 4;
/** Texts that are credentials whatever they are called: keys in PEM, and addresses with a password in them. */
const SHAPES = /-----BEGIN [A-Z ]*PRIVATE KEY-----|^[a-z+]+:\/\/[^/\s:@]*:[^/\s:@]+@/;

const words = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();

/** The text that is given to something, and to what. */
function givenText(node: ts.Node): { readonly name: string; readonly text: ts.StringLiteralLike } | undefined {
  const isGiven = ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node) || ts.isParameter(node);
  const [target, value] = isGiven ? [node.name, node.initializer] : ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken ? [node.left, node.right] : [];
  if (target === undefined || value === undefined || !ts.isStringLiteralLike(value)) return undefined;
  const name = ts.isIdentifier(target) || ts.isStringLiteralLike(target) ? target.text : ts.isPropertyAccessExpression(target) ? target.name.text : "";
  return { name, text: value };
}

/** The secrets in one file of an app. */
export function secretProblems(source: ts.SourceFile): Problem[] {
  const problems: Problem[] = [];
  const tell = (node: ts.Node, what: string): void => {
    const { line, character } = source.getLineAndCharacterOfPosition(node.getStart(source));
    const message = `${what}: whoever has the image can read it, and all devices would share it. Hand it to each device with "motet provision" instead`;
    problems.push({ file: source.fileName, line: line + 1, column: character + 1, rule: "secret", message });
  };
  const visit = (node: ts.Node): void => {
    const given = givenText(node);
    if (given !== undefined && given.text.text.length >= CHARS_MIN && NAMES.test(words(given.name))) tell(given.text, `"${given.name}" is a secret in an app (give it another name if it is none)`);
    else if (ts.isStringLiteralLike(node) && SHAPES.test(node.text)) tell(node, "This text holds a key or a password");
    ts.forEachChild(node, visit);
  };
  visit(source);
  return problems;
}
