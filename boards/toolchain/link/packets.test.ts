/** Packets as they come: in pieces of any size, among printed lines, and from a console that has gone mad. */
import { generator, seed } from "../../../test/support/budget";
import { isUnsafeLength, packet, PacketReader, PacketType, PAYLOAD_BYTES_MAX, textPacket } from "./packets";
import { unquote } from "./unquote";

/** What a reader tells of bytes that come in these pieces; texts that follow each other are joined. */
function read(pieces: readonly string[]): string[] {
  const told: string[] = [];
  const reader = new PacketReader({
    acknowledged: (isGood) => told.push(isGood ? "ack" : "nak"),
    received: (type, payload) => told.push(`packet ${type.toString(16)} ${payload}`),
    text: (bytes) => (told.at(-1)?.startsWith("text ") === true ? (told[told.length - 1] += bytes) : told.push(`text ${bytes}`)),
    flow: (isOpen) => told.push(isOpen ? "go" : "stop"),
  });
  for (const piece of pieces) reader.push(piece);
  return told;
}

/** What an interpreter really sent: an echo, an answer with bytes that mean something elsewhere, an exception. */
const stream = 'hi\r\n>\x06\x10\x01\x00\x09"\x06\x15\x10\x01ab"' + "!\x13\x11\x15Uncaught\x10x\x10\x01\x80\x00end";
const told = ["text hi\r\n>", "ack", 'packet 0 "\x06\x15\x10\x01ab"!', "stop", "go", "nak", "text Uncaughtx", "packet 8000 ", "text end"];

test("a stream is read alike however it is cut", () => {
  expect(read([stream])).toEqual(told);
  for (let cut = 1; cut < stream.length; cut += 1) expect(read([stream.slice(0, cut), stream.slice(cut)])).toEqual(told);
  expect(read([...stream])).toEqual(told);
});

test("a packet that ends in the middle is given up", () => {
  const seen: string[] = [];
  const reader = new PacketReader({ acknowledged: () => seen.push("ack"), received: () => seen.push("packet"), text: () => seen.push("text"), flow: () => undefined });
  reader.push("\x10\x01\x00\x09half");
  reader.reset();
  reader.push("\x06");
  expect(seen).toEqual(["ack"]);
});

test("any bytes are read in linear time, and nothing is lost of text", () => {
  const below = generator(seed);
  for (let turn = 0; turn < 300; turn += 1) {
    const bytes = Array.from({ length: below(400) }, () => String.fromCharCode([0x10, 1, 6, 0x15, 0x11, 0x13, 65, below(256)][below(8)]!)).join("");
    expect(read([bytes])).toEqual(read([...bytes]));
    const letters = [...bytes].filter((char) => char === "A").length;
    expect(read([bytes]).join("").split("A").length - 1).toBeLessThanOrEqual(letters);
  }
});

test("a packet says its type and its length, and avoids lengths that end an interpreter on a PC", () => {
  expect(packet(PacketType.data, "x".repeat(258)).slice(0, 4)).toBe("\x10\x01\x81\x02");
  expect(textPacket(PacketType.eval, "1+1")).toBe("\x10\x01\x20\x051+1  ");
  expect([3, 4, 259, 260, 5, 258].map(isUnsafeLength)).toEqual([true, true, true, true, false, false]);
  expect(packet(PacketType.eval, "x".repeat(PAYLOAD_BYTES_MAX)).slice(2, 4)).toBe("\x3f\xff");
});

test.each([
  ['"plain"', "plain"],
  ['"\\"\\\\\\n\\r\\t\\b\\f\\v\\a"', '"\\\n\r\t\b\f\v\x07'],
  ['"\\x80\\u00e9\\0\\12\\377"', "\x80\xe9\0\n\xff"],
])("%s is text", (literal, text) => {
  expect(unquote(literal)).toBe(text);
});

test("what is no text is refused", () => {
  expect(() => unquote("5")).toThrow("not a text");
});
