/**
 * One MQTT 3.1 or 3.1.1 connection on the server's side: from its first byte to its end.
 *
 *   waiting for CONNECT --accepted--> connected --DISCONNECT, violation, silence, peer gone--> ended
 *
 * A violation ends the connection at once [MQTT-4.8.0-1]; nothing that a peer sends may throw out of here. What the
 * platform means by a packet is in its session. Nothing that the peer sent reaches the log.
 */
import type { IConnectPacket, IPublishPacket, Packet } from "mqtt-packet";
import type { Cancel, Host } from "../host";
import { frame, newFramer } from "./framing";
import type { MqttLimits } from "./limits";
import { Outbound, puback } from "./outbound";
import type { Reader } from "./reader";
import type { Granted, Message, MqttClient, MqttService, MqttSession, Published, Transport } from "./service";
import { connectViolation, isSpoken, violation } from "./strict";
import { atEnd, inTurn } from "./turn";
import type { Turn } from "./turn";

/** What a connection needs of the server that holds it. */
export interface Holder {
  readonly host: Host;
  readonly limits: MqttLimits;
  readonly turn: Turn;
  readonly reader: Reader;
  readonly service: MqttService;
  /** The session has begun: an older one of the same name ends [MQTT-3.1.4-2]. */
  began(connection: MqttConnection, session: MqttSession): void;
  ended(connection: MqttConnection, session: MqttSession | undefined): void;
}

export class MqttConnection implements MqttClient {
  readonly number: number;
  readonly subscriptions = new Map<string, 0 | 1>();
  private readonly holder: Holder;
  private readonly transport: Transport;
  private readonly outbound: Outbound;
  private readonly framer = newFramer();
  private session: MqttSession | undefined;
  private will: Published | undefined;
  private gone = false;
  private stopTimer: Cancel;
  private stopRateTimer: Cancel = () => undefined;
  private silenceMaxMs = 0;
  private heardAt: number;
  private secondBegan = 0;
  private packetsInSecond = 0;
  private tooFast = false;
  private unreadHigh = false;

  constructor(holder: Holder, transport: Transport, number: number) {
    this.holder = holder;
    this.transport = transport;
    this.number = number;
    this.outbound = new Outbound(transport, holder.turn, holder.limits, (reason) => this.abort(reason));
    this.heardAt = holder.host.now();
    this.stopTimer = holder.host.after(holder.limits.connectTimeoutMs, () => this.abort("no CONNECT in time"));
  }

  /** Takes what the client sent, in pieces of any size. */
  receive(bytes: Buffer): void {
    if (this.gone) return;
    const { host, limits, turn } = this.holder;
    this.heardAt = host.now();
    inTurn(turn, () => {
      const packets = frame(this.framer, bytes, limits.packetBytesMax);
      if (packets === undefined) this.drop("malformed or too long a packet");
      else if (packets.length > 0) this.parse(packets);
    });
    this.holdBack();
  }

  /** Takes each packet up to the first malformed one. */
  private parse(bytes: Buffer): void {
    const { packets, fault } = this.holder.reader.read(bytes);
    this.packetsInSecond += packets.length;
    for (const packet of packets) this.take(packet);
    if (fault !== undefined) this.malformed(fault);
  }

  /** The transport has room again: `unread` has fallen. */
  drained(): void {
    if (this.gone || !this.unreadHigh || this.transport.unread() > this.holder.limits.pauseBytes) return;
    this.unreadHigh = false;
    if (!this.tooFast) this.transport.resume();
  }

  /** The transport has gone, for whatever reason. Idempotent. */
  ended(): void {
    this.abort("gone");
  }

  deliver(message: Message, qos: 0 | 1): void {
    if (!this.gone) this.outbound.deliver(message, qos);
  }

  /** What was answered before still goes out: a PUBACK that is lost makes the client send again. */
  drop(reason: string): void {
    this.outbound.flush();
    this.end(reason, true, () => this.transport.close());
  }

  /** For a client that does not read or is not there. */
  private abort(reason: string): void {
    this.end(reason, true, () => this.transport.abort());
  }

  private end(reason: string, withWill: boolean, leave: () => void): void {
    if (this.gone) return;
    this.gone = true;
    this.stopTimer();
    this.stopRateTimer();
    this.outbound.clear();
    leave();
    const { host, turn } = this.holder;
    host.log({ event: "mqtt-closed", connection: this.number, reason });
    const will = withWill ? this.will : undefined;
    this.will = undefined;
    atEnd(turn, () => {
      this.subscriptions.clear();
      this.holder.ended(this, this.session);
      this.session?.closed(will);
    });
  }

  private malformed(fault: Error): void {
    // The one malformed packet that has an answer [MQTT-3.1.2-2]; mqtt-packet tells it by this text only.
    if (this.session === undefined && fault.message === "Invalid protocol version") this.refuse(1);
    else this.drop("malformed packet");
  }

  private take(packet: Packet): void {
    if (this.gone) return;
    if (this.session === undefined) {
      if (packet.cmd === "connect") this.connect(packet);
      else this.drop("no CONNECT at first [MQTT-3.1.0-1]");
      return;
    }
    const fault = violation(packet);
    if (fault !== undefined) return this.drop(fault);
    switch (packet.cmd) {
      case "publish":
        return this.publish(this.session, packet);
      case "puback":
        return this.outbound.acknowledged(packet.messageId as number);
      case "subscribe":
        return this.subscribe(this.session, packet.messageId as number, packet.subscriptions);
      case "unsubscribe":
        for (const filter of packet.unsubscriptions) {
          if (this.subscriptions.delete(filter)) this.session.unsubscribe(filter);
        }
        return this.outbound.send({ cmd: "unsuback", messageId: packet.messageId as number, granted: [] });
      case "pingreq":
        return this.outbound.send({ cmd: "pingresp" });
      default:
        // DISCONNECT: `violation` lets nothing else through.
        this.outbound.flush();
        this.end("DISCONNECT", false, () => this.transport.close());
    }
  }

  private connect(packet: IConnectPacket): void {
    if (!isSpoken(packet)) return this.refuse(1);
    const fault = connectViolation(packet);
    if (fault !== undefined) return this.drop(fault);
    const level = packet.protocolVersion === 3 ? 3 : 4;
    const clean = packet.clean === true;
    const { host, limits, service } = this.holder;
    if (Buffer.byteLength(packet.clientId) > limits.clientIdBytesMax) return this.refuse(2);
    if (Buffer.byteLength(packet.will?.topic ?? "") > limits.topicBytesMax) return this.drop("will topic too long");
    // An empty identifier asks for one of the server's making; only 3.1.1 has that, and only without a session
    // [MQTT-3.1.3-6, MQTT-3.1.3-8].
    if (packet.clientId === "" && (level === 3 || !clean)) return this.refuse(2);
    const isNamed = packet.clientId !== "";
    const clientId = !isNamed ? `auto-${host.random(12).toString("hex")}` : packet.clientId;
    const keepAliveSec = packet.keepalive ?? 0;
    const { username, password } = packet;
    const accepted = service(this, { clientId, isNamed, clean, keepAliveSec, protocolLevel: level, username, password });
    if (typeof accepted === "number") return this.refuse(accepted);
    if (this.gone) return accepted.closed(undefined);
    this.session = accepted;
    this.will = packet.will && willOf(packet.will);
    this.stopTimer();
    this.silenceMaxMs = (accepted.keepAliveSec ?? keepAliveSec) * 1500;
    if (this.silenceMaxMs > 0) this.watchSilence(this.silenceMaxMs);
    this.outbound.send({ cmd: "connack", returnCode: 0, sessionPresent: false });
    this.holder.began(this, accepted);
  }

  private refuse(returnCode: 1 | 2 | 3 | 4 | 5): void {
    this.outbound.send({ cmd: "connack", returnCode, sessionPresent: false });
    this.outbound.flush();
    this.end(`refused with return code ${returnCode}`, false, () => this.transport.close());
  }

  private publish(session: MqttSession, packet: IPublishPacket): void {
    if (Buffer.byteLength(packet.topic) > this.holder.limits.topicBytesMax) return this.drop("topic too long");
    const { topic, retain } = packet;
    const qos = packet.qos === 1 ? 1 : 0;
    if (!session.publish({ topic, payload: packet.payload as Buffer, qos, retain })) return this.drop("publish refused");
    if (qos === 1 && !this.gone) this.outbound.write(puback(packet.messageId as number));
  }

  private subscribe(session: MqttSession, messageId: number, asked: readonly { topic: string; qos: number }[]): void {
    const { limits } = this.holder;
    const granted: Granted[] = [];
    for (const { topic, qos } of asked) {
      const full = this.subscriptions.size >= limits.subscriptionsMax && !this.subscriptions.has(topic);
      const tooLong = Buffer.byteLength(topic) > limits.topicBytesMax;
      const answer = full || tooLong ? 0x80 : session.subscribe(topic, qos === 0 ? 0 : 1);
      if (answer !== 0x80) this.subscriptions.set(topic, answer);
      granted.push(answer);
    }
    if (this.gone) return;
    this.outbound.send({ cmd: "suback", messageId, granted });
    asked.forEach(({ topic }, i) => {
      if (granted[i] !== 0x80) session.subscribed(topic);
    });
  }

  /** Nothing for one and a half keep-alives: the client has gone [MQTT-3.1.2-24]. */
  private watchSilence(inMs: number): void {
    const { host } = this.holder;
    this.stopTimer = host.after(inMs, () => {
      const silentMs = host.now() - this.heardAt;
      if (silentMs >= this.silenceMaxMs) this.abort("silent beyond its keep-alive");
      else this.watchSilence(this.silenceMaxMs - silentMs);
    });
  }

  /** A client that floods is not read for a while: it pays for its own flood, nobody else does. */
  private holdBack(): void {
    if (this.gone) return;
    const { host, limits } = this.holder;
    if (!this.unreadHigh && this.transport.unread() > limits.pauseBytes) {
      this.unreadHigh = true;
      this.transport.pause();
    }
    const now = this.heardAt;
    if (now - this.secondBegan >= 1000 && !this.tooFast) {
      this.secondBegan = now;
      this.packetsInSecond = 0;
    } else if (this.packetsInSecond > limits.packetsPerSecMax && !this.tooFast) {
      this.tooFast = true;
      this.transport.pause();
      this.stopRateTimer = host.after(this.secondBegan + 1000 - now, () => {
        this.tooFast = false;
        this.secondBegan = host.now();
        this.packetsInSecond = 0;
        if (!this.unreadHigh) this.transport.resume();
      });
    }
  }
}

/** Copied, since it outlives the bytes that it came in. */
function willOf(will: NonNullable<IConnectPacket["will"]>): Published {
  const payload = Buffer.from(will.payload as Buffer);
  return { topic: will.topic, payload, qos: will.qos === 0 || will.qos === undefined ? 0 : 1, retain: will.retain === true };
}
