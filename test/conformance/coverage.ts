/**
 * Which statement of `ids.json` is shown by which test: read from the source of the tests, so that nothing has to run.
 *
 * A statement counts when a test file declares it, `statement("MQ-7 MQ-15", ...)`, with its ids as a literal.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import ts from "typescript";

/** One entry of `ids.json`. */
export interface StatementEntry {
  readonly id: string;
  readonly source: string;
  readonly text: string;
  readonly owner: string;
  /** Why nothing has to show it. */
  readonly note?: string;
}

/** What the tests declare. */
export interface Declared {
  /** The files that show each id, in alphabetical order. */
  readonly filesOf: ReadonlyMap<string, readonly string[]>;
  /** Calls of `statement` whose ids are not a literal: "file:line". */
  readonly unreadable: readonly string[];
}

/** Folders that may hold tests. */
const testFolders = ["firmware", "hal", "sim", "boards", "cli", "test"];

/** All `*.test.ts` under the project's folders, with their text. */
export function readTests(root: string): Map<string, string> {
  const texts = new Map<string, string>();
  for (const folder of testFolders) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith(".test.ts")) continue;
      const path = join(entry.parentPath, entry.name);
      texts.set(relative(root, path).split(sep).join("/"), readFileSync(path, "utf8"));
    }
  }
  return texts;
}

/** Finds the statements that `texts` (path to source) declare. */
export function declaredStatements(texts: ReadonlyMap<string, string>): Declared {
  const filesOf = new Map<string, string[]>();
  const unreadable: string[] = [];
  for (const [path, text] of [...texts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!text.includes("statement(")) continue;
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "statement") {
        const ids = node.arguments[0];
        if (ids !== undefined && ts.isStringLiteralLike(ids)) {
          for (const id of ids.text.split(" ").filter((part) => part !== "")) {
            const files = filesOf.get(id) ?? [];
            if (!files.includes(path)) files.push(path);
            filesOf.set(id, files);
          }
        } else {
          unreadable.push(`${path}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return { filesOf, unreadable };
}

/** Ids that no test shows although no note excuses them. */
export function missingIds(entries: readonly StatementEntry[], declared: Declared): string[] {
  return entries.filter((entry) => entry.note === undefined && !declared.filesOf.has(entry.id)).map((entry) => entry.id);
}

/** Ids that a test names and that do not exist. */
export function unknownIds(entries: readonly StatementEntry[], declared: Declared): string[] {
  const known = new Set(entries.map((entry) => entry.id));
  return [...declared.filesOf].filter(([id]) => !known.has(id)).map(([id, files]) => `${id} in ${files.join(", ")}`);
}

/** Ids that have a note although a test shows them: one of the two is wrong. */
export function needlessNotes(entries: readonly StatementEntry[], declared: Declared): string[] {
  return entries.filter((entry) => entry.note !== undefined && declared.filesOf.has(entry.id)).map((entry) => entry.id);
}

function row(entry: StatementEntry, declared: Declared): string {
  const files = declared.filesOf.get(entry.id);
  const shown = files === undefined ? (entry.note ?? "**no test yet**") : files.map((file) => `[${file}](../${file})`).join(", ");
  return `| ${entry.id} | ${entry.text.replaceAll("|", "\\|")} | ${shown} |`;
}

/** The text of docs/CONFORMANCE.md. */
export function report(entries: readonly StatementEntry[], declared: Declared): string {
  const shown = entries.filter((entry) => declared.filesOf.has(entry.id)).length;
  const noted = entries.filter((entry) => entry.note !== undefined && !declared.filesOf.has(entry.id)).length;
  const lines = [
    "# Conformance",
    "",
    "Every statement of the protocols and platforms that Motet keeps, and the test that shows it. A test that shows a",
    "statement fails when no byte crossed a wire. Written by `npm run conformance`; do not edit.",
    "",
    `${entries.length} statements: ${shown} shown by tests, ${noted} with a reason why no test shows them, ` +
      `${entries.length - shown - noted} without a test.`,
  ];
  for (const owner of new Set(entries.map((entry) => entry.owner))) {
    const own = entries.filter((entry) => entry.owner === owner);
    lines.push("", `## ${titles[owner] ?? owner}`, "", "| id | statement | shown by |", "|---|---|---|");
    lines.push(...own.map((entry) => row(entry, declared)));
  }
  return lines.join("\n") + "\n";
}

const titles: Readonly<Record<string, string>> = {
  mqtt: "MQTT 3.1.1, the client",
  coap: "CoAP: messages, Observe, block-wise transfer",
  websocket: "WebSocket, Engine.IO and Socket.IO, the client",
  thethings: "thethings.iO",
  evrythng: "EVRYTHNG",
  thingsboard: "ThingsBoard",
  security: "Security",
};
