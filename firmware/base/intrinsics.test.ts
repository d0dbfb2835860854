import { at, bxor, chr, idiv, sub, whole } from "./intrinsics";

test("each does what it says at both ends of its range", () => {
  expect(chr(0)).toBe("\0");
  expect(chr(255)).toBe("\xff");
  expect(at("a\xff", 0)).toBe(97);
  expect(at("a\xff", 1)).toBe(255);
  expect(sub("abc", 0, 3)).toBe("abc");
  expect(sub("abc", 1, 1)).toBe("");
  expect(sub("abc", 3, 3)).toBe("");
  expect(idiv(2147483647, 1)).toBe(2147483647);
  expect(idiv(7, 2)).toBe(3);
  expect(idiv(0, 5)).toBe(0);
  expect(bxor(0xf0, 0xff)).toBe(0x0f);
  expect(bxor(65535, 1)).toBe(65534);
  expect(whole(-7)).toBe(-7);
});

test.each<[string, () => void]>([
  ["chr below a byte", () => chr(-1)],
  ["chr above a byte", () => chr(256)],
  ["chr of a fraction", () => chr(1.5)],
  ["chr of NaN", () => chr(NaN)],
  ["at before the start", () => at("a", -1)],
  ["at the end", () => at("a", 1)],
  ["at a fraction", () => at("ab", 0.5)],
  ["sub before the start", () => sub("abc", -1, 2)],
  ["sub past the end", () => sub("abc", 0, 4)],
  ["sub backwards", () => sub("abc", 2, 1)],
  ["sub at a fraction", () => sub("abc", 0.5, 2)],
  ["idiv by zero", () => idiv(1, 0)],
  ["idiv of a negative", () => idiv(-1, 2)],
  ["idiv by a negative", () => idiv(1, -2)],
  ["idiv of a fraction", () => idiv(1.5, 2)],
  ["idiv above 31 bits", () => idiv(2147483648, 2)],
  ["idiv by more than 31 bits", () => idiv(1, 2147483648)],
  ["whole of a fraction", () => whole(0.5)],
  ["whole of NaN", () => whole(NaN)],
  ["bxor above 16 bits", () => bxor(65536, 0)],
  ["bxor below zero", () => bxor(0, -1)],
  ["bxor of a fraction", () => bxor(0.5, 1)],
])("a build that checks stops at: %s", (_what, act) => {
  expect(act).toThrow();
});
