/**
 * A local cloud inside the virtual world: the same model and the same servers as on real sockets, in virtual time, its chance drawn
 * from the world's seed. It can be stopped and started, lose what it says or hears, and have a full disk. It knows no platform: what a
 * platform's cloud has and means is behind its face (platform.ts).
 */
import { createCoapServer } from "../cloud/coap/server";
import type { Host, HostEvent } from "../cloud/host";
import type { Keeper } from "../cloud/keeper";
import type { MqttConnection } from "../cloud/mqtt/connection";
import { createMqttServer } from "../cloud/mqtt/server";
import type { MqttServer } from "../cloud/mqtt/server";
import type { Transport } from "../cloud/mqtt/service";
import type { WebSocketService } from "../cloud/websocket/service";
import type { ServerEnd, ServerStream } from "../world/ends";
import type { UdpServer } from "../world/udp";
import type { World } from "../world/world";
import type { Platform, Side } from "./platform";
import { WebLine } from "./web-line";
import type { WebSurroundings } from "./web-line";

export const MQTT_PORT = 1883;
export const COAP_PORT = 5683;
/** Where WebSockets begin. */
export const WEB_PORT = 80;

/** What passes between devices and cloud at present; a false loses it without a word. */
export interface Wire {
  toCloud: boolean;
  toDevice: boolean;
}

export interface LabCloudOptions {
  /** Activation codes that exist from the beginning, where the platform has such. */
  readonly activationCodes?: readonly string[];
  /** Values of a key that the cloud keeps; the platform's own limit unless given. */
  readonly valuesMax?: number;
  /** Hears what the cloud says of itself. */
  readonly onEvent?: (event: HostEvent) => void;
  /** Hears every byte that reaches the servers or leaves them, as binary strings, before the wire loses it. */
  readonly onWire?: (bytes: string) => void;
  /** Hears of every accepted connection and of every CoAP peer's first datagram after a start. */
  readonly onConnect?: (address: string) => void;
}

export interface LabCloud<S extends Side = Side> {
  /** What is the platform's own. */
  readonly side: S;
  readonly wire: Wire;
  /** Where the cloud keeps its state; false makes every attempt to keep something fail. */
  readonly disk: { works: boolean };
  readonly running: boolean;
  /** The servers stop listening; connections end as by a crash. Idempotent. */
  stop(): void;
  /** Idempotent. */
  start(): void;
  /** How many `inject` reaches: connections that are open, and CoAP peers since the start. */
  readonly reached: number;
  /** Sends bytes to every device that is connected, as if the cloud had gone mad. */
  inject(bytes: string): void;
}

/** A disk that can fail. What it keeps is never read again, because the model outlives every stop of the servers. */
function keeperOf(disk: LabCloud["disk"]): Keeper {
  const append = (): void => {
    if (!disk.works) throw new Error("the disk is full");
  };
  return { entries: [], append, settle: () => undefined };
}

/** The world's machine for a cloud: virtual time and seeded chance. */
export function worldHost(world: World, log: (event: HostEvent) => void): Host {
  return {
    now: () => world.now(),
    after: (ms, run) => {
      const event = world.clock.schedule(ms, run);
      return () => world.clock.cancel(event);
    },
    random: (count) => Buffer.from(world.random.bytes(count), "latin1"),
    log,
  };
}

/** One MQTT connection: the transport that the server sees, and the end that the network sees. One object, for the sake of fleets. */
class MqttLine implements Transport, ServerEnd {
  private connection: MqttConnection | undefined;

  constructor(
    private readonly stream: ServerStream,
    private readonly wire: Wire,
    private readonly options: LabCloudOptions,
    private readonly streams: Set<ServerStream>,
  ) {}

  /** False when the server takes no more. */
  begin(server: MqttServer): boolean {
    const { stream } = this;
    this.connection = server.accept(this);
    if (this.connection === undefined) return false;
    this.options.onConnect?.(stream.address);
    this.streams.add(stream);
    return true;
  }

  send(bytes: Buffer): void {
    const text = bytes.toString("latin1");
    this.options.onWire?.(text);
    if (this.wire.toDevice) this.stream.send(text);
  }

  unread(): number {
    return this.stream.unread();
  }

  pause(): void {
    this.stream.pause();
  }

  resume(): void {
    this.stream.resume();
  }

  // The network tells a server of the other side's end alone.
  close(): void {
    this.streams.delete(this.stream);
    this.stream.close();
  }

  abort(): void {
    this.streams.delete(this.stream);
    this.stream.abort();
  }

  onBytes(bytes: string): void {
    this.options.onWire?.(bytes);
    if (this.wire.toCloud) this.connection!.receive(Buffer.from(bytes, "latin1"));
  }

  onDrained(): void {
    this.connection!.drained();
  }

  onEnded(): void {
    this.streams.delete(this.stream);
    this.connection!.ended();
  }
}

class WorldCloud<S extends Side> implements LabCloud<S> {
  readonly wire: Wire = { toCloud: true, toDevice: true };
  readonly disk = { works: true };
  readonly side: S;
  private readonly host: Host;
  /** Connections that are open. */
  private readonly streams = new Set<ServerStream>();
  /** The ports that CoAP peers were heard from last, by their addresses. */
  private readonly peers = new Map<string, { port: number }>();
  private sendDatagram: UdpServer["send"] = () => undefined;
  private stops: (() => void)[] = [];

  constructor(private readonly world: World, platform: Platform<S>, private readonly options: LabCloudOptions) {
    this.host = worldHost(world, options.onEvent ?? (() => undefined));
    const { activationCodes, valuesMax } = options;
    this.side = platform.createSide(this.host, { keeper: keeperOf(this.disk), activationCodes, valuesMax });
  }

  get running(): boolean {
    return this.stops.length > 0;
  }

  start(): void {
    if (this.running) return;
    const { mqtt, coap, web } = this.side;
    const server = createMqttServer(this.host, mqtt.service, mqtt.limits);
    this.stops = [this.listenMqtt(server)];
    if (web !== undefined) this.stops.push(this.listenWeb(web(server)));
    if (coap !== undefined) this.stops.push(this.bindCoap(coap));
    this.stops.push(() => server.close());
  }

  stop(): void {
    for (const stop of this.stops) stop();
    this.stops = [];
    this.streams.clear();
    this.peers.clear();
  }

  get reached(): number {
    return this.streams.size + this.peers.size;
  }

  inject(bytes: string): void {
    for (const stream of [...this.streams]) stream.send(bytes);
    for (const [address, { port }] of this.peers) this.sendDatagram(bytes, address, port);
  }

  private listenMqtt(server: MqttServer): () => void {
    const { wire, options } = this;
    const listening = this.world.listenTcp(MQTT_PORT, (stream) => {
      const line = new MqttLine(stream, wire, options, this.streams);
      return line.begin(server) ? line : undefined;
    });
    return () => listening.close();
  }

  private listenWeb(service: WebSocketService): () => void {
    const { wire, options, streams } = this;
    const lines = new Set<WebLine>();
    let accepted = 0;
    const around: WebSurroundings = {
      host: this.host,
      service,
      send: (stream, bytes) => {
        options.onWire?.(bytes);
        if (wire.toDevice) stream.send(bytes);
      },
      heard: (bytes) => {
        options.onWire?.(bytes);
        return wire.toCloud;
      },
      ended: (line) => {
        lines.delete(line);
        streams.delete(line.stream);
      },
    };
    const listening = this.world.listenTcp(WEB_PORT, (stream) => {
      accepted += 1;
      options.onConnect?.(stream.address);
      streams.add(stream);
      const line = new WebLine(stream, around, accepted);
      lines.add(line);
      return line;
    });
    return () => {
      listening.close();
      for (const line of [...lines]) line.abort();
    };
  }

  private bindCoap({ service, limits }: NonNullable<Side["coap"]>): () => void {
    const { wire, options, peers } = this;
    const send = (bytes: Buffer, peer: string): void => {
      const [address, port] = peer.split(":");
      const text = bytes.toString("latin1");
      options.onWire?.(text);
      if (wire.toDevice) socket.send(text, address!, Number(port));
    };
    const server = createCoapServer(this.host, service, send, limits);
    const socket = this.world.bindUdp(COAP_PORT, (bytes, address, port) => {
      options.onWire?.(bytes);
      const peer = peers.get(address);
      if (peer !== undefined) peer.port = port;
      else {
        options.onConnect?.(address);
        peers.set(address, { port });
      }
      if (wire.toCloud) server.receive(Buffer.from(bytes, "latin1"), `${address}:${port}`);
    });
    this.sendDatagram = (bytes, address, port) => socket.send(bytes, address, port);
    return () => {
      socket.close();
      server.close();
    };
  }
}

/** A cloud in that world; it runs at once. */
export function createLabCloud<S extends Side>(world: World, platform: Platform<S>, options: LabCloudOptions = {}): LabCloud<S> {
  const cloud = new WorldCloud(world, platform, options);
  cloud.start();
  return cloud;
}
