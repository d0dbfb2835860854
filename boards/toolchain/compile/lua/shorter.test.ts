/** Programs that would go wrong if a shortening step took one variable, list, function or moment for another. */
import { expectSame } from "../../../../test/support/lua-same";

// Compiling and running stands behind other work on a busy machine.
jest.setTimeout(120000);

const shorter = String.raw`
import { at, chr, sub } from "ROOT/firmware/base/intrinsics";
declare function print(this: void, line: string): void;

const say = (what: string, value: string | number | undefined): void => {
  if (value === undefined) print(what + "=undefined");
  else print(what + "=" + value);
};
interface State { total: number; list: number[]; other: number[]; calls: (() => number)[] }
const state: State = { total: 0, list: [], other: [], calls: [] };
function bump(by: number): number {
  state.total += by;
  return state.total;
}

// A choice that is made when the device is built, between lists.
const always = true;
say("chosen", (always ? [1, 2] : [3]).length + "" + (!always ? [1, 2] : [3]).length);

// A truth that stays, told from inside, and one that changes.
function truths(n: number): string {
  const isOff = !always;
  let isOn = !always;
  const told = (): string => (isOff ? "off" : "on");
  if (n > 1) isOn = true;
  return told() + (isOn ? "1" : "0") + (isOff && n > 0 ? "x" : "y");
}
say("truths", truths(1) + truths(2));

// Locals that share a variable.
function reuse(a: number, b: number): string {
  const sum = a + b;
  const twice = sum * 2;
  const text = "t" + twice;
  let rest = twice;
  let out = "";
  while (rest > 0) {
    const digit = rest % 10;
    const shown = digit > 4 ? "h" : "l";
    out = shown + out;
    rest = (rest - digit) / 10;
  }
  const last = out + text;
  return last + a;
}
function swap(a: number, b: number): string {
  const first = b;
  const second = a;
  return first + "," + second;
}
function branches(n: number): string {
  let kind: string;
  if (n < 0) kind = "negative";
  else if (n === 0) return "zero";
  else kind = "positive";
  let unset: number | undefined;
  if (n > 5) unset = n;
  return kind + (unset ?? -1);
}
function turns(): string {
  let text = "";
  for (let i = 0; i < 3; i += 1) {
    let seen: number | undefined;
    if (i === 1) seen = i;
    text += seen === undefined ? "-" : "+";
    const own = i * 10;
    state.calls.push(() => own + bump(0));
  }
  for (const call of state.calls) text += call();
  return text;
}
function nested(depth: number): number {
  const here = depth * 3;
  if (depth === 0) return here;
  const below = nested(depth - 1);
  const both = here + below;
  return both;
}
function handed(tell: (a: number, b: string) => void): void {
  tell(1, "one");
  tell(2, "two");
}
function more(): void {
  handed((a) => {
    const text = "only " + a;
    say("handed", text);
  });
}

// What is returned as nothing.
function maybe(n: number): number | undefined {
  if (n > 3) return undefined;
  if (n > 1) return n;
  return undefined;
}
function lists(): void {
  const found: (number | undefined)[] = [];
  for (let n = 1; n < 3; n += 1) {
    const one = maybe(n);
    if (one !== undefined) found.push(one);
  }
  say("found", found.length);
  say("none", maybe(9));
  say("text", "" + (maybe(2) ?? 7) + (maybe(4) ?? 7));
}

// An end that may move between.
function grow(): number {
  state.list.push(1);
  return state.list.length;
}
function change(): number {
  state.other = state.list;
  state.list = [];
  return 5;
}
function ends(): void {
  const list = state.list;
  list.push(grow());
  say("grown", state.list.join(","));
  state.list.push(change());
  say("kept", state.other.length + state.list.length);
}

// Characters in a row.
function chars(n: number): string {
  return chr(n) + chr(n + 1) + "\0" + chr(9) + "text" + "\x7f" + chr(bump(1)) + chr(bump(1));
}
function codes(text: string): string {
  let out = "";
  for (let i = 0; i < text.length; i += 1) out += at(text, i) + ".";
  for (let i = 0; i < text.length; i += 1) if (at(text, i) > 32 && at(text, i) < 127) out += sub(text, i, i + 1) + i;
  for (let i = 0; i < 3; i += 1) for (let j = 0; j < 2; j += 1) out += at(text, i + 1) + at(text, j + 1) * (i + 1);
  return out;
}
function finds(text: string): string {
  return (text.indexOf("b") < 0 ? "no" : "yes") + (text.indexOf("a") >= 0 ? "yes" : "no") + text.indexOf(".") + (text.indexOf("") >= 0 ? 1 : 0);
}

// One function of two that are the same, and small ones where they are called.
function sumOf(a: number, b: number): number {
  let all = 0;
  for (let i = a; i < b; i += 1) all += i;
  return all;
}
function total(from: number, to: number): number {
  let sum = 0;
  for (let n = from; n < to; n += 1) sum += n;
  return sum;
}
function less(from: number, to: number): number {
  let sum = 0;
  for (let n = to; n < from; n += 1) sum += n;
  return sum;
}
const double = (n: number): number => n + n;
const later = (n: number): number => state.total + n;
function once(n: number): boolean {
  const before = state.total;
  bump(n);
  return before < 100;
}
function moments(): void {
  let n = 3;
  say("double", double(n) * double(2));
  say("called", double(bump(1)));
  const was = later(1) - later(2);
  n = later(bump(5)) - state.total;
  say("later", was + n);
  if (once(n)) say("once", state.total);
  const before = state.total;
  const result = before + (once(2) ? 1 : 0);
  say("order", result);
}

say("reuse", reuse(12, 30));
say("swap", swap(1, 2));
for (const n of [-1, 0, 3, 8]) say("branches", branches(n));
say("turns", turns());
say("nested", nested(4));
more();
lists();
ends();
say("chars", codes(chars(64)));
say("finds", finds("abc") + finds("x.y"));
say("same", sumOf(1, 5) + total(2, 9) * less(9, 2));
moments();
`;

test("the shorter program does what the longer one did", async () => {
  await expectSame(shorter, 24);
});

test("a function may begin with a parenthesis: Lua 5.1 has no empty statement to put before it", async () => {
  const program = String.raw`
    declare function print(this: void, line: string): void;
    const calls: ((this: void, n: number) => void)[] = [];
    const one = (n: number): void => print("one " + n);
    const two = (n: number): void => print("two " + n);
    function first(n: number): void {
      (n > 1 ? one : two)(n);
      (n > 2 ? one : two)(n);
      print("after");
    }
    calls.push(first);
    for (const call of calls) for (const n of [1, 2, 3]) call(n);
  `;
  await expectSame(program, 9);
});
