/**
 * The CoAP codec beside `coap-packet`, in one run: encode from values to a Buffer that a socket takes, decode from a Buffer
 * until every option and the payload are read. Both sides take turns batch by batch, so that a busy machine slows them
 * alike. Build with MOTET_CHECKED=false, run with --expose-gc.
 */
import coapPacket from "coap-packet";
import { coapMessage, decodeHeader, decodeOption } from "../../firmware/protocol/coap/decode";
import { encodeMessage, encodeOptions } from "../../firmware/protocol/coap/encode";
import { compare } from "./side-by-side";
import type { BenchRow } from "./side-by-side";

/** A write of 126 bytes: three path segments, a Content-Format, a token of four bytes. */
const TOKEN = "\x1a\x2b\x3c\x4d";
const THING = "jCbAqzWpUcR3xLm0nTfYd1e5GhK7oVsX2iB4wQ6uE8a";
const PAYLOAD = '{"values":[{"key":"temperature","value":21.45,"unit":"Cel"}]}'.substring(0, 60);
const VALUES = { path: `/v2/things/${THING}`, query: "" };
const NOTIFICATION = coapPacket.generate({
  code: "2.05", messageId: 4711, token: Buffer.from(TOKEN, "latin1"), confirmable: true,
  options: [{ name: "Observe", value: Buffer.from([1, 2, 3]) }, { name: "Content-Format", value: Buffer.from([50]) }, { name: "Max-Age", value: Buffer.from([60]) }],
  payload: Buffer.from(`${PAYLOAD.substring(0, 40)}"2026-11-21T"}]}`),
});

/** What operations leave behind, so that none of them can be left out. */
let residue = 0;

function encodePost(): Buffer {
  return Buffer.from(encodeMessage(0, 2, 4711, TOKEN, encodeOptions(VALUES, -1, 50, -1, -1), PAYLOAD), "latin1");
}

/** The peer's values are Buffers already; only its packet is made anew, because it changes the one it is given. */
const [TOKEN_BYTES, PAYLOAD_BYTES] = [Buffer.from(TOKEN, "latin1"), Buffer.from(PAYLOAD, "latin1")];
const [V2, THINGS, THING_BYTES, JSON_FORMAT] = [Buffer.from("v2"), Buffer.from("things"), Buffer.from(THING), Buffer.from([50])];

function peerPost(): Buffer {
  return coapPacket.generate({
    code: "0.02", messageId: 4711, token: TOKEN_BYTES, confirmable: true, payload: PAYLOAD_BYTES,
    options: [{ name: "Uri-Path", value: V2 }, { name: "Uri-Path", value: THINGS }, { name: "Uri-Path", value: THING_BYTES }, { name: "Content-Format", value: JSON_FORMAT }],
  });
}

function decodeOurs(buffer: Buffer): void {
  const bytes = buffer.latin1Slice(0, buffer.length);
  const message = coapMessage();
  residue += decodeHeader(bytes, message);
  while (decodeOption(bytes, message) >= 0) residue += bytes.substring(message.valueAt, message.at).length;
  residue += message.payload.length + message.token.length;
}

function decodePeer(buffer: Buffer): void {
  const packet = coapPacket.parse(buffer);
  for (const option of packet.options) residue += option.value.length;
  residue += packet.payload.length + packet.token.length;
}

/** One row for each message and direction. */
export function coapBench(): Promise<BenchRow[]> {
  const post = encodePost();
  if (!post.equals(peerPost())) throw new Error("not the same bytes");
  return Promise.resolve([
    compare(`encode POST ${post.length} B`, () => void (residue += encodePost().length), () => void (residue += peerPost().length)),
    compare(`decode POST ${post.length} B`, () => decodeOurs(post), () => decodePeer(post)),
    compare(`decode notification ${NOTIFICATION.length} B`, () => decodeOurs(NOTIFICATION), () => decodePeer(NOTIFICATION)),
  ]);
}
