/** CRC-32 (IEEE 802.3), as the interpreter's `E.CRC32` computes it. */

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

/** Of a text of one char a byte: 0 to 2^32 - 1. */
export function crc32(bytes: string): number {
  let sum = 0xffffffff;
  for (let index = 0; index < bytes.length; index += 1) sum = table[(sum ^ bytes.charCodeAt(index)) & 0xff]! ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}
