/** Hostile SNTP answers: a time within 31 bits or none. */
import { sntpDecode } from "../../firmware/protocol/sntp/sntp";
import { budget, generator, seed } from "../support/budget";

test("any bytes: a time, or false and the time unchanged", () => {
  const random = generator(seed);
  const cookie = "\x10\x20\x30\x40\x50\x60\x70\x80";
  let times = 0;
  for (let run = 0; run < budget(50000, 1000000); run += 1) {
    const bytes = Buffer.alloc(random(8) === 0 ? random(70) : 48);
    for (let i = 0; i < bytes.length; i += 1) bytes[i] = random(256);
    if (bytes.length >= 48) {
      if (random(10) > 0) bytes[0] = [0x24, 0x1c, 0xe4, 0x64][random(4)]!;
      if (random(10) > 0) bytes[1] = random(4);
      if (random(10) > 0) bytes.write(cookie, 24, "latin1");
      if (random(3) === 0) bytes.writeUInt32BE([0, 2208988800, 61472768, 4294967295][random(4)]!, 40);
    }
    const time = { sec: -5, ms: -5 };
    const sentAt = random(2147483647);
    const good = sntpDecode(bytes.toString("latin1"), cookie, sentAt, (sentAt + random(100000)) % 2147483648, time);
    if (good) times += 1;
    const held = good
      ? Number.isInteger(time.sec) && time.sec >= 0 && time.sec <= 2147483647 && Number.isInteger(time.ms) && time.ms >= 0 && time.ms < 1000
      : time.sec === -5 && time.ms === -5;
    if (!held) throw new Error(`seed ${seed} run ${run}: ${good}, ${JSON.stringify(time)}, ${bytes.toString("hex")}`);
  }
  expect(times).toBeGreaterThan(budget(50000, 1000000) / 20);
});
