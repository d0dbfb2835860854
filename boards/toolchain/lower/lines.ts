/** Line ends in pieces of source: counting them, and taking them out. */
import ts from "typescript";

export function lineEnds(text: string): number {
  return text.split("\n").length - 1;
}

/** The same code on one line, without comments. */
export function onOneLine(text: string): string {
  if (!text.includes("\n")) return text;
  const scanner = ts.createScanner(ts.ScriptTarget.ES2022, false, ts.LanguageVariant.Standard, text);
  let flat = "";
  for (let token = scanner.scan(); token !== ts.SyntaxKind.EndOfFileToken; token = scanner.scan()) {
    const isTrivia = token >= ts.SyntaxKind.FirstTriviaToken && token <= ts.SyntaxKind.LastTriviaToken;
    if (!isTrivia) flat += scanner.getTokenText();
    else if (!flat.endsWith(" ")) flat += " ";
  }
  return flat;
}
