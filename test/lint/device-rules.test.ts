/** The project's ESLint configuration, run over code that it must refuse and code that it must let pass. */
import { spawnSync } from "node:child_process";
import { cases } from "./cases";

const pathOf = (index: number, kind: "bad" | "good"): string => {
  const found = cases[index];
  return `${found?.folder ?? "firmware/store"}/${kind}-${index}${found?.ending ?? ".ts"}`;
};

const files = cases.flatMap(({ bad, good }, index) => [
  { path: pathOf(index, "bad"), code: bad },
  { path: pathOf(index, "good"), code: good },
]);
let found: Record<string, string[]> = {};

beforeAll(() => {
  const run = spawnSync(process.execPath, ["test/lint/lint-cases.mjs"], { input: JSON.stringify(files), encoding: "utf8", maxBuffer: 1 << 26 });
  expect(run.stderr).toBe("");
  found = JSON.parse(run.stdout) as Record<string, string[]>;
}, 120000);

const named = cases.map(({ rule, bad }, index) => ({ index, rule, code: bad.replaceAll("\n", " ").slice(0, 120) }));

test.each(named)("$index: $rule refuses $code", ({ rule, index }) => {
  const complaints = found[pathOf(index, "bad")] ?? [];
  const isRefused = complaints.some((complaint) => complaint.startsWith(`${rule}:`) || complaint.includes(`: ${rule}`));
  expect({ complaints, isRefused }).toEqual({ complaints, isRefused: true });
  expect(found[pathOf(index, "good")]).toEqual([]);
});
