/** Fields survive the line, whatever bytes they hold. */
import { decodeLine, encodeLine } from "./wire";

test("every byte, and empty fields, come back", () => {
  const bytes = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join("");
  const fields = ["?", "", bytes, "\\n", "\\", "12", ""];
  const line = encodeLine(fields);
  expect(line.indexOf("\n")).toBe(line.length - 1);
  expect(line).not.toContain("\0");
  expect(decodeLine(line.slice(0, -1))).toEqual(fields);
});

test("numbers are text", () => {
  expect(encodeLine(["timer.start", 1, -2.5])).toBe("timer.start\t1\t-2.5\n");
});
