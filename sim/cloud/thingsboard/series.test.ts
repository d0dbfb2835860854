import { checkQuery, cut, insert, readSeries } from "./series";
import type { Aggregation, Series, SeriesQuery } from "./series";
import { modelLimits } from "./types";
import type { Value } from "./types";

const long = (text: number): Value => ({ type: "LONG", text: String(text) });

function seriesOf(points: readonly (readonly [ts: number, value: Value])[]): Series {
  const series: Series = [];
  for (const [ts, value] of points) insert(series, { ts, value }, false);
  return series;
}

const query = (more: Partial<SeriesQuery>): SeriesQuery => ({ startTs: 0, endTs: 1000, interval: 0, limit: 100, agg: "NONE", order: "DESC", ...more });

test("points stand in order of time, and a later write of one time takes the place of the earlier", () => {
  const series = seriesOf([[30, long(3)], [10, long(1)], [20, long(2)], [20, long(9)]]);
  expect(series.map(({ ts, value }) => [ts, value.text])).toEqual([[10, "1"], [20, "9"], [30, "3"]]);
  expect(insert(series, { ts: 5, value: long(0) }, true)).toBe(0);
  expect(series.map(({ ts }) => ts)).toEqual([10, 20, 30]);
  expect(cut(series, 10, 30)).toBe(2);
  expect(series.map(({ ts }) => ts)).toEqual([30]);
});

test("raw points: start inclusive, end exclusive, newest first, the newest of too many", () => {
  const series = seriesOf([[0, long(0)], [10, long(1)], [20, long(2)], [30, long(3)]]);
  const times = (more: Partial<SeriesQuery>): number[] => readSeries(series, query(more)).map(({ ts }) => ts);
  expect(times({ startTs: 10, endTs: 30 })).toEqual([20, 10]);
  expect(times({ limit: 2 })).toEqual([30, 20]);
  expect(times({ limit: 2, order: "ASC" })).toEqual([0, 10]);
  expect(times({ startTs: 30, endTs: 30 })).toEqual([]);
});

test("buckets begin at the start, the last is clipped, empty ones are left out, and a point stands in the middle", () => {
  const series = seriesOf([[100, long(1)], [199, long(3)], [400, long(10)], [449, long(20)], [450, long(99)]]);
  const read = (agg: Aggregation): unknown => readSeries(series, query({ startTs: 100, endTs: 450, interval: 100, agg }));
  expect(read("AVG")).toEqual([{ ts: 150, value: "2.0", count: 2 }, { ts: 425, value: "15.0", count: 2 }]);
  expect(read("SUM")).toEqual([{ ts: 150, value: "4" }, { ts: 425, value: "30" }]);
  expect(read("MIN")).toEqual([{ ts: 150, value: "1" }, { ts: 425, value: "10" }]);
  expect(read("MAX")).toEqual([{ ts: 150, value: "3" }, { ts: 425, value: "20" }]);
  expect(read("COUNT")).toEqual([{ ts: 150, value: "2" }, { ts: 425, value: "2" }]);
});

test("mixed kinds: doubles make doubles, texts count only where nothing is a number", () => {
  const mixed = seriesOf([[1, long(1)], [2, { type: "DOUBLE", text: "2.5" }], [3, { type: "STRING", text: "b" }], [4, { type: "STRING", text: "a" }]]);
  const read = (series: Series, agg: Aggregation): string | undefined => readSeries(series, query({ interval: 1000, agg }))[0]?.value;
  expect((["SUM", "MIN", "MAX", "AVG", "COUNT"] as const).map((agg) => read(mixed, agg))).toEqual(["3.5", "1.0", "2.5", "1.75", "2"]);
  const texts = seriesOf([[3, { type: "STRING", text: "b" }], [4, { type: "STRING", text: "a" }]]);
  expect((["MIN", "MAX", "SUM", "AVG"] as const).map((agg) => read(texts, agg))).toEqual(["a", "b", undefined, undefined]);
});

test("a query is refused in the platform's words", () => {
  const refusal = (more: Partial<SeriesQuery>): string => {
    const checked = checkQuery(query(more), modelLimits);
    return checked.ok ? `limit ${checked.value.limit}` : checked.message;
  };
  expect(refusal({ agg: "AVG" })).toMatch(/^Invalid TsKvQuery: 'interval' must be greater than 0, but got 0\./);
  expect(refusal({ agg: "AVG", interval: 1, endTs: 701 * 1000 })).toMatch(/^Incorrect TsKvQuery\. Number of intervals is to high - 701\./);
  expect(refusal({ agg: "AVG", interval: 1, endTs: 700 * 1000 })).toBe("limit 100");
  expect([refusal({ limit: 0 }), refusal({ limit: 1e9 }), refusal({ startTs: NaN })]).toEqual(["limit 100", `limit ${modelLimits.queryPointsMax}`, expect.stringMatching(/^Invalid TsKvQuery/)]);
});
