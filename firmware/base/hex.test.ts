import { parseHex, toHex } from "./hex";

test("every byte has two lower-case digits", () => {
  expect(toHex("")).toBe("");
  for (let n = 0; n < 256; n += 1) {
    expect(toHex(String.fromCharCode(n))).toBe(n.toString(16).padStart(2, "0"));
  }
  expect(toHex("\x00\x7f\x80\xff")).toBe("007f80ff");
});

test.each([
  ["0", 0],
  ["ff", 255],
  ["FF", 255],
  ["aB09", 0xab09],
  ["fffffff", 0xfffffff],
  ["10000000", undefined],
  ["", undefined],
  ["g", undefined],
  ["`", undefined],
  ["@", undefined],
  ["/", undefined],
  [":", undefined],
  ["-1", undefined],
  [" 1", undefined],
])("parseHex(%j) is %j", (text, value) => {
  expect(parseHex(text)).toBe(value);
});
