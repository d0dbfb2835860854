import { formatCompact, formatIso, formatMillis, parseIso, parseMillis } from "./date";

const day = 86400;
const last = 2147483647;

test("every day from 1970 to 2038 is named as Node names it, and read back", () => {
  for (let sec = 0; sec <= last; sec += day - 1) {
    const time = { sec, ms: sec % 1000 };
    const iso = new Date(sec * 1000 + time.ms).toISOString();
    const text = formatIso(time);
    if (text !== iso) throw new Error(`${sec}: ${text}, not ${iso}`);
    const read = parseIso(text);
    if (read === undefined || read.sec !== sec || read.ms !== time.ms) throw new Error(`${text} read as ${JSON.stringify(read)}`);
    if (formatCompact(time) !== iso.replace(/[-:T]/g, "").substring(0, 14)) throw new Error(`compact form of ${iso}`);
    if (formatMillis(time) !== String(sec * 1000 + time.ms)) throw new Error(`milliseconds of ${iso}`);
  }
  expect(formatIso({ sec: last, ms: 999 })).toBe("2038-01-19T03:14:07.999Z");
});

test.each([
  ["2015-01-30T15:35:33.000Z", { sec: 1422632133, ms: 0 }],
  ["2015-01-30T15:35:33Z", { sec: 1422632133, ms: 0 }],
  ["2015-01-30T15:35:33.5Z", { sec: 1422632133, ms: 500 }],
  ["2015-01-30T15:35:33.05Z", { sec: 1422632133, ms: 50 }],
  ["2015-01-30T15:35:33.9999Z", { sec: 1422632133, ms: 999 }],
  ["2015-01-30T15:35:33.123456789Z", { sec: 1422632133, ms: 123 }],
  ["1970-01-01T00:00:00Z", { sec: 0, ms: 0 }],
  ["2000-02-29T23:59:59Z", { sec: 951868799, ms: 0 }],
  ["2038-01-19T03:14:07.999Z", { sec: last, ms: 999 }],
  ["2038-01-19T03:14:08.000Z", undefined],
  ["2038-01-20T00:00:00.000Z", undefined],
  ["2038-12-31T00:00:00.000Z", undefined],
  ["2039-01-01T00:00:00.000Z", undefined],
  ["1969-12-31T23:59:59.999Z", undefined],
  ["2015-02-29T00:00:00Z", undefined],
  ["2016-02-30T00:00:00Z", undefined],
  ["2015-04-31T00:00:00Z", undefined],
  ["2015-00-01T00:00:00Z", undefined],
  ["2015-13-01T00:00:00Z", undefined],
  ["2015-01-00T00:00:00Z", undefined],
  ["2015-01-32T00:00:00Z", undefined],
  ["2015-01-30T24:00:00Z", undefined],
  ["2015-01-30T00:60:00Z", undefined],
  ["2015-01-30T00:00:60Z", undefined],
  ["2015-01-30T00:00:0xZ", undefined],
  ["2015-01-30Txx:00:00Z", undefined],
  ["2015-01-30T00:xx:00Z", undefined],
  ["2015-1-30T15:35:33Z", undefined],
  ["2015-01-30 15:35:33Z", undefined],
  ["2015-01-30T15:35:33", undefined],
  ["2015-01-30T15:35:33.Z", undefined],
  ["2015-01-30T15:35:33.1234567890Z", undefined],
  ["2015-01-30T15:35:33.-1Z", undefined],
  ["2015-01-30T15:35:33,000Z", undefined],
  ["2015-01-30T15:35:33.000+00:00", undefined],
  ["20150130153533", undefined],
  ["", undefined],
  ["Z", undefined],
])("parseIso(%j) is %j", (text, time) => {
  expect(parseIso(text)).toEqual(time);
});

test.each([
  ["0", { sec: 0, ms: 0 }],
  ["7", { sec: 0, ms: 7 }],
  ["999", { sec: 0, ms: 999 }],
  ["1000", { sec: 1, ms: 0 }],
  ["1422632133045", { sec: 1422632133, ms: 45 }],
  ["2147483647999", { sec: last, ms: 999 }],
  ["2147483648000", undefined],
  ["9999999999999", undefined],
  ["10000000000000", undefined],
  ["", undefined],
  ["-1", undefined],
  ["1.5", undefined],
  ["1e12", undefined],
])("parseMillis(%j) is %j", (text, time) => {
  expect(parseMillis(text)).toEqual(time);
});

test("a time before the first second has no leading zeros", () => {
  expect(formatMillis({ sec: 0, ms: 5 })).toBe("5");
  expect(formatMillis({ sec: 0, ms: 0 })).toBe("0");
  expect(formatMillis({ sec: 1, ms: 5 })).toBe("1005");
});
