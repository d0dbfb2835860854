/** The contracts of the ports that only answer: random, log and checksum. */
import type { MakeHarness } from "./harness";
import { contract } from "./suite";

export function randomContract(adapter: string, make: MakeHarness): void {
  contract("random", adapter, make, (it) => {
    it("gives as many bytes as asked for, and others each time", ({ ports: { random } }) => {
      for (const count of [1, 2, 63, 64]) {
        const bytes = random.bytes(count);
        expect(bytes).toHaveLength(count);
        for (const char of bytes) expect(char.charCodeAt(0)).toBeLessThan(256);
      }
      const drawn = new Set(Array.from({ length: 32 }, () => random.bytes(16)));
      expect(drawn.size).toBe(32);
    });

    it("uses the whole range of a byte", ({ ports: { random } }) => {
      const seen = new Set(Array.from({ length: 64 }, () => random.bytes(64)).join(""));
      // 4096 bytes miss one given value in 1 of 9 million runs.
      expect(seen.size).toBeGreaterThan(250);
    });
  });
}

export function checksumContract(adapter: string, make: MakeHarness): void {
  contract("checksum", adapter, make, (it) => {
    it("is CRC-32 of IEEE 802.3, most significant byte first", ({ ports: { checksum } }) => {
      expect(checksum.crc32("123456789")).toBe("\xcb\xf4\x39\x26");
      expect(checksum.crc32("")).toBe("\0\0\0\0");
      expect(checksum.crc32("\0")).toBe("\xd2\x02\xef\x8d");
      expect(checksum.crc32("\xff\xff\xff\xff")).toBe("\xff\xff\xff\xff");
      expect(checksum.crc32("The quick brown fox jumps over the lazy dog")).toBe("\x41\x4f\xa3\x39");
    });
  });
}

export function logContract(adapter: string, make: MakeHarness): void {
  contract("log", adapter, make, (it) => {
    it("hands on every record, in order", async ({ ports: { log }, records, until }) => {
      log.record("boot", 0, "");
      log.record("fault", 2147483647, "temperature");
      log.record("fault", -1, "\"quotes\" and\nlines");
      await until(() => records.length === 3);
      expect(records).toEqual([
        { event: "boot", number: 0, text: "" },
        { event: "fault", number: 2147483647, text: "temperature" },
        { event: "fault", number: -1, text: "\"quotes\" and\nlines" },
      ]);
    });
  });
}
