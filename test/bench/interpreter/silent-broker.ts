/**
 * A broker of few words, for one device: it takes what comes, says what was published back on the topic that the device has
 * subscribed to, and can be told to acknowledge nothing, so that the device's window fills.
 */
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { generate, parser } from "mqtt-packet";
import type { IPublishPacket, Packet } from "mqtt-packet";

export interface SilentBroker {
  readonly port: number;
  /** Publishes that are neither acknowledged nor said back. */
  readonly held: number;
  /** Holds publishes whose text does not contain `but`. */
  hold(but: string): void;
  /** Acknowledges all that is held, and what comes from now on. */
  release(): void;
  /** Says something on the device's topic. */
  say(text: string): void;
  close(): Promise<void>;
}

export async function openSilentBroker(): Promise<SilentBroker> {
  let socket: Socket | undefined;
  let topic = "";
  let but: string | undefined;
  let held: IPublishPacket[] = [];
  const send = (packet: Packet): void => void socket?.write(generate(packet));
  const say = (payload: string | Buffer): void => send({ cmd: "publish", topic, payload, qos: 0, retain: false, dup: false });
  const take = (packet: IPublishPacket): void => {
    if (packet.qos > 0) send({ cmd: "puback", messageId: packet.messageId! });
    say(packet.payload);
  };
  const answer = (packet: Packet): void => {
    if (packet.cmd === "connect") send({ cmd: "connack", returnCode: 0, sessionPresent: false });
    if (packet.cmd === "pingreq") send({ cmd: "pingresp" });
    if (packet.cmd === "subscribe") {
      topic = packet.subscriptions[0]!.topic;
      send({ cmd: "suback", messageId: packet.messageId!, granted: packet.subscriptions.map(({ qos }) => qos) });
    }
    if (packet.cmd !== "publish") return;
    if (but === undefined || packet.payload.includes(but)) take(packet);
    else held.push(packet);
  };
  const server = createServer((opened) => {
    socket = opened;
    const packets = parser();
    packets.on("packet", answer);
    opened.on("data", (bytes: Buffer) => packets.parse(bytes));
    opened.on("error", () => undefined);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    get held() {
      return held.length;
    },
    hold: (text) => (but = text),
    release: () => {
      but = undefined;
      for (const packet of held.splice(0)) take(packet);
      held = [];
    },
    say,
    close: async () => {
      socket?.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
