import { SUBSCRIBE_TYPE, UNSUBSCRIBE_TYPE, encodeConnect, encodeFilters, encodePublish, packet } from "./encode";

const hex = (bytes: string): string => Buffer.from(bytes, "latin1").toString("hex");

test("the remaining length at each of its steps", () => {
  for (const [length, digits] of [[0, "00"], [127, "7f"], [128, "8001"], [16383, "ff7f"], [16384, "808001"], [2097151, "ffff7f"], [2097152, "80808001"]] as const) {
    const bytes = packet(0x30, "x".repeat(length));
    expect(hex(bytes.substring(0, bytes.length - length))).toBe("30" + digits);
  }
});

test("CONNECT, bare and with everything", () => {
  const bare = { clientId: "", cleanSession: true, keepAliveSec: 0, user: undefined, password: undefined, will: undefined, window: 1, packetBytesMax: 100, ackTimeoutMs: 1 };
  expect(hex(encodeConnect(bare, true))).toBe("100c00044d51545404020000" + "0000");
  const whole = { ...bare, clientId: "c", keepAliveSec: 65535, user: "u", password: "p", will: { topic: "w", payload: "x", qos: 1, retain: true } };
  expect(hex(encodeConnect(whole, false))).toBe("101900044d51545404ecffff" + "000163" + "000177" + "000178" + "000175" + "000170");
});

test("PUBLISH, SUBSCRIBE and UNSUBSCRIBE", () => {
  expect(hex(encodePublish("a/b", "hi", 0, false, false, 5))).toBe("3007" + "0003612f62" + "6869");
  expect(hex(encodePublish("a/b", "", 1, true, true, 65535))).toBe("3b07" + "0003612f62" + "ffff");
  expect(hex(encodeFilters(SUBSCRIBE_TYPE, 10, ["a/b", "#"], 1))).toBe("820c" + "000a" + "0003612f6201" + "00012301");
  expect(hex(encodeFilters(UNSUBSCRIBE_TYPE, 256, ["a/b"], 1))).toBe("a207" + "0100" + "0003612f62");
});
