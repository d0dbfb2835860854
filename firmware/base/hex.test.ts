import { toHex } from "./hex";

test("every byte has two lower-case digits", () => {
  expect(toHex("")).toBe("");
  for (let n = 0; n < 256; n += 1) {
    expect(toHex(String.fromCharCode(n))).toBe(n.toString(16).padStart(2, "0"));
  }
  expect(toHex("\x00\x7f\x80\xff")).toBe("007f80ff");
});
