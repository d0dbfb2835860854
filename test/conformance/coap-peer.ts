/**
 * A scripted CoAP server at the other end of the device's client, in virtual time. Well-formed bytes are made and read by
 * `coap-packet`; malformed ones are written by hand in the tests.
 */
import coapPacket from "coap-packet";
import type { ParsedPacket } from "coap-packet";
import { coapCancel, coapClosed, coapOpen, coapPing, coapReceive, coapRequest, coapTick } from "../../firmware/protocol/coap/client";
import type { CoapClient, CoapOptions, CoapRequest } from "../../firmware/protocol/coap/client";
import { generator, seed } from "../support/budget";
import { crossed } from "./statement";

export interface Answer {
  readonly code?: string;
  readonly messageId?: number;
  readonly token?: Buffer;
  readonly payload?: string;
  readonly confirmable?: boolean;
  readonly ack?: boolean;
  readonly reset?: boolean;
  readonly observe?: number;
  readonly maxAge?: number;
  readonly etag?: string;
  readonly block1?: number;
  readonly block2?: number;
  readonly contentFormat?: number;
  readonly extra?: { name: string | number; value: Buffer }[];
}

export type Told = readonly ["response", number, number, string, number] | readonly ["notify", number, number, string] | readonly ["failed", number, number];

export interface Peer {
  readonly client: CoapClient;
  /** All that the device sent, with its time. */
  readonly sent: { readonly at: number; readonly packet: ParsedPacket; readonly bytes: Buffer }[];
  readonly told: Told[];
  now: number;
  request(change: Partial<CoapRequest>, ref: number): number;
  cancel(ref: number): void;
  ping(ref: number): number;
  close(): void;
  /** One datagram from the server. */
  raw(bytes: Buffer | string): number;
  answer(answer: Answer): number;
  /** A piggybacked answer to the latest request. */
  piggyback(answer: Answer): number;
  /** Virtual milliseconds pass; the client is woken when it wished to be. */
  advance(ms: number): void;
  last(): ParsedPacket;
}

/** A Block option's value. */
export function block(num: number, more: boolean, szx: number): number {
  return num * 16 + (more ? 8 : 0) + szx;
}

export function uint(n: number): Buffer {
  if (n === 0) return Buffer.alloc(0);
  const hex = n.toString(16);
  return Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, "hex");
}

export const plain: CoapRequest = { method: 1, path: "/x", query: "" };

function optionsOf(answer: Answer): { name: string | number; value: Buffer }[] {
  const options: { name: string | number; value: Buffer }[] = [];
  if (answer.etag !== undefined) options.push({ name: "ETag", value: Buffer.from(answer.etag, "latin1") });
  if (answer.observe !== undefined) options.push({ name: "Observe", value: uint(answer.observe) });
  if (answer.contentFormat !== undefined) options.push({ name: "Content-Format", value: uint(answer.contentFormat) });
  if (answer.maxAge !== undefined) options.push({ name: "Max-Age", value: uint(answer.maxAge) });
  if (answer.block2 !== undefined) options.push({ name: "Block2", value: uint(answer.block2) });
  if (answer.block1 !== undefined) options.push({ name: "Block1", value: uint(answer.block1) });
  return options.concat(answer.extra ?? []);
}

/** The bytes of an answer; its type is CON with `confirmable`, ACK with `ack`, RST with `reset`, else NON. */
export function datagram(answer: Answer): Buffer {
  return coapPacket.generate({
    code: answer.code ?? "2.05",
    messageId: answer.messageId ?? 1,
    token: answer.token ?? Buffer.alloc(0),
    payload: Buffer.from(answer.payload ?? "", "latin1"),
    confirmable: answer.confirmable ?? false,
    ack: answer.ack ?? false,
    reset: answer.reset ?? false,
    options: optionsOf(answer) as never,
  }, 65000);
}

export function openPeer(change: Partial<CoapOptions> = {}, startAt = 0, from = seed): Peer {
  const random = generator(from);
  const told: Told[] = [];
  const sent: Peer["sent"] = [];
  let wakeAt = -1;
  const sink = {
    send: (bytes: string) => {
      const buffer = Buffer.from(bytes, "latin1");
      crossed(buffer);
      sent.push({ at: peer.now, packet: coapPacket.parse(buffer), bytes: buffer });
    },
    random: (count: number) => Array.from({ length: count }, () => String.fromCharCode(random(256))).join(""),
    response: (ref: number, code: number, payload: string, contentFormat: number) => void told.push(["response", ref, code, payload, contentFormat]),
    notify: (ref: number, code: number, payload: string) => void told.push(["notify", ref, code, payload]),
    failed: (ref: number, code: number) => void told.push(["failed", ref, code]),
    wake: (inMs: number) => {
      wakeAt = peer.now + inMs;
    },
  };
  // Uptime wraps at 2^31: the peer counts on, the client does not.
  const uptime = () => peer.now % 2147483648;
  const client = coapOpen({ datagramBytesMax: 1152, szx: 6, bodyBytesMax: 4096, exchangesMax: 4, lenient: false, ...change }, sink);
  const peer: Peer = {
    client, sent, told, now: startAt,
    request: (what, ref) => coapRequest(client, sink, { ...plain, ...what }, ref, uptime()),
    cancel: (ref) => coapCancel(client, sink, ref, uptime()),
    ping: (ref) => coapPing(client, sink, ref, uptime()),
    close: () => coapClosed(client),
    raw: (bytes) => {
      crossed(bytes);
      return coapReceive(client, sink, typeof bytes === "string" ? bytes : bytes.toString("latin1"), uptime());
    },
    answer: (answer) => peer.raw(datagram(answer)),
    piggyback: (answer) => peer.answer({ ack: true, messageId: peer.last().messageId, token: peer.last().token, ...answer }),
    advance: (ms) => {
      const end = peer.now + ms;
      while (wakeAt >= 0 && wakeAt <= end) {
        peer.now = Math.max(wakeAt, peer.now);
        wakeAt = -1;
        coapTick(client, sink, uptime());
      }
      peer.now = end;
    },
    last: () => sent[sent.length - 1]!.packet,
  };
  return peer;
}

/** Values of the options of one name, as text. */
export function optionTexts(packet: ParsedPacket, name: string): string[] {
  return packet.options.filter((option) => option.name === name).map((option) => Buffer.from(option.value as Buffer).toString("latin1"));
}

/** An option's unsigned integer, or -1. */
export function optionUint(packet: ParsedPacket, name: string): number {
  const found = packet.options.find((option) => option.name === name);
  return found === undefined ? -1 : Buffer.from(found.value as Buffer).reduce((n, byte) => n * 256 + byte, 0);
}
