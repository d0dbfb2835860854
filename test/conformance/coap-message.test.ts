/** The message layer of the CoAP client: RFC 7252 3 to 5 and the ETSI CORE rows, in virtual time against a scripted server. */
import { CoapCode } from "../../firmware/protocol/coap/codes";
import { budget, generator } from "../support/budget";
import { datagram, openPeer, optionTexts, optionUint } from "./coap-peer";
import { statement } from "./statement";

const json = 50;

statement("TD_COAP_CORE_01 TD_COAP_CORE_02 TD_COAP_CORE_03 TD_COAP_CORE_04", "GET, DELETE, PUT and POST as CON", () => {
  const peer = openPeer();
  const codes = ["0.01", "0.02", "0.03", "0.04"];
  const answers = ["2.05", "2.01", "2.04", "2.02"];
  for (let method = 1; method <= 4; method += 1) {
    expect(peer.request({ method, path: "/test", payload: method === 2 || method === 3 ? "{}" : "", contentFormat: method === 2 || method === 3 ? json : -1 }, method)).toBe(0);
    expect(peer.last()).toMatchObject({ code: codes[method - 1], confirmable: true, ack: false });
    expect(optionTexts(peer.last(), "Uri-Path")).toEqual(["test"]);
    peer.piggyback({ code: answers[method - 1]!, payload: "ok", contentFormat: 0 });
  }
  expect(peer.told).toEqual([["response", 1, 69, "ok", 0], ["response", 2, 65, "ok", 0], ["response", 3, 68, "ok", 0], ["response", 4, 66, "ok", 0]]);
  expect(peer.sent).toHaveLength(4);
});

statement("TD_COAP_CORE_05 TD_COAP_CORE_06 TD_COAP_CORE_07 TD_COAP_CORE_08", "the four methods as NON", () => {
  const peer = openPeer();
  for (let method = 1; method <= 4; method += 1) {
    peer.request({ method, confirmable: false }, method);
    expect(peer.last()).toMatchObject({ code: `0.0${method}`, confirmable: false, ack: false, reset: false });
    peer.answer({ code: "2.05", messageId: 500 + method, token: peer.last().token, payload: `r${method}` });
  }
  expect(peer.told.map((told) => told[3])).toEqual(["r1", "r2", "r3", "r4"]);
  expect(peer.sent).toHaveLength(4);
});

statement("TD_COAP_CORE_09 TD_COAP_CORE_11 ML-16", "an empty ACK ends retransmission, a separate CON response with the token is acknowledged", () => {
  const peer = openPeer();
  peer.request({ path: "/separate" }, 7);
  const { messageId, token } = peer.last();
  peer.answer({ ack: true, code: "0.00", messageId });
  peer.advance(92000);
  expect(peer.sent).toHaveLength(1);
  expect(peer.told).toEqual([]);
  peer.answer({ confirmable: true, messageId: 9000, token, payload: "late" });
  expect(peer.last()).toMatchObject({ code: "0.00", ack: true, messageId: 9000 });
  expect(peer.told).toEqual([["response", 7, 69, "late", -1]]);
});

statement("ML-16", "without a response the exchange ends 93 s after the empty ACK, not earlier", () => {
  const peer = openPeer();
  peer.request({}, 7);
  peer.advance(100);
  peer.answer({ ack: true, code: "0.00", messageId: peer.last().messageId });
  peer.advance(92999);
  expect(peer.told).toEqual([]);
  peer.advance(1);
  expect(peer.told).toEqual([["failed", 7, CoapCode.timeout]]);
  expect(peer.client.open).toHaveLength(0);
});

statement("TD_COAP_CORE_10 ML-06", "each request has its own token of four random bytes", () => {
  const peer = openPeer();
  const tokens = new Set<string>();
  for (let i = 0; i < 2000; i += 1) {
    peer.request({}, i);
    expect(peer.last().token).toHaveLength(4);
    tokens.add(peer.last().token.toString("hex"));
    peer.piggyback({ payload: "x" });
  }
  expect(tokens.size).toBeGreaterThan(1998);
  expect(peer.told).toHaveLength(2000);
});

statement("TD_COAP_CORE_12 ML-06", "no request has an empty token, and a response with one is nobody's", () => {
  const peer = openPeer();
  peer.request({}, 1);
  const { messageId } = peer.last();
  expect(peer.answer({ ack: true, messageId, token: Buffer.alloc(0) })).toBe(CoapCode.unknown);
  expect(peer.answer({ confirmable: true, messageId: 77, token: Buffer.alloc(0) })).toBe(CoapCode.unknown);
  expect(peer.last()).toMatchObject({ reset: true, messageId: 77 });
  expect(peer.told).toEqual([]);
});

statement("TD_COAP_CORE_13 TD_COAP_CORE_14 ML-13", "path and query options in order, without Uri-Host and Uri-Port", () => {
  const peer = openPeer();
  peer.request({ path: "/v2/things/a%20b//", query: "limit=2&startDate=&a=b" }, 1);
  expect(optionTexts(peer.last(), "Uri-Path")).toEqual(["v2", "things", "a%20b", "", ""]);
  expect(optionTexts(peer.last(), "Uri-Query")).toEqual(["limit=2", "startDate=", "a=b"]);
  expect(peer.last().options).toHaveLength(8);
});

statement("TD_COAP_CORE_15 ML-01 ML-02", "five sends at doubling spans from 2 to 3 s on, the same bytes, given up within 93 s", () => {
  const spans: number[] = [];
  for (let from = 1; from <= 200; from += 1) {
    const peer = openPeer({}, 2147483000, from);
    peer.request({ method: 2, payload: "{}", contentFormat: json }, 3);
    peer.advance(100000);
    expect(peer.sent).toHaveLength(5);
    const start = peer.sent[0]!.at;
    const first = peer.sent[1]!.at - start;
    spans.push(first);
    expect(peer.sent.map((sent) => sent.at - start)).toEqual([0, first, 3 * first, 7 * first, 15 * first]);
    for (const sent of peer.sent) expect(sent.bytes.equals(peer.sent[0]!.bytes)).toBe(true);
    expect(peer.told).toEqual([["failed", 3, CoapCode.timeout]]);
    expect(31 * first).toBeLessThanOrEqual(93000);
  }
  expect(Math.min(...spans)).toBeGreaterThanOrEqual(2000);
  expect(Math.max(...spans)).toBeLessThanOrEqual(3000);
  // Spread: each fifth of the span is hit by a fair share of 200 draws.
  for (let part = 0; part < 5; part += 1) {
    expect(spans.filter((span) => span >= 2000 + part * 200 && span < 2200 + part * 200).length).toBeGreaterThan(20);
  }
});

statement("TD_COAP_CORE_15", "a lost request is answered after its repetition", () => {
  const peer = openPeer();
  peer.request({}, 3);
  peer.advance(3000);
  expect(peer.sent).toHaveLength(2);
  peer.piggyback({ payload: "second" });
  peer.advance(200000);
  expect(peer.sent).toHaveLength(2);
  expect(peer.told).toEqual([["response", 3, 69, "second", -1]]);
});

statement("TD_COAP_CORE_16", "a CON response whose ACK was lost ends the retransmission", () => {
  const peer = openPeer();
  peer.request({}, 3);
  peer.answer({ confirmable: true, messageId: 40, token: peer.last().token, payload: "now" });
  peer.advance(200000);
  expect(peer.sent.map((sent) => sent.packet.code)).toEqual(["0.01", "0.00"]);
  expect(peer.told).toEqual([["response", 3, 69, "now", -1]]);
});

statement("TD_COAP_CORE_17", "a NON request whose response comes much later, as CON", () => {
  const peer = openPeer();
  peer.request({ confirmable: false }, 3);
  const { token } = peer.last();
  peer.advance(60000);
  expect(peer.sent).toHaveLength(1);
  peer.answer({ confirmable: true, messageId: 8, token, payload: "late" });
  expect(peer.last()).toMatchObject({ ack: true, messageId: 8 });
  expect(peer.told).toEqual([["response", 3, 69, "late", -1]]);
});

statement("TD_COAP_CORE_18 TD_COAP_CORE_19", "several Location-Path and Location-Query options are passed over", () => {
  const peer = openPeer();
  peer.request({ method: 2 }, 3);
  const extra = ["location1", "location2", "location3"].map((value) => ({ name: "Location-Path", value: Buffer.from(value) }));
  const more = ["first=1", "second=2"].map((value) => ({ name: "Location-Query", value: Buffer.from(value) }));
  peer.piggyback({ code: "2.01", payload: "made", extra: extra.concat(more) });
  expect(peer.told).toEqual([["response", 3, 65, "made", -1]]);
});

statement("TD_COAP_CORE_31 ML-14", "ping both ways: an empty CON of four bytes gets a Reset of four bytes", () => {
  const peer = openPeer();
  peer.raw(Buffer.from([0x40, 0, 0x12, 0x34]));
  expect(peer.sent[0]!.bytes).toEqual(Buffer.from([0x70, 0, 0x12, 0x34]));
  expect(peer.ping(5)).toBe(0);
  expect(peer.sent[1]!.bytes.subarray(0, 2)).toEqual(Buffer.from([0x40, 0]));
  expect(peer.sent[1]!.bytes).toHaveLength(4);
  peer.answer({ ack: true, code: "0.00", messageId: peer.last().messageId });
  expect(peer.told).toEqual([]);
  peer.answer({ reset: true, code: "0.00", messageId: peer.last().messageId });
  expect(peer.told).toEqual([["response", 5, 0, "", -1]]);
  peer.ping(6);
  peer.advance(93000);
  expect(peer.told[1]).toEqual(["failed", 6, CoapCode.timeout]);
});

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
  peer.answer({ messageId: 61, token, observe: 2, payload: "b" });
  const count = peer.sent.length;
  peer.answer({ messageId: 61, token, observe: 3, payload: "c" });
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
      if (asked < 60 && random(4) === 0 && peer.request({ path: `/${asked}`, confirmable: random(3) > 0 }, asked) === 0) asked += 1;
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
      expect(peer.client.open.filter((exchange) => exchange.state === 1).length).toBeLessThanOrEqual(1);
    }
    peer.advance(200000);
    expect(peer.told.map((told) => told[1]).sort((a, b) => a - b)).toEqual(Array.from({ length: asked }, (_, ref) => ref));
    for (const told of peer.told) if (told[0] === "response") expect(told[3]).toBe(String(told[1]));
    expect(peer.client.open).toHaveLength(0);
  }
});

test("a request that cannot be sent is refused and leaves nothing behind", () => {
  const peer = openPeer({ datagramBytesMax: 268, szx: 3 });
  const long = "p".repeat(255);
  expect(peer.request({ path: `/${long}p` }, 1)).toBe(CoapCode.invalid);
  expect(peer.request({ query: `${long}p` }, 1)).toBe(CoapCode.invalid);
  for (const path of ["x", "/a/../b", "/.", "/a/."]) expect(peer.request({ path }, 1)).toBe(CoapCode.invalid);
  expect(peer.request({ method: 0 }, 1)).toBe(CoapCode.invalid);
  expect(peer.request({ method: 5 }, 1)).toBe(CoapCode.invalid);
  expect(peer.request({ method: 2, observe: true }, 1)).toBe(CoapCode.invalid);
  expect(peer.request({}, -1)).toBe(CoapCode.invalid);
  expect(peer.request({ contentFormat: 65536 }, 1)).toBe(CoapCode.invalid);
  // Header 4, token 4, path header 2: 257 bytes remain, and GET asks for its block size with 2 of them.
  expect(peer.request({ path: `/${long}`, query: "q" }, 1)).toBe(CoapCode.tooLarge);
  expect(peer.client.open).toHaveLength(0);
  expect(peer.sent).toHaveLength(0);
  expect(peer.request({ path: `/${long}`, method: 4 }, 1)).toBe(0);
  expect(peer.sent[0]!.bytes).toHaveLength(265);
  expect(optionUint(peer.last(), "Block2")).toBe(-1);
});

test("cancelling and closing forget exchanges without a word", () => {
  const peer = openPeer();
  peer.request({ path: "/a" }, 1);
  peer.request({ path: "/b" }, 2);
  const { token } = peer.last();
  peer.cancel(9);
  peer.cancel(1);
  expect(optionTexts(peer.last(), "Uri-Path")).toEqual(["b"]);
  peer.answer({ confirmable: true, messageId: 3, token });
  expect(peer.last().reset).toBe(true);
  peer.close();
  peer.advance(500000);
  expect(peer.told).toEqual([]);
  expect(peer.sent).toHaveLength(3);
  expect(peer.client.open).toHaveLength(0);
});

test("a sink that calls back is caught where checks are on", () => {
  const peer = openPeer();
  peer.client.inside = true;
  expect(() => peer.request({}, 1)).toThrow("called back");
});
