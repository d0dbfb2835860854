/** The message layer of the CoAP client: RFC 7252 3 to 5 and the ETSI CORE rows, in virtual time against a scripted server. */
import { CoapCode } from "../../firmware/protocol/coap/codes";
import { openPeer, optionTexts, optionUint } from "./coap-peer";
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
    peer.request({ method, nonConfirmable: true }, method);
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
  peer.request({ nonConfirmable: true }, 3);
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
