/**
 * The WebSocket codec beside `ws`, in one run: encode from text to the Buffers of a masked frame that a socket takes, decode from a
 * Buffer until the message is read as text, UTF-8 checked on both sides. Ours decodes through the whole client session. Both
 * sides take turns batch by batch. Build with MOTET_CHECKED=false, run with --expose-gc.
 */
import * as ws from "ws";
import { encodeFrame } from "../../firmware/protocol/websocket/frame";
import { wsOpen, wsReceive } from "../../firmware/protocol/websocket/session";
import type { WsSink } from "../../firmware/protocol/websocket/session";
import { compare } from "./side-by-side";
import type { BenchRow } from "./side-by-side";

/** What `ws` has beside what its types declare. */
interface Codec {
  readonly Sender: { frame(data: Buffer | string, options: object): Buffer[] };
  readonly Receiver: new (options: object) => { on(event: "message", heard: (data: Buffer) => void): void; write(bytes: Buffer): boolean };
}

const { Sender, Receiver } = ws as unknown as Codec;
const MASK = "\x1a\x2b\x3c\x4d";
const MESSAGES = [60, 400, 4000].map((length) => `42/v2,["/me/resources/temperature",[{"key":"temperature","value":21.45}]]${" ".repeat(length)}`.substring(0, length));

/** What operations leave behind, so that none of them can be left out. */
let residue = 0;

function encode(message: string): BenchRow {
  const generateMask = (into: Buffer): void => void into.write(MASK, "latin1");
  const theirs = (): Buffer[] => Sender.frame(message, { fin: true, opcode: 1, mask: true, generateMask, readOnly: false });
  const ours = (): Buffer => Buffer.from(encodeFrame(1, message, MASK), "latin1");
  if (!ours().equals(Buffer.concat(theirs()))) throw new Error("not the same bytes");
  return compare(
    `encode text of ${message.length} B`,
    () => void (residue += ours().length),
    () => {
      for (const part of theirs()) residue += part.length;
    },
  );
}

function decode(message: string): BenchRow {
  const [head, body] = Sender.frame(message, { fin: true, opcode: 1, mask: false, readOnly: false });
  const frame = Buffer.concat([head!, Buffer.from(body!)]);
  const sink: WsSink = {
    send: () => undefined,
    random: () => MASK,
    opened: () => undefined,
    text: (text) => void (residue += text.length),
    binary: () => undefined,
    closed: (code) => {
      throw new Error(`closed: ${code}`);
    },
    wake: () => undefined,
  };
  const session = wsOpen({ host: "h", path: "/", subprotocols: [], headers: "", headBytesMax: 100, messageBytesMax: 10000, answerTimeoutMs: 1000, pingAfterMs: 0, stream: false });
  session.phase = 2;
  const theirs = new Receiver({});
  theirs.on("message", (data) => void (residue += data.toString("utf8").length));
  return compare(
    `decode text of ${message.length} B`,
    () => void (residue += wsReceive(session, sink, frame.latin1Slice(0, frame.length), 0)),
    () => void theirs.write(frame),
  );
}

/** One row for each size and direction. */
export function websocketBench(): Promise<BenchRow[]> {
  const rows = [...MESSAGES.map(encode), ...MESSAGES.map(decode)];
  return residue > 0 ? Promise.resolve(rows) : Promise.reject(new Error("an operation gave nothing"));
}
