/**
 * Closes a test run: what was skipped and why, the counts, and a search for secrets in everything that the run printed and
 * reported. Fails when anything was skipped that is not an engine which may be absent (the real Espruino interpreter, a board on
 * a port), or when a secret that the suites use stands in the output in any form.
 *
 *     node test/support/summary.mjs REPORT OUTPUT
 */
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";

const mayBeAbsent = ["[espruino]", "[board]"];
/** The secrets that suites hand to devices and clouds begin like this; no name of a test does. */
const canaries = ["canary-code-", "canary-wifi-", "canary-unknown-"];

const [report, output] = process.argv.slice(2).map((path) => readFileSync(path, "utf8"));
const run = JSON.parse(report);
const tests = run.testResults.flatMap((file) => file.assertionResults);
const skipped = tests.filter((test) => test.status !== "passed" && test.status !== "failed");
for (const test of skipped) console.log(`skipped: ${test.fullName}`);

const forms = canaries.flatMap((canary) => {
  const bytes = Buffer.from(canary);
  return [canary, bytes.toString("hex"), encodeURIComponent(canary), ...[0, 1, 2].map((shift) => Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64").slice(Math.ceil((shift * 8) / 6) + 1, -4))];
});
const leaks = run.numFailedTests === 0 ? forms.filter((form) => `${report}${output}`.includes(form)) : [];

console.log(`${run.numPassedTests} passed, ${run.numFailedTests} failed, ${skipped.length} skipped`);
const unexpected = skipped.filter((test) => !mayBeAbsent.some((engine) => test.fullName.includes(engine)));
if (unexpected.length > 0) console.error(`${unexpected.length} tests were skipped that need nothing but what make test installs.`);
if (leaks.length > 0) console.error(`${leaks.length} forms of secrets stand in what the tests printed.`);
if (run.numTotalTests === 0) console.error("No test ran.");
process.exit(unexpected.length > 0 || leaks.length > 0 || run.numTotalTests === 0 ? 1 : 0);
