/** The places where a step of this compiler could go wrong, each the same on Node and in both Luas. */
import { expectSame } from "../../../../test/support/lua-same";

const constructs = String.raw`
import type { RamQueue } from "ROOT/firmware/agent/ram-queue";
declare function print(this: void, line: string): void;

const say = (what: string, value: string | number | boolean | undefined): void => {
  if (value === true) print(what + "=true");
  else if (value === false) print(what + "=false");
  else print(what + "=" + (value ?? "undefined"));
};
interface Log { text: string; calls: number }
const log: Log = { text: "", calls: 0 };
function note(text: string, value: number): number {
  log.text += text;
  log.calls += 1;
  return value;
}
function told(): string {
  const text = log.text;
  log.text = "";
  return text;
}

// Arrays.
function arrays(): void {
  const list: number[] = [];
  for (let i = 0; i < 5; i += 1) list.push(i * i);
  say("length", list.length);
  say("pop", list.pop());
  say("shift", list.shift());
  say("join", list.join("-"));
  list[1] = 7;
  list[list.length] = 9;
  say("set", list.join(","));
  const empty: number[] = [];
  say("none", empty.pop());
  say("none", empty.shift());
  say("nothing", empty.join(","));
  const texts = ["a", "b\n", "\"q\"", "it's", "\\", "\0z", "\x019", "tab\t"];
  for (const text of texts) say("text", text.length + ":" + text.indexOf("b") + text.indexOf("z"));
  const nested = [[1, 2], [3]];
  say("nested", nested[0]![1]! + nested[1]![0]!);
  let count = 0;
  for (const row of nested) for (const cell of row) count += cell;
  say("sum", count);
}

// Truth: 0 and "" are true in Lua.
function truth(n: number, text: string, some: string | undefined, flag: boolean | undefined): void {
  say("zero", n === 0 ? "zero" : "other");
  say("empty", text === "" ? 0 : 1);
  say("some", some === undefined ? "none" : some);
  say("elsewise", some ?? "none");
  say("flag", flag ?? true);
  say("not", !(flag ?? false));
  say("isnt", some !== undefined && some !== "");
  say("undefined", flag === undefined);
  say("both", flag === false || (some !== undefined && n < 1));
  const chosen = flag === true ? undefined : n === 0 ? "a" : undefined;
  say("chosen", chosen);
  const decided = n > 0 ? flag : false;
  say("decided", decided);
  const other = n > 0 ? false : flag;
  say("other", other);
}

// The order of evaluation where locals are used once, arguments bound, returns moved.
function twice(a: number, b: number): number {
  return note("t", a) * 10 + b;
}
function once(a: number): number {
  const first = note("1", a);
  const second = note("2", a + 1);
  return second * 100 + first;
}
function swap(list: number[]): number {
  const head = list[0]!;
  list[0] = note("s", 5);
  return head + list[0]!;
}
function early(n: number): void {
  if (n === 1) return;
  note("a", 0);
  if (n === 2) {
    note("b", 0);
    return;
  }
  if (n === 3) note("c", 0);
  else if (n === 4) return;
  note("d", 0);
}
function grade(n: number): string {
  if (n < 0) return "below";
  if (n === 0) return "none";
  if (n > 100) return "above";
  const half = n > 50;
  if (half) return "much";
  return n > 10 ? "some" : "little";
}
function yes(n: number): boolean {
  if (n === 1) return true;
  if (n === 2) return false;
  return n > 5;
}
function maybe(n: number): boolean | undefined {
  if (n === 0) return undefined;
  if (n === 1) return false;
  return true;
}
function find(list: readonly number[], wanted: number): number {
  for (let i = 0; i < list.length; i += 1) {
    if (list[i] === wanted) return i;
  }
  return -1;
}
function orders(): void {
  say("twice", twice(note("x", 1), note("y", 2)));
  say("order", told());
  say("once", once(3));
  say("order", told());
  say("swap", swap([3]));
  for (let n = 0; n < 6; n += 1) {
    early(n);
    say("early", told());
    say("yes", yes(n));
    say("maybe", maybe(n));
  }
  for (const n of [-1, 0, 1, 11, 51, 101]) say("grade", grade(n));
  say("find", find([4, 5, 6], 6) + find([], 1));
  const value = note("p", 1) + note("q", 2) * note("r", 3);
  say("value", value);
  say("order", told());
  let n = 1;
  const before = n;
  n += note("n", 5);
  say("before", before + n);
}

// Functions with one caller, with the same names inside and outside, that change their parameters or keep them.
function shadow(n: number): number {
  let m = n;
  m += 1;
  n = m * 2;
  return n + m;
}
function keep(n: number): (this: void) => number {
  return () => n;
}
function counter(start: number): (this: void) => number {
  let n = start;
  return () => {
    n += 1;
    return n;
  };
}
function closures(): void {
  let n = 4;
  say("shadow", shadow(n) + n);
  const kept = keep(n);
  n = 9;
  say("kept", kept() + n);
  const next = counter(n);
  say("next", next() + next() * 100);
  const all: ((this: void) => number)[] = [];
  for (let i = 0; i < 3; i += 1) {
    const own = i * 2;
    all.push(() => own);
  }
  for (const each of all) say("each", each());
}

// Loops.
function loops(): void {
  let text = "";
  for (let i = 0; i < 10; i += 1) {
    if (i === 2) continue;
    if (i % 3 === 1) {
      text += "x";
      continue;
    }
    if (i === 8) break;
    text += i;
  }
  say("continue", text);
  let n = 0;
  while (true) {
    n += 1;
    if (n > 3) break;
  }
  say("while", n);
  for (let i = 3; i >= 0; i -= 1) text += i;
  say("down", text);
  for (const i of [1, 2, 3]) {
    for (const k of [1, 2, 3]) {
      if (k === i) continue;
      text += k;
      if (k > i) break;
    }
  }
  say("inner", text);
}

// Choices.
const enum Colour { red = 1, green = 2, blue = 3 }
function colour(c: Colour): string {
  switch (c) {
    case Colour.red:
      return "red";
    case Colour.green: {
      const name = "gre";
      return name + "en";
    }
    default:
      return "other";
  }
}
interface Point { x: number; y: number; next: Point | undefined }
function structs(): void {
  for (const c of [Colour.red, Colour.green, Colour.blue]) say("colour", colour(c));
  const point: Point = { x: 1, y: 2, next: { x: 3, y: 4, next: undefined } };
  point.next!.y = point.x + point.y;
  point.x = 0 - point.x;
  say("point", point.x + " " + point.next!.y + " " + (point.next!.next === undefined ? "end" : "more"));
  const record: Record<string, number> = { one: 1, two: 2 };
  say("record", record["one"]! + record["two"]!);
  const key = point.y === 2 ? "two" : "one";
  say("key", record[key]);
  say("absent", record["three"]);
}

// Arithmetic and text that the build computes.
const SIZE = 4;
const NAME = "na" + "me";
function computed(n: number): void {
  say("computed", (n + 1 + 2 - 3) * SIZE + (SIZE - 4) + n - 0);
  say("negative", 0 - n - 2147483647 + 2147483647);
  say("name", NAME + "/" + SIZE + "/" + (SIZE === 4 ? "four" : "other") + n + 1);
  say("line", "a" + ("b" + n) + "c" + (n + 1));
  say("compare", !(n < 3) && !(n >= 9) && !(n === 6 || n === 7));
  say("wrap", n - (2147483647 - 1) - 2);
  say("minus", n - (0 - n) - -3);
}

// A struct of which an image has one: its fields become variables, and what carries it goes.
function advance(queue: RamQueue, n: number): RamQueue {
  queue.dropped = n > 1 ? note("w", n) : queue.dropped;
  queue.before += n > 2 ? note("v", n) : 1;
  queue.readings = yes(n) ? [] : queue.readings;
  return queue;
}
function makeQueue(n: number): RamQueue {
  return { before: note("m", n), dropped: n > 1 ? 2 : 0, readings: [{ sequence: 1, bytes: maybe(n) === true ? "true" : "other" }], sec: 0, ms: 0, text: "", key: "", limit: 0, msMax: 0, head: "", middle: "", secondOf: -1, second: "", turn: 0 };
}
function singletons(): void {
  for (let n = 0; n < 4; n += 1) {
    const queue = makeQueue(n);
    const same = advance(queue, n);
    say("queue", same.before + queue.dropped * 10);
    say("readings", queue.readings.length + (queue.readings[0]?.bytes ?? "none"));
    say("order", told());
  }
}

arrays();
singletons();
truth(0, "", undefined, undefined);
truth(1, "a", "", false);
truth(0, "b", "c", true);
orders();
closures();
loops();
structs();
computed(5);
computed(8);
`;

test("constructs, and what the steps of the compiler do to them", () => expectSame(constructs, 100), 120000);
