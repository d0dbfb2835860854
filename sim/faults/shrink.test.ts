import { shrink } from "./shrink";

describe("shrinking a plan", () => {
  const plan = Array.from({ length: 40 }, (_, i) => i);

  test.each([
    ["one fault", [17]],
    ["two far apart", [3, 38]],
    ["three neighbours", [10, 11, 12]],
    ["all of them", plan],
  ])("leaves %s", (_what, needed) => {
    let runs = 0;
    const left = shrink(plan, (fewer) => {
      runs += 1;
      return needed.every((each) => fewer.includes(each));
    });
    expect(left).toEqual(needed);
    expect(runs).toBeLessThan(2000);
  });

  test("leaves nothing where no fault is needed at all", () => {
    expect(shrink(plan, () => true)).toEqual([]);
    expect(shrink([], () => true)).toEqual([]);
  });
});
