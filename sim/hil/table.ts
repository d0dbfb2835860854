/** What a run came to, for people and for machines: a table of tests by engines and boards, and JUnit's XML. */
import type { Result, Status } from "./run";

const words: Readonly<Record<Status, string>> = { pass: "pass", fail: "FAIL", broken: "BROKEN", unable: "-" };

function cellOf({ status, retries }: Result): string {
  return retries.length === 0 ? words[status] : `${words[status]} (${retries.length} ${retries.length === 1 ? "retry" : "retries"})`;
}

/** Results of tests in the order in which they came first, and of lanes. */
function ordered(results: readonly Result[]): { readonly tests: readonly string[]; readonly lanes: readonly string[] } {
  return { tests: [...new Set(results.map(({ test }) => test))], lanes: [...new Set(results.map(({ lane }) => lane))] };
}

function indented(text: string): string {
  return text.split("\n").map((line) => `    ${line}`).join("\n");
}

/** The lines of a table; below it, why something did not run, was tried again, or failed. */
export function tableOf(results: readonly Result[]): string[] {
  const { tests, lanes } = ordered(results);
  const of = (test: string, lane: string): Result | undefined => results.find((each) => each.test === test && each.lane === lane);
  const wide = Math.max(4, ...tests.map(({ length }) => length));
  const cells = (test: string): string[] => lanes.map((lane) => (of(test, lane) === undefined ? "" : cellOf(of(test, lane)!)));
  const widths = lanes.map((lane, i) => Math.max(lane.length, ...tests.map((test) => cells(test)[i]!.length)));
  const row = (head: string, rest: readonly string[]): string => [head.padEnd(wide), ...rest.map((text, i) => text.padEnd(widths[i]!))].join("  ").trimEnd();
  const table = [row("test", lanes), ...tests.map((test) => row(test, cells(test)))];
  const unable = lanes.flatMap((lane) => {
    const reasons = new Set(results.filter((each) => each.lane === lane && each.status === "unable").map(({ reason }) => reason));
    return [...reasons].map((reason) => `-  ${lane} cannot: ${reason}`);
  });
  const retried = results.filter(({ retries }) => retries.length > 0).flatMap(({ lane, test, retries }) => retries.map((why) => `retry  ${lane}, ${test}: ${why}`));
  const failed = results
    .filter(({ status }) => status === "fail" || status === "broken")
    .flatMap(({ status, lane, test, reason, log }) => [`${words[status]}  ${lane}, ${test}`, indented(reason), ...(log === undefined ? [] : [`    log: ${log}`])]);
  return [...table, ...unable.map((line, i) => (i === 0 ? `\n${line}` : line)), ...retried, ...failed.map((line, i) => (i === 0 ? `\n${line}` : line))];
}

/** How many of each there are. */
export function countsOf(results: readonly Result[]): Readonly<Record<Status, number>> & { readonly retries: number } {
  const of = (status: Status): number => results.filter((each) => each.status === status).length;
  return { pass: of("pass"), fail: of("fail"), broken: of("broken"), unable: of("unable"), retries: results.reduce((sum, { retries }) => sum + retries.length, 0) };
}

function escaped(text: string): string {
  return text.replace(/[^\t\n -~]/g, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

function caseOf({ test, lane, status, reason, retries, ms, log }: Result): string {
  const head = `<testcase classname="${escaped(lane)}" name="${escaped(test)}" time="${(ms / 1000).toFixed(3)}">`;
  const where = log === undefined ? "" : `\nlog: ${log}`;
  const outcome: Readonly<Record<Status, string>> = {
    pass: "",
    unable: `<skipped message="${escaped(reason)}"/>`,
    fail: `<failure message="${escaped(reason.split("\n")[0]!)}">${escaped(`${reason}${where}`)}</failure>`,
    broken: `<error message="${escaped(reason.split("\n")[0]!)}">${escaped(`${reason}${where}`)}</error>`,
  };
  const again = retries.length === 0 ? "" : `<system-out>${escaped(retries.map((why) => `retried: ${why}`).join("\n"))}</system-out>`;
  return `    ${head}${outcome[status]}${again}</testcase>`;
}

/** A report as CI systems read it: a suite for each lane. */
export function junitOf(results: readonly Result[]): string {
  const suites = ordered(results).lanes.map((lane) => {
    const own = results.filter((each) => each.lane === lane);
    const { fail, broken, unable } = countsOf(own);
    const time = (own.reduce((sum, { ms }) => sum + ms, 0) / 1000).toFixed(3);
    return [`  <testsuite name="${escaped(lane)}" tests="${own.length}" failures="${fail}" errors="${broken}" skipped="${unable}" time="${time}">`, ...own.map(caseOf), "  </testsuite>"].join("\n");
  });
  return ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", ...suites, "</testsuites>", ""].join("\n");
}
