/**
 * WebSockets inside the virtual world: a stream of its network as what a platform's WebSocket service takes. The service is the local
 * cloud's own; handshake and frames are made here, and share nothing with the firmware's.
 */
import type { Handshake, WebSocketPeer, WebSocketService, WebSocketSession } from "../../sim/cloud/websocket/service";
import type { ServerEnd, ServerStream } from "../../sim/world/ends";
import { crossed } from "../conformance/statement";
import { closeOf, frame, headerOf, readClientFrame, upgradeOf } from "../conformance/websocket-peer";

/** What passes at present, and how. */
export interface WebWire {
  toCloud: boolean;
  toDevice: boolean;
  /** Cuts what the server sends into frames: payloads of one message, in order. They leave together. */
  cut?: (data: string) => readonly string[];
  /** Bytes that the server sends on one turn go as one message, on the turn that this schedules. */
  gather?: (send: () => void) => void;
  /** Hears the code of each Close of the client. */
  onClose?: (code: number) => void;
  /** The status with which a handshake is refused, whatever the platform would say. */
  refuse?: (handshake: Handshake) => number | undefined;
  /** False: the platform passes a message over in silence. */
  takes?: (payload: string) => boolean;
  /** Hears each data frame of the client. */
  onFrame?: (opcode: number, payload: string) => void;
  /** Header lines of the answer to a handshake besides those that must be. */
  answer?: (handshake: Handshake, chosen: string | undefined) => readonly string[];
}

const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** The first whole frame in `bytes`, and its length; undefined while it is not whole. */
function takeFrame(bytes: string): { first: number; payload: string; length: number } | undefined {
  const short = bytes.charCodeAt(1) - 128;
  const head = short === 126 ? 8 : 6;
  const length = head + (short === 126 ? bytes.charCodeAt(2) * 256 + bytes.charCodeAt(3) : short);
  return bytes.length >= length ? { ...readClientFrame(bytes.slice(0, length)), length } : undefined;
}

function handshakeOf(request: string, stream: ServerStream): Handshake {
  const [, path = "", query = ""] = /^GET ([^ ?]+)\??(\S*) HTTP\/1\.1\r\n/.exec(request) ?? [];
  const authorization = headerOf(request, "Authorization");
  const offered = headerOf(request, "Sec-WebSocket-Protocol") ?? "";
  return {
    path,
    query: new URLSearchParams(query),
    headers: authorization === undefined ? {} : { authorization },
    protocols: offered.split(", ").filter((name) => name !== ""),
    address: stream.address,
  };
}

/** One stream of a client. */
export function webStream(stream: ServerStream, service: WebSocketService, wire: WebWire, onRequest: (request: string) => void = () => undefined): ServerEnd {
  let pending = "";
  let session: WebSocketSession | undefined;
  /** A Close was sent; the stream ends with the client's. */
  let closing = false;
  const say = (bytes: string): void => {
    crossed(bytes);
    if (wire.toDevice) stream.send(bytes);
  };
  const sendMessage = (data: string, opcode: number): void => {
    const pieces = wire.cut?.(data) ?? [data];
    say(pieces.map((piece, i) => frame(i > 0 ? 0 : opcode, piece, { fin: i === pieces.length - 1 })).join(""));
  };
  let gathered = "";
  const gather = (data: string, later: (send: () => void) => void): void => {
    gathered += data;
    if (gathered.length > data.length) return;
    later(() => {
      sendMessage(gathered, 2);
      gathered = "";
    });
  };
  const peer: WebSocketPeer = {
    number: 1,
    send: (data) => {
      if (typeof data === "string") sendMessage(Buffer.from(data).toString("latin1"), 1);
      else if (wire.gather === undefined) sendMessage(data.toString("latin1"), 2);
      else gather(data.toString("latin1"), wire.gather);
    },
    unread: () => stream.unread(),
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    close: (code = 1000) => {
      if (closing) return;
      closing = true;
      say(frame(CLOSE, closeOf(code)));
    },
    abort: () => stream.abort(),
  };
  const answer = (): void => {
    const handshake = handshakeOf(pending, stream);
    onRequest(pending);
    const accepted = wire.refuse?.(handshake) ?? service(handshake);
    if (typeof accepted === "number") {
      say(`HTTP/1.1 ${accepted} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return stream.close();
    }
    const named = accepted.protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${accepted.protocol}`];
    say(upgradeOf(pending, wire.answer?.(handshake, accepted.protocol) ?? named));
    pending = "";
    session = accepted.open(peer);
  };
  const takeFrames = (): void => {
    for (let one = takeFrame(pending); one !== undefined; one = takeFrame(pending)) {
      pending = pending.slice(one.length);
      const opcode = one.first % 16;
      if (opcode === CLOSE) {
        wire.onClose?.(one.payload.charCodeAt(0) * 256 + one.payload.charCodeAt(1));
        if (!closing) say(frame(CLOSE, one.payload));
        stream.close();
        session?.closed();
      } else if (opcode === PING) say(frame(PONG, one.payload));
      else if (opcode < CLOSE && !closing) {
        wire.onFrame?.(opcode, one.payload);
        if (wire.takes?.(one.payload) ?? true) session?.message(Buffer.from(one.payload, "latin1"), opcode === 1);
      }
    }
  };
  return {
    onBytes: (bytes) => {
      crossed(bytes);
      if (!wire.toCloud) return;
      pending += bytes;
      if (session === undefined && pending.endsWith("\r\n\r\n")) answer();
      else if (session !== undefined) takeFrames();
    },
    onDrained: () => session?.drained?.(),
    onEnded: () => session?.closed(),
  };
}
