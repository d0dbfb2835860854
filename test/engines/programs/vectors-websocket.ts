/**
 * Vectors of the WebSocket client: key and answer of the handshake, refusals, frames in every cut and every violation, Pings and time.
 * Every call on its sink is a line. RFC 6455.
 */
import { chr, idiv, sub } from "../../../firmware/base/intrinsics";
import { toBase64 } from "../../../firmware/protocol/websocket/base64";
import { encodeFrame } from "../../../firmware/protocol/websocket/frame";
import { wsClose, wsConnect, wsEnded, wsOpen, wsReceive, wsSendBinary, wsSendText, wsTick } from "../../../firmware/protocol/websocket/session";
import type { WsOptions, WsSession, WsSink } from "../../../firmware/protocol/websocket/session";
import { sha1 } from "../../../firmware/protocol/websocket/sha1";
import { draw, drawBytes, emit, repeat, show, toss } from "./vectors";
import type { Vectors } from "./vectors";

/** What the sink remembers; `mute` drops the lines that a step before the tested one causes. */
interface Ear {
  mute: boolean;
  request: string;
}

function say(run: Vectors, ear: Ear, text: string): void {
  if (!ear.mute) emit(run, text);
}

function sinkOf(run: Vectors, ear: Ear): WsSink {
  return {
    send: (bytes) => {
      ear.request = bytes;
      say(run, ear, "send " + show(bytes));
    },
    random: (count) => drawBytes(run, count),
    opened: (subprotocol) => say(run, ear, "opened " + show(subprotocol)),
    text: (message) => say(run, ear, "text " + show(message)),
    binary: (message) => say(run, ear, "binary " + show(message)),
    closed: (code) => say(run, ear, "closed " + code),
    wake: (ms) => say(run, ear, "wake " + ms),
  };
}

const crlf = "\r\n";

function optionsOf(pingAfterMs: number): WsOptions {
  return {
    host: "h:80", path: "/p", subprotocols: ["a", "mqtt"], headers: "", headBytesMax: 400, messageBytesMax: 300, answerTimeoutMs: 5000, pingAfterMs, stream: false,
  };
}

/** The key of a request: 24 letters behind the name of its header. */
function keyOf(request: string): string {
  for (let i = 0; i + 19 < request.length; i += 1) {
    if (sub(request, i, i + 19) === "Sec-WebSocket-Key: ") return sub(request, i + 19, i + 43);
  }
  return "";
}

function answerTo(request: string, more: string): string {
  const accept = toBase64(sha1(keyOf(request) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
  return "HTTP/1.1 101 Up" + crlf + "Upgrade: WebSocket" + crlf + "Connection: x, upgrade" + crlf + "Sec-WebSocket-Accept: " + accept + crlf + more + crlf;
}

/** A session that waits for its answer. */
function asking(ear: Ear, sink: WsSink, pingAfterMs: number): WsSession {
  const session = wsOpen(optionsOf(pingAfterMs));
  ear.mute = true;
  wsConnect(session, sink, 0);
  ear.mute = false;
  return session;
}

/** A session that is open, without the walk there. */
function open(ear: Ear, sink: WsSink, pingAfterMs: number): WsSession {
  const session = asking(ear, sink, pingAfterMs);
  session.phase = 2;
  session.handshake = undefined;
  return session;
}

function frame(first: number, payload: string): string {
  const length = payload.length;
  return chr(first) + (length < 126 ? chr(length) : chr(126) + chr(idiv(length, 256)) + chr(length % 256)) + payload;
}

function hashes(run: Vectors): void {
  const lengths = [0, 1, 2, 3, 55, 56, 60, 64, 65];
  for (const length of lengths) {
    const bytes = drawBytes(run, length);
    emit(run, "sha1 " + length + " " + toBase64(bytes) + "." + show(sha1(bytes)));
  }
}

function handshakes(run: Vectors): void {
  const ear: Ear = { mute: false, request: "" };
  const sink = sinkOf(run, ear);
  const lines = ["", "Sec-WebSocket-Protocol: mqtt" + crlf, "Sec-WebSocket-Protocol: b" + crlf, "Sec-WebSocket-Extensions: x" + crlf];
  for (const line of lines) {
    const session = asking(ear, sink, 1000);
    const bytes = answerTo(ear.request, line) + frame(129, "glued");
    emit(run, "answer " + wsReceive(session, sink, sub(bytes, 0, 70), 1) + " " + wsReceive(session, sink, sub(bytes, 70, bytes.length), 2) + " " + session.phase);
  }
  const refusals = ["HTTP/1.1 401 No" + crlf + "Content-Length: 2" + crlf + crlf, "HTTP/1.1 101 Up" + crlf + crlf, "HTTP/1.1 200 OK" + crlf + crlf + "x", "junk" + crlf, repeat("x", 401)];
  for (const bytes of refusals) {
    const session = asking(ear, sink, 0);
    emit(run, "refusal " + wsReceive(session, sink, bytes, 1) + " " + session.phase);
  }
  const wrong = wsOpen({ host: "a b", path: "/", subprotocols: [], headers: "", headBytesMax: 9, messageBytesMax: 125, answerTimeoutMs: 1, pingAfterMs: 0, stream: false });
  emit(run, "invalid " + wsConnect(wrong, sink, 0) + " " + wsReceive(wrong, sink, "x", 0));
}

/** All that a server may send. */
function stream(run: Vectors): string {
  const umlaut = chr(195) + chr(169);
  const first = frame(1, "half " + chr(195)) + frame(137, "ping") + frame(128, chr(169) + " whole");
  return first + frame(130, drawBytes(run, 200)) + frame(129, "") + frame(138, "pong") + frame(129, repeat(umlaut, 70)) + frame(136, chr(3) + chr(233) + "bye") + "ignored";
}

function feeds(run: Vectors): void {
  const ear: Ear = { mute: false, request: "" };
  const sink = sinkOf(run, ear);
  const bytes = stream(run);
  for (const size of [1, 2, 7, 50, 1000]) {
    const session = open(ear, sink, 0);
    let from = 0;
    let code = 0;
    while (from < bytes.length && code === 0) {
      const end = Math.min(from + (size === 50 ? 1 + draw(run, 50) : size), bytes.length);
      code = wsReceive(session, sink, sub(bytes, from, end), 5);
      from = end;
    }
    emit(run, "fed " + size + " " + code + " " + session.phase);
    wsEnded(session, sink);
  }
}

/** Bytes that no server may send, each to a fresh session. */
function violations(run: Vectors): void {
  const ear: Ear = { mute: false, request: "" };
  const sink = sinkOf(run, ear);
  const zeros = repeat(chr(0), 4);
  const list = [
    chr(193), chr(161), chr(145), chr(131), chr(135), chr(139), chr(143), chr(128), chr(0), chr(9), chr(10), chr(129) + chr(128), chr(137) + chr(126), chr(136) + chr(127),
    chr(130) + chr(126) + chr(0) + chr(125), chr(130) + chr(126) + chr(1) + chr(45), chr(130) + chr(127) + chr(128), chr(130) + chr(127) + zeros + chr(0) + chr(0) + chr(1) + chr(44),
    chr(130) + chr(127) + zeros + chr(127) + chr(255), frame(1, "a") + frame(129, "b"), frame(1, repeat("a", 250)) + frame(128, repeat("b", 51)), frame(129, chr(192)), frame(129, chr(237) + chr(160)),
    frame(129, chr(244) + chr(144)), frame(129, chr(195)), frame(1, chr(240)) + frame(128, chr(143)), frame(136, "a"), frame(136, ""), frame(136, chr(3) + chr(231)), frame(136, chr(3) + chr(237)),
    frame(136, chr(3) + chr(232) + chr(255)), frame(136, chr(19) + chr(135)), frame(136, chr(19) + chr(136)), frame(136, chr(3) + chr(246)), frame(136, chr(3) + chr(247)),
  ];
  for (const bytes of list) {
    const session = open(ear, sink, 0);
    emit(run, "bytes " + show(bytes) + " " + wsReceive(session, sink, bytes, 1) + " " + session.phase + " " + session.message.length);
  }
  for (let i = 0; i < 40; i += 1) {
    const session = open(ear, sink, 0);
    const bytes = frame((toss(run) ? 128 : 0) + draw(run, 11), drawBytes(run, draw(run, 40))) + drawBytes(run, 1 + draw(run, 20));
    emit(run, "noise " + show(bytes) + " " + wsReceive(session, sink, bytes, 1) + " " + session.phase);
  }
}

function sending(run: Vectors): void {
  const ear: Ear = { mute: false, request: "" };
  const sink = sinkOf(run, ear);
  const session = open(ear, sink, 0);
  const lengths = [0, 1, 2, 3, 4, 5, 63, 65, 125, 126, 300, 301];
  for (const length of lengths) emit(run, "sent " + length + " " + wsSendBinary(session, sink, drawBytes(run, length)));
  emit(run, "text " + wsSendText(session, sink, "ok") + " " + wsSendText(session, sink, chr(255)) + " " + wsClose(session, sink, 1005, 0) + " " + wsClose(session, sink, 3000, 0));
  emit(run, "closing " + wsSendText(session, sink, "late") + " " + wsReceive(session, sink, frame(129, "late") + frame(136, chr(11) + chr(184)), 9) + " " + session.phase);
  wsEnded(session, sink);
}

function time(run: Vectors): void {
  const ear: Ear = { mute: false, request: "" };
  const sink = sinkOf(run, ear);
  for (const answered of [true, false]) {
    const session = open(ear, sink, 20000);
    for (const ms of [1000, 19999, 20000, 24000, 25000, 26000, 45000]) {
      wsTick(session, sink, ms);
      if (answered && ms === 20000) wsReceive(session, sink, frame(138, ""), ms + 10);
      emit(run, "tick " + ms + " " + session.phase);
    }
  }
  const mute = wsOpen(optionsOf(0));
  wsConnect(mute, sink, 2147483000);
  wsTick(mute, sink, 4351);
  wsTick(mute, sink, 4352);
}

export function websocketHandshakeVectors(run: Vectors): void {
  hashes(run);
  handshakes(run);
}

export function websocketFrameVectors(run: Vectors): void {
  feeds(run);
  sending(run);
  time(run);
}

export function websocketFaultVectors(run: Vectors): void {
  violations(run);
}

/** Frames whose length takes eight bytes. */
export function websocketLargeVectors(run: Vectors): void {
  emit(run, "large " + show(encodeFrame(2, repeat("x", 65536), "mask")) + " " + show(encodeFrame(2, repeat("y", 65535), "mask")));
}
