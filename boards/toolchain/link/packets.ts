/**
 * Espruino's binary packets (2v25 and later) on a console: how they are written, and how what comes back is taken apart into
 * answers, packets and what was printed. It waits for nothing and knows no transport.
 */

/** Values of the type, as they stand in the packet's first word. */
export const enum PacketType {
  response = 0x0000,
  eval = 0x2000,
  fileSend = 0x6000,
  data = 0x8000,
}

const enum Byte {
  soh = 0x01,
  ack = 0x06,
  dle = 0x10,
  xon = 0x11,
  xoff = 0x13,
  nak = 0x15,
}

/** The largest payload that the length has room for. */
export const PAYLOAD_BYTES_MAX = 8191;

/**
 * True for a length that must not be written. The interpreter on a PC looks for Ctrl-C and Ctrl-D in every byte that arrives, those of
 * the length as well, and ends when it finds them.
 */
export function isUnsafeLength(length: number): boolean {
  return (length & 0xff) === 3 || (length & 0xff) === 4;
}

/** A packet, one char a byte. The payload is 0 to 8,191 bytes. */
export function packet(type: PacketType, payload: string): string {
  const word = type | payload.length;
  return String.fromCharCode(Byte.dle, Byte.soh, word >> 8, word & 0xff) + payload;
}

/** A packet of source text, to which a blank does not matter. */
export function textPacket(type: PacketType, text: string): string {
  let padded = text;
  while (isUnsafeLength(padded.length)) padded += " ";
  return packet(type, padded);
}

export interface PacketSink {
  /** The packet that was sent last is done with. */
  acknowledged(isGood: boolean): void;
  received(type: number, payload: string): void;
  /** What was printed, and everything else that is neither answer nor packet. */
  text(bytes: string): void;
  /** Whether the other side takes bytes. */
  flow(isOpen: boolean): void;
}

type State = "text" | "dle" | "high" | "low" | "payload";

/** Takes bytes as they come, in pieces of any size. What was printed before anything else is told before it. */
export class PacketReader {
  private state: State = "text";
  private word = 0;
  private payload = "";
  private printed = "";

  constructor(private readonly sink: PacketSink) {}

  push(bytes: string): void {
    for (let index = 0; index < bytes.length; ) {
      if (this.state === "payload") index = this.collect(bytes, index);
      else this.byte(bytes.charCodeAt(index++));
    }
    this.tell();
  }

  /** Gives up a packet of which no more comes. */
  reset(): void {
    this.state = "text";
    this.payload = "";
  }

  private get length(): number {
    return this.word & PAYLOAD_BYTES_MAX;
  }

  private tell(): void {
    const text = this.printed;
    this.printed = "";
    if (text !== "") this.sink.text(text);
  }

  /** Takes what belongs to the payload from `from` on, and answers where the rest begins. */
  private collect(bytes: string, from: number): number {
    const end = Math.min(bytes.length, from + this.length - this.payload.length);
    this.payload += bytes.slice(from, end);
    if (this.payload.length === this.length) this.finish();
    return end;
  }

  private finish(): void {
    const { word, payload } = this;
    this.reset();
    this.tell();
    this.sink.received(word & ~PAYLOAD_BYTES_MAX, payload);
  }

  private byte(code: number): void {
    if (this.state === "high") {
      this.word = code << 8;
      this.state = "low";
    } else if (this.state === "low") {
      this.word |= code;
      this.state = "payload";
      if (this.length === 0) this.finish();
    } else if (this.state === "dle" && code === Byte.soh) this.state = "high";
    else this.plain(code);
  }

  private plain(code: number): void {
    this.state = code === Byte.dle ? "dle" : "text";
    const isAnswer = code === Byte.ack || code === Byte.nak;
    const isFlow = code === Byte.xon || code === Byte.xoff;
    if (isAnswer || isFlow) this.tell();
    if (isAnswer) this.sink.acknowledged(code === Byte.ack);
    else if (isFlow) this.sink.flow(code === Byte.xon);
    else if (code !== Byte.dle) this.printed += String.fromCharCode(code);
  }
}
