/** What the statement tests and the Autobahn cases do not show: the parts, refusals that change nothing, time, and the rule about sinks. */
import { createHash, randomBytes } from "node:crypto";
import { advanceWs, closeOf, connectedWs, feedWs, frame, headerOf, openWs, readClientFrame, upgradeOf } from "../../../test/conformance/websocket-peer";
import { toBase64 } from "./base64";
import { isCloseCode } from "./code";
import { encodeFrame, masked } from "./frame";
import { WsCode, WsPhase, wsClose, wsConnect, wsEnded, wsReceive, wsSendBinary, wsSendText, wsTick } from "./session";
import { sha1 } from "./sha1";

const latin1 = (bytes: Buffer): string => bytes.toString("latin1");

test("base64 and SHA-1 are those of node:crypto, at every length around a block", () => {
  for (let length = 0; length < 200; length += 1) {
    const bytes = randomBytes(length);
    expect(toBase64(latin1(bytes))).toBe(bytes.toString("base64"));
    expect(sha1(latin1(bytes))).toBe(latin1(createHash("sha1").update(bytes).digest()));
  }
  // RFC 3174 7.3 and RFC 6455 1.3.
  expect(Buffer.from(sha1("abc"), "latin1").toString("hex")).toBe("a9993e364706816aba3e25717850c26c9cd0d89d");
  expect(toBase64(sha1("dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
});

test("frames of every length size, masked twice, are what went in", () => {
  for (const length of [0, 1, 2, 3, 4, 5, 63, 64, 65, 125, 126, 127, 65535, 65536, 70001]) {
    const payload = latin1(randomBytes(length));
    const mask = latin1(randomBytes(4));
    expect(masked(masked(payload, mask), mask)).toBe(payload);
    expect(readClientFrame(encodeFrame(2, payload, mask))).toEqual({ first: 130, payload, mask });
  }
});

test("codes that a Close may carry", () => {
  const may = Array.from({ length: 6000 }, (_, code) => code).filter(isCloseCode);
  expect(may.slice(0, 13)).toEqual([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000]);
  expect(may.length).toBe(12 + 2000);
});

test("the request is the one of RFC 6455 4.1, with a new key each time", () => {
  const first = openWs({ subprotocols: ["mqtt", "v10.stomp"], headers: "Authorization: Basic eA==\r\n" });
  const second = openWs({}, 2);
  for (const peer of [first, second]) expect(wsConnect(peer.session, peer.sink, 0)).toBe(0);
  expect(first.request.replace(/Key: .*/, "Key: K")).toBe(
    "GET /feed?x=1 HTTP/1.1\r\nHost: server.example:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: K\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt, v10.stomp\r\nAuthorization: Basic eA==\r\n\r\n",
  );
  const keys = [first, second].map(({ request }) => headerOf(request, "Sec-WebSocket-Key")!);
  for (const key of keys) expect(Buffer.from(key, "base64")).toHaveLength(16);
  expect(keys[0]).not.toBe(keys[1]);
});

test.each([{ host: "" }, { host: "a b" }, { path: "feed" }, { path: "/a\r\nX: y" }, { subprotocols: ["a\r\nX: y"] }])("options that would break the request are refused: %j", (options) => {
  const peer = openWs(options);
  expect(wsConnect(peer.session, peer.sink, 0)).toBe(WsCode.invalid);
  expect([peer.request, peer.heard, peer.session.phase]).toEqual(["", [], WsPhase.closed]);
});

/** The end of a handshake that was answered like this, by one blob and by single bytes. */
function answered(answer: (request: string) => string, options: Parameters<typeof openWs>[0] = {}): unknown {
  const ends = [1e9, 1].map((step) => {
    const peer = openWs(options);
    wsConnect(peer.session, peer.sink, peer.uptime);
    const bytes = answer(peer.request);
    for (let i = 0; i < bytes.length && peer.session.phase === WsPhase.connecting; i += step) feedWs(peer, bytes.substring(i, i + step));
    return peer.heard;
  });
  expect(ends[1]).toEqual(ends[0]);
  return ends[0];
}

test("answers that open, whatever the case and order of their words", () => {
  const loose = (request: string): string =>
    upgradeOf(request, ["X: y"]).replace("Upgrade: websocket", "UPGRADE:  WebSocket ").replace("Connection: Upgrade", "connection: keep-alive , UPGRADE");
  expect(answered(loose)).toEqual([["opened", ""]]);
  expect(answered((request) => `HTTP/1.1 103 Early Hints\r\nUpgrade: no\r\n\r\n${upgradeOf(request)}`)).toEqual([["opened", ""]]);
  expect(answered((request) => upgradeOf(request, ["Sec-WebSocket-Protocol: b"]), { subprotocols: ["a", "b"] })).toEqual([["opened", "b"]]);
  expect(answered(upgradeOf, { subprotocols: ["a"] })).toEqual([["opened", ""]]);
});

test("a refusal is told by its status as soon as its head is there; what is no WebSocket by what is wrong", () => {
  const status = (line: string, headers = "", body = ""): unknown => answered(() => `HTTP/1.1 ${line}\r\n${headers}\r\n${body}`);
  expect(status("401 Unauthorized", "Content-Length: 3\r\n", "no!")).toEqual([["closed", 401]]);
  expect(status("503 Busy", "Content-Length: 0\r\n")).toEqual([["closed", 503]]);
  expect(status("302 Found", "Transfer-Encoding: chunked\r\n", "5\r\n")).toEqual([["closed", 302]]);
  expect(status("200 OK", "", "x")).toEqual([["closed", 200]]);
  const unended = openWs();
  wsConnect(unended.session, unended.sink, 0);
  feedWs(unended, "HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
  wsEnded(unended.session, unended.sink);
  expect(unended.heard).toEqual([["closed", 403]]);
  const wrong = (from: string | RegExp, to: string, lines: string[] = []): unknown => answered((request) => upgradeOf(request, lines).replace(from, to));
  expect(answered(() => "SSH-2.0-x\r\n")).toEqual([["closed", WsCode.notHttp]]);
  expect(wrong("", "", [`X: ${"x".repeat(1000)}`])).toEqual([["closed", WsCode.notHttp]]);
  expect(wrong("Upgrade: websocket\r\n", "")).toEqual([["closed", WsCode.notWebSocket]]);
  expect(wrong("websocket", "websockets")).toEqual([["closed", WsCode.notWebSocket]]);
  expect(wrong("Connection: Upgrade", "Connection: Upgrades, close")).toEqual([["closed", WsCode.notWebSocket]]);
  expect(wrong(/Accept: ./, "Accept: _")).toEqual([["closed", WsCode.acceptWrong]]);
  expect(wrong(/Sec-WebSocket-Accept: .*\r\n/, "")).toEqual([["closed", WsCode.acceptWrong]]);
  expect(wrong("", "", ["Sec-WebSocket-Extensions: permessage-deflate"])).toEqual([["closed", WsCode.notWebSocket]]);
  expect(wrong("", "", ["Sec-WebSocket-Protocol: chat"])).toEqual([["closed", WsCode.subprotocolWrong]]);
  expect(answered((request) => upgradeOf(request, ["Sec-WebSocket-Protocol: MQTT"]), { subprotocols: ["mqtt"] })).toEqual([["closed", WsCode.subprotocolWrong]]);
});

test("nothing is sent before the connection is open or after it closes, nothing too long, and no text that is none", () => {
  const peer = openWs({ messageBytesMax: 130 });
  expect(wsSendText(peer.session, peer.sink, "x")).toBe(WsCode.notOpen);
  expect(wsClose(peer.session, peer.sink, 1000, 0)).toBe(WsCode.notOpen);
  wsConnect(peer.session, peer.sink, 0);
  expect(wsConnect(peer.session, peer.sink, 0)).toBe(WsCode.notOpen);
  expect(wsSendBinary(peer.session, peer.sink, "x")).toBe(WsCode.notOpen);
  feedWs(peer, upgradeOf(peer.request));
  expect(wsSendBinary(peer.session, peer.sink, "x".repeat(130))).toBe(0);
  expect(wsSendBinary(peer.session, peer.sink, "x".repeat(131))).toBe(WsCode.tooLarge);
  expect(wsSendText(peer.session, peer.sink, "\xc3\xa9")).toBe(0);
  expect(wsSendText(peer.session, peer.sink, "\xc3")).toBe(WsCode.invalid);
  for (const code of [0, 999, 1004, 1005, 1006, 1015, 2999, 5000]) expect(wsClose(peer.session, peer.sink, code, 0)).toBe(WsCode.invalid);
  expect(peer.frames.map(({ first }) => first)).toEqual([130, 129]);
  expect(wsClose(peer.session, peer.sink, 1000, 0)).toBe(0);
  expect(wsSendText(peer.session, peer.sink, "x")).toBe(WsCode.notOpen);
  expect(wsClose(peer.session, peer.sink, 1000, 0)).toBe(WsCode.notOpen);
  expect(peer.frames).toHaveLength(3);
});

test("closing handshakes: begun here, begun there, and a transport that only ends", () => {
  const ours = connectedWs();
  wsClose(ours.session, ours.sink, 1001, ours.uptime);
  // Between the two Closes messages and Pings are passed over, whole or not.
  feedWs(ours, frame(1, "late") + frame(9, "late") + frame(1, "\xff", { fin: false }) + frame(0, "\xff") + frame(8, closeOf(1001)) + "junk");
  expect(ours.heard).toEqual([["opened", ""]]);
  wsEnded(ours.session, ours.sink);
  expect(ours.heard).toEqual([["opened", ""], ["closed", 1001]]);
  expect(ours.frames.map(({ first, payload }) => [first, payload])).toEqual([[136, closeOf(1001)]]);
  const theirs = connectedWs();
  feedWs(theirs, frame(8, closeOf(4321, "why")));
  expect(theirs.frames.map(({ first, payload }) => [first, payload])).toEqual([[136, closeOf(4321)]]);
  expect(theirs.session.phase).toBe(WsPhase.ending);
  wsEnded(theirs.session, theirs.sink);
  wsEnded(theirs.session, theirs.sink);
  expect(theirs.heard.slice(1)).toEqual([["closed", 4321]]);
  const cut = connectedWs();
  wsEnded(cut.session, cut.sink);
  expect(cut.heard.slice(1)).toEqual([["closed", WsCode.abnormal]]);
  expect(wsReceive(cut.session, cut.sink, frame(1, "x"), 0)).toBe(WsCode.notOpen);
  const early = openWs();
  wsConnect(early.session, early.sink, 0);
  expect(wsClose(early.session, early.sink, 1000, 0)).toBe(0);
  expect(early.heard).toEqual([["closed", WsCode.abnormal]]);
});

test("a message under way when we close is put down at once, and its rest is passed over, wherever it was cut", () => {
  const peer = connectedWs({ messageBytesMax: 130 });
  feedWs(peer, frame(1, `${"x".repeat(100)}\xc3`, { fin: false }));
  wsClose(peer.session, peer.sink, 1000, 0);
  expect(peer.session.message).toBe("");
  feedWs(peer, frame(0, `\xa9${"x".repeat(100)}`) + frame(8, closeOf(1000)));
  wsEnded(peer.session, peer.sink);
  expect(peer.heard.slice(1)).toEqual([["closed", 1000]]);
});

test("a violation after our Close ends the connection without another Close", () => {
  const peer = connectedWs();
  wsClose(peer.session, peer.sink, 1000, 0);
  expect(feedWs(peer, frame(3))).toBe(WsCode.protocolError);
  expect(peer.frames).toHaveLength(1);
  expect(peer.heard.at(-1)).toEqual(["closed", WsCode.protocolError]);
});

test("every wait has its limit: handshake, Close, end of the transport", () => {
  const mute = openWs();
  wsConnect(mute.session, mute.sink, mute.uptime);
  advanceWs(mute, 9999);
  expect(mute.heard).toEqual([]);
  advanceWs(mute, 1);
  expect(mute.heard).toEqual([["closed", WsCode.handshakeTimeout]]);
  const deaf = connectedWs();
  wsClose(deaf.session, deaf.sink, 1000, deaf.uptime);
  advanceWs(deaf, 9000);
  feedWs(deaf, frame(1, "still here"));
  advanceWs(deaf, 1000);
  expect(deaf.heard.at(-1)).toEqual(["closed", WsCode.abnormal]);
  const lingering = connectedWs();
  feedWs(lingering, frame(8, closeOf(1000)));
  advanceWs(lingering, 10000);
  expect(lingering.heard.at(-1)).toEqual(["closed", 1000]);
  expect(lingering.wakeAt).toBeUndefined();
});

test("a silent peer is pinged, any byte answers, and silence after that ends the connection", () => {
  const peer = connectedWs({ pingAfterMs: 30000 });
  advanceWs(peer, 29999);
  expect(peer.frames).toEqual([]);
  advanceWs(peer, 1);
  expect(peer.frames.map(({ first, payload }) => [first, payload])).toEqual([[137, ""]]);
  advanceWs(peer, 5000);
  feedWs(peer, "\x81");
  advanceWs(peer, 29999);
  expect(peer.frames).toHaveLength(1);
  advanceWs(peer, 1);
  expect(peer.frames).toHaveLength(2);
  advanceWs(peer, 9999);
  expect(peer.heard).toHaveLength(1);
  advanceWs(peer, 1);
  expect(peer.heard.at(-1)).toEqual(["closed", WsCode.pingTimeout]);
  const calm = connectedWs();
  expect(calm.wakeAt).toBe(11000);
  advanceWs(calm, 1e9);
  expect([calm.frames, calm.heard.length]).toEqual([[], 1]);
});

test("the wrap of uptime makes no wait longer or shorter", () => {
  const peer = openWs();
  peer.uptime = 2147483000;
  wsConnect(peer.session, peer.sink, 2147483000);
  wsTick(peer.session, peer.sink, 9351);
  expect(peer.heard).toEqual([]);
  wsTick(peer.session, peer.sink, 9352);
  expect(peer.heard).toEqual([["closed", WsCode.handshakeTimeout]]);
});

test("the same session connects again, with nothing left of the connection before", () => {
  const peer = connectedWs();
  feedWs(peer, frame(1, "half", { fin: false }) + "\x09\x05ab");
  expect(peer.heard.at(-1)).toEqual(["closed", WsCode.protocolError]);
  peer.request = "";
  expect(wsConnect(peer.session, peer.sink, peer.uptime)).toBe(0);
  feedWs(peer, upgradeOf(peer.request));
  feedWs(peer, frame(1, "new"));
  expect(peer.heard.slice(2)).toEqual([["opened", ""], ["text", "new"]]);
});

test("a sink that calls the core is stopped by builds that check", () => {
  const peer = connectedWs();
  const sink = { ...peer.sink, text: () => void wsSendText(peer.session, peer.sink, "echo") };
  expect(() => wsReceive(peer.session, sink, frame(1, "x"), 0)).toThrow(/called back/);
});

/** A stream whose handshake is done. */
function streamed(): ReturnType<typeof openWs> {
  const peer = openWs({ stream: true, subprotocols: ["mqtt"], messageBytesMax: 1000 });
  wsConnect(peer.session, peer.sink, peer.uptime);
  feedWs(peer, upgradeOf(peer.request, ["Sec-WebSocket-Protocol: mqtt"]));
  return peer;
}

test("a stream's bytes are given on as they come, whatever the frames, and nothing of them is kept", () => {
  const bytes = frame(2, "abc", { fin: false }) + frame(9, "!") + frame(0, "", { fin: false }) + frame(0, "de".repeat(100)) + frame(2, "") + frame(2, "f");
  for (const size of [1, 2, 3, 7, 1000]) {
    const peer = streamed();
    for (let i = 0; i < bytes.length; i += size) {
      feedWs(peer, bytes.slice(i, i + size));
      expect(peer.session.message).toBe("");
    }
    const told = peer.heard.slice(1);
    expect(told.map(([name]) => name)).toEqual(told.map(() => "binary"));
    expect(told.map(([, piece]) => piece).join("")).toBe(`abc${"de".repeat(100)}f`);
    expect(told.map(([, piece]) => piece)).not.toContain("");
    expect(peer.frames.map(({ first, payload }) => [first, payload])).toEqual([[138, "!"]]);
  }
});

test("a stream ends at the first byte of a text, at a frame above its limit, and at one out of order", () => {
  for (const [bytes, code] of [
    ["\x81", WsCode.unacceptable],
    ["\x01", WsCode.unacceptable],
    [frame(2, "", { length: 1001 }), WsCode.messageTooBig],
    [frame(2, "a", { fin: false }) + frame(2, "b"), WsCode.protocolError],
    [frame(2, "a") + frame(0, "b"), WsCode.protocolError],
  ] as const) {
    const peer = streamed();
    expect(feedWs(peer, bytes)).toBe(code);
    expect(peer.heard.at(-1)).toEqual(["closed", code]);
    expect(peer.frames.map(({ first, payload }) => [first, payload])).toEqual([[136, closeOf(code)]]);
  }
});

test("a stream needs its subprotocol", () => {
  for (const lines of [[], ["Sec-WebSocket-Protocol: other"]]) {
    const peer = openWs({ stream: true, subprotocols: ["mqtt"] });
    wsConnect(peer.session, peer.sink, peer.uptime);
    feedWs(peer, upgradeOf(peer.request, lines));
    expect(peer.heard).toEqual([["closed", WsCode.subprotocolWrong]]);
  }
});

test("what comes after a stream's Close is passed over", () => {
  const peer = streamed();
  wsClose(peer.session, peer.sink, 1000, 0);
  feedWs(peer, frame(2, "late") + frame(8, closeOf(1000)));
  wsEnded(peer.session, peer.sink);
  expect(peer.heard.slice(1)).toEqual([["closed", 1000]]);
});
