/**
 * The checksum port in script, because NodeMCU has hashes but no CRC-32: four bits at a time by a table of sixteen values,
 * each value and the state as two halves of 16 bits, which every Lua holds without a sign.
 */
import { at, bxor, chr, idiv } from "../../firmware/base/intrinsics";
import type { ChecksumPort } from "../ports/checksum";

/** The remainders of 0 to 15, upper and lower half in turn (polynomial EDB88320). */
const remainders: readonly number[] = [
  0, 0, 0x1db7, 0x1064, 0x3b6e, 0x20c8, 0x26d9, 0x30ac, 0x76dc, 0x4190, 0x6b6b, 0x51f4, 0x4db2, 0x6158, 0x5005, 0x713c,
  0xedb8, 0x8320, 0xf00f, 0x9344, 0xd6d6, 0xa3e8, 0xcb61, 0xb38c, 0x9b64, 0xc2b0, 0x86d3, 0xd2d4, 0xa00a, 0xe278, 0xbdbd, 0xf21c,
];

function crc32(bytes: string): string {
  // At a boot the logs are summed in one turn, which the watchdog of the ESP8266 takes for a loop without an end.
  if (BOARD.chip === "esp8266") tmr.wdclr();
  let high = 65535;
  let low = 65535;
  for (let i = 0; i < bytes.length; i += 1) {
    low = bxor(low, at(bytes, i));
    for (let half = 0; half < 2; half += 1) {
      const place = (low % 16) * 2;
      low = bxor(idiv(low, 16) + (high % 16) * 4096, remainders[place + 1]!);
      high = bxor(idiv(high, 16), remainders[place]!);
    }
  }
  high = 65535 - high;
  low = 65535 - low;
  return chr(idiv(high, 256)) + chr(high % 256) + chr(idiv(low, 256)) + chr(low % 256);
}

export const checksum: ChecksumPort = { crc32 };
