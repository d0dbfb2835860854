/** What a run came to: the table, the sums, and the report for machines. */
import type { Result } from "./run";
import { countsOf, junitOf, tableOf } from "./table";

const result = (test: string, lane: string, changes: Partial<Result>): Result => ({ test, lane, status: "pass", reason: "", retries: [], ms: 1234, log: undefined, ...changes });
const results = [
  result("publishes", "native", {}),
  result("reads memory", "native", { status: "unable", reason: "memory: it has none" }),
  result("publishes", "greenhouse", { retries: ["The port was lost."] }),
  result("reads memory", "greenhouse", { status: "fail", reason: "5 < 6 & more\nsecond line", log: "logs/greenhouse/a.txt" }),
];

test("the table has a row for each test and a column for each engine, and says why below", () => {
  expect(tableOf(results)).toEqual([
    "test          native  greenhouse",
    "publishes     pass    pass (1 retry)",
    "reads memory  -       FAIL",
    "\n-  native cannot: memory: it has none",
    "retry  greenhouse, publishes: The port was lost.",
    "\nFAIL  greenhouse, reads memory",
    "    5 < 6 & more\n    second line",
    "    log: logs/greenhouse/a.txt",
  ]);
});

test("the sums count what did not run as not able, not as passed", () => {
  expect(countsOf(results)).toEqual({ pass: 2, fail: 1, broken: 0, unable: 1, retries: 1 });
});

test("the report is XML with a suite for each engine", () => {
  const xml = junitOf([...results, result("publishes", "shed", { status: "broken", reason: "No answer." })]);
  expect(xml).toContain('<testsuite name="greenhouse" tests="2" failures="1" errors="0" skipped="0" time="2.468">');
  expect(xml).toContain('<failure message="5 &lt; 6 &amp; more">5 &lt; 6 &amp; more\nsecond line\nlog: logs/greenhouse/a.txt</failure>');
  expect(xml).toContain('<skipped message="memory: it has none"/>');
  expect(xml).toContain("<system-out>retried: The port was lost.</system-out>");
  expect(xml).toContain('<error message="No answer.">');
});
