/** Hostile SNTP answers: a time within 31 bits or a code, never anything else. */
import { sntpDecode } from "../../firmware/protocol/sntp/sntp";
import { budget, generator, seed } from "../support/budget";

test("any bytes: a time or a code, and the time unchanged with a code", () => {
  const random = generator(seed);
  const cookie = "\x10\x20\x30\x40\x50\x60\x70\x80";
  const codes = [0, 0, 0, 0, 0, 0];
  for (let run = 0; run < budget(50000, 1000000); run += 1) {
    const bytes = Buffer.alloc(random(8) === 0 ? random(70) : 48);
    for (let i = 0; i < bytes.length; i += 1) bytes[i] = random(256);
    if (bytes.length >= 48) {
      if (random(10) > 0) bytes[0] = [0x24, 0x1c, 0xe4, 0x64][random(4)]!;
      if (random(10) > 0) bytes[1] = random(4);
      if (random(10) > 0) bytes.write(cookie, 24, "latin1");
      if (random(3) === 0) bytes.writeUInt32BE([0, 2208988800, 61505150, 4294967295][random(4)]!, 40);
    }
    const time = { sec: -5, ms: -5 };
    const sentAt = random(2147483647);
    const code = sntpDecode(bytes.toString("latin1"), cookie, sentAt, (sentAt + random(100000)) % 2147483648, time);
    codes[code]! += 1;
    const held = code === 0
      ? Number.isInteger(time.sec) && time.sec >= 0 && time.sec <= 2147483647 && Number.isInteger(time.ms) && time.ms >= 0 && time.ms < 1000
      : time.sec === -5 && time.ms === -5;
    if (!held || !(code >= 0 && code <= 5)) throw new Error(`seed ${seed} run ${run}: code ${code}, ${JSON.stringify(time)}, ${bytes.toString("hex")}`);
  }
  for (const count of codes) expect(count).toBeGreaterThan(100);
});
