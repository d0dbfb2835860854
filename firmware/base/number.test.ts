import { formatScaled, isNumberText, isWhole, pad, parseDecimal, parseScaled } from "./number";
import { generator, seed } from "../../test/support/budget";

test.each([
  [0, 0, "0"],
  [0, 3, "0"],
  [215, 1, "21.5"],
  [-5, 2, "-0.05"],
  [2100, 2, "21"],
  [2110, 2, "21.1"],
  [-1, 0, "-1"],
  [5, 9, "0.000000005"],
  [2147483647, 0, "2147483647"],
  [2147483647, 9, "2.147483647"],
  [-2147483647, 4, "-214748.3647"],
])("formatScaled(%d, %d) is %s", (value, decimals, text) => {
  expect(formatScaled(value, decimals)).toBe(text);
  expect(parseScaled(text, decimals)).toBe(value);
});

test("negative zero has no sign", () => {
  expect(formatScaled(-0, 2)).toBe("0");
  expect(Object.is(parseScaled("-0.0", 2), 0)).toBe(true);
});

test.each([
  ["21.5", 2, 2150],
  ["1e-1", 1, 1],
  ["1E+3", 0, 1000],
  ["0.25", 1, 3],
  ["-0.25", 1, -3],
  ["0.249999999999999999999999", 1, 2],
  ["0.05", 0, 0],
  ["5e-1", 0, 1],
  ["5e-2", 0, 0],
  ["-5e-2", 0, 0],
  ["99.5", 0, 100],
  ["2147483647", 0, 2147483647],
  ["-2147483647", 0, -2147483647],
  ["2147483648", 0, undefined],
  ["-2147483648", 0, undefined],
  ["2147483647.4", 0, 2147483647],
  ["2147483647.5", 0, undefined],
  ["214748364.7", 1, 2147483647],
  ["214748364.8", 1, undefined],
  ["214748365", 1, undefined],
  ["0.0000000000000000000000000000000021e32", 2, 21],
  ["1e999999999999999999", 0, undefined],
  ["1e-999999999999999999", 9, 0],
  ["0e999999999999999999", 9, 0],
  ["0.000e5", 9, 0],
  ["", 0, undefined],
  ["-", 0, undefined],
  ["+1", 0, undefined],
  ["01", 0, undefined],
  ["-01", 0, undefined],
  [".5", 1, undefined],
  ["1.", 1, undefined],
  ["1.e1", 1, undefined],
  ["1e", 0, undefined],
  ["1e+", 0, undefined],
  ["1e1.5", 0, undefined],
  ["1 ", 0, undefined],
  [" 1", 0, undefined],
  ["1x", 0, undefined],
  ["0x1", 0, undefined],
  ["NaN", 0, undefined],
  ["Infinity", 0, undefined],
])("parseScaled(%j, %d) is %p", (text, decimals, value) => {
  expect(parseScaled(text, decimals)).toBe(value);
});

test("what is no JSON number is no number text", () => {
  for (const text of ["0", "-0", "1.5e-7", "9999999999999999999999"]) expect(isNumberText(text)).toBe(true);
  for (const text of ["", "-", "1.", "00", "1e", "1-", "١"]) expect(isNumberText(text)).toBe(false);
});

test("ten thousand random scaled integers survive a trip through text", () => {
  const below = generator(seed);
  for (let i = 0; i < 10000; i += 1) {
    const value = below(2147483648) * (below(2) === 0 ? 1 : -1);
    const decimals = below(10);
    const text = formatScaled(value, decimals);
    if (parseScaled(text, decimals) !== (value === 0 ? 0 : value)) throw new Error(`${value} at ${decimals}: ${text}`);
    if (JSON.stringify(JSON.parse(text)) !== text && Math.abs(JSON.parse(text)) >= 1e-6) throw new Error(`longer than it must be: ${text}`);
  }
});

test("the time to read a long number grows with its length, and no faster", () => {
  const text = "0." + "0".repeat(20000) + "1e20001";
  const reads = jest.spyOn(String.prototype, "charCodeAt");
  const value = parseScaled(text, 0);
  const steps = reads.mock.calls.length;
  reads.mockRestore();
  expect(value).toBe(1);
  expect(steps).toBeLessThan(6 * text.length);
});

test.each([
  ["0", 0],
  ["007", 7],
  ["2147483647", 2147483647],
  ["2147483648", undefined],
  ["2147483650", undefined],
  ["9999999999", undefined],
  ["0000000001", 1],
  ["00000000001", undefined],
  ["", undefined],
  ["-1", undefined],
  ["+1", undefined],
  ["1.0", undefined],
  ["1e1", undefined],
  [" 1", undefined],
  ["/", undefined],
  [":", undefined],
])("parseDecimal(%j) is %p", (text, value) => {
  expect(parseDecimal(text)).toBe(value);
});

test("pad fills up to the width and never cuts", () => {
  expect(pad(7, 3)).toBe("007");
  expect(pad(123, 3)).toBe("123");
  expect(pad(1234, 3)).toBe("1234");
  expect(pad(0, 1)).toBe("0");
});

test("isWhole: a number without a fraction, within 2^31-1 either way", () => {
  for (const value of [0, -0, 1, -1, 2147483647, -2147483647]) expect([value, isWhole(value)]).toEqual([value, true]);
  for (const value of [0.5, 2147483648, -2147483649, NaN, Infinity, true, "1", "", undefined, {}]) expect([value, isWhole(value)]).toEqual([value, false]);
});
