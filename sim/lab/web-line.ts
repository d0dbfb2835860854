/**
 * A WebSocket (RFC 6455) on a stream of the virtual network, as the server sees it: the handshake that a platform's service judges, and
 * frames in and out, in virtual time. It shares nothing with the firmware's frames. What is no WebSocket is refused or closed; nothing
 * that a client sends makes it throw.
 */
import { createHash } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import type { Cancel, Host } from "../cloud/host";
import { webSocketLimits } from "../cloud/websocket/limits";
import type { Handshake, WebSocketPeer, WebSocketService, WebSocketSession } from "../cloud/websocket/service";
import type { ServerEnd, ServerStream } from "../world/ends";

/** What the line needs of its cloud. */
export interface WebSurroundings {
  readonly host: Host;
  readonly service: WebSocketService;
  /** Puts bytes on the wire, which may lose them. */
  send(stream: ServerStream, bytes: string): void;
  /** Bytes have come; false when they are lost. */
  heard(bytes: string): boolean;
  /** The line is over. */
  ended(line: WebLine): void;
}

const HEAD_BYTES_MAX = 8192;
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const enum Opcode {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
}
const NORMAL = 1000;
const PROTOCOL_ERROR = 1002;
const TOO_LARGE = 1009;

interface Frame {
  readonly isLast: boolean;
  readonly opcode: number;
  readonly payload: Buffer;
  /** Bytes of the whole frame. */
  readonly length: number;
}

/** The first frame in the bytes; undefined while it is not whole; a status for what is none. */
function readFrame(bytes: string): Frame | number | undefined {
  const head = Buffer.from(bytes.slice(0, 14), "latin1");
  if (head.length < 2) return undefined;
  const [first, second] = [head[0]!, head[1]!];
  const short = second & 127;
  const opcode = first & 15;
  const isKnown = opcode <= Opcode.binary || (opcode >= Opcode.close && opcode <= Opcode.pong);
  const isControl = opcode >= Opcode.close;
  // No extension was agreed on, and a client masks.
  if ((first & 0x70) !== 0 || second < 128 || !isKnown || (isControl && (short > 125 || first < 128))) return PROTOCOL_ERROR;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (head.length < start + 4) return undefined;
  const size = short < 126 ? short : short === 126 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2));
  if (size > webSocketLimits.messageBytesMax) return TOO_LARGE;
  const length = start + 4 + size;
  if (bytes.length < length) return undefined;
  const mask = head.subarray(start, start + 4);
  const payload = Buffer.from(bytes.slice(start + 4, length), "latin1");
  for (let i = 0; i < size; i += 1) payload[i]! ^= mask[i & 3]!;
  return { isLast: first >= 128, opcode, payload, length };
}

function frameOf(opcode: Opcode, payload: Buffer): string {
  const size = payload.length;
  const head = size < 126 ? Buffer.from([128 + opcode, size]) : size < 65536 ? Buffer.from([128 + opcode, 126, size >> 8, size & 255]) : Buffer.alloc(10);
  if (size >= 65536) {
    head[0] = 128 + opcode;
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(size), 2);
  }
  return Buffer.concat([head, payload]).toString("latin1");
}

/** A request's head as a handshake; undefined for one that is none. */
function readHandshake(head: string, address: string): { readonly handshake: Handshake; readonly key: string } | undefined {
  const [request = "", ...lines] = head.split("\r\n");
  const [, target] = /^GET (\/\S*) HTTP\/1\.1$/.exec(request) ?? [];
  const headers: IncomingHttpHeaders = {};
  for (const line of lines) {
    const split = line.indexOf(":");
    if (split <= 0) return undefined;
    headers[line.slice(0, split).toLowerCase()] = line.slice(split + 1).trim();
  }
  const key = headers["sec-websocket-key"];
  const isUpgrade = headers.upgrade?.toLowerCase() === "websocket" && /\bupgrade\b/i.test(headers.connection ?? "");
  if (target === undefined || typeof key !== "string" || Buffer.from(key, "base64").length !== 16 || !isUpgrade || headers["sec-websocket-version"] !== "13") return undefined;
  const [path = "", query = ""] = target.split("?", 2);
  const protocols = (headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim()).filter((name) => name !== "");
  return { handshake: { path, query: new URLSearchParams(query), headers, protocols, address }, key };
}

export class WebLine implements ServerEnd, WebSocketPeer {
  private pending = "";
  private session: WebSocketSession | undefined;
  /** A message that is not whole. */
  private readonly pieces: Buffer[] = [];
  private isText = false;
  /** Nothing more is taken. */
  private leaving = false;
  private unanswered = 0;
  private stopPings: Cancel = () => undefined;

  constructor(
    readonly stream: ServerStream,
    private readonly around: WebSurroundings,
    readonly number: number,
  ) {}

  send(data: string | Buffer): void {
    if (this.leaving) return;
    this.say(typeof data === "string" ? Opcode.text : Opcode.binary, Buffer.from(data as string));
    if (this.unread() > webSocketLimits.unreadBytesMax) this.abort();
  }

  unread(): number {
    return this.stream.unread();
  }

  pause(): void {
    this.stream.pause();
  }

  resume(): void {
    this.stream.resume();
  }

  close(code = NORMAL): void {
    if (this.leaving) return;
    this.say(Opcode.close, Buffer.from([code >> 8, code & 255]));
    this.stream.close();
    this.over();
  }

  abort(): void {
    this.stream.abort();
    this.over();
  }

  onBytes(bytes: string): void {
    if (!this.around.heard(bytes) || this.leaving) return;
    this.pending += bytes;
    if (this.session === undefined) this.takeHandshake();
    else this.takeFrames();
  }

  onDrained(): void {
    this.session?.drained?.();
  }

  onEnded(): void {
    this.over();
  }

  private takeHandshake(): void {
    const end = this.pending.indexOf("\r\n\r\n");
    if (end < 0 && this.pending.length <= HEAD_BYTES_MAX) return;
    const read = end < 0 ? undefined : readHandshake(this.pending.slice(0, end), this.stream.address);
    if (read === undefined) return this.refuse(400);
    const accepted = this.around.service(read.handshake);
    if (typeof accepted === "number") return this.refuse(accepted);
    const accept = createHash("sha1").update(read.key + GUID).digest("base64");
    const protocol = accepted.protocol === undefined ? "" : `Sec-WebSocket-Protocol: ${accepted.protocol}\r\n`;
    this.around.send(this.stream, `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${protocol}\r\n`);
    this.pending = this.pending.slice(end + 4);
    this.session = accepted.open(this);
    this.stopPings = this.around.host.after(webSocketLimits.pingMs, () => this.ping());
    this.takeFrames();
  }

  private refuse(status: number): void {
    this.around.send(this.stream, `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Refused"}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    this.stream.close();
    this.over();
  }

  private takeFrames(): void {
    for (let frame = readFrame(this.pending); frame !== undefined && !this.leaving; frame = readFrame(this.pending)) {
      if (typeof frame === "number") return this.close(frame);
      this.pending = this.pending.slice(frame.length);
      if (frame.opcode >= Opcode.close) this.control(frame);
      else this.takePiece(frame);
    }
  }

  private control({ opcode, payload }: Frame): void {
    if (opcode === Opcode.close) return this.close(payload.length >= 2 ? payload.readUInt16BE(0) : NORMAL);
    if (opcode === Opcode.ping) this.say(Opcode.pong, payload);
    else this.unanswered = 0;
    this.session!.heard?.();
  }

  private takePiece({ opcode, payload, isLast }: Frame): void {
    if ((opcode === Opcode.continuation) !== this.pieces.length > 0) return this.close(PROTOCOL_ERROR);
    if (opcode !== Opcode.continuation) this.isText = opcode === Opcode.text;
    this.pieces.push(payload);
    const size = this.pieces.reduce((sum, { length }) => sum + length, 0);
    if (size > webSocketLimits.messageBytesMax || this.pieces.length > webSocketLimits.fragmentsMax) return this.close(TOO_LARGE);
    if (isLast) this.session!.message(Buffer.concat(this.pieces.splice(0)), this.isText);
  }

  private say(opcode: Opcode, payload: Buffer): void {
    this.around.send(this.stream, frameOf(opcode, payload));
  }

  /** Whoever has left too many pings without an answer when the next is due is not there any more. */
  private ping(): void {
    if (this.unanswered >= webSocketLimits.unansweredPingsMax) return this.abort();
    this.unanswered += 1;
    this.say(Opcode.ping, Buffer.alloc(0));
    this.stopPings = this.around.host.after(webSocketLimits.pingMs, () => this.ping());
  }

  private over(): void {
    if (this.leaving) return;
    this.leaving = true;
    this.stopPings();
    this.around.ended(this);
    // Told behind the call that ended it, as sockets do.
    const { session } = this;
    if (session !== undefined) this.around.host.after(0, () => session.closed());
  }
}
