import { areOptions } from "./options";
import type { MqttOptions } from "./options";
import { MqttCode, mqttConnect, mqttOpen } from "./session";
import type { MqttSink } from "./session";

const RIGHT: MqttOptions = {
  clientId: "thing1",
  cleanSession: false,
  keepAliveSec: 60,
  user: "u",
  password: "p",
  will: { topic: "w", payload: "", qos: 1, retain: true },
  window: 1,
  packetBytesMax: 1024,
  ackTimeoutMs: 10000,
};

function accepts(change: Partial<MqttOptions>): boolean {
  return areOptions({ ...RIGHT, ...change });
}

test.each([
  ["keepAliveSec", 0, 65535],
  ["window", 1, 16],
  ["packetBytesMax", 16, 268435460],
  ["ackTimeoutMs", 1, 2147483647],
] as const)("%s from %d to %d", (name, least, most) => {
  expect([accepts({ [name]: least }), accepts({ [name]: most })]).toEqual([true, true]);
  for (const wrong of [least - 1, most + 1, least + 0.5, Number.NaN]) expect(() => accepts({ [name]: wrong })).toThrow("mqtt: option");
});

test("texts have at most 65535 bytes, and a payload and a password may be any bytes", () => {
  const longest = "x".repeat(65535);
  const will = { topic: "w", payload: "\u0000\u00ff", qos: 0, retain: false };
  expect(accepts({ clientId: longest, user: longest, password: longest, will: { ...will, topic: longest, payload: longest } })).toBe(true);
  expect(accepts({ password: "\u0000\u00ff", will })).toBe(true);
  for (const change of [{ clientId: longest + "x" }, { user: longest + "x" }, { password: longest + "x" }, { will: { ...will, payload: longest + "x" } }, { will: { ...will, topic: longest + "x" } }]) {
    expect(accepts(change)).toBe(false);
  }
});

test("CONNECT fits the largest packet exactly, or is not sent", () => {
  const options: MqttOptions = { ...RIGHT, user: undefined, password: undefined, will: undefined };
  const sink = { send: () => undefined, wake: () => undefined } as unknown as MqttSink;
  expect(mqttConnect(mqttOpen({ ...options, packetBytesMax: 20 }), sink, 0)).toBe(MqttCode.ok);
  expect(mqttConnect(mqttOpen({ ...options, packetBytesMax: 19 }), sink, 0)).toBe(MqttCode.packetTooLarge);
});
