/** How a key is found in a block of many records, and what becomes of a block in which one is damaged. */
import type { FlashPort, FlashArea } from "../../hal/ports/flash";
import { checksum } from "../../sim/world/checksum";
import { createFlash } from "../../sim/world/flash";
import { StoreState } from "./code";
import { recordGet, recordPut, recordRemove, recordsOpen } from "./records";

const page: FlashArea = { name: "records", blockBytes: 4096, blocks: 2 };
/** Bytes of a record with a key of two letters and a value of four digits. */
const recordBytes = 12;

/** A store in which "k0" to "k9" were put in turn, `count` times in all, each with the number of the time. */
function filled(count: number) {
  const flash = createFlash({ areas: [page] });
  let reads = 0;
  const port: FlashPort = { ...flash.port, read: (area, offset, bytes) => ((reads += 1), flash.port.read(area, offset, bytes)) };
  const open = () => recordsOpen(port, checksum, page);
  const store = open();
  for (let time = 0; time < count; time += 1) recordPut(store, `k${time % 10}`, String(time).padStart(4, "0"));
  /** Where the record of that time lies in the area. */
  const offsetOf = (time: number): number => store.block * page.blockBytes + store.end - (count - time) * recordBytes;
  const readsOf = (what: () => void): number => {
    reads = 0;
    what();
    return reads;
  };
  return { flash, open, store, offsetOf, readsOf };
}

/** What stands under "k0" to "k9". */
const values = (store: ReturnType<typeof recordsOpen>): (string | undefined)[] => [..."0123456789"].map((digit) => recordGet(store, `k${digit}`));

/** The times of the last ten puts, in the order of their keys, but for some. */
const times = (count: number, others: Readonly<Record<number, number>> = {}): string[] =>
  [...Array(10).keys()].map((key) => String(others[key] ?? count - 10 + key).padStart(4, "0"));

test("a key among three hundred records takes a read for each 128 bytes of them", () => {
  const { store, open, readsOf } = filled(300);
  for (const one of [store, open()]) {
    expect(readsOf(() => expect(recordGet(one, "k7")).toBe("0297"))).toBeLessThan(40);
    expect(readsOf(() => expect(recordGet(one, "none")).toBeUndefined())).toBeLessThan(40);
  }
});

test("keys that begin alike, and values that look like records, are told apart", () => {
  const { store, open } = filled(10);
  recordPut(store, "k", "short");
  recordPut(store, "k12", "long");
  recordPut(store, "text", "\x02\x04k3evil....\x02\x04k3");
  recordRemove(store, "k4");
  for (const one of [store, open()]) {
    expect(values(one)).toEqual(times(10).map((time, key) => (key === 4 ? undefined : time)));
    expect([recordGet(one, "k"), recordGet(one, "k12"), recordGet(one, "text")]).toEqual(["short", "long", "\x02\x04k3evil....\x02\x04k3"]);
  }
});

test.each([
  ["its key's length", 0],
  ["its value's length", 1],
  ["its key", 3],
  ["its value", 5],
  ["its checksum", 9],
])("where a bit of the newest record of a key flips in %s, the one before it holds, and every other key", (_what, at) => {
  for (let bit = 0; bit < 8; bit += 1) {
    const { flash, store, open, offsetOf } = filled(200);
    flash.flip("records", offsetOf(193) + at, bit);
    expect([bit, open().state, values(open())]).toEqual([bit, StoreState.recovered, times(200, { 3: 183 })]);
    // Also where it flips behind the back of a store that is open.
    expect(values(store)).toEqual(times(200, { 3: 183 }));
  }
});

test("the next change leaves a block with a damaged record behind", () => {
  const { flash, open, offsetOf } = filled(200);
  flash.flip("records", offsetOf(150) + 5, 1);
  const store = open();
  expect(recordPut(store, "k0", "new!")).toBe(0);
  const again = open();
  expect([again.state, again.generation > 1, values(again)]).toEqual([StoreState.ready, true, ["new!", ...times(200).slice(1)]]);
});
