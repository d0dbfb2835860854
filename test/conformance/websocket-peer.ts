/**
 * A server's side under a test's hand: it answers the handshake, builds any frame, right or wrong, and takes the client's
 * frames apart. Its bytes come from node:crypto and from here, never from the firmware. Time is virtual.
 */
import { createHash } from "node:crypto";
import { wsConnect, wsOpen, wsReceive, wsTick } from "../../firmware/protocol/websocket/session";
import type { WsOptions, WsSession, WsSink } from "../../firmware/protocol/websocket/session";
import { generator } from "../support/budget";
import { crossed } from "./statement";

export const WS_OPTIONS: WsOptions = {
  host: "server.example:8080",
  path: "/feed?x=1",
  subprotocols: [],
  headers: "",
  headBytesMax: 1000,
  messageBytesMax: 300000,
  answerTimeoutMs: 10000,
  pingAfterMs: 0,
  stream: false,
};

/** A frame as it came from the client. */
export interface ClientFrame {
  readonly first: number;
  readonly payload: string;
  readonly mask: string;
}

export type WsHeard = readonly (string | number)[];

export interface WsPeer {
  readonly session: WsSession;
  readonly sink: WsSink;
  /** What the sink heard: opened, text, binary, closed, with their arguments. */
  readonly heard: WsHeard[];
  /** The request. */
  request: string;
  /** Frames of the client, in order. */
  readonly frames: ClientFrame[];
  uptime: number;
  wakeAt: number | undefined;
  draw: (below: number) => number;
}

/** Bytes of a text, as the device holds them. */
export const utf8 = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

/** Takes one whole client frame apart; throws when it is none, or not masked, or longer than it must be. */
export function readClientFrame(bytes: string): ClientFrame {
  const data = Buffer.from(bytes, "latin1");
  const [first = 0, second = 0] = data;
  if (second < 128) throw new Error("a client's frame is not masked");
  const short = second - 128;
  const length = short < 126 ? short : short === 126 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if ((short === 126 && length < 126) || (short === 127 && length < 65536)) throw new Error("a length takes more bytes than it must");
  const mask = data.subarray(start, start + 4);
  const payload = data.subarray(start + 4);
  if (payload.length !== length) throw new Error(`not one whole frame: ${payload.length} bytes of ${length}`);
  return { first, payload: Buffer.from(payload.map((byte, i) => byte ^ mask[i % 4]!)).toString("latin1"), mask: mask.toString("latin1") };
}

export function openWs(options: Partial<WsOptions> = {}, seed = 1): WsPeer {
  const heard: WsHeard[] = [];
  const draw = generator(seed);
  const peer: WsPeer = {
    session: wsOpen({ ...WS_OPTIONS, ...options }),
    heard,
    request: "",
    frames: [],
    uptime: 1000,
    wakeAt: undefined,
    draw,
    sink: {
      send(bytes) {
        crossed(bytes);
        if (peer.request === "") peer.request = bytes;
        else peer.frames.push(readClientFrame(bytes));
      },
      random: (count) => String.fromCharCode(...Array.from({ length: count }, () => peer.draw(256))),
      opened: (subprotocol) => void heard.push(["opened", subprotocol]),
      text: (message) => void heard.push(["text", message]),
      binary: (message) => void heard.push(["binary", message]),
      closed(code) {
        heard.push(["closed", code]);
        peer.wakeAt = undefined;
      },
      wake: (inMs) => void (peer.wakeAt = peer.uptime + inMs),
    },
  };
  return peer;
}

/** Feeds bytes as one chunk; returns the core's code. */
export function feedWs(peer: WsPeer, bytes: string): number {
  crossed(bytes);
  return wsReceive(peer.session, peer.sink, bytes, peer.uptime);
}

/** The value of a header of the request. */
export function headerOf(request: string, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)\r$`, "im").exec(request)?.[1];
}

/** What a server answers to this request's key. */
export function acceptOf(request: string): string {
  return createHash("sha1").update(`${headerOf(request, "Sec-WebSocket-Key") ?? ""}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

/** A right answer to the request, with further header lines. */
export function upgradeOf(request: string, lines: readonly string[] = []): string {
  return ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${acceptOf(request)}`, ...lines, "", ""].join("\r\n");
}

/** A peer whose handshake is done. */
export function connectedWs(options: Partial<WsOptions> = {}, seed = 1): WsPeer {
  const peer = openWs(options, seed);
  if (wsConnect(peer.session, peer.sink, peer.uptime) !== 0) throw new Error("connect");
  feedWs(peer, upgradeOf(peer.request));
  return peer;
}

const handshaken = connectedWs().session;

/** A peer whose handshake is done, without the work of doing it: for suites of many thousand connections. */
export function readyWs(options: Partial<WsOptions> = {}, seed = 1): WsPeer {
  const peer = openWs(options, seed);
  peer.request = "done";
  peer.heard.push(["opened", ""]);
  Object.assign(peer.session, { ...handshaken, options: peer.session.options });
  return peer;
}

export interface FrameShape {
  readonly fin?: boolean;
  /** 0 to 7. */
  readonly rsv?: number;
  /** Sends the frame under this mask, as only clients may. */
  readonly mask?: string;
  /** How many bytes the length takes: 1, 3 or 9; default as few as it can. */
  readonly lengthBytes?: 1 | 3 | 9;
  /** The length to announce, if it is not the payload's. */
  readonly length?: number;
}

/** A server's frame. */
export function frame(opcode: number, payload = "", shape: FrameShape = {}): string {
  const length = shape.length ?? payload.length;
  const lengthBytes = shape.lengthBytes ?? (length < 126 ? 1 : length < 65536 ? 3 : 9);
  const head = Buffer.alloc(1 + lengthBytes);
  head[0] = (shape.fin === false ? 0 : 128) + (shape.rsv ?? 0) * 16 + opcode;
  head[1] = (shape.mask === undefined ? 0 : 128) + (lengthBytes === 1 ? length : lengthBytes === 3 ? 126 : 127);
  if (lengthBytes === 3) head.writeUInt16BE(length, 2);
  if (lengthBytes === 9) head.writeBigUInt64BE(BigInt(length), 2);
  return head.toString("latin1") + (shape.mask ?? "") + payload;
}

/** A Close frame's payload. */
export function closeOf(code: number, reason = ""): string {
  return String.fromCharCode(code >> 8, code % 256) + reason;
}

/** Lets `ms` pass, with every tick the session asked for at its moment. */
export function advanceWs(peer: WsPeer, ms: number): void {
  const end = peer.uptime + ms;
  while (peer.wakeAt !== undefined && peer.wakeAt <= end) {
    peer.uptime = peer.wakeAt;
    peer.wakeAt = undefined;
    wsTick(peer.session, peer.sink, peer.uptime);
  }
  peer.uptime = end;
}
