/** What is read quickly says what mqtt-packet says of it, and whatever is not plain is left to that. */
import { generate, parser } from "mqtt-packet";
import type { Packet } from "mqtt-packet";
import { budget, generator, seed } from "../../../test/support/budget";
import { plainPackets } from "./plain";

/** What mqtt-packet reads; undefined when it finds a fault or bytes are left over. */
function judged(bytes: Buffer): Packet[] | undefined {
  const packets: Packet[] = [];
  const reader = parser({ protocolVersion: 4 });
  let fault = false;
  reader.on("packet", (packet) => packets.push(packet));
  reader.on("error", () => (fault = true));
  return reader.parse(bytes) > 0 || fault ? undefined : packets;
}

/** The fields that the server looks at. */
function essence(packets: readonly Packet[]): unknown[] {
  return packets.map((packet) => {
    const { cmd, length, messageId } = packet;
    if (packet.cmd !== "publish") return { cmd, length, messageId };
    const { qos, dup, retain, topic, payload } = packet;
    return { cmd, length, messageId: qos === 0 ? undefined : messageId, qos, dup, retain, topic, payload: payload.toString("hex") };
  });
}

const said = (qos: 0 | 1, topic: string, payload: string, messageId = 7): Buffer =>
  generate({ cmd: "publish", qos, dup: qos === 1, retain: false, topic, payload, ...(qos === 0 ? {} : { messageId }) });

test("PUBLISH and PUBACK, one behind the other, of any length up to 16,383 bytes", () => {
  const parts = [said(0, "a", ""), said(1, "v2/things/x", "{}".repeat(200), 65535), generate({ cmd: "puback", messageId: 513 }), said(1, "ä/→", "é")];
  for (const payload of [120, 121, 122, 123, 124, 125, 126, 127, 128, 16370]) parts.push(said(1, "topic", "x".repeat(payload)));
  const bytes = Buffer.concat(parts);
  const quick = plainPackets(bytes);
  expect(quick).toHaveLength(parts.length);
  expect(essence(quick!)).toEqual(essence(judged(bytes)!));
});

test.each([
  ["another packet", generate({ cmd: "pingreq" })],
  ["QoS 2", Buffer.from("340700016100017b7d", "hex")],
  ["flags on a PUBACK", Buffer.from("42020001", "hex")],
  ["a PUBACK of three bytes", Buffer.from("4003000100", "hex")],
  ["a topic beyond the packet", Buffer.from("3004000561627b7d", "hex")],
  ["a packet that ends in its identifier", Buffer.from("320400016100", "hex")],
  ["a length written longer than it is", Buffer.from("30850000016178", "hex")],
  ["a packet that is not whole", Buffer.from("3009000161", "hex")],
  ["a length that is not whole", Buffer.from("30ff", "hex")],
])("leaves to mqtt-packet: %s", (_what, bytes) => {
  expect(plainPackets(bytes)).toBeUndefined();
});

test("of noise it says nothing that mqtt-packet does not say", () => {
  const below = generator(seed);
  let quickly = 0;
  for (let run = 0; run < budget(3000, 500000); run += 1) {
    const bytes = Buffer.concat([said(below(2) as 0 | 1, "t".repeat(1 + below(3)), "p".repeat(below(4)), 1 + below(9)), generate({ cmd: "puback", messageId: 1 + below(9) })]);
    for (let flips = below(3); flips > 0; flips -= 1) bytes[below(bytes.length)] = below(256);
    const quick = plainPackets(bytes);
    if (quick === undefined) continue;
    quickly += 1;
    expect(essence(quick)).toEqual(essence(judged(bytes)!));
  }
  expect(quickly).toBeGreaterThan(500);
});
