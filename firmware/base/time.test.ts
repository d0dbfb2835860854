import { addMs, compareTime, elapsed, subtractMs } from "./time";

test("elapsed is right across the wrap of uptime", () => {
  expect(elapsed(5, 2)).toBe(3);
  expect(elapsed(3, 2147483647)).toBe(4);
  expect(elapsed(0, 0)).toBe(0);
});

test("moving a time forwards and back gives it again", () => {
  const noon = { sec: 1700000000, ms: 250 };
  for (const ms of [0, 1, 249, 250, 251, 999, 1000, 86400000, 2147483647]) {
    const later = addMs(noon, ms);
    expect(later.ms).toBeGreaterThanOrEqual(0);
    expect(later.ms).toBeLessThan(1000);
    expect(subtractMs(later, ms)).toEqual(noon);
    expect(Math.sign(compareTime(later, noon))).toBe(ms === 0 ? 0 : 1);
  }
});
