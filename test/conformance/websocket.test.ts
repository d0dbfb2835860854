/** RFC 6455 for a client: rows of its own, and cases 1 to 7 of the Autobahn test suite, each as it is cut there, in one blob, byte by byte and at random. */
import { WsCode, WsPhase, wsClose, wsConnect, wsEnded, wsSendBinary, wsSendText } from "../../firmware/protocol/websocket/session";
import { generator, seed } from "../support/budget";
import { autobahn } from "./autobahn-cases";
import type { AutobahnCase } from "./autobahn-cases";
import { statement } from "./statement";
import { WS_OPTIONS, acceptOf, closeOf, connectedWs, feedWs, frame, openWs, readyWs, upgradeOf } from "./websocket-peer";
import type { WsPeer } from "./websocket-peer";

/** The app of the suite: it sends each message back. */
function echo(peer: WsPeer, from: number): void {
  for (const [kind, message] of peer.heard.slice(from)) {
    if (kind === "text") wsSendText(peer.session, peer.sink, message as string);
    if (kind === "binary") wsSendBinary(peer.session, peer.sink, message as string);
  }
}

/** Runs a case in these pieces; the index of the piece in which the connection ended. */
function run(wanted: AutobahnCase, parts: readonly string[]): number {
  const peer = readyWs({}, seed);
  let endedIn = -1;
  for (const [i, bytes] of parts.entries()) {
    const before = peer.heard.length;
    feedWs(peer, bytes);
    echo(peer, before);
    if (endedIn < 0 && peer.session.phase !== WsPhase.open) endedIn = i;
  }
  wsEnded(peer.session, peer.sink);
  const heard = peer.heard.slice(1);
  expect([wanted.id, heard.slice(0, -1)]).toEqual([wanted.id, wanted.messages]);
  expect([wanted.id, heard.at(-1)]).toEqual([wanted.id, ["closed", wanted.close < 0 ? WsCode.noStatus : wanted.close]]);
  // An echo can leave only while the connection is open: a blob may end it first, which the suite calls non-strict.
  const sent = peer.frames.map(({ first, payload }) => [first, payload] as const);
  const pongs = sent.filter(([first]) => first === 138).map(([, payload]) => payload);
  expect([wanted.id, pongs]).toEqual([wanted.id, wanted.pongs]);
  expect([wanted.id, sent.at(-1)]).toEqual([wanted.id, [136, wanted.close < 0 ? "" : closeOf(wanted.close)]]);
  return endedIn;
}

/** The bytes in pieces of `sizeOf()`. */
function pieces(bytes: string, sizeOf: () => number): string[] {
  const cut: string[] = [];
  for (let i = 0; i < bytes.length; ) {
    const size = sizeOf();
    cut.push(bytes.substring(i, i + size));
    i += size;
  }
  return cut;
}

function showAll(cases: readonly AutobahnCase[]): void {
  const draw = generator(seed);
  for (const wanted of cases) {
    const endedIn = run(wanted, wanted.parts);
    if (wanted.failsIn !== undefined) expect([wanted.id, endedIn]).toEqual([wanted.id, wanted.failsIn]);
    const bytes = wanted.parts.join("");
    const small = bytes.length < 1000;
    run(wanted, [bytes]);
    run(wanted, pieces(bytes, () => (small ? 1 : 536)));
    for (let i = 0; i < (small ? 10 : 2); i += 1) run(wanted, pieces(bytes, () => 1 + draw(small ? 9 : 5000)));
  }
}

statement("WS-05", "Autobahn 1.1, 1.2: messages of every length size", () => showAll(autobahn.framing));
statement("WS-06", "Autobahn 2: Pings are answered with their payload, Pongs are not answered", () => showAll(autobahn.pings));
statement("WS-07", "Autobahn 3, 4: reserved bits and opcodes fail the connection", () => showAll(autobahn.reserved));
statement("WS-08", "Autobahn 5: fragments, and what may stand between them", () => showAll(autobahn.fragments));
statement("WS-09", "Autobahn 6: text is UTF-8, and fails at its first wrong byte", () => showAll(autobahn.texts));
statement("WS-10", "Autobahn 7: the closing handshake, its codes and reasons", () => showAll(autobahn.closes));

test("every case of the suite's parts 1 to 7 is there once", () => {
  const ids = Object.values(autobahn).flat().map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const count = (pattern: RegExp): number => ids.filter((id) => pattern.test(id)).length;
  expect([count(/^1\./), count(/^2\./), count(/^3\./), count(/^4\./), count(/^5\./), count(/^6\.[1-4]\./), count(/^6\.\d+,/), count(/^7\./)]).toEqual([16, 11, 7, 10, 20, 13, 132, 37]);
});

test("what the app echoes is what came, in frames that a server accepts", () => {
  const peer = connectedWs();
  for (const length of [0, 125, 126, 65536]) {
    const before = peer.heard.length;
    feedWs(peer, frame(2, "\xfe".repeat(length)));
    echo(peer, before);
    expect(peer.frames.at(-1)).toMatchObject({ first: 130, payload: "\xfe".repeat(length) });
  }
});

statement("WS-01", "each frame has a mask of its own from the random source; a masked frame of the server's fails the connection", () => {
  const peer = connectedWs();
  for (let i = 0; i < 200; i += 1) wsSendText(peer.session, peer.sink, "same");
  feedWs(peer, frame(9, "x"));
  wsClose(peer.session, peer.sink, 1000, 0);
  expect(peer.frames).toHaveLength(202);
  expect(new Set(peer.frames.map(({ mask }) => mask)).size).toBe(202);
  const zeros = connectedWs();
  zeros.draw = () => 0;
  wsSendText(zeros.session, zeros.sink, "plain");
  expect(zeros.frames[0]).toMatchObject({ mask: "\0\0\0\0", payload: "plain" });
  const wronged = connectedWs();
  expect(feedWs(wronged, frame(1, "x", { mask: "abcd" }))).toBe(WsCode.protocolError);
  expect(wronged.frames.map(({ first, payload }) => [first, payload])).toEqual([[136, closeOf(1002)]]);
});

statement("WS-02", "control frames have at most 125 bytes and are whole, sent and received", () => {
  for (const opcode of [8, 9, 10]) {
    for (const bytes of [frame(opcode, "x", { fin: false }), frame(opcode, "x".repeat(126)), frame(opcode, "x", { lengthBytes: 3 }), frame(opcode, "x", { lengthBytes: 9 })]) {
      const peer = connectedWs();
      // Refused by their header: not a byte of payload is needed.
      expect(feedWs(peer, bytes.slice(0, 2))).toBe(WsCode.protocolError);
    }
  }
  const peer = connectedWs();
  feedWs(peer, frame(9, "x".repeat(125)));
  expect(peer.frames).toEqual([expect.objectContaining({ first: 138, payload: "x".repeat(125) })]);
});

statement("WS-03", "Sec-WebSocket-Accept must be the one of this connection's key", () => {
  const peers = [1, 2].map((n) => openWs({}, n));
  for (const peer of peers) wsConnect(peer.session, peer.sink, 0);
  const [one, two] = peers as [WsPeer, WsPeer];
  expect(acceptOf(one.request)).not.toBe(acceptOf(two.request));
  feedWs(one, upgradeOf(two.request));
  feedWs(two, upgradeOf(two.request));
  expect([one.heard, two.heard]).toEqual([[["closed", WsCode.acceptWrong]], [["opened", ""]]]);
});

statement("WS-04", "frames in the same bytes as the end of the 101 are read, wherever the bytes are cut", () => {
  for (let cut = 0; cut < 20; cut += 1) {
    const peer = openWs();
    wsConnect(peer.session, peer.sink, 0);
    const bytes = upgradeOf(peer.request) + frame(1, "glued") + frame(9, "p");
    const at = bytes.length - cut;
    feedWs(peer, bytes.slice(0, at));
    if (cut > 0) feedWs(peer, bytes.slice(at));
    expect(peer.heard).toEqual([["opened", ""], ["text", "glued"]]);
    expect(peer.frames).toEqual([expect.objectContaining({ first: 138, payload: "p" })]);
  }
});

statement("WS-11", "a message above the limit is refused by its length, before any byte of it is kept, over fragments too", () => {
  const limits = { messageBytesMax: 200 };
  const whole = connectedWs(limits);
  feedWs(whole, frame(2, "x".repeat(200)));
  expect(whole.heard.at(-1)).toEqual(["binary", "x".repeat(200)]);
  const refused = (bytes: string): void => {
    const peer = connectedWs(limits);
    expect(feedWs(peer, bytes)).toBe(WsCode.messageTooBig);
    expect(peer.session.message).toBe("");
    expect(peer.frames.at(-1)).toMatchObject({ first: 136, payload: closeOf(1009) });
  };
  refused(frame(1, "", { length: 201, lengthBytes: 3 }));
  refused(frame(1, "", { length: 65536, lengthBytes: 9 }));
  refused(frame(1, "", { length: 2 ** 40, lengthBytes: 9 }).slice(0, 8));
  refused(frame(1, "x".repeat(150), { fin: false }) + frame(0, "", { length: 51 }));
  refused(frame(1, "x".repeat(150), { fin: false }) + frame(9, "") + frame(0, "y".repeat(50), { fin: false }) + frame(0, "", { length: 1 }));
});

statement("WS-12", "lengths take as few bytes as they can, and the first bit of a long one is 0", () => {
  for (const [length, lengthBytes] of [[0, 3], [125, 3], [0, 9], [126, 9], [65535, 9]] as const) {
    expect(feedWs(connectedWs(), frame(2, "x".repeat(length), { lengthBytes }))).toBe(WsCode.protocolError);
  }
  expect(feedWs(connectedWs(), "\x82\x7f\x80")).toBe(WsCode.protocolError);
});

statement("WS-13", "no extension is offered, and one that is accepted all the same fails the handshake", () => {
  const peer = openWs();
  wsConnect(peer.session, peer.sink, 0);
  expect(peer.request).not.toMatch(/extensions/i);
  feedWs(peer, upgradeOf(peer.request, ["Sec-WebSocket-Extensions: x-any"]));
  expect(peer.heard).toEqual([["closed", WsCode.notWebSocket]]);
});

statement("WS-14", "of the subprotocols offered one is taken, or none; another fails the handshake", () => {
  const answers = [["a", ["opened", "a"]], ["b", ["opened", "b"]], ["c", ["closed", WsCode.subprotocolWrong]], ["a, b", ["closed", WsCode.subprotocolWrong]]] as const;
  for (const [chosen, heard] of answers) {
    const peer = openWs({ subprotocols: ["a", "b"] });
    wsConnect(peer.session, peer.sink, 0);
    feedWs(peer, upgradeOf(peer.request, [`Sec-WebSocket-Protocol: ${chosen}`]));
    expect(peer.heard).toEqual([heard]);
  }
});

test("a thousand sessions of one process share nothing", () => {
  const peers = Array.from({ length: 1000 }, (_, i) => connectedWs({ ...WS_OPTIONS }, i));
  peers.forEach((peer, i) => feedWs(peer, frame(1, `part ${i}, `, { fin: false })));
  peers.forEach((peer, i) => feedWs(peer, frame(0, `rest ${i}`)));
  peers.forEach((peer, i) => expect(peer.heard.at(-1)).toEqual(["text", `part ${i}, rest ${i}`]));
});
