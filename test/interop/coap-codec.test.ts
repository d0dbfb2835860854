/** The CoAP codec beside `coap-packet`: the same bytes for the same message, the same message from the same bytes. */
import coapPacket from "coap-packet";
import { coapMessage, decodeHeader, decodeOption, decodeUint } from "../../firmware/protocol/coap/decode";
import { encodeMessage, encodeOption, encodeOptions, encodeUint, partsFit } from "../../firmware/protocol/coap/encode";
import { uint } from "../conformance/coap-peer";
import { budget, generator, seed } from "../support/budget";

type Below = (below: number) => number;
const lengths = [0, 1, 12, 13, 14, 60, 254, 255];

/** All bytes but the separators and the dot, long enough for any part at any place. */
const pool = Array.from({ length: 4096 }, (_, i) => String.fromCharCode((i * 167 + 13) % 256)).filter((char) => !"/&.".includes(char)).join("");

function word(random: Below): string {
  const length = random(4) === 0 ? lengths[random(lengths.length)]! : random(12);
  const from = random(pool.length - 255);
  return pool.substring(from, from + length);
}

const latin = (text: string): Buffer => Buffer.from(text, "latin1");
const integers = [0, 1, 50, 255, 256, 65535];

test("generated requests: byte for byte those of coap-packet", () => {
  const random = generator(seed);
  const faults: string[] = [];
  const few = (): number => (random(2) === 0 ? -1 : integers[random(integers.length)]!);
  for (let run = 0; run < budget(60000, 600000); run += 1) {
    const segments = Array.from({ length: random(5) }, () => word(random));
    const parts = Array.from({ length: random(4) }, () => word(random));
    // A root path is no option, and an empty query is none.
    if (segments.length === 1 && segments[0] === "") segments.pop();
    if (parts.length === 1 && parts[0] === "") parts.pop();
    const values = { path: segments.length === 0 ? "/" : `/${segments.join("/")}`, query: parts.join("&"), contentFormat: few(), accept: random(2) === 0 ? undefined : integers[random(integers.length)]! };
    const [observe, block2, block1] = [random(3) - 1, random(2) === 0 ? -1 : random(16777216), random(2) === 0 ? -1 : random(16777216)];
    const [type, code, messageId, token] = [random(4), 1 + random(4), random(65536), latin(word(random)).subarray(0, random(9))];
    const payload = word(random);
    const ours = encodeMessage(type, code, messageId, token.toString("latin1"), encodeOptions(values, observe, values.contentFormat, block2, block1), payload);
    const options = [
      ...(observe < 0 ? [] : [{ name: "Observe", value: uint(observe) }]),
      ...segments.map((value) => ({ name: "Uri-Path", value: latin(value) })),
      ...(values.contentFormat < 0 ? [] : [{ name: "Content-Format", value: uint(values.contentFormat) }]),
      ...parts.map((value) => ({ name: "Uri-Query", value: latin(value) })),
      ...(values.accept === undefined ? [] : [{ name: "Accept", value: uint(values.accept) }]),
      ...(block2 < 0 ? [] : [{ name: "Block2", value: uint(block2) }]),
      ...(block1 < 0 ? [] : [{ name: "Block1", value: uint(block1) }]),
    ];
    const flags = { confirmable: type === 0, ack: type === 2, reset: type === 3 };
    const theirs = coapPacket.generate({ code: `0.0${code}`, messageId, token, payload: latin(payload), options: options as never, ...flags }, 65000);
    if (!latin(ours).equals(theirs)) faults.push(`seed ${seed} run ${run}: ${latin(ours).toString("hex")} ${theirs.toString("hex")}`);
  }
  expect(faults).toEqual([]);
});

test("generated messages of any options: read as they were written", () => {
  const random = generator(seed + 1);
  const faults: string[] = [];
  for (let run = 0; run < budget(60000, 600000); run += 1) {
    const written = Array.from({ length: random(7) }, () => ({ name: random(random(4) === 0 ? 65536 : 300), value: latin(word(random)) }));
    written.sort((a, b) => a.name - b.name);
    const [messageId, token, payload] = [random(65536), latin(word(random)).subarray(0, random(9)), word(random)];
    const code = `${[2, 4, 5][random(3)]!}.${String(random(32)).padStart(2, "0")}`;
    const bytes = coapPacket.generate({ code, messageId, token, payload: latin(payload), options: written as never, confirmable: random(2) === 0 }, 65000).toString("latin1");
    const message = coapMessage();
    let fault = decodeHeader(bytes, message) !== 0;
    for (const option of written) {
      fault ||= decodeOption(bytes, message) !== option.name || bytes.substring(message.valueAt, message.at) !== option.value.toString("latin1");
    }
    fault ||= decodeOption(bytes, message) !== -1 || message.payload !== payload || message.messageId !== messageId;
    fault ||= message.token !== token.toString("latin1") || `${Math.floor(message.code / 32)}.${String(message.code % 32).padStart(2, "0")}` !== code;
    if (fault) faults.push(`seed ${seed} run ${run}: ${latin(bytes).toString("hex")}`);
  }
  expect(faults).toEqual([]);
});

test("integers and option headers at every change of length", () => {
  for (const n of [0, 1, 255, 256, 65535, 65536, 16777215]) expect(latin(encodeUint(n))).toEqual(uint(n));
  for (const delta of [0, 12, 13, 268]) {
    for (const length of [0, 12, 13, 268, 269, 1000, 65804]) {
      const bytes = `\x40\x01\x00\x00${encodeOption(delta, "v".repeat(length))}`;
      const message = coapMessage();
      expect(decodeHeader(bytes, message)).toBe(0);
      expect([decodeOption(bytes, message), message.at - message.valueAt, message.at]).toEqual([delta, length, bytes.length]);
    }
  }
  const message = { ...coapMessage(), valueAt: 0 };
  for (const [hex, n] of [["", 0], ["7fffffff", 2147483647], ["80000000", 2147483647], ["ffffffff", 2147483647], ["00000001", 1], ["007fffff", 8388607]] as const) {
    message.at = hex.length / 2;
    expect(decodeUint(Buffer.from(hex, "hex").toString("latin1"), message)).toBe(n);
  }
});

test("parts of 255 bytes fit, 256 do not; dots are refused as whole segments only", () => {
  for (const separator of ["/", "&"]) {
    expect(partsFit(`${"x".repeat(255)}${separator}${"y".repeat(255)}`, separator)).toBe(true);
    expect(partsFit(`a${separator}${"x".repeat(256)}`, separator)).toBe(false);
    expect(partsFit(`${"x".repeat(256)}${separator}a`, separator)).toBe(false);
  }
  for (const path of [".", "..", "/a/.", "/../a"]) expect(partsFit(path, "/")).toBe(false);
  for (const path of ["", "/", "/...", "/.a", "/a.", "/a..b/x", "/..a"]) expect(partsFit(path, "/")).toBe(true);
  expect(partsFit(".&..", "&")).toBe(true);
});
