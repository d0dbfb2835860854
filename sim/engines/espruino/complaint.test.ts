/** Lines of the console that mean a failed boot, and their neighbours that mean nothing of the kind. */
import { complaintOf } from "./complaint";

test.each([
  ['Uncaught Error: "canary" is not defined', "Code on the interpreter threw what nothing caught (Error)."],
  ['Uncaught "canary"', "Code on the interpreter threw what nothing caught."],
  ["ERROR: Operation - not supported on the canary datatype", "The interpreter complained of what code on it did (Operation)."],
  ["New interpreter error: LOW_MEMORY,MEMORY", "The interpreter ran out of memory."],
  ["OUT OF MEMORY    at canary (:1:1)", "The interpreter ran out of memory."],
  ["ASSERT(canary) FAILED AT 12", "The interpreter stopped at one of its own checks."],
])("%s", (line, sentence) => {
  expect(complaintOf(line)).toBe(sentence);
  expect(sentence).not.toContain("canary");
});

test.each(["ERROR: Connect failed (err 111)", "ERROR: Socket bind failed", "ERROR: Analog is not supported on this device.", "not Uncaught at all", "New interpreter error: FIFO_FULL", ""])("%j is no failure", (line) => {
  expect(complaintOf(line)).toBeUndefined();
});
