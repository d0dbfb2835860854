/** Observe relations of the CoAP client: RFC 7641 and the ETSI OBS rows, in virtual time against a scripted server. */
import { CoapCode } from "../../firmware/protocol/coap/codes";
import { isFresh } from "../../firmware/protocol/coap/observe";
import { block, openPeer, optionTexts, optionUint } from "./coap-peer";
import type { Peer } from "./coap-peer";
import { statement } from "./statement";

const things = "/v2/things/token";

/** A peer with a relation open under ref 1, and its token. */
function observing(options: Parameters<typeof openPeer>[0] = {}, maxAge = 60, from = 1): { peer: Peer; token: Buffer } {
  const peer = openPeer(options, 2147470000, from);
  expect(peer.request({ path: things, observe: true }, 1)).toBe(0);
  expect(optionUint(peer.last(), "Observe")).toBe(0);
  const { token } = peer.last();
  peer.piggyback({ observe: 10, payload: "first", maxAge });
  expect(peer.told).toEqual([["notify", 1, 69, "first"]]);
  return { peer, token };
}

statement("TD_COAP_OBS_01 TD_COAP_OBS_09", "CON notifications are acknowledged and delivered", () => {
  const { peer, token } = observing();
  for (let i = 1; i <= 3; i += 1) {
    peer.advance(5000);
    peer.answer({ confirmable: true, messageId: 100 + i, token, observe: 10 + i, payload: `v${i}` });
    expect(peer.last()).toMatchObject({ ack: true, code: "0.00", messageId: 100 + i });
  }
  expect(peer.told.map((told) => told[3])).toEqual(["first", "v1", "v2", "v3"]);
});

statement("TD_COAP_OBS_01", "a message id that a restarted server takes again is no copy where the notification is newer", () => {
  const { peer, token } = observing();
  const notify = (observe: number, payload: string): number => peer.answer({ confirmable: true, messageId: 101, token, observe, payload });
  notify(11, "v1");
  peer.advance(5000);
  notify(12, "v2");
  // Copies of both, and what is older: acknowledged, and not told.
  for (const [observe, payload] of [[12, "v2"], [11, "v1"], [9, "v0"]] as const) notify(observe, payload);
  expect(peer.told.map((told) => told[3])).toEqual(["first", "v1", "v2"]);
  expect(peer.last()).toMatchObject({ ack: true, code: "0.00", messageId: 101 });
});

statement("TD_COAP_OBS_02", "NON notifications are delivered and not answered", () => {
  const { peer, token } = observing();
  peer.answer({ messageId: 101, token, observe: 11, payload: "v1" });
  expect(peer.sent).toHaveLength(1);
  expect(peer.told[1]).toEqual(["notify", 1, 69, "v1"]);
});

statement("TD_COAP_OBS_04 OBS-04 OBS-03", "registration is renewed with the same token 5 to 15 s after the Max-Age of the latest notification", () => {
  const spans: number[] = [];
  for (let from = 1; from <= 100; from += 1) {
    const { peer, token } = observing({}, 3600, from);
    peer.advance(30000);
    // No Max-Age: 60 s.
    peer.answer({ messageId: 101, token, observe: 11, payload: "v1" });
    const at = peer.now;
    peer.advance(75000);
    expect(optionUint(peer.sent[1]!.packet, "Observe")).toBe(0);
    expect(peer.sent[1]!.packet.token).toEqual(token);
    expect(optionTexts(peer.sent[1]!.packet, "Uri-Path")).toEqual(["v2", "things", "token"]);
    spans.push(peer.sent[1]!.at - at);
    // The server rebooted: its numbers begin anew and are fresh all the same.
    peer.answer({ ack: true, messageId: peer.sent[1]!.packet.messageId, token, observe: 1, payload: "again", maxAge: 1 });
    peer.answer({ messageId: 3, token, observe: 2, payload: "v2" });
    expect(peer.told.map((told) => told[3])).toEqual(["first", "v1", "again", "v2"]);
  }
  expect(Math.min(...spans)).toBeGreaterThanOrEqual(65000);
  expect(Math.max(...spans)).toBeLessThanOrEqual(75000);
  expect(Math.max(...spans) - Math.min(...spans)).toBeGreaterThan(8000);
});

statement("OBS-04", "a renewal that nobody answers ends the relation; a Max-Age of 136 years is no overflow", () => {
  const { peer } = observing({}, 1);
  peer.advance(120000);
  expect(peer.told[1]).toEqual(["failed", 1, CoapCode.timeout]);
  const long = observing({}, 4294967295).peer;
  for (let day = 0; day < 22; day += 1) long.advance(86400000);
  expect(long.sent).toHaveLength(1);
  long.advance(2 * 86400000);
  expect(long.sent.length).toBeGreaterThan(1);
});

statement("TD_COAP_OBS_05 TD_COAP_OBS_06", "a client that forgot the relation resets notifications, CON or NON", () => {
  const { peer, token } = observing();
  peer.close();
  peer.answer({ confirmable: true, messageId: 101, token, observe: 11, payload: "v1" });
  expect(peer.last()).toMatchObject({ reset: true, messageId: 101 });
  peer.answer({ messageId: 102, token, observe: 12, payload: "v2" });
  expect(peer.last()).toMatchObject({ reset: true, messageId: 102 });
  expect(peer.told).toHaveLength(1);
});

statement("TD_COAP_OBS_07 TD_COAP_OBS_08 OBS-06", "a 4.04 or 4.06 notification ends the relation", () => {
  for (const [code, number] of [["4.04", 132], ["4.06", 134]] as const) {
    const { peer, token } = observing();
    peer.answer({ confirmable: true, code, messageId: 101, token, payload: "gone" });
    expect(peer.sent[1]!.packet).toMatchObject({ ack: true, messageId: 101 });
    expect(peer.told[1]).toEqual(["response", 1, number, "gone", -1]);
    expect(peer.client.open).toHaveLength(0);
    peer.answer({ confirmable: true, messageId: 102, token, observe: 12 });
    expect(peer.last()).toMatchObject({ reset: true, messageId: 102 });
    peer.advance(200000);
    expect(peer.sent).toHaveLength(3);
  }
});

statement("TD_COAP_OBS_10", "a plain GET beside the relation leaves it alone", () => {
  const { peer, token } = observing();
  peer.request({ path: things }, 2);
  expect(peer.last().token).not.toEqual(token);
  expect(optionUint(peer.last(), "Observe")).toBe(-1);
  peer.piggyback({ payload: "read" });
  peer.answer({ messageId: 101, token, observe: 11, payload: "v1" });
  expect(peer.told.slice(1)).toEqual([["response", 2, 69, "read", -1], ["notify", 1, 69, "v1"]]);
});

statement("TD_COAP_OBS_12 OBS-08", "cancelling sends GET with Observe 1 and the same token, and tells no more", () => {
  const { peer, token } = observing();
  peer.cancel(1);
  expect(optionUint(peer.last(), "Observe")).toBe(1);
  expect(peer.last()).toMatchObject({ code: "0.01", token });
  expect(optionTexts(peer.last(), "Uri-Path")).toEqual(["v2", "things", "token"]);
  peer.piggyback({ payload: "bye" });
  expect(peer.client.open).toHaveLength(0);
  peer.advance(300000);
  expect(peer.told).toHaveLength(1);
  expect(peer.sent).toHaveLength(2);
  const deaf = observing().peer;
  deaf.cancel(1);
  deaf.advance(93000);
  expect(deaf.client.open).toHaveLength(0);
  expect(deaf.told).toHaveLength(1);
});

statement("OBS-01 OBS-02", "freshness by sequence number and time", () => {
  const rows: [number, number, number, boolean][] = [
    [-1, 0, 0, true], [0, 0, 0, false], [0, 1, 0, true], [1, 0, 0, false],
    [0, 8388607, 0, true], [0, 8388608, 0, false], [0, 8388609, 0, false],
    [8388607, 0, 0, false], [8388608, 0, 0, false], [8388609, 0, 0, true],
    [16777215, 0, 0, true], [16777215, 16777214, 0, false], [0, 16777215, 0, false], [16777214, 16777215, 0, true],
    [5, 4, 128000, false], [5, 4, 128001, true], [5, 5, 128001, true],
  ];
  for (const [before, next, sinceMs, fresh] of rows) expect([before, next, sinceMs, isFresh(before, next, sinceMs)]).toEqual([before, next, sinceMs, fresh]);
  const { peer, token } = observing({}, 3600);
  const send = (messageId: number, observe: number) => peer.answer({ confirmable: true, messageId, token, observe, payload: `n${observe}`, maxAge: 3600 });
  send(101, 12);
  send(102, 11);
  // The stale one is acknowledged all the same.
  expect(peer.last()).toMatchObject({ ack: true, messageId: 102 });
  peer.advance(128000);
  send(103, 11);
  peer.advance(1);
  send(104, 11);
  send(105, 16777215);
  send(106, 12);
  expect(peer.told.map((told) => told[3])).toEqual(["first", "n12", "n11", "n12"]);
});

statement("OBS-05", "a success without Observe means not observed: the exchange is over", () => {
  const peer = openPeer();
  peer.request({ path: things, observe: true }, 1);
  peer.piggyback({ payload: "once" });
  expect(peer.told).toEqual([["response", 1, 69, "once", -1]]);
  peer.advance(300000);
  expect(peer.sent).toHaveLength(1);
  const refused = openPeer();
  refused.request({ path: things, observe: true }, 1);
  refused.piggyback({ code: "4.01", payload: "no" });
  expect(refused.told).toEqual([["response", 1, 129, "no", -1]]);
});

statement("TD_COAP_OBS_13 BLK-08", "the blocks of a notification are fetched by plain GETs with a token of their own", () => {
  const { peer, token } = observing({ szx: 0 });
  const body = "0123456789abcdefFEDCBA9876543210tail";
  peer.answer({ confirmable: true, messageId: 101, token, observe: 11, payload: body.substring(0, 16), block2: block(0, true, 0), etag: "e" });
  for (let num = 1; num <= 2; num += 1) {
    expect(optionUint(peer.last(), "Block2")).toBe(block(num, false, 0));
    expect(optionUint(peer.last(), "Observe")).toBe(-1);
    expect(peer.last().token).not.toEqual(token);
    peer.piggyback({ payload: body.substring(16 * num, 16 * num + 16), block2: block(num, num < 2, 0), etag: "e" });
  }
  expect(peer.told[1]).toEqual(["notify", 1, 69, body]);
  peer.answer({ messageId: 102, token, observe: 12, payload: "short" });
  expect(peer.told[2]).toEqual(["notify", 1, 69, "short"]);
});

statement("TD_COAP_OBS_14", "a newer notification of another size takes the place of one whose blocks are being fetched", () => {
  const { peer, token } = observing({ szx: 0 });
  const old = "o".repeat(16);
  peer.answer({ messageId: 101, token, observe: 11, payload: old, block2: block(0, true, 0), etag: "1" });
  const fetch = peer.last();
  peer.answer({ messageId: 102, token, observe: 12, payload: "n".repeat(16), block2: block(0, true, 0), etag: "2" });
  // The answer to the abandoned fetch is nobody's.
  expect(peer.answer({ ack: true, messageId: fetch.messageId, token: fetch.token, payload: old, block2: block(1, false, 0), etag: "1" })).toBe(CoapCode.unknown);
  peer.piggyback({ payload: "end", block2: block(1, false, 0), etag: "2" });
  expect(peer.told.slice(1)).toEqual([["notify", 1, 69, `${"n".repeat(16)}end`]]);
  peer.answer({ messageId: 103, token, observe: 13, payload: "x", block2: block(0, false, 0) });
  expect(peer.told[2]).toEqual(["notify", 1, 69, "x"]);
});

statement("TD_COAP_OBS_14 BLK-07", "a body that changes while it is fetched is asked for anew by registering again, four times at most", () => {
  const { peer, token } = observing({ szx: 0 });
  peer.answer({ messageId: 101, token, observe: 11, payload: "o".repeat(16), block2: block(0, true, 0), etag: "0" });
  for (let turn = 1; turn <= 3; turn += 1) {
    peer.piggyback({ payload: "p".repeat(16), block2: block(1, true, 0), etag: String(turn) });
    expect(peer.last().token).toEqual(token);
    expect(optionUint(peer.last(), "Observe")).toBe(0);
    peer.piggyback({ observe: 1, payload: "q".repeat(16), block2: block(0, true, 0), etag: String(turn) });
  }
  expect(peer.told).toHaveLength(1);
  peer.piggyback({ payload: "p".repeat(16), block2: block(1, true, 0), etag: "4" });
  expect(peer.told[1]).toEqual(["failed", 1, CoapCode.protocol]);
  const gone = observing({ szx: 0 });
  gone.peer.answer({ messageId: 101, token: gone.token, observe: 11, payload: "o".repeat(16), block2: block(0, true, 0) });
  gone.peer.piggyback({ code: "4.04" });
  expect(optionUint(gone.peer.last(), "Observe")).toBe(0);
  gone.peer.piggyback({ code: "4.04", payload: "gone" });
  expect(gone.peer.told[1]).toEqual(["response", 1, 132, "gone", -1]);
});

test("cancelling while blocks are fetched, or while registering again, sends the cancellation next", () => {
  const { peer, token } = observing({ szx: 0 });
  peer.answer({ messageId: 101, token, observe: 11, payload: "o".repeat(16), block2: block(0, true, 0) });
  peer.cancel(1);
  expect(optionUint(peer.last(), "Observe")).toBe(1);
  expect(peer.last().token).toEqual(token);
  const again = observing({}, 1).peer;
  again.advance(16000);
  again.cancel(1);
  expect(optionUint(again.last(), "Observe")).toBe(1);
  again.answer({ confirmable: true, messageId: 200, token: again.last().token, payload: "bye" });
  expect(again.client.open).toHaveLength(0);
  expect(again.told).toHaveLength(1);
});

test("a lenient owner is told of a body beyond the limit by an empty one, and its relation lives on; another's ends", () => {
  const lenient = observing({ bodyBytesMax: 8, szx: 0, lenient: true });
  lenient.peer.answer({ confirmable: true, messageId: 101, token: lenient.token, observe: 11, payload: "x".repeat(9) });
  expect(lenient.peer.last()).toMatchObject({ ack: true, messageId: 101 });
  // The same in blocks: the second one is beyond it.
  const blocks = observing({ bodyBytesMax: 20, szx: 0, lenient: true });
  blocks.peer.answer({ messageId: 101, token: blocks.token, observe: 11, payload: "x".repeat(16), block2: block(0, true, 0), etag: "a" });
  blocks.peer.piggyback({ payload: "y".repeat(16), block2: block(1, true, 0), etag: "a" });
  for (const { peer, token } of [lenient, blocks]) {
    expect(peer.told[1]).toEqual(["notify", 1, 69, ""]);
    peer.answer({ messageId: 102, token, observe: 12, payload: "small" });
    expect(peer.told[2]).toEqual(["notify", 1, 69, "small"]);
  }
  const strict = observing({ bodyBytesMax: 8, szx: 0 });
  strict.peer.answer({ messageId: 101, token: strict.token, observe: 11, payload: "x".repeat(9) });
  expect(strict.peer.told[1]).toEqual(["failed", 1, CoapCode.tooLarge]);
});

test("a brief relation is told of each registration at once and without its body; what is notified later is told whole", () => {
  const peer = openPeer({ szx: 0, lenient: true });
  expect(peer.request({ path: things, observe: true, brief: true }, 1)).toBe(0);
  const { token } = peer.last();
  peer.piggyback({ observe: 10, payload: "x".repeat(16), block2: block(0, true, 0), maxAge: 60 });
  expect(peer.told).toEqual([["notify", 1, 69, ""]]);
  // The rest of it is not asked for.
  expect(peer.sent).toHaveLength(1);
  peer.answer({ messageId: 101, token, observe: 11, payload: "x".repeat(16), block2: block(0, true, 0), etag: "a" });
  peer.piggyback({ payload: "yz", block2: block(1, false, 0), etag: "a" });
  expect(peer.told[1]).toEqual(["notify", 1, 69, `${"x".repeat(16)}yz`]);
  peer.advance(76000);
  expect(optionUint(peer.last(), "Observe")).toBe(0);
  peer.piggyback({ observe: 1, payload: "again" });
  expect(peer.told[2]).toEqual(["notify", 1, 69, ""]);
});
