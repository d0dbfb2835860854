import { ceilNumber, fixedText, numberText, remainder, roundNumber, signOf, truncNumber } from "./app-support-number";

const values = [0, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 0.49999999999999994, 7, -7, 7.25, -7.25, 1e9 + 0.5, 4503599627370495.5];

test.each(values)("rounding of %d is JavaScript's", (n) => {
  expect(roundNumber(n) + 0).toBe(Math.round(n) + 0);
  expect(ceilNumber(n) + 0).toBe(Math.ceil(n) + 0);
  expect(truncNumber(n) + 0).toBe(Math.trunc(n) + 0);
  expect(signOf(n)).toBe(Math.sign(n));
  for (const by of [2, -3, 0.5, 7.25]) expect(remainder(n, by) + 0).toBe((n % by) + 0);
  expect(remainder(n, 0)).toBeNaN();
});

test("toFixed is exact: halves of the number itself, not of its neighbour", () => {
  const hard = [1.005, 1.45, 1.25, -1.25, -1.5, 0.5, 2.5, -0.4, 8.345, 0.000001, 999.995, 0.05, 123456.789, 2147483647.5, -0, 0.1 + 0.2];
  for (const n of hard) for (let decimals = 0; decimals <= 9; decimals += 1) expect(fixedText(n, decimals)).toBe(n.toFixed(decimals));
  let seed = 1;
  for (let i = 0; i < 5000; i += 1) {
    seed = (seed * 75) % 65537;
    const n = (seed - 32768) / [8, 10, 100, 1000, 7, 1024][i % 6]!;
    expect(fixedText(n, i % 10)).toBe(n.toFixed(i % 10));
  }
});

test("a number's text is JavaScript's as long as seven digits say it", () => {
  for (const n of [0, 5, -5, 21.5, -21.5, 0.1, 1013.25, 0.0000001 * 0, 2147483647, -2147483648, 4294967296, 1e15, 12345.67, -0.25, 99.99999, 1 / 0, -1 / 0, 0 / 0]) {
    expect(numberText(n)).toBe(`${n}`);
  }
  expect([1 / 3, 2 / 3, 0.1 + 0.2, 1234567.89, 0.00000004, -0.00000004, 9.9999999].map(numberText)).toEqual(["0.3333333", "0.6666667", "0.3", "1234568", "0", "0", "10"]);
});
