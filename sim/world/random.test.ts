import { Random } from "./random";

const draw = (random: Random): number[] => Array.from({ length: 100 }, () => random.next());

test("one seed, one stream; neighbouring seeds and forks have others", () => {
  expect(draw(new Random(7))).toEqual(draw(new Random("7")));
  const streams = [new Random(7), new Random(8), new Random(7).fork("a"), new Random(7).fork("b")].map((one) => draw(one).join());
  expect(new Set(streams).size).toBe(4);
  const root = new Random(7);
  const before = draw(root.fork("a"));
  root.next();
  expect(draw(root.fork("a"))).toEqual(before);
});

test("numbers are spread evenly within their range", () => {
  const random = new Random(1);
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 100000; i += 1) counts[random.below(10)]! += 1;
  // Five standard deviations of a fair draw.
  for (const count of counts) expect(Math.abs(count - 10000)).toBeLessThan(475);
  for (let i = 0; i < 1000; i += 1) {
    const drawn = random.between(-3, 3);
    expect(drawn >= -3 && drawn <= 3 && Number.isInteger(drawn)).toBe(true);
  }
});

test("a fault that is off, or certain, draws nothing", () => {
  const [a, b] = [new Random(1), new Random(1)];
  expect([a.chance(0), a.chance(1), a.between(5, 5)]).toEqual([false, true, 5]);
  expect(a.next()).toBe(b.next());
});
