import { shrink } from "./shrink";

const never = (): Promise<boolean> => Promise.resolve(false);

describe("shrinking a plan", () => {
  const plan = Array.from({ length: 40 }, (_, i) => i);

  test.each([
    ["one fault", [17]],
    ["two far apart", [3, 38]],
    ["three neighbours", [10, 11, 12]],
    ["all of them", plan],
  ])("leaves %s", async (_what, needed) => {
    let runs = 0;
    const left = await shrink(plan, (fewer) => {
      runs += 1;
      return needed.every((each) => fewer.includes(each));
    }, never);
    expect(left).toEqual(needed);
    expect(runs).toBeLessThan(2000);
  });

  test("leaves nothing where no fault is needed at all", async () => {
    expect(await shrink(plan, () => true, never)).toEqual([]);
    expect(await shrink([], () => true, never)).toEqual([]);
  });

  test("ends when somebody has enough of it, with the fewest so far", async () => {
    let runs = 0;
    const left = await shrink(plan, (fewer) => {
      runs += 1;
      return fewer.includes(3);
    }, () => Promise.resolve(runs === 2));
    expect(left).toEqual(plan.slice(0, 20));
  });
});
