/** Lines of the console as the program printed them, however the bytes are cut and whatever the prompt adds. */
import { parseLogLine } from "../log-line";
import { createConsole } from "./console";

function linesOf(...pieces: string[]): string[] {
  const lines: string[] = [];
  const feed = createConsole((line) => lines.push(line));
  for (const piece of pieces) feed(piece);
  return lines;
}

test("prompts and codes are taken off, empty lines left out", () => {
  expect(linesOf("\r\x1b[Jhi 3\r\n\r\n>\r\x1b[J55\r\n>\r\x1b[J>not a prompt\r\n")).toEqual(["hi 3", "55", ">not a prompt"]);
  expect(linesOf("plain\r\n>")).toEqual(["plain"]);
});

test("a line may come byte by byte", () => {
  expect(linesOf(..."\r\x1b[Jone\r\n>\r\x1b[Jtwo\r\n")).toEqual(["one", "two"]);
});

test("long lines are cut at 4,096 characters, and a line without an end takes no more than twice that", () => {
  expect(linesOf(`${"x".repeat(4096)}\n${"y".repeat(4097)}\n`).map((line) => line.length)).toEqual([4096, 4096]);
  const pieces = Array.from({ length: 100 }, () => "z".repeat(1000));
  expect(linesOf(...pieces, "\n")[0]).toHaveLength(4096);
});

test("records of the log are told from other lines", () => {
  expect(parseLogLine('motet reading 7 "count \\"a\\u00e9\\""')).toEqual({ event: "reading", number: 7, text: 'count "aé"' });
  expect(parseLogLine('motet offline -1 ""')).toEqual({ event: "offline", number: -1, text: "" });
  for (const line of ["motet reading 7", 'motet reading x "a"', 'motet reading 7 "a', 'motet reading 7 "\\x"', 'print motet a 1 ""']) expect(parseLogLine(line)).toBeUndefined();
});
