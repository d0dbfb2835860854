/** Block-wise bodies of the CoAP client: RFC 7959 and the ETSI BLOCK rows, in virtual time against a scripted server. */
import { CoapCode } from "../../firmware/protocol/coap/codes";
import { block, openPeer, optionTexts, optionUint } from "./coap-peer";
import type { Peer } from "./coap-peer";
import { statement } from "./statement";

const body = Array.from({ length: 1500 }, (_, i) => String.fromCharCode(i % 251)).join("");
const piece = (num: number, szx: number): string => body.substring(num * (16 << szx), (num + 1) * (16 << szx));

/** Answers GETs for `body` by blocks of at most 16 << szx bytes until the client asks no more. */
function serve(peer: Peer, szxMost: number, total = body.length): number[] {
  const sizes: number[] = [];
  let offset = 0;
  let count = -1;
  while (peer.sent.length !== count) {
    count = peer.sent.length;
    const asked = optionUint(peer.last(), "Block2");
    const szx = Math.min(szxMost, asked < 0 ? 6 : asked % 8);
    const size = 16 << szx;
    offset = asked < 0 ? 0 : Math.floor(asked / 16) * (16 << (asked % 8));
    sizes.push(size);
    peer.piggyback({ payload: body.substring(offset, Math.min(offset + size, total)), block2: block(offset / size, offset + size < total, szx), etag: "e" });
  }
  return sizes;
}

statement("TD_COAP_BLOCK_01 TD_COAP_BLOCK_06 BLK-01", "GET with early negotiation of every block size below the largest", () => {
  for (let szx = 0; szx <= 5; szx += 1) {
    const peer = openPeer({ szx });
    peer.request({ path: "/large" }, 1);
    expect(optionUint(peer.last(), "Block2")).toBe(szx);
    expect(serve(peer, 6)).toHaveLength(Math.ceil(1500 / (16 << szx)));
    expect(peer.told).toEqual([["response", 1, 69, body, -1]]);
  }
});

statement("TD_COAP_BLOCK_02 BLK-06", "GET with late negotiation: the server's smaller size is kept", () => {
  const peer = openPeer();
  peer.request({ path: "/large" }, 1);
  expect(optionUint(peer.last(), "Block2")).toBe(-1);
  expect(new Set(serve(peer, 2))).toEqual(new Set([64]));
  expect(optionUint(peer.sent[1]!.packet, "Block2")).toBe(block(1, false, 2));
  expect(peer.told).toEqual([["response", 1, 69, body, -1]]);
});

statement("TD_COAP_BLOCK_03 TD_COAP_BLOCK_04 BLK-03", "PUT and POST in blocks, the owner's payload byte for byte", () => {
  for (const method of [2, 3]) {
    const peer = openPeer({ szx: 4 });
    peer.request({ method, path: "/large", query: "a=b", payload: body, contentFormat: 42 }, 1);
    let got = "";
    for (let num = 0; num < 6; num += 1) {
      const { packet } = peer.sent[num]!;
      expect(optionUint(packet, "Block1")).toBe(block(num, num < 5, 4));
      expect(optionUint(packet, "Content-Format")).toBe(42);
      expect(optionTexts(packet, "Uri-Query")).toEqual(["a=b"]);
      got += packet.payload.toString("latin1");
      peer.piggyback({ code: num < 5 ? "2.31" : "2.04", block1: block(num, num < 5, 4) });
    }
    expect(got).toBe(body);
    expect(peer.sent).toHaveLength(6);
    expect(peer.told).toEqual([["response", 1, 68, "", -1]]);
  }
});

statement("TD_COAP_BLOCK_05", "POST in blocks whose response comes in blocks", () => {
  const peer = openPeer({ szx: 4 });
  peer.request({ method: 2, payload: body.substring(0, 512), contentFormat: 42 }, 1);
  peer.piggyback({ code: "2.31", block1: block(0, true, 4) });
  peer.piggyback({ code: "2.04", block1: block(1, false, 4), block2: block(0, true, 4), payload: piece(0, 4) });
  expect(peer.last()).toMatchObject({ code: "0.02" });
  expect(peer.last().payload).toHaveLength(0);
  expect([optionUint(peer.last(), "Block1"), optionUint(peer.last(), "Block2")]).toEqual([-1, block(1, false, 4)]);
  peer.piggyback({ code: "2.04", block2: block(1, false, 4), payload: "end" });
  expect(peer.told).toEqual([["response", 1, 68, `${piece(0, 4)}end`, -1]]);
});

statement("BLK-01", "the reserved size exponent 7 rejects the response", () => {
  for (const name of ["block1", "block2"]) {
    const peer = openPeer();
    peer.request({}, 1);
    expect(peer.piggyback({ [name]: 7, payload: "x" })).toBe(CoapCode.protocol);
    expect(peer.told).toEqual([["failed", 1, CoapCode.protocol]]);
  }
});

statement("BLK-02", "block numbers go up to 2^20-1, and a body that needs more is refused", () => {
  const peer = openPeer({ szx: 0, bodyBytesMax: 17000000 });
  expect(peer.request({ method: 2, payload: "x".repeat(16777216) }, 1)).toBe(CoapCode.tooLarge);
  expect(peer.request({ method: 2, payload: "x".repeat(16777215) }, 1)).toBe(0);
  const exchange = peer.client.open[0]!;
  exchange.uploaded = 16777184;
  peer.piggyback({ code: "2.31", block1: block(1048574, true, 0) });
  expect(optionUint(peer.last(), "Block1")).toBe(block(1048575, false, 0));
  expect(peer.last().payload).toHaveLength(15);
});

statement("BLK-04", "4.08 ends the transfer with that answer, and nothing more is sent", () => {
  const peer = openPeer({ szx: 4 });
  peer.request({ method: 2, payload: body }, 1);
  peer.piggyback({ code: "2.31", block1: block(0, true, 4) });
  peer.piggyback({ code: "4.08", block1: block(1, true, 4) });
  expect(peer.told).toEqual([["response", 1, 136, "", -1]]);
  peer.advance(100000);
  expect(peer.sent).toHaveLength(2);
});

statement("BLK-05 BLK-06", "4.13 with a smaller size begins again with that; without one it is the answer", () => {
  const peer = openPeer({ szx: 6 });
  peer.request({ method: 3, payload: body }, 1);
  peer.piggyback({ code: "4.13", block1: block(0, true, 3) });
  expect(optionUint(peer.last(), "Block1")).toBe(block(0, true, 3));
  expect(peer.last().payload.toString("latin1")).toBe(piece(0, 3));
  peer.piggyback({ code: "2.31", block1: block(0, true, 3) });
  expect(peer.last().payload.toString("latin1")).toBe(piece(1, 3));
  peer.piggyback({ code: "4.13", block1: block(1, true, 3) });
  expect(peer.told).toEqual([["response", 1, 141, "", -1]]);
  const whole = openPeer({ szx: 6 });
  whole.request({ method: 3, payload: body.substring(0, 500) }, 1);
  expect(optionUint(whole.last(), "Block1")).toBe(-1);
  whole.piggyback({ code: "4.13", block1: block(0, false, 2) });
  expect(optionUint(whole.last(), "Block1")).toBe(block(0, true, 2));
});

statement("BLK-06", "a smaller size in a 2.31 counts from what was sent", () => {
  const peer = openPeer({ szx: 3 });
  peer.request({ method: 3, payload: body }, 1);
  peer.piggyback({ code: "2.31", block1: block(0, true, 1) });
  expect(optionUint(peer.last(), "Block1")).toBe(block(4, true, 1));
  expect(peer.last().payload.toString("latin1")).toBe(body.substring(128, 160));
});

statement("BLK-07", "a GET whose ETag changes begins again, four times at most; a POST fails", () => {
  const peer = openPeer({ szx: 2 });
  peer.request({}, 1);
  for (let turn = 0; turn < 3; turn += 1) {
    peer.piggyback({ payload: piece(0, 2), block2: block(0, true, 2), etag: `a${turn}` });
    peer.piggyback({ payload: piece(1, 2), block2: block(1, true, 2), etag: `b${turn}` });
    expect(optionUint(peer.last(), "Block2")).toBe(block(0, false, 2));
  }
  peer.piggyback({ payload: piece(0, 2), block2: block(0, true, 2), etag: "same" });
  peer.piggyback({ payload: "end", block2: block(1, false, 2), etag: "same" });
  expect(peer.told).toEqual([["response", 1, 69, `${piece(0, 2)}end`, -1]]);
  const never = openPeer({ szx: 2 });
  never.request({}, 1);
  for (let turn = 0; turn < 4; turn += 1) {
    never.piggyback({ payload: piece(0, 2), block2: block(0, true, 2), etag: `a${turn}` });
    never.piggyback({ payload: piece(1, 2), block2: block(1, true, 2) });
  }
  expect(never.told).toEqual([["failed", 1, CoapCode.protocol]]);
  const post = openPeer({ szx: 2 });
  post.request({ method: 2, payload: "{}" }, 1);
  post.piggyback({ code: "2.04", payload: piece(0, 2), block2: block(0, true, 2), etag: "a" });
  post.piggyback({ code: "2.04", payload: piece(1, 2), block2: block(1, true, 2), etag: "b" });
  expect(post.told).toEqual([["failed", 1, CoapCode.protocol]]);
});

statement("BLK-09", "at 128-byte blocks no datagram passes 268 bytes, either way", () => {
  const path = `/v2/things/${"t".repeat(43)}/resources/${"k".repeat(40)}`;
  const peer = openPeer({ szx: 3, datagramBytesMax: 268 });
  expect(peer.request({ method: 2, path, payload: body, contentFormat: 50 }, 1)).toBe(0);
  for (let num = 0; num < 12; num += 1) peer.piggyback({ code: num < 11 ? "2.31" : "2.04", block1: block(num, num < 11, 3) });
  expect(peer.told).toEqual([["response", 1, 68, "", -1]]);
  peer.request({ path, query: "limit=100&startDate=2015-01-30T15:35:33.000Z", accept: 50 }, 2);
  expect(serve(peer, 6)).toEqual(Array.from({ length: 12 }, () => 128));
  expect(Math.max(...peer.sent.map((sent) => sent.bytes.length))).toBeLessThanOrEqual(268);
});

test("the body's limit: at the limit it arrives, one byte more fails, by blocks and in one", () => {
  for (const [bytes, ok] of [[1500, true], [1499, false]] as const) {
    const peer = openPeer({ szx: 4, bodyBytesMax: bytes });
    peer.request({}, 1);
    serve(peer, 4);
    expect(peer.told).toEqual([ok ? ["response", 1, 69, body, -1] : ["failed", 1, CoapCode.tooLarge]]);
    const whole = openPeer({ bodyBytesMax: bytes });
    whole.request({}, 1);
    whole.piggyback({ payload: body });
    expect(whole.told).toEqual(peer.told);
  }
});

test("blocks out of order, of a wrong length, larger than asked or missing fail the exchange", () => {
  const rows: [string, Parameters<Peer["piggyback"]>[0][]][] = [
    ["first block is not 0", [{ payload: piece(0, 2), block2: block(1, true, 2) }]],
    ["short block with more", [{ payload: "short", block2: block(0, true, 2) }]],
    ["long last block", [{ payload: body.substring(0, 65), block2: block(0, false, 2) }]],
    ["larger than asked", [{ payload: piece(0, 3), block2: block(0, true, 3) }]],
    ["a block twice", [{ payload: piece(0, 2), block2: block(0, true, 2) }, { payload: piece(0, 2), block2: block(0, true, 2) }]],
    ["no block option", [{ payload: piece(0, 2), block2: block(0, true, 2) }, { payload: "x" }]],
    ["2.31 to a GET", [{ code: "2.31" }]],
  ];
  for (const [name, answers] of rows) {
    const peer = openPeer({ szx: 2 });
    peer.request({}, 1);
    for (const answer of answers) peer.piggyback(answer);
    expect([name, peer.told]).toEqual([name, [["failed", 1, CoapCode.protocol]]]);
  }
  const uploads: [string, Parameters<Peer["piggyback"]>[0]][] = [
    ["another block acknowledged", { code: "2.31", block1: block(1, true, 2) }],
    ["a larger size", { code: "2.31", block1: block(0, true, 3) }],
    ["success for one block of many", { code: "2.04" }],
  ];
  for (const [name, answer] of uploads) {
    const peer = openPeer({ szx: 2 });
    peer.request({ method: 3, payload: body }, 1);
    peer.piggyback(answer);
    expect([name, peer.told]).toEqual([name, [["failed", 1, CoapCode.protocol]]]);
  }
});

test("a payload of exactly one block goes whole, one byte more goes by blocks", () => {
  const peer = openPeer({ szx: 2 });
  peer.request({ method: 3, payload: piece(0, 2) }, 1);
  expect(optionUint(peer.last(), "Block1")).toBe(-1);
  peer.piggyback({ code: "2.04" });
  peer.request({ method: 3, payload: body.substring(0, 65) }, 2);
  expect(optionUint(peer.last(), "Block1")).toBe(block(0, true, 2));
});
