/**
 * Hostile datagrams at the CoAP client while requests, relations and block-wise bodies are open: a code each time, never an
 * exception, state within its limits, and each byte touched a bounded number of times.
 */
import coapPacket from "coap-packet";
import * as intrinsics from "../../firmware/base/intrinsics";
import { coapMessage, decodeHeader } from "../../firmware/protocol/coap/decode";
import { coapResponse, decodeResponse } from "../../firmware/protocol/coap/response";
import { block, datagram, openPeer } from "../conformance/coap-peer";
import type { Peer } from "../conformance/coap-peer";
import { budget, generator, seed } from "../support/budget";

jest.mock("../../firmware/base/intrinsics", () => {
  const real = jest.requireActual<typeof intrinsics>("../../firmware/base/intrinsics");
  const counted = { ...real, __esModule: true, steps: 0 };
  counted.at = (s, i) => ((counted.steps += 1), real.at(s, i));
  counted.sub = (s, a, b) => ((counted.steps += 1), real.sub(s, a, b));
  return counted;
});

const counter = intrinsics as unknown as { steps: number };
const bodyBytesMax = 200;

type Below = (below: number) => number;

function bytesOf(random: Below, most: number): Buffer {
  return Buffer.from(Array.from({ length: random(most) }, () => random(256)));
}

/** Answers that fit what is open, more or less: right ids and tokens, wrong blocks, codes and options. */
function likely(peer: Peer, random: Below): Buffer {
  const open = peer.client.open[random(Math.max(1, peer.client.open.length))];
  const token = open === undefined ? "" : random(2) === 0 ? open.token : open.relation;
  const szx = random(3);
  const size = 16 << szx;
  const num = open === undefined ? 0 : Math.floor(open.body.length / size);
  const more = random(2) === 0;
  const confirmable = random(2) === 0;
  const ack = !confirmable && random(2) === 0;
  const change = {
    code: ["2.05", "2.04", "2.31", "4.04", "4.08", "4.13", "5.03", "0.00", "0.01", "7.31"][random(14)] ?? "2.05",
    confirmable, ack, messageId: ack ? Math.max(0, peer.client.messageId) : random(65536), token: Buffer.from(token, "latin1"),
    payload: "p".repeat(more ? size : random(size + 2)),
    ...(random(2) === 0 ? { observe: random(16777216) } : {}),
    ...(random(2) === 0 ? { block2: block(random(8) === 0 ? random(1000) : num, more, random(12) === 0 ? 7 : szx) } : {}),
    ...(random(4) === 0 ? { block1: block(random(3), random(2) === 0, szx) } : {}),
    ...(random(4) === 0 ? { etag: String(random(2)) } : {}),
    ...(random(20) === 0 ? { extra: [{ name: random(300), value: bytesOf(random, 20) }] } : {}),
  };
  if (change.code === "0.00") return datagram({ code: "0.00", ack, confirmable, reset: !ack && !confirmable, messageId: peer.client.messageId < 0 ? 1 : peer.client.messageId });
  return datagram(change);
}

function hostile(peer: Peer, random: Below): Buffer {
  const kind = random(6);
  if (kind === 0) return bytesOf(random, 80);
  if (kind === 1) return Buffer.concat([Buffer.from([0x40 + random(64), random(256), random(256), random(256)]), bytesOf(random, 60)]);
  const bytes = likely(peer, random);
  if (kind === 2) bytes[random(bytes.length)] = random(256);
  if (kind === 3) return bytes.subarray(0, random(bytes.length + 1));
  return bytes;
}

test("any datagrams: codes only, bounded state, and every ref closed once", () => {
  const random = generator(seed);
  const outcomes = new Map<string, number>();
  let peer = openPeer();
  let open = new Set<number>();
  let ref = 0;
  for (let run = 0; run < budget(50000, 1000000); run += 1) {
    if (run % 500 === 0) {
      peer = openPeer({ szx: random(3), bodyBytesMax, exchangesMax: 3 }, random(2) === 0 ? 0 : 2147400000, run + seed);
      open = new Set();
    }
    while (random(3) > 0 && peer.client.open.length < 3) {
      const observe = random(3) === 0;
      peer.request({ method: observe ? 1 : 1 + random(4), observe, payload: observe ? "" : "b".repeat(random(100)), nonConfirmable: random(4) === 0 }, ref);
      open.add(ref);
      ref += 1;
    }
    if (random(50) === 0 && open.size > 0) {
      const [first] = open;
      peer.cancel(first!);
      open.delete(first!);
    }
    const bytes = hostile(peer, random);
    const code = peer.raw(bytes);
    if (![0, 6, 7, 8].includes(code)) throw new Error(`seed ${seed} run ${run}: code ${code} for ${bytes.toString("hex")}`);
    peer.advance(random(10) === 0 ? random(30000) : random(50));
    for (const told of peer.told) {
      outcomes.set(told[0], (outcomes.get(told[0]) ?? 0) + 1);
      if (!open.has(told[1])) throw new Error(`seed ${seed} run ${run}: ref ${told[1]} was closed`);
      if (told[0] !== "notify") open.delete(told[1]);
    }
    peer.told.length = 0;
    // A datagram makes one reply and one request at most; thirty seconds of timers a few more.
    if (peer.sent.length > 40) throw new Error(`seed ${seed} run ${run}: ${peer.sent.length} datagrams sent`);
    peer.sent.length = 0;
    const held = peer.client.open;
    const live = held.filter((exchange) => exchange.ref >= 0).length;
    if (live !== open.size || held.length > 3 || peer.client.heard.length > 40 || held.some((exchange) => exchange.body.length > bodyBytesMax)) throw new Error(`seed ${seed} run ${run}: state`);
    if (held.filter((exchange) => exchange.phase === 1).length > 1) throw new Error(`seed ${seed} run ${run}: two outstanding`);
    if ((peer.client.current !== undefined) !== held.some((exchange) => exchange.phase === 1)) throw new Error(`seed ${seed} run ${run}: current`);
  }
  for (const kind of ["response", "notify", "failed"]) expect(outcomes.get(kind) ?? 0).toBeGreaterThan(100);
});

test("what the decoder takes, coap-packet reads alike; what it refuses is a format error", () => {
  const random = generator(seed + 1);
  let taken = 0;
  for (let run = 0; run < budget(20000, 400000); run += 1) {
    const peer = openPeer();
    peer.request({}, 1);
    const bytes = hostile(peer, random);
    const text = bytes.toString("latin1");
    const message = coapMessage();
    const response = coapResponse();
    if (decodeHeader(text, message) !== 0 || decodeResponse(text, message, response) === 7) continue;
    taken += 1;
    const theirs = coapPacket.parse(bytes);
    expect([message.messageId, message.token, message.payload]).toEqual([theirs.messageId, theirs.token.toString("latin1"), theirs.payload.toString("latin1")]);
  }
  expect(taken).toBeGreaterThan(2000);
});

test("steps grow with the bytes, not faster", () => {
  const head = "\x50\x45\x00\x01";
  const shapes = [
    (n: number) => head + "\x10".repeat(n),
    (n: number) => head + "\x00".repeat(n),
    (n: number) => head + "\x01x".repeat(n),
    (n: number) => `${head}\xff${"p".repeat(n)}`,
  ];
  for (const shape of shapes) {
    const steps = [4000, 16000].map((n) => {
      const bytes = shape(n);
      counter.steps = 0;
      const message = coapMessage();
      decodeHeader(bytes, message);
      decodeResponse(bytes, message, coapResponse());
      return counter.steps / bytes.length;
    });
    expect(steps[1]!).toBeGreaterThan(0);
    expect(steps[1]!).toBeLessThan(4);
    expect(steps[1]!).toBeLessThan(steps[0]! * 1.2 + 0.1);
  }
});
