/**
 * `npm run conformance`: writes docs/CONFORMANCE.md and prints what has no test. Exits with 1 when something is missing.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { declaredStatements, missingIds, readTests, report, type StatementEntry, unknownIds } from "./coverage";

const entries = JSON.parse(readFileSync("test/conformance/ids.json", "utf8")) as StatementEntry[];
const declared = declaredStatements(readTests("."));
mkdirSync("docs", { recursive: true });
writeFileSync("docs/CONFORMANCE.md", report(entries, declared));
const problems = [
  ...missingIds(entries, declared).map((id) => `no test shows ${id}`),
  ...unknownIds(entries, declared).map((use) => `no such statement: ${use}`),
  ...declared.unreadable.map((place) => `ids are not a literal: ${place}`),
];
for (const problem of problems) console.log(problem);
console.log(`${entries.length} statements, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
