/**
 * SNTP client: one request, one answer, the time of day. Pure: it sends nothing and keeps nothing. RFC 4330 over the packet of
 * RFC 5905 7.3. Unauthenticated: the random cookie keeps out answers of those who do not see the request, no others.
 */
import { at, chr, idiv, sub } from "../../base/intrinsics";
import { addMs, elapsed } from "../../base/time";
import { check } from "../../base/check";

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

/**
 * Reads an answer to the request with this cookie, sent and received at these uptimes (ms, less than a day apart): true and the
 * time at `receivedAt` in `time`, or false and `time` unchanged. Half of the way that the datagrams took is added; what
 * the server took of it is not told apart.
 *
 * False for what is no answer of a server (mode 4) of version 3 or 4, for another cookie, stratum 0 ("kiss of death": use another
 * server, or this one much later; RFC 4330 8) or above 15, a server's clock that is not set (leap indicator 3), no transmit
 * time, and times before 1970 or after 2038-01-18T18:14:23Z.
 *
 * The timestamp counts 32 bits of seconds from 1900 and begins again on 2036-02-07: values in the lower half belong to that
 * second era (RFC 4330 3).
 */
export function sntpDecode(bytes: string, cookie: string, sentAt: number, receivedAt: number, time: SntpTime): boolean {
  if (bytes.length < 48 || sub(bytes, 24, 32) !== cookie) return false;
  const first = at(bytes, 0);
  const version = idiv(first, 8);
  const stratum = at(bytes, 1);
  // Above 191 the leap indicator is 3.
  if (first % 8 !== 4 || first > 191 || version % 8 < 3 || version % 8 > 4 || stratum < 1 || stratum > 15) return false;
  const seconds = short(bytes, 40);
  const low = short(bytes, 42);
  // 1970 is 33706 * 65536 + 32384 s after 1900.
  const high = seconds > 32767 ? seconds - 33706 : seconds + 65536 - 33706;
  if (seconds + low === 0 || high < 0 || high > 32767 || (high === 0 && low < 32384)) return false;
  // Milliseconds within the second: two bytes of its fraction are enough.
  const ms = idiv(short(bytes, 44) * 1000, 65536);
  const now = addMs({ sec: high * 65536 + low - 32384, ms }, idiv(elapsed(receivedAt, sentAt), 2));
  time.sec = now.sec;
  time.ms = now.ms;
  return true;
}
