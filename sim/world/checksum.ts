/** The checksum port on the host: CRC-32 by table. Node's own needs a Buffer of every string and is missing in early 20.x. */
import type { ChecksumPort } from "../../hal/ports/checksum";

const { fromCharCode } = String;

const table = new Uint32Array(256).map((_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

export const checksum: ChecksumPort = {
  crc32: (bytes) => {
    let crc = 0xffffffff;
    for (let i = 0; i < bytes.length; i += 1) crc = (crc >>> 8) ^ table[(crc ^ bytes.charCodeAt(i)) & 0xff]!;
    crc = ~crc;
    return fromCharCode(crc >>> 24, (crc >>> 16) & 0xff, (crc >>> 8) & 0xff, crc & 0xff);
  },
};
