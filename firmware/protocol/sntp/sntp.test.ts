import { sntpDecode, sntpRequest } from "./sntp";

const cookie = "\x01\x02\xffcooki";

interface Reply {
  first?: number;
  stratum?: number;
  origin?: string;
  /** Seconds since 1900 and 1/65536 s. */
  sent?: [number, number];
}

function reply(change: Reply = {}): string {
  const bytes = Buffer.alloc(48);
  bytes[0] = change.first ?? 0x24;
  bytes[1] = change.stratum ?? 2;
  Buffer.from(change.origin ?? cookie, "latin1").copy(bytes, 24);
  const sent = change.sent ?? [2208988800 + 1700000000, 32768];
  bytes.writeUInt32BE(sent[0], 40);
  bytes.writeUInt16BE(sent[1], 44);
  return bytes.toString("latin1");
}

function decode(bytes: string, sentAt = 1000, receivedAt = 1000): [boolean, number, number] {
  const time = { sec: -1, ms: -1 };
  const good = sntpDecode(bytes, cookie, sentAt, receivedAt, time);
  return [good, time.sec, time.ms];
}

test("a request is 48 bytes: version 4, client, the cookie as its transmit time", () => {
  const bytes = sntpRequest(cookie);
  expect(bytes).toHaveLength(48);
  expect(bytes).toBe(`#${"\0".repeat(39)}${cookie}`);
  expect(() => sntpRequest("short")).toThrow();
});

test("the time is the server's plus half of the way", () => {
  expect(decode(reply())).toEqual([true, 1700000000, 500]);
  expect(decode(reply(), 1000, 1200)).toEqual([true, 1700000000, 600]);
  expect(decode(reply(), 2147483600, 52)).toEqual([true, 1700000000, 550]);
  expect(decode(reply(), 0, 3000)).toEqual([true, 1700000002, 0]);
});

test("answers that give no time leave the time alone", () => {
  const rows: string[] = [
    reply().substring(0, 47), "",
    reply({ first: 0x23 }), reply({ first: 0x25 }), reply({ first: 0x14 }), reply({ first: 0x2c }),
    reply({ stratum: 16 }), reply({ stratum: 0 }), reply({ origin: "\x01\x02\xffcookI" }),
    reply({ first: 0xe4 }), reply({ sent: [0, 0] }),
  ];
  for (const bytes of rows) expect(decode(bytes)).toEqual([false, -1, -1]);
  for (const first of [0x1c, 0x24, 0x64, 0xa4]) expect(decode(reply({ first }))[0]).toBe(true);
  for (const stratum of [1, 15]) expect(decode(reply({ stratum }) + "authenticator")[0]).toBe(true);
});

test("the eras: 1970, the turn of 2036, the last second that is taken", () => {
  const rows: [number, number][] = [
    [2208988800, 0], [2208988799, -1], [2147483648, -1], [4294967295, 2085978495], [1, 2085978497], [61472767, 2147451263], [61472768, -1], [2147483647, -1],
  ];
  for (const [stamp, sec] of rows) expect([stamp, ...decode(reply({ sent: [stamp, 0] })).slice(0, 2)]).toEqual([stamp, sec >= 0, sec]);
});
