/** Vectors of numbers, dates, hexadecimal, UTF-8 and searching: text in, text out. */
import { bxor, chr, idiv, sub } from "../../../firmware/base/intrinsics";
import { formatCompact, formatIso, formatMillis, parseIso, parseMillis } from "../../../firmware/base/date";
import { find } from "../../../firmware/base/find";
import { toHex } from "../../../firmware/base/hex";
import { formatScaled, isNumberText, pad, parseDecimal, parseScaled } from "../../../firmware/base/number";
import { addMs, compareTime, elapsed, subtractMs } from "../../../firmware/base/time";
import { isMqttText, isUtf8, utf8Encode } from "../../../firmware/base/utf8";
import type { EpochTime } from "../../../hal/ports/clock";
import { draw, drawBytes, emit, flag, show, whole } from "./vectors";
import type { Vectors } from "./vectors";

function moment(time: EpochTime | undefined): string {
  return time === undefined ? "none" : time.sec + "." + time.ms;
}

/** A pseudo-random integer of up to 31 bits. */
function drawLarge(run: Vectors): number {
  const high = draw(run, 32768);
  return high * 65536 + draw(run, 65536);
}

function numbers(run: Vectors): void {
  const values = [0, 1, -1, 9, 10, -10, 99, 100, 215, -5, 2100, 1000000, 999999999, 1000000000, 2147483646, 2147483647, -2147483647];
  for (const value of values) {
    for (const decimals of [0, 1, 2, 3, 6, 9]) emit(run, "scaled " + value + " " + decimals + " " + formatScaled(value, decimals));
  }
  for (let i = 0; i < 40; i += 1) {
    const value = drawLarge(run);
    const decimals = draw(run, 10);
    const text = formatScaled(i % 2 === 0 ? value : 0 - value, decimals);
    emit(run, "back " + text + " " + whole(parseScaled(text, decimals)) + " " + pad(value, 12));
  }
}

function numberTexts(run: Vectors): void {
  const list = [
    "", "0", "-0", "00", "1", "-1", "2147483647", "2147483648", "-2147483647", "-2147483648", "1.5", "-1.25", "0.25", "-0.25", "0.05", "0.049", "9.99", "9.95", "1e3", "1e-3", "1E+2", "12e9",
    "1e10", "1e99999", "1e-99999", "0e99999", "1.", ".1", "1e", "e1", "-", "+1", " 1", "1 ", "1a", "0x10", "0.0000000001", "123456789012", "0.30000000000000004", "21474836.47", "21474836.475",
  ];
  for (const text of list) {
    const scaled = whole(parseScaled(text, 0)) + " " + whole(parseScaled(text, 1)) + " " + whole(parseScaled(text, 2)) + " " + whole(parseScaled(text, 9));
    emit(run, "number [" + text + "] " + flag(isNumberText(text)) + " " + whole(parseDecimal(text)) + " " + scaled);
  }
}

function divisions(run: Vectors): void {
  for (let i = 0; i < 30; i += 1) {
    const a = drawLarge(run);
    const b = 1 + draw(run, 65535);
    emit(run, "idiv " + a + " " + b + " " + idiv(a, b) + " " + (a % b) + " " + idiv(b, 7));
  }
  for (let i = 0; i < 30; i += 1) {
    const a = draw(run, 256);
    const b = draw(run, 256);
    emit(run, "bxor " + a + " " + b + " " + bxor(a, b));
  }
  for (const a of [0, 1, 127, 128, 170, 255]) emit(run, "bxor " + a + " " + bxor(a, 255) + " " + bxor(a, 0) + " " + bxor(a, a));
}

function dates(run: Vectors): void {
  for (let i = 0; i < 40; i += 1) {
    const time = { sec: drawLarge(run), ms: draw(run, 1000) };
    const iso = formatIso(time);
    emit(run, "date " + iso + " " + formatCompact(time) + " " + formatMillis(time) + " " + moment(parseIso(iso)) + " " + moment(parseMillis(formatMillis(time))));
  }
  for (const sec of [0, 59, 86399, 86400, 951782400, 951868799, 951868800, 1709164800, 2147483647]) emit(run, "edge " + formatIso({ sec, ms: 0 }) + " " + formatMillis({ sec, ms: 5 }));
  const list = [
    "2015-01-30T15:35:33.000Z", "2015-01-30T15:35:33Z", "2015-01-30T15:35:33.5Z", "2015-01-30T15:35:33.123456789Z", "2000-02-29T23:59:59Z", "2015-02-29T00:00:00Z", "2100-02-28T00:00:00Z",
    "2038-01-19T03:14:07.999Z", "2038-01-19T03:14:08Z", "1969-12-31T23:59:59Z", "2015-00-01T00:00:00Z", "2015-13-01T00:00:00Z", "2015-01-30T24:00:00Z", "2015-01-30T15:35:33", "Z", "",
    "2015-01-30 15:35:33Z", "2015-1-30T15:35:33Z", "2015-01-30T15:35:33.Z", "2015-01-30T15:35:33.1234567890Z", "0", "999", "1000", "1422632133000", "2147483647999", "2147483648000", "1e3", "-1",
  ];
  for (const text of list) emit(run, "parse [" + text + "] " + moment(parseIso(text)) + " " + moment(parseMillis(text)));
}

function times(run: Vectors): void {
  for (let i = 0; i < 25; i += 1) {
    const time = { sec: 1000000000 + draw(run, 65536), ms: draw(run, 1000) };
    const ms = idiv(drawLarge(run), 4);
    const later = addMs(time, ms);
    emit(run, "time " + moment(later) + " " + moment(subtractMs(later, ms)) + " " + compareTime(later, time) + " " + elapsed(draw(run, 65536), drawLarge(run)));
  }
}

function utf8(run: Vectors): void {
  for (const code of [0, 65, 127, 128, 233, 2047, 2048, 8364, 55295, 57344, 65535, 65536, 128512, 1114111]) emit(run, "code " + code + " " + show(utf8Encode(code)));
  for (let i = 0; i < 60; i += 1) {
    const bytes = chr(192 + draw(run, 56)) + drawBytes(run, draw(run, 4));
    const tail = i % 2 === 0 ? bytes : utf8Encode(128 + draw(run, 40000)) + sub(bytes, 1, bytes.length);
    emit(run, "utf8 " + show(tail) + " " + flag(isUtf8(tail)) + " " + flag(isMqttText(tail)));
  }
}

function searches(run: Vectors): void {
  for (let i = 0; i < 40; i += 1) {
    const bytes = drawBytes(run, draw(run, 30));
    const wanted = i % 2 === 0 || bytes.length < 4 ? drawBytes(run, 1 + draw(run, 3)) : sub(bytes, bytes.length - 3, bytes.length - draw(run, 3));
    emit(run, "find " + find(bytes, wanted) + " " + find(bytes + "ab", "abc") + " " + toHex(wanted));
  }
}

export function numberVectors(run: Vectors): void {
  numbers(run);
  numberTexts(run);
  divisions(run);
}

export function dateVectors(run: Vectors): void {
  dates(run);
  times(run);
}

export function byteVectors(run: Vectors): void {
  utf8(run);
  searches(run);
}
