import { SntpCode, sntpDecode, sntpRequest } from "./sntp";

const cookie = "\x01\x02\xffcooki";

interface Reply {
  first?: number;
  stratum?: number;
  origin?: string;
  /** Seconds since 1900 and 1/65536 s, of receiving and of sending. */
  received?: [number, number];
  sent?: [number, number];
}

function reply(change: Reply = {}): string {
  const bytes = Buffer.alloc(48);
  bytes[0] = change.first ?? 0x24;
  bytes[1] = change.stratum ?? 2;
  Buffer.from(change.origin ?? cookie, "latin1").copy(bytes, 24);
  const sent = change.sent ?? [2208988800 + 1700000000, 32768];
  const received = change.received ?? sent;
  for (const [at, [sec, part]] of [[32, received], [40, sent]] as const) {
    bytes.writeUInt32BE(sec, at);
    bytes.writeUInt16BE(part, at + 4);
  }
  return bytes.toString("latin1");
}

function decode(bytes: string, sentAt = 1000, receivedAt = 1000): [number, number, number] {
  const time = { sec: -1, ms: -1 };
  const code = sntpDecode(bytes, cookie, sentAt, receivedAt, time);
  return [code, time.sec, time.ms];
}

test("a request is 48 bytes: version 4, client, the cookie as its transmit time", () => {
  const bytes = sntpRequest(cookie);
  expect(bytes).toHaveLength(48);
  expect(bytes).toBe(`#${"\0".repeat(39)}${cookie}`);
  expect(() => sntpRequest("short")).toThrow();
});

test("the time is the server's plus half of the way, without what the server took", () => {
  expect(decode(reply())).toEqual([0, 1700000000, 500]);
  expect(decode(reply(), 1000, 1200)).toEqual([0, 1700000000, 600]);
  expect(decode(reply(), 2147483600, 52)).toEqual([0, 1700000000, 550]);
  const sec = 2208988800 + 1700000000;
  expect(decode(reply({ received: [sec - 1, 32768], sent: [sec, 32768] }), 0, 3000)).toEqual([0, 1700000001, 500]);
  // A receive time that makes no sense is left out of account.
  expect(decode(reply({ received: [sec - 10, 0] }), 0, 1000)).toEqual([0, 1700000001, 0]);
  expect(decode(reply({ received: [sec + 1, 0] }), 0, 1000)).toEqual([0, 1700000001, 0]);
  expect(decode(reply({ received: [sec - 100, 0] }), 0, 1000)).toEqual([0, 1700000001, 0]);
});

test("answers that give no time leave the time alone", () => {
  const rows: [string, SntpCode][] = [
    [reply().substring(0, 47), SntpCode.format], ["", SntpCode.format],
    [reply({ first: 0x23 }), SntpCode.format], [reply({ first: 0x25 }), SntpCode.format],
    [reply({ first: 0x14 }), SntpCode.format], [reply({ first: 0x2c }), SntpCode.format],
    [reply({ stratum: 16 }), SntpCode.format], [reply({ stratum: 0 }), SntpCode.kiss],
    [reply({ origin: "\x01\x02\xffcookI" }), SntpCode.cookie], [reply({ stratum: 0, origin: "12345678" }), SntpCode.cookie],
    [reply({ first: 0xe4 }), SntpCode.alarm], [reply({ sent: [0, 0] }), SntpCode.format],
  ];
  for (const [bytes, code] of rows) expect(decode(bytes)).toEqual([code, -1, -1]);
  for (const first of [0x1c, 0x24, 0x64, 0xa4]) expect(decode(reply({ first }))[0]).toBe(0);
  for (const stratum of [1, 15]) expect(decode(reply({ stratum }) + "authenticator")[0]).toBe(0);
});

test("the eras: 1970, the turn of 2036, the last second of 31 bits", () => {
  const rows: [number, number, number][] = [
    [2208988800, 0, 0], [2208988799, SntpCode.range, -1], [2147483648, SntpCode.range, -1],
    [4294967295, 0, 2085978495], [1, 0, 2085978497], [61505149, 0, 2147483645], [61505150, SntpCode.range, -1],
    [61505152, SntpCode.range, -1], [2147483647, SntpCode.range, -1],
  ];
  for (const [stamp, code, sec] of rows) expect([stamp, ...decode(reply({ sent: [stamp, 0] })).slice(0, 2)]).toEqual([stamp, code, sec]);
  expect(decode(reply({ sent: [61505149, 65535] }), 0, 2000)[0]).toBe(SntpCode.range);
});
