/** docs/SPEC-store.md against the code: the worked example byte by byte, the table of capacities, and what the checksum finds. */
import { readFileSync } from "node:fs";
import { logAcknowledge, logAppend, logCursor, logEntry, logNext, logOpen } from "../../firmware/store/log";
import { encodeLogRecord, logOverhead, logRoom, logStart } from "../../firmware/store/log-block";
import { recordPut, recordRemove, recordsOpen } from "../../firmware/store/records";
import { checksum } from "../../sim/world/checksum";
import { createFlash } from "../../sim/world/flash";

const page = readFileSync("docs/SPEC-store.md", "utf8");
const records = { name: "records", blockBytes: 256, blocks: 4 };
const log = { name: "log", blockBytes: 256, blocks: 4 };

/** The first 64 bytes of an area as the page prints them. */
function printed(dump: string): string {
  const lines: string[] = [];
  for (let at = 0; at < 64; at += 16) {
    const bytes = [...dump.slice(at, at + 16)].map((char) => char.charCodeAt(0).toString(16).padStart(2, "0"));
    lines.push(`    ${at.toString(16).padStart(3, "0")}  ${bytes.join(" ")}`);
  }
  return lines.join("\n");
}

test("the worked example is what the code writes", () => {
  const flash = createFlash({ areas: [records, log] });
  const store = recordsOpen(flash.port, checksum, records);
  recordPut(store, "token", "Abc123");
  recordPut(store, "boots", "1");
  recordRemove(store, "boots");
  const readings = logOpen(flash.port, checksum, log);
  logAppend(readings, "t 2241");
  logAppend(readings, "h 40");
  const cursor = logCursor();
  logNext(readings, cursor, logEntry());
  logAcknowledge(readings, cursor, 1);
  expect(page).toContain(printed(flash.dump("records")));
  expect(page).toContain(printed(flash.dump("log")));
});

test("the capacities are those of the format", () => {
  const perBlock = (block: number, reading: number) => Math.floor((logRoom({ name: "log", blockBytes: block, blocks: 4 }) - logStart) / (logOverhead + reading));
  const rows = [["4 x 256 (tests)", 256, 4], ["12 x 4096 (ESP32 family at 0x310000 + 0x4000)", 4096, 12]] as const;
  for (const [name, block, blocks] of rows) {
    const n = perBlock(block, 14);
    expect(page).toContain(`| ${name} | ${String(n)} | ${String(n * (blocks - 2))} | ${String(n * (blocks - 1))} |`);
  }
  expect(page).toContain(`${String(perBlock(4096, 12))} / ${String(perBlock(4096, 16))}`);
  expect(perBlock(4096, 14) * 10).toBeGreaterThanOrEqual(500);
});

test("the wear table follows from its formulas", () => {
  const logErases = (readings: number) => (readings * (logOverhead + 14)) / ((logRoom({ name: "log", blockBytes: 4096, blocks: 12 }) - logStart) * 12);
  const recordErases = (changes: number) => (changes * 20) / ((4096 - 12 - 600) * 4);
  expect(logErases(4320).toFixed(2)).toBe("1.77");
  expect(logErases(86400).toFixed(0)).toBe("35");
  expect(logErases(6600)).toBeLessThan(2.74);
  expect(recordErases(1440).toFixed(2)).toBe("2.07");
  expect(recordErases(1900)).toBeLessThan(2.74);
});

test("three bytes of checksum find any two flipped bits of the longest record", () => {
  // CRC is linear: what flips of the input change in the checksum does not depend on the other bits.
  const sum = (bytes: string) => {
    const record = encodeLogRecord(checksum, 1, bytes);
    return [...record.slice(-3)].reduce((value, char) => value * 256 + char.charCodeAt(0), 0);
  };
  const zero = "\x00".repeat(200);
  const base = sum(zero);
  const changes = new Set<number>([...Array(24).keys()].map((bit) => 2 ** bit));
  for (let at = 0; at < 200; at += 1) {
    for (let bit = 0; bit < 8; bit += 1) changes.add(sum(zero.slice(0, at) + String.fromCharCode(1 << bit) + zero.slice(at + 1)) ^ base);
  }
  expect(changes.has(0)).toBe(false);
  expect(changes.size).toBe(24 + 1600);
});
