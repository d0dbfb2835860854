/** The checksum port on the engine's native CRC-32. */
import { chr } from "../../firmware/base/intrinsics";
import type { ChecksumPort } from "../ports/checksum";

function crc32(bytes: string): string {
  const crc = E.CRC32(bytes);
  return chr(Math.floor(crc / 16777216)) + chr(Math.floor(crc / 65536) % 256) + chr(Math.floor(crc / 256) % 256) + chr(crc % 256);
}

export const checksum: ChecksumPort = { crc32 };
