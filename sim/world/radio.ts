/**
 * The radio of a machine: joining an access point, a wrong password, an absent network, and loss. One model for the
 * virtual world and for the desk, where the network exists already and any join succeeds at once.
 */
import { Fault } from "../../hal/ports/fault";
import { WifiConnection, type WifiOptions, type WifiPort } from "../../hal/ports/wifi";
import type { Boot } from "./boot";
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
  readonly listeners: Set<() => void>;
}

export interface Radio {
  readonly port: WifiPort;
  /** True while TCP, UDP and DNS work. */
  ready(): boolean;
  /** Called when the network is lost or left, before `onChanged`. */
  onLost(lost: () => void): void;
}

/** How long a scan for an absent network takes, ms. */
const SCAN_MS = 2500;

export function createAir(accessPoints: AccessPoint[] | undefined): Air {
  return { accessPoints, listeners: new Set() };
}

/** Tells every radio that access points have changed; those whose network is gone lose it on the next turn. */
export function airChanged(air: Air): void {
  for (const listener of [...air.listeners]) listener();
}

/** The radio of one boot. */
export function createRadio(boot: Boot, air: Air): Radio {
  let connection: WifiConnection = air.accessPoints === undefined ? WifiConnection.ready : WifiConnection.disconnected;
  let options: WifiOptions | undefined;
  let pending: QueuedEvent | undefined;
  const lostListeners: (() => void)[] = [];

  const find = (ssid: string): AccessPoint | undefined =>
    air.accessPoints?.find((point) => point.ssid === ssid && point.present);
  const fall = (): void => {
    connection = WifiConnection.disconnected;
    for (const lost of lostListeners) lost();
  };
  const changed = (value: WifiConnection, fault: Fault): void => {
    pending = undefined;
    connection = value;
    options?.onChanged(value, fault);
  };
  const onAirChanged = (): void => {
    if (connection !== WifiConnection.ready || options === undefined || air.accessPoints === undefined) return;
    const point = find(options.ssid);
    if (point !== undefined && point.password === options.password) return;
    fall();
    pending = boot.later(() => changed(WifiConnection.disconnected, Fault.broken));
  };
  air.listeners.add(onAirChanged);
  boot.onEnd(() => air.listeners.delete(onAirChanged));

  const join = (wanted: WifiOptions): void => {
    const point = find(wanted.ssid);
    if (point === undefined && air.accessPoints !== undefined) return changed(WifiConnection.disconnected, Fault.notFound);
    if (point !== undefined && point.password !== wanted.password) {
      return changed(WifiConnection.disconnected, Fault.refused);
    }
    changed(WifiConnection.ready, Fault.none);
  };
  const port: WifiPort = {
    connection: () => connection,
    connect: (wanted) => {
      if (!valid(wanted)) return Fault.invalid;
      if (connection === WifiConnection.connecting) return Fault.busy;
      if (pending !== undefined) boot.cancel(pending);
      if (connection === WifiConnection.ready && options !== undefined) fall();
      options = wanted;
      connection = WifiConnection.connecting;
      const point = find(wanted.ssid);
      const wait = air.accessPoints === undefined ? 0 : (point?.joinMs ?? SCAN_MS);
      pending = boot.schedule(wait, () => join(wanted));
      return Fault.none;
    },
    disconnect: () => {
      if (pending !== undefined) boot.cancel(pending);
      pending = undefined;
      options = undefined;
      if (connection !== WifiConnection.disconnected) fall();
    },
  };
  return {
    port,
    ready: () => connection === WifiConnection.ready,
    onLost: (lost) => lostListeners.push(lost),
  };
}

function valid(options: WifiOptions): boolean {
  const { ssid, password } = options;
  return ssid.length >= 1 && ssid.length <= 32 && (password === "" || (password.length >= 8 && password.length <= 63));
}
