import { isMqttText, isUtf8, utf8Encode } from "./utf8";

const bytes = (...codes: number[]): string => String.fromCharCode(...codes);

/** The judge: Node's own strict decoder. */
function decodes(text: string): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(text, "latin1"));
    return true;
  } catch {
    return false;
  }
}

test("every code point is written as Node writes it, and is UTF-8", () => {
  for (let code = 0; code <= 0x10ffff; code += code > 0x10000 ? 251 : 1) {
    if (code < 0xd800 || code > 0xdfff) {
      const written = utf8Encode(code);
      expect(written).toBe(Buffer.from(String.fromCodePoint(code), "utf8").toString("latin1"));
      if (!isUtf8(written)) throw new Error(`code point ${code}`);
    }
  }
  expect(utf8Encode(0x10ffff)).toBe(bytes(0xf4, 0x8f, 0xbf, 0xbf));
});

test("all pairs of bytes, and all third and fourth bytes after each kind of lead, are judged as Node judges them", () => {
  for (let a = 0; a < 256; a += 1) {
    for (let b = 0; b < 256; b += 1) {
      if (isUtf8(bytes(a, b)) !== decodes(bytes(a, b))) throw new Error(`${a} ${b}`);
    }
  }
  const edges = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];
  for (const a of [0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5]) {
    for (const b of edges) {
      for (const c of edges) {
        expect(isUtf8(bytes(a, b, c))).toBe(decodes(bytes(a, b, c)));
        for (const d of edges) expect(isUtf8(bytes(a, b, c, d))).toBe(decodes(bytes(a, b, c, d)));
      }
    }
  }
});

test("a sequence cut short by the end of the text is refused, wherever it starts", () => {
  const whole = utf8Encode(0x1f600);
  for (let cut = 1; cut < 4; cut += 1) {
    expect(isUtf8("ab" + whole.substring(0, cut))).toBe(false);
    expect(isUtf8("ab" + whole.substring(0, cut) + "ab")).toBe(false);
  }
  expect(isUtf8("ab" + whole)).toBe(true);
  expect(isUtf8("")).toBe(true);
});

test("MQTT text is UTF-8 without U+0000, and keeps U+FEFF", () => {
  expect(isMqttText("v2/things/x")).toBe(true);
  expect(isMqttText(bytes(0xef, 0xbb, 0xbf))).toBe(true);
  expect(isMqttText(bytes(0x61, 0x00))).toBe(false);
  expect(isUtf8(bytes(0x61, 0x00))).toBe(true);
  expect(isMqttText(bytes(0xc0, 0x80))).toBe(false);
  expect(isMqttText(bytes(0xed, 0xa0, 0x80))).toBe(false);
});
