/**
 * An app that fails at known places, one after the other: marks in its text say where. It begins at the place whose number its analog
 * input tells; a number of 0 is the definition itself.
 */
import { defineThing, every, measure, report, seconds } from "motet";

interface Inner {
  readonly value: number;
  readonly list: readonly number[];
}
interface Outer {
  readonly inner: Inner | undefined;
}
const broken: Outer = { inner: undefined };
const whole: Outer = { inner: { value: 1, list: [1, 2] } };
const turns = { n: 0 };

function small(from: Outer): number {
  return from.inner!.value; // at: inlined
}

function nested(from: Outer, depth: number): number {
  if (depth > 0) {
    const below = nested(from, depth - 1); // at: recursion
    return below + 1;
  }
  let sum = 0;
  for (const item of from.inner!.list) sum += item; // at: nested
  return sum;
}

/** @cold */
function rarely(from: Outer, text: string): string {
  const copies: string[] = [];
  for (let i = 0; i < 20; i += 1) copies.push(text + i);
  const last = from.inner!.value; // at: overlay
  return copies.join(",") + last;
}

export default defineThing((thing) => {
  measure(thing, { key: "n" });
  const { analog } = thing.board;
  const told = analog.read(analog.open({ pin: "A0" }));
  turns.n = told > 0 ? told - 1 : 0;

  every(thing, seconds(1), () => {
    turns.n += 1;
    const from = turns.n > 0 ? broken : whole;
    const good = turns.n > 0 ? whole : broken;
    if (turns.n === 1) {
      report(thing, "n", small(good));
      report(thing, "n", small(from)); // at: inlined call
    }
    if (turns.n === 2) report(thing, "n", nested(good, 2) + nested(from, 2)); // at: nested call
    if (turns.n === 3) report(thing, "n", rarely(good, "ab").length + rarely(from, "abc").length); // at: overlay call
    if (turns.n === 4) {
      report(
        thing,
        "n",
        from.inner!.value, // at: callback
      );
    }
  });

  if (told === 0) report(thing, "n", (turns.n === 0 ? broken : whole).inner!.value); // at: top level
});
