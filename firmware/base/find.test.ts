import { find } from "./find";

test.each([
  ["abc", "a", 0],
  ["abc", "c", 2],
  ["abc", "bc", 1],
  ["abc", "abc", 0],
  ["abc", "abcd", -1],
  ["abc", "cd", -1],
  ["abcabd", "abd", 3],
  ["", "a", -1],
  ["\xff\xffa", "\xffa", 1],
])("find(%j, %j) is %d", (bytes, wanted, index) => {
  expect(find(bytes, wanted)).toBe(index);
});

test("an engine that answers for a beginning at the end is put right", () => {
  const search = jest.spyOn(String.prototype, "indexOf").mockReturnValue(2);
  const index = find("abc", "cd");
  search.mockRestore();
  expect(index).toBe(-1);
});
