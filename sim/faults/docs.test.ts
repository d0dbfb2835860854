/** docs/FAULTS.md names everything that there is to name. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readScenario } from "./file";
import { kinds } from "./kinds";
import { promises } from "./promises";
import { scenarioNames } from "./scenarios";

const page = readFileSync(join(__dirname, "..", "..", "docs", "FAULTS.md"), "utf8");

test("kinds, promises and scenarios are in docs/FAULTS.md, in the words of the program", () => {
  const missing = [
    ...[...kinds.values()].map(({ name, says }) => `| \`${name}\` | ${says} |`),
    ...Object.entries(promises).map(([id, says]) => `| ${id} | ${says} |`),
    ...scenarioNames.map((name) => `\`${name}\``),
  ].filter((line) => !page.includes(line));
  expect(missing).toEqual([]);
});

test("the scenario file of docs/FAULTS.md can be read", () => {
  const [, file] = /```json\n([^`]*)```/.exec(page)!;
  expect(readScenario(file!).rules.map(({ kind }) => kind)).toEqual(["broker-restart", "tcp-loss", "clock-jump"]);
});
