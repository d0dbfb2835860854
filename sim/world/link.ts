/**
 * One virtual TCP connection between a machine and a server: two pipes, what each side knows, and the ways to break it.
 */
import { Fault } from "../../hal/ports/fault";
import type { Listening, ServerEnd, ServerStream, Station } from "./ends";
import { Pipe } from "./pipe";
import type { PipeEnd } from "./pipe";
import type { Random } from "./random";
import type { Timeline } from "./timeline";

/** What a connection needs of the network that it is part of. */
export interface Lines {
  readonly timeline: Timeline;
  readonly random: Random;
  /** Every connection that some side still knows, oldest first. */
  readonly links: Set<Link>;
  /** A client port. */
  freePort(): number;
}

/** The machine's end. */
export interface DeviceEnd {
  /** False once the machine has closed it, or was switched off. */
  alive(): boolean;
  onBytes(bytes: string): void;
  onRoom(): void;
  onEnded(fault: Fault): void;
}

/** The ends of a link are objects with methods, not closures: a fleet holds thousands of them. */
class StreamOfServer implements ServerStream {
  readonly address: string;
  readonly port: number;

  constructor(private readonly link: Link) {
    this.address = link.address;
    this.port = link.devicePort;
  }

  send(bytes: string): void {
    this.link.sendDown(bytes);
  }

  unread(): number {
    return this.link.down.unread;
  }

  pause(): void {
    this.link.up.pause();
  }

  resume(): void {
    this.link.up.resume();
  }

  close(): void {
    this.link.endDown(Fault.closed);
  }

  abort(): void {
    this.link.endDown(Fault.broken);
  }
}

class UpEnd implements PipeEnd {
  constructor(private readonly link: Link) {}

  onBytes(bytes: string): void {
    this.link.atServer(bytes);
  }

  onRoom(): void {
    this.link.roomUp();
  }

  onCut(): void {
    this.link.cut();
  }
}

class DownEnd implements PipeEnd {
  constructor(private readonly link: Link) {}

  onBytes(bytes: string): void {
    this.link.atDevice(bytes);
  }

  onRoom(): void {
    this.link.roomDown();
  }

  onCut(): void {
    this.link.cut();
  }
}

export class Link {
  /** From the machine to the server. */
  readonly up: Pipe;
  /** From the server to the machine. */
  readonly down: Pipe;
  readonly address: string;
  readonly devicePort: number;
  /** The server's port. */
  readonly port: number;
  private server: ServerEnd | undefined;
  private serverOpen = true;
  private deviceKnows = true;
  private draining = false;

  constructor(
    private readonly network: Lines,
    private readonly station: Station,
    listening: Listening,
    secure: boolean,
    private readonly device: DeviceEnd,
  ) {
    this.address = station.address;
    this.devicePort = network.freePort();
    this.port = listening.port;
    const { timeline, random } = network;
    this.up = new Pipe(timeline, random, station.conditions, new UpEnd(this));
    this.down = new Pipe(timeline, random, station.conditions, new DownEnd(this));
    network.links.add(this);
    // Plain bytes at a TLS server are no ClientHello: it gives up on the first of them.
    if ((listening.tls !== undefined) !== secure) this.server = { onBytes: () => this.reset(), onEnded: () => undefined };
    else this.accept(listening);
  }

  /** Breaks it for both sides, as a reset in the middle does. */
  cut(): void {
    this.freeze();
    this.network.timeline.schedule(0, () => {
      this.endServer(Fault.broken);
      this.endDevice(Fault.broken);
    });
  }

  /** Breaks it after so many more bytes have arrived in one direction. */
  cutAfter(direction: "up" | "down", bytes: number): void {
    if (bytes === 0) return this.cut();
    const pipe = this[direction];
    pipe.cutAt = pipe.arrived + bytes;
  }

  /** The path swallows everything from now on; neither side learns. */
  freeze(): void {
    this.up.frozen = true;
    this.down.frozen = true;
  }

  /** The server loses it, as in a restart; the machine learns with the next bytes that it sends. */
  forget(): void {
    this.network.timeline.schedule(0, () => this.endServer(Fault.broken));
  }

  /** The machine closed in order. */
  close(): void {
    this.deviceKnows = false;
    this.up.travel(() => this.endServer(Fault.closed));
  }

  /** The machine's end has heard the fault; nothing more goes to it. */
  leave(): void {
    this.deviceKnows = false;
    if (!this.serverOpen) this.network.links.delete(this);
  }

  /** The machine is gone without a word: no power, or no network. */
  vanish(): void {
    this.deviceKnows = false;
  }

  private accept(listening: Listening): void {
    this.server = listening.handler(new StreamOfServer(this));
    if (this.server === undefined) this.reset();
  }

  private reset(): void {
    this.endDown(Fault.broken);
  }

  /** The server sends. */
  sendDown(bytes: string): void {
    if (!this.serverOpen || bytes.length === 0) return;
    this.draining = true;
    this.down.send(bytes);
  }

  /** The server closes or resets; the machine learns behind everything that was sent. */
  endDown(fault: Fault): void {
    if (!this.serverOpen) return;
    this.serverOpen = false;
    this.down.travel(() => this.endDevice(fault));
  }

  /** Bytes have left the machine. */
  roomUp(): void {
    if (this.device.alive()) this.device.onRoom();
  }

  /** Bytes have reached the server. */
  atServer(bytes: string): void {
    if (this.serverOpen) this.server?.onBytes(bytes);
    else this.down.travel(() => this.endDevice(Fault.broken));
  }

  /** Bytes have reached the machine. */
  atDevice(bytes: string): void {
    if (this.deviceKnows && this.device.alive()) return this.device.onBytes(bytes);
    // A machine that is up answers bytes of a connection that it does not know with a reset; one that is off is silent.
    if (this.station.ready()) this.up.travel(() => this.endServer(Fault.broken));
  }

  /** Bytes of the server have arrived. */
  roomDown(): void {
    if (!this.draining || this.down.unread > 0 || !this.serverOpen) return;
    this.draining = false;
    this.server?.onDrained?.();
  }

  private endServer(fault: Fault): void {
    if (!this.deviceKnows) this.network.links.delete(this);
    if (!this.serverOpen) return;
    this.serverOpen = false;
    this.server?.onEnded(fault);
  }

  private endDevice(fault: Fault): void {
    this.network.links.delete(this);
    if (!this.deviceKnows || !this.device.alive()) return;
    this.device.onEnded(fault);
  }
}
