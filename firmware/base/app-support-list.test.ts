/** The helpers of lists do what JavaScript's own methods do, for any list and any places. */
import fc from "fast-check";
import {
  append, everyItem, filterList, findItem, findPlace, hasItem, itemAt, joinLists, largest, lastPlaceInList, mapList, placeInList, pushAll, reduceList, reverseList,
  sliceList, smallest, someItem, sortList, spliceList, unshiftList, visitList, withField,
} from "./app-support-list";

const items = fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 8 });
const place = fc.option(fc.oneof(fc.integer({ min: -10, max: 10 }), fc.constantFrom(1.5, -1.5, 0.9)), { nil: undefined });
const item = fc.integer({ min: -4, max: 4 });

test("reading", () => {
  fc.assert(fc.property(items, place, place, item, (list, start, end, n) => {
    const isSmall = (each: number): boolean => each < n;
    expect(sliceList(list, start, end)).toEqual(list.slice(start, end));
    expect([placeInList(list, n, start), lastPlaceInList(list, n), hasItem(list, n)]).toEqual([list.indexOf(n, start), list.lastIndexOf(n), list.includes(n)]);
    expect([findPlace(list, isSmall), findItem(list, isSmall), someItem(list, isSmall), everyItem(list, isSmall)]).toEqual([list.findIndex(isSmall), list.find(isSmall), list.some(isSmall), list.every(isSmall)]);
    expect([itemAt(list, n), largest(list), smallest(list)]).toEqual([list.at(n), Math.max(...list), Math.min(...list)]);
  }));
});

test("making", () => {
  fc.assert(fc.property(items, items, item, (list, more, n) => {
    expect(mapList(list, (each, index) => each * index + n)).toEqual(list.map((each, index) => each * index + n));
    expect(filterList(list, (each, index) => each > n || index === 1)).toEqual(list.filter((each, index) => each > n || index === 1));
    expect(reduceList(list, (sum, each, index) => `${sum}${each}${index}`, "")).toBe(list.reduce((sum, each, index) => `${sum}${each}${index}`, ""));
    expect(joinLists(list, more)).toEqual(list.concat(more));
    expect(append([...list], more)).toEqual([...list, ...more]);
    const seen: number[] = [];
    visitList(list, (each, index) => seen.push(each, index));
    expect(seen).toEqual(list.flatMap((each, index) => [each, index]));
  }));
});

test("changing in place", () => {
  fc.assert(fc.property(items, items, place, place, (list, more, start, count) => {
    const both = <T>(change: (own: number[]) => T, native: (other: number[]) => T): void => {
      const own = [...list];
      const other = [...list];
      expect(change(own)).toEqual(native(other));
      expect(own).toEqual(other);
    };
    both((own) => spliceList(own, start ?? 0, count, more), (other) => (count === undefined ? [...other.splice(start ?? 0, Infinity, ...more)] : other.splice(start ?? 0, count, ...more)));
    both((own) => unshiftList(own, more), (other) => other.unshift(...more));
    both((own) => pushAll(own, more), (other) => other.push(...more));
    both((own) => reverseList(own), (other) => other.reverse());
  }));
});

test("sorting is stable", () => {
  const pairs = fc.array(fc.record({ key: fc.integer({ min: 0, max: 3 }), mark: fc.integer() }), { maxLength: 12 });
  fc.assert(fc.property(pairs, (list) => {
    expect(sortList([...list], (a, b) => a.key - b.key)).toEqual([...list].sort((a, b) => a.key - b.key));
  }));
});

test("a callback that takes items away ends the walk early, as JavaScript's does", () => {
  const list = [1, 2, 3, 4];
  const seen: number[] = [];
  visitList(list, (each) => {
    seen.push(each);
    list.pop();
  });
  expect(seen).toEqual([1, 2]);
});

test("a field under a computed name", () => {
  expect(withField({ a: 1 }, "b", 2)).toEqual({ a: 1, b: 2 });
});
