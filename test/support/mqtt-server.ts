/**
 * The MQTT server without sockets: a platform that takes everything, and clients whose transports are lists.
 */
import { generate, parser } from "mqtt-packet";
import type { Packet } from "mqtt-packet";
import type { MqttConnection } from "../../sim/cloud/mqtt/connection";
import type { MqttLimits } from "../../sim/cloud/mqtt/limits";
import { createMqttServer } from "../../sim/cloud/mqtt/server";
import type { MqttServer } from "../../sim/cloud/mqtt/server";
import type { Message, MqttClient, Published, Refused, Transport } from "../../sim/cloud/mqtt/service";
import { manualHost } from "../conformance/thethings-peer";
import type { ManualHost } from "../conformance/thethings-peer";

export interface Wire {
  readonly connection: MqttConnection;
  readonly sent: Packet[];
  readonly state: { unread: number; paused: boolean; open: boolean };
  send(packet: Packet): void;
}

export interface Bench {
  readonly host: ManualHost;
  readonly server: MqttServer;
  readonly published: Published[];
  readonly closed: (Published | undefined)[];
  readonly clients: MqttClient[];
  answer: Refused | 0;
  takes: boolean;
  dial(): Wire;
  connected(clientId?: string, more?: object): Wire;
}

/** A platform that grants everything, takes everything and remembers it. */
export function bench(limits: Partial<MqttLimits> = {}): Bench {
  const host = manualHost();
  const published: Published[] = [];
  const closed: (Published | undefined)[] = [];
  const clients: MqttClient[] = [];
  const made: Bench = { host, server: undefined as never, published, closed, clients, answer: 0, takes: true, dial, connected };
  const service = (client: MqttClient, request: { clientId: string }) => {
    if (made.answer !== 0) return made.answer;
    clients.push(client);
    return {
      name: request.clientId,
      subscribe: (filter: string, qos: 0 | 1) => (filter === "no" ? (0x80 as const) : qos),
      subscribed: () => undefined,
      unsubscribe: () => undefined,
      publish: (message: Published) => {
        published.push(message);
        return made.takes;
      },
      closed: (will: Published | undefined) => void closed.push(will),
    };
  };
  const server = createMqttServer(host, service, limits);
  function dial(): Wire {
    const sent: Packet[] = [];
    const state = { unread: 0, paused: false, open: true };
    const reader = parser({ protocolVersion: 4 });
    reader.on("packet", (packet) => sent.push(packet));
    const transport: Transport = {
      send: (bytes) => void reader.parse(bytes),
      unread: () => state.unread,
      pause: () => void (state.paused = true),
      resume: () => void (state.paused = false),
      close: () => void (state.open = false),
      abort: () => void (state.open = false),
    };
    const connection = server.accept(transport) as MqttConnection;
    return { connection, sent, state, send: (packet) => connection.receive(generate(packet)) };
  }
  function connected(clientId = "one", more: object = {}): Wire {
    const wire = dial();
    wire.send(connect({ clientId, ...more }));
    expect(wire.sent.shift()).toMatchObject({ cmd: "connack", returnCode: 0 });
    return wire;
  }
  return Object.assign(made, { server });
}

export const connect = (more: object = {}): Packet =>
  ({ cmd: "connect", protocolId: "MQTT", protocolVersion: 4, clean: true, clientId: "one", keepalive: 0, ...more }) as Packet;
export const publish = (more: object = {}): Packet =>
  ({ cmd: "publish", topic: "t", payload: Buffer.from("x"), qos: 1, messageId: 1, dup: false, retain: false, ...more }) as Packet;
export const message = (): Message => ({ topic: "t", payload: Buffer.from("hello") });
