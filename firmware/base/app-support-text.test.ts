/** The helpers of text do what JavaScript's own methods do, for any ASCII text and any places. */
import fc from "fast-check";
import {
  byteAt, byteOf, bytesOf, charOf, codeOf, endsWithText, hasText, joinTexts, lastPlaceInText, lowerText, padEndText, padStartText, placeInText, repeatText, replaceAllText,
  replaceText, sliceText, splitText, startsWithText, substringText, textOf, trimEndText, trimStartText, trimText, upperText,
} from "./app-support-text";

const text = fc.string({ unit: fc.constantFrom("a", "b", "B", "z", " ", "\t", "\n", "1"), maxLength: 9 });
const short = fc.string({ unit: fc.constantFrom("a", "b", " "), maxLength: 3 });
const index = fc.oneof(fc.integer({ min: -10, max: 10 }), fc.constantFrom(1.5, -1.5));
const place = fc.option(index, { nil: undefined });

test("searching", () => {
  fc.assert(fc.property(text, short, place, (given, wanted, from) => {
    expect(placeInText(given, wanted, from)).toBe(given.indexOf(wanted, from));
    expect(lastPlaceInText(given, wanted)).toBe(given.lastIndexOf(wanted));
    expect([hasText(given, wanted), startsWithText(given, wanted), endsWithText(given, wanted)]).toEqual([given.includes(wanted), given.startsWith(wanted), given.endsWith(wanted)]);
    expect(splitText(given, wanted)).toEqual(given.split(wanted));
    expect(replaceText(given, wanted, "-")).toBe(given.replace(wanted, "-"));
    if (wanted !== "") expect(replaceAllText(given, wanted, "--")).toBe(given.replaceAll(wanted, "--"));
  }));
});

test("parts", () => {
  fc.assert(fc.property(text, index, place, (given, start, end) => {
    expect(sliceText(given, start, end)).toBe(given.slice(start, end));
    expect(substringText(given, start, end)).toBe(given.substring(start, end));
    const whole = Math.floor(start);
    expect([byteOf(given, whole), byteAt(given, whole), charOf(given, whole), codeOf(given, whole)]).toEqual([given[whole], given.at(whole), given.charAt(whole), given.charCodeAt(whole)]);
    expect(bytesOf(given)).toEqual([...given]);
  }));
});

test("shapes", () => {
  fc.assert(fc.property(text, short, fc.integer({ min: 0, max: 12 }), (given, filler, count) => {
    expect([upperText(given), lowerText(given)]).toEqual([given.toUpperCase(), given.toLowerCase()]);
    expect([trimText(given), trimStartText(given), trimEndText(given)]).toEqual([given.trim(), given.trimStart(), given.trimEnd()]);
    expect([padStartText(given, count, filler), padEndText(given, count, filler)]).toEqual([given.padStart(count, filler), given.padEnd(count, filler)]);
    expect([padStartText(given, count), padEndText(given, count), repeatText(given, count)]).toEqual([given.padStart(count), given.padEnd(count), given.repeat(count)]);
  }));
});

test("bytes above ASCII have no case and are no blanks", () => {
  const bytes = "\xc3\xa9\xa0\xc2\xa0";
  expect([upperText(bytes), lowerText(bytes), trimText(bytes)]).toEqual([bytes, bytes, bytes]);
});

test("values as text", () => {
  for (const value of [undefined, true, false, 0, -1.5, "", "x"]) expect(textOf(value)).toBe(`${value}`);
  expect(joinTexts([1, "a", false, 2.5], "; ")).toBe([1, "a", false, 2.5].join("; "));
  expect(joinTexts([], "-")).toBe("");
});
