/** Checksums that a device computes natively: in script they cost 45 times as much (Espruino). */
export interface ChecksumPort {
  /** CRC-32 (IEEE 802.3, reflected, as in zip) of the bytes, as four bytes, most significant first. "123456789" gives CB F4 39 26. */
  crc32(this: void, bytes: string): string;
}
