/**
 * Messages that the server sends to one endpoint of its own accord: notifications and separate responses, with
 * retransmission (RFC 7252 section 4.2), one confirmable in flight at a time (NSTART, section 4.7; RFC 7641 section 4.5.1).
 */
import type { Cancel, Host } from "../host";
import { transmission } from "./limits";
import { Type, encode, fromUint } from "./wire";
import type { CoapMessage } from "./wire";

export interface Outgoing {
  /** Confirmable or non-confirmable; the message id is given when it goes out. */
  readonly message: Omit<CoapMessage, "messageId">;
  /** What it is part of; the owner's messages can be withdrawn. */
  readonly owner: object;
  /** The endpoint reset it, or did not acknowledge any of its transmissions. */
  failed(cause: "reset" | "timeout"): void;
}

interface Flight {
  readonly outgoing: Outgoing;
  readonly messageId: number;
  readonly bytes: Buffer;
  timeoutMs: number;
  retransmits: number;
  stop: Cancel;
}

/** Non-confirmable messages whose reset is still understood. */
const recentMax = 16;

export class Outbox {
  private readonly waiting: Outgoing[] = [];
  private flight: Flight | undefined;
  private readonly recent = new Map<number, Outgoing>();
  private lastMessageId: number;
  private readonly host: Host;
  private readonly send: (bytes: Buffer) => void;
  private readonly waitingMax: number;
  private readonly dropped: () => void;

  /** `dropped` is told of each message that had to go because too many waited. */
  constructor(host: Host, send: (bytes: Buffer) => void, waitingMax: number, dropped: () => void) {
    this.host = host;
    this.send = send;
    this.waitingMax = waitingMax;
    this.dropped = dropped;
    this.lastMessageId = fromUint(host.random(2));
  }

  get isIdle(): boolean {
    return this.flight === undefined && this.waiting.length === 0;
  }

  nextMessageId(): number {
    this.lastMessageId = (this.lastMessageId + 1) & 0xffff;
    return this.lastMessageId;
  }

  push(outgoing: Outgoing): void {
    if (this.waiting.length >= this.waitingMax) {
      this.waiting.shift();
      this.dropped();
    }
    this.waiting.push(outgoing);
    this.pump();
  }

  /** Takes back what of the owner's has not been acknowledged. */
  withdraw(owner: object): void {
    for (let i = this.waiting.length - 1; i >= 0; i--) {
      if (this.waiting[i]?.owner === owner) this.waiting.splice(i, 1);
    }
    if (this.flight?.outgoing.owner === owner) this.land();
    this.pump();
  }

  acknowledged(messageId: number): void {
    if (this.flight?.messageId !== messageId) return;
    this.land();
    this.pump();
  }

  reset(messageId: number): void {
    const outgoing = this.flight?.messageId === messageId ? this.flight.outgoing : this.recent.get(messageId);
    if (outgoing === undefined) return;
    this.recent.delete(messageId);
    if (this.flight?.outgoing === outgoing) this.land();
    outgoing.failed("reset");
    this.pump();
  }

  /** Sends nothing more. */
  close(): void {
    this.waiting.length = 0;
    this.land();
  }

  private land(): void {
    this.flight?.stop();
    this.flight = undefined;
  }

  private pump(): void {
    while (this.flight === undefined) {
      const outgoing = this.waiting.shift();
      if (outgoing === undefined) return;
      const messageId = this.nextMessageId();
      const bytes = encode({ ...outgoing.message, messageId });
      if (outgoing.message.type === Type.Confirmable) this.launch(outgoing, messageId, bytes);
      else this.note(messageId, outgoing);
      this.send(bytes);
    }
  }

  private note(messageId: number, outgoing: Outgoing): void {
    this.recent.set(messageId, outgoing);
    if (this.recent.size <= recentMax) return;
    for (const oldest of this.recent.keys()) {
      this.recent.delete(oldest);
      break;
    }
  }

  private launch(outgoing: Outgoing, messageId: number, bytes: Buffer): void {
    const { ackTimeoutMs, ackRandomFactor } = transmission;
    const spread = fromUint(this.host.random(2)) / 65535;
    const timeoutMs = Math.round(ackTimeoutMs * (1 + (ackRandomFactor - 1) * spread));
    const flight: Flight = { outgoing, messageId, bytes, timeoutMs, retransmits: 0, stop: () => undefined };
    this.flight = flight;
    this.arm(flight);
  }

  private arm(flight: Flight): void {
    flight.stop = this.host.after(flight.timeoutMs, () => {
      if (flight.retransmits === transmission.maxRetransmit) {
        // Who was deaf to five transmissions is gone: what waits would only take as long, one after the other.
        const lost = [flight.outgoing, ...this.waiting];
        this.close();
        for (const outgoing of lost) outgoing.failed("timeout");
        return;
      }
      flight.retransmits += 1;
      flight.timeoutMs *= 2;
      this.arm(flight);
      this.send(flight.bytes);
    });
  }
}
