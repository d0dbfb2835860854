/**
 * SNTP client: one request, one answer, the time of day. Pure: it sends nothing and keeps nothing. RFC 4330 over the packet of
 * RFC 5905 7.3. Unauthenticated: the random cookie keeps out answers of those who do not see the request, no others.
 */
import { at, chr, idiv, sub } from "../../base/intrinsics";
import { addMs, elapsed } from "../../base/time";
import { check } from "../../base/check";

/** Why an answer gives no time. */
export const enum SntpCode {
  none = 0,
  /** Shorter than 48 bytes, of an unknown version, not a server's answer, a stratum above 15 or no transmit time. */
  format = 1,
  /** The answer to another request. */
  cookie = 2,
  /** Stratum 0, "kiss of death": use another server, or this one much later (RFC 4330 8). */
  kiss = 3,
  /** The server's clock is not set (leap indicator 3). */
  alarm = 4,
  /** Before 1970 or after 2038-01-19T03:14:07Z, the last second that a device can hold. */
  range = 5,
}

/** Where `sntpDecode` puts the time: seconds since 1970 and milliseconds, UTC. */
export interface SntpTime {
  sec: number;
  ms: number;
}

/** The 48 bytes of a request; `cookie` is 8 random bytes, sent as the transmit time and echoed by the server. */
export function sntpRequest(cookie: string): string {
  if (MOTET_CHECKED) check(cookie.length === 8, "sntp: cookie");
  const zeros4 = chr(0) + chr(0) + chr(0) + chr(0);
  const zeros12 = zeros4 + zeros4 + zeros4;
  // Leap 0, version 4, mode 3 (client); the rest is zero (RFC 4330 5).
  return chr(35) + sub(zeros4, 0, 3) + zeros12 + zeros12 + zeros12 + cookie;
}

function short(bytes: string, i: number): number {
  return at(bytes, i) * 256 + at(bytes, i + 1);
}

/** Milliseconds within the second of the timestamp at `i`. */
function fractionMs(bytes: string, i: number): number {
  return idiv(short(bytes, i + 4) * 1000, 65536);
}

/** Milliseconds that the server held the request, 0 to `mostMs`; 0 when its receive time makes no sense. */
function heldMs(bytes: string, mostMs: number): number {
  const sec = (short(bytes, 42) - short(bytes, 34) + 65536) % 65536;
  if (sec > 60) return 0;
  const ms = sec * 1000 + fractionMs(bytes, 40) - fractionMs(bytes, 32);
  return ms < 0 || ms > mostMs ? 0 : ms;
}

/**
 * Reads an answer to the request with this cookie, sent and received at these uptimes (ms): 0 and the time at `receivedAt` in
 * `time`, or an `SntpCode` and `time` unchanged. Half of the way that the datagrams took is added.
 *
 * The timestamp counts 32 bits of seconds from 1900 and begins again on 2036-02-07: values in the lower half belong to that
 * second era (RFC 4330 3). Seconds since 1970 end at 2^31-1, in January 2038: from then on every answer is `range`, and a
 * device runs on without world time.
 */
export function sntpDecode(bytes: string, cookie: string, sentAt: number, receivedAt: number, time: SntpTime): number {
  if (bytes.length < 48) return SntpCode.format;
  const first = at(bytes, 0);
  const version = idiv(first, 8) % 8;
  const stratum = at(bytes, 1);
  if (first % 8 !== 4 || version < 3 || version > 4 || stratum > 15) return SntpCode.format;
  if (sub(bytes, 24, 32) !== cookie) return SntpCode.cookie;
  if (stratum === 0) return SntpCode.kiss;
  if (first > 191) return SntpCode.alarm;
  const high = short(bytes, 40);
  const low = short(bytes, 42);
  if (high + low + short(bytes, 44) + short(bytes, 46) === 0) return SntpCode.format;
  // 1970 is 33706 * 65536 + 32384 s after 1900; 2036-02-07T06:28:16Z is 2085978496 s after 1970.
  let sec = 0;
  if (high > 32767) {
    if (high < 33706 || (high === 33706 && low < 32384)) return SntpCode.range;
    sec = (high - 33706) * 65536 + low - 32384;
  } else {
    if (high > 938 || (high === 938 && low > 32383)) return SntpCode.range;
    sec = 2085978496 + high * 65536 + low;
  }
  const wayMs = elapsed(receivedAt, sentAt);
  const delayMs = idiv(wayMs - heldMs(bytes, wayMs), 2);
  if (sec > 2147483647 - 2 - idiv(delayMs, 1000)) return SntpCode.range;
  const now = addMs({ sec, ms: fractionMs(bytes, 40) }, delayMs);
  time.sec = now.sec;
  time.ms = now.ms;
  return SntpCode.none;
}
