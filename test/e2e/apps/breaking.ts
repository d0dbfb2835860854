/** An app that works once, and then reads what is not there, though the compiler was told that it would be. */
import { defineThing, every, measure, report, seconds } from "motet";

const none: { readonly at?: { readonly value: number } } = {};

export default defineThing((thing) => {
  let n = 0;
  measure(thing, { key: "a" });
  every(thing, seconds(10), () => {
    n += 1;
    report(thing, "a", n < 2 ? n : none.at!.value);
  });
});
