import { newBudgets } from "./budget";

test("a budget gives its burst, then as much as time brings back", () => {
  let now = 0;
  const budgets = newBudgets(() => now, 3, 2, 10);
  const take = (): number => [1, 2, 3, 4, 5].filter(() => budgets.take("a")).length;
  expect(take()).toBe(3);
  expect(budgets.has("a")).toBe(false);
  now = 499;
  expect(budgets.take("a")).toBe(false);
  now = 500;
  expect(budgets.has("a")).toBe(true);
  expect(take()).toBe(1);
  now = 1000000;
  expect(take()).toBe(3);
  now = 0;
  expect(budgets.take("a")).toBe(false);
});

test("addresses have budgets of their own, and the first seen is forgotten first", () => {
  const budgets = newBudgets(() => 0, 1, 1, 2);
  expect(["a", "b", "a", "b"].map((address) => budgets.take(address))).toEqual([true, true, false, false]);
  expect(budgets.take("c")).toBe(true);
  expect(budgets.take("b")).toBe(false);
  expect(budgets.take("a")).toBe(true);
});
