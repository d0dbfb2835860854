/**
 * What the server remembers of each endpoint, and for how long: nothing here grows without a bound.
 *
 * An endpoint can be invented by anyone who sends a datagram. So each has its own share, nobody's flood pushes out what
 * is remembered of another while that one is active, and what is idle is forgotten.
 */
import type { Host } from "../host";
import { transmission } from "./limits";
import type { CoapLimits } from "./limits";
import type { Outbox } from "./outbox";
import type { Observation, ObservationEnd } from "./service";

/** One message that was taken: its repetition gets the same answer and does nothing (RFC 7252 section 4.2, 4.5). */
export interface Exchange {
  readonly until: number;
  /** The acknowledgement that was sent. */
  reply: Buffer | undefined;
}

/** A body that is on its way in blocks, in either direction. */
export interface Body {
  readonly bytes: Buffer[];
  length: number;
  readonly until: number;
  /** Of a response: what its later blocks repeat. */
  readonly response?: { readonly code: string; readonly contentFormat: number | undefined; readonly etag: Buffer };
}

/** One observation as the server holds it. */
export interface Observed extends Observation {
  /** The Observe value of the latest response or notification, modulo 2^24 (section 3.4, 4.4). */
  readonly sequence: number;
  /** The end that is not the platform's own: tells the observer. */
  finish(cause: ObservationEnd): void;
}

export interface Peer {
  readonly key: string;
  readonly exchanges: Map<number, Exchange>;
  readonly bodies: Map<string, Body>;
  /** By token, in hexadecimal. */
  readonly observations: Map<string, Observed>;
  readonly outbox: Outbox;
  seenAt: number;
  secondBegan: number;
  datagrams: number;
}

/** How often what is past its time is looked for. */
const sweepMs = 30000;
/** An endpoint moves to the end of the order of forgetting at most this often. */
const orderMs = 1000;
/** Endpoints that are looked at for one that may be forgotten: bounds what a datagram of a new one costs. */
const looksMax = 100;

export class Peers {
  exchanges = 0;
  blockBytes = 0;
  private readonly byKey = new Map<string, Peer>();
  private sweeping = false;
  private readonly host: Host;
  private readonly limits: CoapLimits;
  private readonly newOutbox: (key: string) => Outbox;

  constructor(host: Host, limits: CoapLimits, newOutbox: (key: string) => Outbox) {
    this.host = host;
    this.limits = limits;
    this.newOutbox = newOutbox;
  }

  get size(): number {
    return this.byKey.size;
  }

  all(): IterableIterator<Peer> {
    return this.byKey.values();
  }

  /** The endpoint, for a datagram that came from it; undefined when there are too many, or too many datagrams. */
  admit(key: string): Peer | undefined {
    const now = this.host.now();
    const peer = this.byKey.get(key) ?? this.create(key, now);
    if (peer === undefined) return undefined;
    if (now - peer.seenAt >= orderMs) {
      this.byKey.delete(key);
      this.byKey.set(key, peer);
      peer.seenAt = now;
    }
    if (now - peer.secondBegan >= 1000) {
      peer.secondBegan = now;
      peer.datagrams = 0;
    }
    peer.datagrams += 1;
    return peer.datagrams > this.limits.datagramsPerSecMax ? undefined : peer;
  }

  private create(key: string, now: number): Peer | undefined {
    if (this.byKey.size >= this.limits.peersMax && !this.forgetIdle()) return undefined;
    const peer: Peer = {
      key,
      exchanges: new Map(),
      bodies: new Map(),
      observations: new Map(),
      outbox: this.newOutbox(key),
      seenAt: now,
      secondBegan: now,
      datagrams: 0,
    };
    this.byKey.set(key, peer);
    this.sweepLater();
    return peer;
  }

  /**
   * Makes room: of those that were silent longest, the first that does not observe goes. Those before it are put behind the others, so that
   * however many they are they are not looked at again and again, and hide those behind them for a few datagrams only.
   */
  private forgetIdle(): boolean {
    let looks = looksMax;
    for (const peer of this.byKey.values()) {
      if (peer.observations.size === 0 && peer.outbox.isIdle) {
        this.forget(peer);
        return true;
      }
      this.byKey.delete(peer.key);
      this.byKey.set(peer.key, peer);
      looks -= 1;
      if (looks === 0) return false;
    }
    return false;
  }

  private forget(peer: Peer): void {
    this.exchanges -= peer.exchanges.size;
    for (const key of [...peer.bodies.keys()]) this.dropBody(peer, key);
    this.byKey.delete(peer.key);
  }

  /** What was answered to this message before, if its time is not over. */
  recall(peer: Peer, messageId: number): Exchange | undefined {
    const exchange = peer.exchanges.get(messageId);
    return exchange !== undefined && exchange.until > this.host.now() ? exchange : undefined;
  }

  /** Notes a message as taken. Undefined when this server remembers too many of others'. */
  remember(peer: Peer, messageId: number, lifetimeMs: number): Exchange | undefined {
    if (peer.exchanges.delete(messageId)) this.exchanges -= 1;
    const full = this.exchanges >= this.limits.exchangesMax;
    if (full && peer.exchanges.size === 0) return undefined;
    if (full || peer.exchanges.size >= this.limits.exchangesPerPeerMax) {
      for (const oldest of peer.exchanges.keys()) {
        peer.exchanges.delete(oldest);
        this.exchanges -= 1;
        break;
      }
    }
    const exchange: Exchange = { until: this.host.now() + lifetimeMs, reply: undefined };
    peer.exchanges.set(messageId, exchange);
    this.exchanges += 1;
    return exchange;
  }

  /** Keeps a body; false when all of them together are too many bytes. */
  keepBody(peer: Peer, key: string, body: Body): boolean {
    this.dropBody(peer, key);
    if (this.blockBytes + body.length > this.limits.blockBytesMax) return false;
    if (peer.bodies.size >= this.limits.bodiesPerPeerMax) {
      for (const oldest of peer.bodies.keys()) {
        this.dropBody(peer, oldest);
        break;
      }
    }
    peer.bodies.set(key, body);
    this.blockBytes += body.length;
    return true;
  }

  dropBody(peer: Peer, key: string): void {
    this.blockBytes -= peer.bodies.get(key)?.length ?? 0;
    peer.bodies.delete(key);
  }

  private sweepLater(): void {
    if (this.sweeping) return;
    this.sweeping = true;
    this.host.after(sweepMs, () => {
      this.sweeping = false;
      this.sweep(this.host.now());
      if (this.byKey.size > 0) this.sweepLater();
    });
  }

  private sweep(now: number): void {
    for (const peer of this.byKey.values()) {
      for (const [messageId, exchange] of peer.exchanges) {
        if (exchange.until > now) break;
        peer.exchanges.delete(messageId);
        this.exchanges -= 1;
      }
      for (const [key, body] of peer.bodies) {
        if (body.until <= now) this.dropBody(peer, key);
      }
      const empty = peer.exchanges.size === 0 && peer.bodies.size === 0 && peer.observations.size === 0;
      if (empty && peer.outbox.isIdle && now - peer.seenAt > transmission.exchangeLifetimeMs) this.forget(peer);
    }
  }
}
