/**
 * An MQTT broker that misbehaves on demand, with the one device's channel of thethings.iO on it. It knows wires, not sockets:
 * the virtual world and real ones feed it alike. Its parser is the mqtt-packet library, so that no mistake is shared.
 */
import { generate, parser } from "mqtt-packet";
import type { Packet } from "mqtt-packet";

/** One client's stream, as the broker holds it. Bytes are binary strings. */
export interface Wire {
  send(bytes: string): void;
  close(): void;
}

/** What the broker does wrong from now on. */
export interface Manners {
  /** CONNACK codes of the next connections; then 0. */
  connack: number[];
  /** SUBACK codes of the next subscriptions; then 1. */
  suback: number[];
  /** False: publishes are neither acknowledged nor sent back. */
  takes: boolean;
  /** False: nothing that comes is answered in any way. */
  answers: boolean;
}

export interface Published {
  readonly connection: number;
  readonly payload: string;
  readonly dup: boolean;
}

export interface Value {
  readonly key: string;
  readonly value: unknown;
  readonly datetime?: string;
}

/** The topic of the thing with this token. */
export function channelOf(token: string): string {
  return `v2/things/${token}`;
}

const bytesOf = (packet: Packet): string => generate(packet).toString("latin1");

export class ScriptedBroker {
  readonly manners: Manners = { connack: [], suback: [], takes: true, answers: true };
  /** How many connections were begun. */
  connections = 0;
  readonly published: Published[] = [];
  /** PUBACKs that the device gave. */
  acknowledged = 0;
  pings = 0;
  /** Connections that are subscribed, by number. */
  readonly live = new Map<number, Wire>();
  private readonly topic: string;

  constructor(token: string) {
    this.topic = channelOf(token);
  }

  /** Takes a new client. Feed what it sends to `receive`, and tell of its end. */
  accept(wire: Wire): { receive(bytes: string): void; ended(): void } {
    this.connections += 1;
    const number = this.connections;
    const incoming = parser();
    incoming.on("packet", (packet: Packet) => this.take(number, wire, packet));
    incoming.on("error", (error: unknown) => {
      throw error;
    });
    return { receive: (bytes) => void incoming.parse(Buffer.from(bytes, "latin1")), ended: () => void this.live.delete(number) };
  }

  /** The bytes of a message to the device; `messageId` above 0 makes it QoS 1. */
  message(values: readonly Value[], messageId: number): string {
    const payload = Buffer.from(JSON.stringify(values), "utf8");
    return bytesOf({ cmd: "publish", topic: this.topic, payload, qos: messageId > 0 ? 1 : 0, dup: false, retain: false, messageId });
  }

  /** Sends raw bytes to whoever is subscribed. */
  send(bytes: string): void {
    for (const wire of this.live.values()) wire.send(bytes);
  }

  /** Every value that was published, once each by key and time, in the order in which it came first. */
  values(key: string): unknown[] {
    const seen = new Map<string, unknown>();
    for (const { payload } of this.published) {
      const body = JSON.parse(payload) as { values: Value[] };
      for (const one of body.values) if (one.key === key && !seen.has(one.datetime ?? "")) seen.set(one.datetime ?? "", one.value);
    }
    return [...seen.values()];
  }

  private take(number: number, wire: Wire, packet: Packet): void {
    if (packet.cmd === "publish") {
      const payload = Buffer.from(packet.payload as Buffer).toString("utf8");
      this.published.push({ connection: number, payload, dup: packet.dup });
      if (!this.manners.takes || !this.manners.answers) return;
      if (packet.qos === 1) wire.send(bytesOf({ cmd: "puback", messageId: packet.messageId! }));
      wire.send(bytesOf({ cmd: "publish", topic: packet.topic, payload: Buffer.from(payload, "utf8"), qos: 0, dup: false, retain: false }));
      return;
    }
    if (packet.cmd === "puback") this.acknowledged += 1;
    if (packet.cmd === "pingreq") this.pings += 1;
    if (!this.manners.answers) return;
    if (packet.cmd === "connect") this.connect(wire);
    else if (packet.cmd === "subscribe") this.subscribe(number, wire, packet.messageId!);
    else if (packet.cmd === "pingreq") wire.send(bytesOf({ cmd: "pingresp" }));
  }

  private connect(wire: Wire): void {
    const code = this.manners.connack.shift() ?? 0;
    wire.send(bytesOf({ cmd: "connack", returnCode: code, sessionPresent: false }));
    if (code !== 0) wire.close();
  }

  private subscribe(number: number, wire: Wire, messageId: number): void {
    const code = this.manners.suback.shift() ?? 1;
    wire.send(bytesOf({ cmd: "suback", messageId, granted: [code] }));
    if (code < 128) this.live.set(number, wire);
  }
}
