/**
 * The radio of a machine: joining an access point, a wrong password, an absent network, and loss. One model for the
 * virtual world and for the desk, where the network exists already and any join succeeds at once.
 */
import { Fault } from "../../hal/ports/fault";
import { WifiConnection, type WifiOptions, type WifiPort } from "../../hal/ports/wifi";
import type { Boot, Holder } from "./boot";
import type { QueuedEvent } from "./queue";

/** A network in the air. Mutable: a test takes it away or changes its password. */
export interface AccessPoint {
  readonly ssid: string;
  password: string;
  present: boolean;
  /** From `connect` to `ready`, or to the refusal, ms. */
  joinMs: number;
}

/** The air around a machine; its radio listens to it across boots. */
export interface Air {
  /** Undefined: the machine has a network already and joins any name at once. */
  readonly accessPoints: AccessPoint[] | undefined;
  readonly listeners: Set<AirListener>;
}

/** A radio, as the air knows it. */
export interface AirListener {
  airChanged(): void;
}

/** What hears that the network is lost or left. */
export interface NetworkUser {
  lost(): void;
}

/** How long a scan for an absent network takes, ms. */
const SCAN_MS = 2500;

export function createAir(accessPoints: AccessPoint[] | undefined): Air {
  return { accessPoints, listeners: new Set() };
}

/** Tells every radio that access points have changed; those whose network is gone lose it on the next turn. */
export function airChanged(air: Air): void {
  for (const listener of [...air.listeners]) listener.airChanged();
}

/** The radio of one boot. */
export class Radio implements AirListener, Holder {
  readonly port: WifiPort;
  private connection: WifiConnection;
  private options: WifiOptions | undefined;
  private pending: QueuedEvent | undefined;
  private users: readonly NetworkUser[] = [];

  constructor(
    private readonly boot: Boot,
    private readonly air: Air,
  ) {
    this.connection = air.accessPoints === undefined ? WifiConnection.ready : WifiConnection.disconnected;
    this.port = {
      connection: () => this.connection,
      connect: (options) => this.connect(options),
      disconnect: () => this.disconnect(),
    };
    air.listeners.add(this);
    boot.onEnd(this);
  }

  /** True while TCP, UDP and DNS work. */
  get ready(): boolean {
    return this.connection === WifiConnection.ready;
  }

  /** Tells `user` when the network is lost or left, before the program hears of it. */
  onLost(user: NetworkUser): void {
    this.users = this.users.concat([user]);
  }

  release(): void {
    this.air.listeners.delete(this);
  }

  airChanged(): void {
    const { air, boot, options } = this;
    if (!this.ready || options === undefined || air.accessPoints === undefined) return;
    const point = this.find(options.ssid);
    if (point !== undefined && point.password === options.password) return;
    this.fall();
    this.pending = boot.later(() => this.changed(WifiConnection.disconnected, Fault.broken));
  }

  private find(ssid: string): AccessPoint | undefined {
    return this.air.accessPoints?.find((point) => point.ssid === ssid && point.present);
  }

  private fall(): void {
    this.connection = WifiConnection.disconnected;
    for (const user of this.users) user.lost();
  }

  private changed(value: WifiConnection, fault: Fault): void {
    this.pending = undefined;
    this.connection = value;
    this.options?.onChanged(value, fault);
  }

  private join(wanted: WifiOptions): void {
    const point = this.find(wanted.ssid);
    if (point === undefined && this.air.accessPoints !== undefined) return this.changed(WifiConnection.disconnected, Fault.notFound);
    if (point !== undefined && point.password !== wanted.password) return this.changed(WifiConnection.disconnected, Fault.refused);
    this.changed(WifiConnection.ready, Fault.none);
  }

  private connect(wanted: WifiOptions): Fault {
    const { air, boot } = this;
    if (!valid(wanted)) return Fault.invalid;
    if (this.connection === WifiConnection.connecting) return Fault.busy;
    if (this.pending !== undefined) boot.cancel(this.pending);
    if (this.ready && this.options !== undefined) this.fall();
    this.options = wanted;
    this.connection = WifiConnection.connecting;
    const wait = air.accessPoints === undefined ? 0 : (this.find(wanted.ssid)?.joinMs ?? SCAN_MS);
    this.pending = boot.schedule(wait, () => this.join(wanted));
    return Fault.none;
  }

  private disconnect(): void {
    if (this.pending !== undefined) this.boot.cancel(this.pending);
    this.pending = undefined;
    this.options = undefined;
    if (this.connection !== WifiConnection.disconnected) this.fall();
  }
}

function valid(options: WifiOptions): boolean {
  const { ssid, password } = options;
  return ssid.length >= 1 && ssid.length <= 32 && (password === "" || (password.length >= 8 && password.length <= 63));
}
