/**
 * Closes a test run: what was skipped and why, and the counts. Fails when anything was skipped that is not an engine which
 * may be absent: the real Espruino interpreter, and a board on a port.
 */
import { readFileSync } from "node:fs";

const mayBeAbsent = ["[espruino]", "[board]"];
const run = JSON.parse(readFileSync(process.argv[2], "utf8"));
const tests = run.testResults.flatMap((file) => file.assertionResults);
const skipped = tests.filter((test) => test.status !== "passed" && test.status !== "failed");
for (const test of skipped) console.log(`skipped: ${test.fullName}`);
console.log(`${run.numPassedTests} passed, ${run.numFailedTests} failed, ${skipped.length} skipped`);
const unexpected = skipped.filter((test) => !mayBeAbsent.some((engine) => test.fullName.includes(engine)));
if (unexpected.length > 0) {
  console.error(`${unexpected.length} tests were skipped that need nothing but what make test installs.`);
  process.exit(1);
}
if (run.numTotalTests === 0) process.exit(1);
