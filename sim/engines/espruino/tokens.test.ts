/** Source is taken apart as the interpreter's lexer does, and tokens become text again without running into their neighbours. */
import { detokenise, lexemesOf, tokenOf } from "./tokens";

/** Text in which «word» stands for a token. */
const tokenised = (text: string): string => text.replace(/«(.+?)»/g, (_all, word: string) => tokenOf(word)!);

test("the numbers are those of the interpreter's source", () => {
  const numbers = ["==", "=>", "if", "of", "??"].map((word) => tokenOf(word)!.charCodeAt(0));
  expect(numbers).toEqual([138, 162, 163, 198, 208]);
  expect(["eval", "=", "async", "**"].map(tokenOf)).toEqual([undefined, undefined, undefined, undefined]);
});

test.each([
  ["«return»a", "return a"],
  ["«return»!b", "return!b"],
  ["a«in»b", "a in b"],
  ["1«in»b", "1 in b"],
  ["«typeof»«typeof»a", "typeof typeof a"],
  ["«else»«if»(a)b", "else if(a)b"],
  ["a«++»+b", "a++ +b"],
  ["a+«++»b", "a+ ++b"],
  ["a-«--»b", "a- --b"],
  ["(a,b)«=>»a«&&»!b", "(a,b)=>a&& !b"],
  ["«return»/x/", "return/x/"],
  ["a«??»b?c:d", "a??b?c:d"],
])("%s is %s", (source, text) => {
  expect(detokenise(tokenised(source))).toBe(text);
});

test.each(['"\x8a\\"\x8a"', "'\x8a'", "`\x8a${a{'}'}\x8a}`", "a=/\x8a\\/\x8a/g", "/*\x8a*/a"])("%j holds no tokens", (source) => {
  expect(detokenise(source)).toBe(source);
});

test("a stroke behind a value divides, behind anything else it begins a regular expression", () => {
  const last = (source: string): string => lexemesOf(tokenised(source)).at(-1)!.text;
  expect(["a/b/c", ")/b/c", "«true»/b/c", "1/b/c"].map(last)).toEqual(["c", "c", "c", "c"]);
  expect(["/b/g", "=/b/g", "«return»/b/g", "«&&»/b/g", "return/b/g"].map(last)).toEqual(["/b/g", "/b/g", "/b/g", "/b/g", "/b/g"]);
});

