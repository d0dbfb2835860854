/**
 * Hostile bytes to the WebSocket client: whatever a server sends and however it is cut, each input ends in messages, "need
 * more" or one end, the same for every cut, with no more kept than one message, and in work that is linear in the bytes.
 */
import { WsCode, WsPhase, wsConnect, wsEnded, wsReceive } from "../../firmware/protocol/websocket/session";
import { closeOf, connectedWs, feedWs, frame, openWs, readyWs, upgradeOf } from "../conformance/websocket-peer";
import { budget, generator, seed } from "../support/budget";

const INPUTS = budget(50000, 1000000);
const MESSAGE_BYTES_MAX = 300;

type Below = (below: number) => number;

function randomBytes(below: Below, count: number): string {
  return Array.from({ length: count }, () => String.fromCharCode(below(256))).join("");
}

/** Mostly text that is UTF-8, sometimes anything. */
function payload(below: Below): string {
  if (below(3) === 0) return randomBytes(below, below(40));
  const letters = ["a", "\xc3\xa9", "\xe6\xbc\xa2", "\xf0\x9f\x98\x80", below(20) === 0 ? "\xed\xa0\x80" : "z"];
  return Array.from({ length: below(90) }, () => letters[below(letters.length)]!).join("");
}

/** A frame that a server may send, or nearly. */
function someFrame(below: Below): string {
  const kind = below(10);
  if (kind < 2) return frame(1 + kind, payload(below), { fin: below(3) > 0 });
  if (kind < 5) return frame(0, payload(below), { fin: below(2) === 0 });
  if (kind === 5) return frame(9, payload(below).slice(0, 120));
  if (kind === 6) return frame(10, payload(below).slice(0, 120));
  if (kind === 7) return frame(8, below(3) === 0 ? "" : closeOf(below(2) === 0 ? 1000 + below(15) : below(65536), payload(below).slice(0, 100)));
  if (kind === 8) return frame(1 + below(2), payload(below));
  return frame(below(16), payload(below).slice(0, 100), { rsv: below(4) === 0 ? below(8) : 0, fin: below(2) === 0, ...(below(4) === 0 ? { lengthBytes: ([3, 9] as const)[below(2)]! } : {}) });
}

function hostile(below: Below): string {
  if (below(10) === 0) return randomBytes(below, below(400));
  let bytes = "";
  for (let i = 1 + below(6); i > 0; i -= 1) bytes += someFrame(below);
  if (below(4) === 0) {
    const at = below(bytes.length);
    bytes = bytes.slice(0, at) + String.fromCharCode(below(256)) + bytes.slice(at + 1);
  }
  return below(8) === 0 ? bytes.slice(below(bytes.length)) : bytes;
}

/** All that an input causes when it is cut like this. */
function outcome(bytes: string, cut: (left: number) => number): { text: string; end: number } {
  const peer = readyWs({ messageBytesMax: MESSAGE_BYTES_MAX });
  let code = 0;
  for (let i = 0; i < bytes.length && code === 0; ) {
    const n = cut(bytes.length - i);
    code = feedWs(peer, bytes.substring(i, i + n));
    i += n;
    const { message, control } = peer.session;
    if (message.length > MESSAGE_BYTES_MAX || control.length > 125) throw new Error(`${message.length} and ${control.length} bytes kept`);
  }
  const isClosed = peer.session.phase === WsPhase.closed;
  if ((code !== 0) !== isClosed) throw new Error(`code ${code} in phase ${peer.session.phase}`);
  wsEnded(peer.session, peer.sink);
  const ends = peer.heard.filter(([kind]) => kind === "closed");
  if (ends.length !== 1 || peer.heard.at(-1) !== ends[0]) throw new Error(`ended ${ends.length} times`);
  return { text: JSON.stringify([peer.heard, peer.frames]), end: ends[0]![1] as number };
}

test(`${INPUTS} hostile streams in any pieces: one outcome`, () => {
  const below = generator(seed);
  const ends = new Map<number, number>();
  let delivered = 0;
  for (let run = 0; run < INPUTS; run += 1) {
    const bytes = hostile(below);
    const blob = outcome(bytes, (left) => left);
    const cuts = run % 2 === 0 ? outcome(bytes, () => 1) : outcome(bytes, (left) => 1 + below(Math.min(left, 50)));
    if (cuts.text !== blob.text) throw new Error(`seed ${seed}, run ${run}: ${JSON.stringify(bytes)}\n${blob.text}\n${cuts.text}`);
    ends.set(blob.end, (ends.get(blob.end) ?? 0) + 1);
    delivered += blob.text.includes('"text"') || blob.text.includes('"binary"') ? 1 : 0;
  }
  for (const code of [WsCode.abnormal, WsCode.protocolError, WsCode.invalidPayload, WsCode.messageTooBig, WsCode.noStatus, WsCode.normal]) {
    expect([code, (ends.get(code) ?? 0) > INPUTS / 2000]).toEqual([code, true]);
  }
  expect(delivered).toBeGreaterThan(INPUTS / 20);
}, 600000);

test("hostile answers to the handshake: open, or one end with a code", () => {
  const below = generator(seed);
  const lines = ["Upgrade: websocket\r\n", "Connection: Upgrade\r\n", "Connection: close, x\r\n", "Sec-WebSocket-Protocol: b\r\n", "Sec-WebSocket-Extensions: x\r\n", "Content-Length: 5\r\n", "A: b\n", ":\r\n", "\r\n", "\x81\x01x"];
  const seen = new Set<number>();
  for (let run = 0; run < INPUTS / 10; run += 1) {
    const peer = openWs({ subprotocols: ["a"], headBytesMax: 300 });
    wsConnect(peer.session, peer.sink, 0);
    let bytes = upgradeOf(peer.request, below(2) === 0 ? [] : [lines[below(7)]!.trim()]);
    if (below(3) > 0) bytes = bytes.split("\r\n").filter(() => below(8) > 0).join("\r\n") + "\r\n\r\n";
    if (below(3) === 0) bytes = bytes.replace("101", String(100 + below(500)));
    if (below(3) === 0) bytes += lines[below(lines.length)]!;
    let code = 0;
    for (let i = 0; i < bytes.length && code === 0; ) {
      const n = 1 + below(60);
      code = wsReceive(peer.session, peer.sink, bytes.substring(i, i + n), 0);
      i += n;
    }
    const ends = peer.heard.filter(([kind]) => kind === "closed");
    if (ends.length !== (code === 0 ? 0 : 1)) throw new Error(`seed ${seed}, run ${run}: ${JSON.stringify(bytes)} ends ${ends.length} times`);
    seen.add(ends.length === 0 ? 0 : Number(ends[0]![1]));
  }
  for (const code of [0, WsCode.notHttp, WsCode.notWebSocket, WsCode.acceptWrong, WsCode.subprotocolWrong, WsCode.protocolError]) expect(seen).toContain(code);
}, 600000);

/** How many bytes the core looks at for `bytes`, fed in pieces of `step`. */
function bytesRead(bytes: string, step: number): number {
  const peer = connectedWs({ messageBytesMax: 1000000 });
  let reads = 0;
  const charCodeAt = String.prototype.charCodeAt;
  String.prototype.charCodeAt = function (this: string, i: number): number {
    reads += 1;
    return charCodeAt.call(this, i);
  };
  try {
    for (let i = 0; i < bytes.length; i += step) wsReceive(peer.session, { ...peer.sink, send: () => undefined }, bytes.substring(i, i + step), 0);
  } finally {
    String.prototype.charCodeAt = charCodeAt;
  }
  return reads;
}

test("work grows with the bytes, and no faster, in blobs and byte by byte", () => {
  const streams = [
    (n: number) => frame(1, "x".repeat(n * 10)),
    (n: number) => frame(2, "x".repeat(n * 10)),
    (n: number) => frame(1, "", { fin: false }) + frame(0, "\xc3\xa9", { fin: false }).repeat(n),
    (n: number) => frame(9, "").repeat(n),
    (n: number) => frame(1, "").repeat(n),
  ];
  for (const stream of streams) {
    for (const step of [1, 536, 1e9]) {
      const [small, large] = [2000, 8000].map((n) => bytesRead(stream(n), step) / stream(n).length) as [number, number];
      expect(large).toBeLessThan(small * 1.1 + 0.1);
      expect(large).toBeLessThan(8);
    }
  }
});
