/** Message ids, duplicates, malformed datagrams and NSTART: the message-layer rows of RFC 7252, in virtual time against a scripted server. */
import { CoapCode } from "../../firmware/protocol/coap/codes";
import { budget, generator } from "../support/budget";
import { datagram, openPeer, optionTexts } from "./coap-peer";
import { statement } from "./statement";

statement("ML-03", "no message id comes twice within 247 s, however fast the exchanges are", () => {
  const peer = openPeer();
  const last = new Map<number, number>();
  let shortest = 1e9;
  for (let i = 0; i < 80000; i += 1) {
    peer.request({}, 1);
    const before = peer.sent.length;
    if (before === 0) peer.advance(247000);
    const { messageId } = peer.last();
    const at = peer.sent[peer.sent.length - 1]!.at;
    if (last.has(messageId)) shortest = Math.min(shortest, at - last.get(messageId)!);
    last.set(messageId, at);
    peer.piggyback({ payload: "x" });
    peer.sent.length = 0;
    peer.advance(1);
  }
  expect(last.size).toBe(65536);
  expect(shortest).toBeGreaterThanOrEqual(247000);
  expect(peer.told).toHaveLength(80000);
});

statement("ML-04", "a duplicate CON response gets the same ACK and acts once; a duplicate NON gets nothing", () => {
  const peer = openPeer();
  peer.request({}, 1);
  const answer = { confirmable: true, messageId: 60, token: peer.last().token, payload: "x" };
  peer.answer(answer);
  peer.answer(answer);
  expect(peer.sent.slice(1).map((sent) => sent.bytes.toString("hex"))).toEqual(["6000003c", "6000003c"]);
  peer.request({ observe: true }, 2);
  const { token } = peer.last();
  peer.piggyback({ observe: 1, payload: "a" });
  const notification = { messageId: 61, token, observe: 2, payload: "b" };
  peer.answer(notification);
  const count = peer.sent.length;
  peer.answer(notification);
  expect(peer.sent).toHaveLength(count);
  expect(peer.told.map((told) => told[3])).toEqual(["x", "a", "b"]);
  // After EXCHANGE_LIFETIME the id names a new message.
  peer.request({ observe: false }, 3);
  peer.piggyback({});
  peer.advance(1000);
  peer.now += 247000;
  expect(peer.answer(answer)).toBe(CoapCode.unknown);
  expect(peer.last().reset).toBe(true);
});

statement("ML-05 ML-07", "ACK and RST count by message id, responses by token; what is unknown is reset or ignored", () => {
  const peer = openPeer();
  peer.request({}, 1);
  const { messageId, token } = peer.last();
  const other = Buffer.from("feedbeef", "hex");
  expect(peer.answer({ ack: true, messageId: (messageId + 1) % 65536, token })).toBe(CoapCode.unknown);
  expect(peer.answer({ ack: true, messageId, token: other })).toBe(CoapCode.unknown);
  expect(peer.answer({ reset: true, code: "0.00", messageId: (messageId + 1) % 65536 })).toBe(CoapCode.unknown);
  expect(peer.sent).toHaveLength(1);
  expect(peer.answer({ confirmable: true, messageId: 5, token: other })).toBe(CoapCode.unknown);
  expect(peer.last()).toMatchObject({ reset: true, messageId: 5, code: "0.00" });
  expect(peer.answer({ messageId: 6, token: other })).toBe(CoapCode.unknown);
  expect(peer.sent).toHaveLength(2);
  expect(peer.told).toEqual([]);
  peer.answer({ reset: true, code: "0.00", messageId });
  expect(peer.told).toEqual([["failed", 1, CoapCode.reset]]);
});

statement("ML-08 ML-09 ML-10 ML-11", "malformed datagrams: silence to other versions, RST to CON, silence to the other types", () => {
  const peer = openPeer();
  const rows: [string, string][] = [
    ["4901000500000000000000000000", "9 token bytes"],
    ["4f010005", "15 token bytes"],
    ["44450005aabb", "token cut short"],
    ["40450005ff", "marker without payload"],
    ["40450005f0", "delta 15"],
    ["404500050f", "length 15"],
    ["40450005d0", "extended delta cut short"],
    ["40450005e0ff", "extended delta of two bytes cut short"],
    ["4045000503aa", "value cut short"],
    ["40450005e0ffffe0ffff", "number above 65535"],
    ["4000000500", "an empty message with a fifth byte"],
  ];
  for (const [hex] of rows) {
    const bytes = Buffer.from(hex, "hex");
    const count = peer.sent.length;
    expect(peer.raw(bytes)).toBe(CoapCode.format);
    expect(peer.sent).toHaveLength(count + 1);
    expect(peer.sent[count]!.bytes.toString("hex")).toBe("70000005");
    for (const type of [0x50, 0x60, 0x70]) {
      bytes[0] = type + (bytes[0]! % 16);
      expect(peer.raw(bytes)).toBe(CoapCode.format);
    }
    expect(peer.sent).toHaveLength(count + 1);
    for (const version of [0x00, 0x80, 0xc0]) {
      bytes[0] = version + (bytes[0]! % 16);
      expect(peer.raw(bytes)).toBe(CoapCode.unknown);
    }
    expect(peer.sent).toHaveLength(count + 1);
  }
  expect(peer.raw("")).toBe(CoapCode.unknown);
  expect(peer.raw(Buffer.from("404500", "hex"))).toBe(CoapCode.unknown);
});

statement("ML-12", "critical options: unknown, repeated or too long ones reject the response; elective ones are passed over", () => {
  const bad = [
    [{ name: 9, value: Buffer.from("x") }],
    [{ name: 65001, value: Buffer.from("x") }],
    [{ name: 23, value: Buffer.from([6]) }, { name: 23, value: Buffer.from([6]) }],
    [{ name: 23, value: Buffer.from([0, 0, 0, 6]) }],
  ];
  for (const extra of bad) {
    const piggybacked = openPeer();
    piggybacked.request({}, 1);
    expect(piggybacked.piggyback({ extra, payload: "x" })).toBe(CoapCode.protocol);
    expect(piggybacked.told).toEqual([["failed", 1, CoapCode.protocol]]);
    expect(piggybacked.sent).toHaveLength(1);
    const separate = openPeer();
    separate.request({}, 1);
    expect(separate.answer({ extra, confirmable: true, messageId: 5, token: separate.last().token })).toBe(CoapCode.protocol);
    expect(separate.last()).toMatchObject({ reset: true, messageId: 5 });
    expect(separate.told).toEqual([["failed", 1, CoapCode.protocol]]);
    const non = openPeer();
    non.request({}, 1);
    expect(non.answer({ extra, messageId: 5, token: non.last().token })).toBe(CoapCode.protocol);
    expect(non.sent).toHaveLength(1);
    expect(non.told).toEqual([]);
  }
  const peer = openPeer();
  peer.request({}, 1);
  const odd = [{ name: 12, value: Buffer.from([50]) }, { name: 12, value: Buffer.from([40]) }, { name: 65000, value: Buffer.from("x") }, { name: 14, value: Buffer.alloc(5) }];
  expect(peer.piggyback({ extra: odd, payload: "x" })).toBe(0);
  expect(peer.told).toEqual([["response", 1, 69, "x", 50]]);
  // A request for us: this end serves nothing, so that it is rejected, whatever its options are.
  peer.raw(datagram({ code: "0.01", confirmable: true, messageId: 9, token: Buffer.from("t"), extra: bad[0]! }));
  expect(peer.last()).toMatchObject({ reset: true, messageId: 9 });
});

statement("ML-15", "one message is outstanding; the others follow in order, and an acknowledged one holds nobody up", () => {
  const peer = openPeer();
  for (let ref = 0; ref < 4; ref += 1) expect(peer.request({ path: `/${ref}` }, ref)).toBe(0);
  expect(peer.request({}, 4)).toBe(CoapCode.busy);
  expect(peer.sent).toHaveLength(1);
  peer.advance(2000);
  peer.answer({ ack: true, code: "0.00", messageId: peer.last().messageId });
  expect(optionTexts(peer.last(), "Uri-Path")).toEqual(["1"]);
  peer.piggyback({ payload: "one" });
  expect(optionTexts(peer.last(), "Uri-Path")).toEqual(["2"]);
  peer.advance(93000);
  expect(peer.told.filter((told) => told[0] === "failed").map((told) => told[1])).toEqual([2, 0]);
  peer.piggyback({ payload: "three" });
  expect(peer.told.filter((told) => told[0] === "response").map((told) => told[3])).toEqual(["one", "three"]);
});

statement("ML-15 ML-05", "under random loss, doubling and reordering every request ends once, and never two are outstanding", () => {
  for (let from = 1; from <= budget(12, 1000); from += 1) {
    const random = generator(from);
    const peer = openPeer({}, 0, from);
    const pending: { at: number; bytes: Buffer }[] = [];
    let seen = 0;
    let asked = 0;
    let serial = 1;
    for (let now = 0; now < 600000; now += 250) {
      if (asked < 60 && random(4) === 0 && peer.request({ path: `/${asked}`, nonConfirmable: random(3) === 0 }, asked) === 0) asked += 1;
      for (; seen < peer.sent.length; seen += 1) {
        const { packet } = peer.sent[seen]!;
        if (packet.code === "0.00" || random(3) === 0) continue;
        const reply = random(2) === 0 && packet.confirmable
          ? { ack: true, messageId: packet.messageId, token: packet.token, payload: optionTexts(packet, "Uri-Path")[0]! }
          : { confirmable: random(2) === 0, messageId: (serial += 1), token: packet.token, payload: optionTexts(packet, "Uri-Path")[0]! };
        for (let copies = 0; copies <= random(3); copies += 1) pending.push({ at: now + random(4000), bytes: datagram(reply) });
      }
      for (const late of pending.filter((one) => one.at === now || (one.at > now && one.at < now + 250))) peer.raw(late.bytes);
      peer.advance(250);
      expect(peer.client.open.filter((exchange) => exchange.phase === 1).length).toBeLessThanOrEqual(1);
    }
    peer.advance(200000);
    expect(peer.told.map((told) => told[1]).sort((a, b) => a - b)).toEqual(Array.from({ length: asked }, (_, ref) => ref));
    for (const told of peer.told) if (told[0] === "response") expect(told[3]).toBe(String(told[1]));
    expect(peer.client.open).toHaveLength(0);
  }
});
