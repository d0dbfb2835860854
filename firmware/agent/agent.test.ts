/** The agent's small parts; what they do together is in test/agent. */
import { addMs } from "../base/time";
import { fieldAt, pack16, pack32, packField, unpack16, unpack32 } from "./fields";
import { quantise, unscale } from "./quantise";
import { RAM_READINGS_MAX, ramAppend, ramOpen, ramRemove } from "./ram-queue";
import { decodeReading, encodeReading } from "./reading";

test("fields come back by place, and a cut record gives empty ones", () => {
  const record = packField("a") + packField("") + packField("\xff\x00") + packField("x".repeat(255));
  expect([0, 1, 2, 3, 4].map((place) => fieldAt(record, place))).toEqual(["a", "", "\xff\x00", "x".repeat(255), ""]);
  for (let end = 0; end < record.length; end += 1) expect(fieldAt(record.slice(0, end), 3)).toBe("");
});

test("integers come back at their limits", () => {
  for (const n of [0, 1, 255, 256, 65535, 65536, 16777215, 16777216, 2147483647]) expect(unpack32(pack32(n), 0)).toBe(n);
  for (const n of [0, 255, 256, 65535]) expect(unpack16(pack16(n), 0)).toBe(n);
  // The topmost bit may have flipped in flash: no integer above 2^31-1 comes out.
  expect(unpack32("\xff\xff\xff\xff", 0)).toBe(2147483647);
});

test.each([
  [21.454, 2, "21.45"],
  [21.455, 2, "21.46"],
  [-0.005, 2, "-0.01"],
  [-0.004, 2, "0"],
  [0, 0, "0"],
  [0.5, 0, "1"],
  [-0.5, 0, "-1"],
  [1013.25, 1, "1013.3"],
  [5, 3, "5"],
  [1073741822, 0, "1073741822"],
])("%d at %d decimals is %s", (value, decimals, text) => {
  expect(quantise(value, decimals)).toBe(text);
});

test("what is no number, or out of range, is no reading", () => {
  for (const value of [NaN, Infinity, -Infinity, 1073741824, -1e300]) expect(quantise(value, 0)).toBeUndefined();
  expect(quantise(1074, 6)).toBeUndefined();
  expect(unscale(2150, 2)).toBe(21.5);
  expect(unscale(-5, 0)).toBe(-5);
});

test("a reading comes back from its bytes, timed or not, with and without a place", () => {
  const geo = { lat: "41.4121132", long: "-2.2199454" };
  for (const place of [undefined, geo]) {
    const timed = { key: 3, time: { sec: 2147483647, ms: 999 }, boot: 0, uptime: 0, geo: place, value: '"text"' };
    expect(decodeReading(encodeReading(timed))).toEqual(timed);
    const untimed = { key: 0, time: undefined, boot: 65535, uptime: 2147483647, geo: place, value: "true" };
    expect(decodeReading(encodeReading(untimed))).toEqual(untimed);
  }
});

test("bytes that are no reading give none", () => {
  for (const bytes of ["", "\0", "\0\x01\0\0\0\0\0\0", "\0\x04\0\0\0\0\0\0x", "\0\x03\0\0\0\0\0\0\xff", "\0\x02\0\0\0\0\0\0\x00\x00"]) expect(decodeReading(bytes)).toBeUndefined();
});

test("the queue in memory keeps the newest, in order, and counts what it dropped", () => {
  const queue = ramOpen();
  for (let n = 1; n <= RAM_READINGS_MAX + 3; n += 1) expect(ramAppend(queue, `r${n}`)).toBe(n);
  expect(queue.dropped).toBe(3);
  expect(queue.readings.map(({ sequence }) => sequence)).toEqual(Array.from({ length: RAM_READINGS_MAX }, (_, i) => i + 4));
  ramRemove(queue, 5, ({ bytes }) => bytes !== "r4");
  ramRemove(queue, 3, () => true);
  expect(queue.readings.map(({ sequence }) => sequence)).toEqual([4, ...Array.from({ length: RAM_READINGS_MAX - 2 }, (_, i) => i + 6)]);
});

test("a time that moves on past a second carries over", () => {
  expect(addMs({ sec: 9, ms: 999 }, 1)).toEqual({ sec: 10, ms: 0 });
});
