/**
 * UTF-8 of a text message, checked as its bytes come, over any pieces: wrong at the first byte that cannot be right (RFC 6455 8.1,
 * Unicode table 3-7).
 */
import { at } from "../../base/intrinsics";
import type { WsSession } from "./state";

/** True if `bytes` may come next in the text under way. */
export function continuesText(session: WsSession, bytes: string): boolean {
  let tail = session.tail;
  let low = session.tailLow;
  let high = session.tailHigh;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = at(bytes, i);
    if (tail > 0) {
      if (byte < low || byte > high) return false;
      tail -= 1;
      low = 0x80;
      high = 0xbf;
    } else if (byte > 0x7f) {
      if (byte < 0xc2 || byte > 0xf4) return false;
      tail = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
      // The second byte's range is narrower after these four leads: overlong forms, surrogates, past the last plane.
      low = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
      high = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
    }
  }
  session.tail = tail;
  session.tailLow = low;
  session.tailHigh = high;
  return true;
}
