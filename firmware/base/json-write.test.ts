import { jsonString } from "./json-write";

test("every byte below 0x80 comes back from JSON.parse, and only what must be is escaped", () => {
  for (let n = 0; n < 128; n += 1) {
    const text = `a${String.fromCharCode(n)}b`;
    const written = jsonString(text);
    expect(JSON.parse(written)).toBe(text);
    expect(written.length > 5).toBe(n < 32 || n === 34 || n === 92);
  }
});

test("bytes from 0x80 are copied", () => {
  expect(jsonString("\x80\xc3\xa9\xff")).toBe('"\x80\xc3\xa9\xff"');
});

test("escapes at either end and side by side", () => {
  expect(jsonString("")).toBe('""');
  expect(jsonString('"\\')).toBe('"\\"\\\\"');
  expect(jsonString("\n")).toBe('"\\u000a"');
  expect(jsonString('x"')).toBe('"x\\""');
});
