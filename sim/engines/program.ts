/**
 * A compiled app, as every engine runs it. It holds no state: every device's state hangs on its ports.
 */
import type { Ports } from "../../hal/ports";

/** What a person provisions; the shape of firmware/agent/settings `Provision`. */
export interface ProvisionSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: 0 | 1 | 2;
  readonly timeHost: string;
  readonly ssid: string;
  readonly password: string;
  readonly code: string;
  readonly token: string;
  readonly watch?: WatchSettings;
}

/** Where and as whom a device watches; the shape of firmware/agent/watch-settings `WatchProvision`. */
export interface WatchSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: 0 | 1 | 2;
  readonly loginHost: string;
  readonly loginPort: number;
  readonly user: string;
  readonly secret: string;
  readonly app: string;
  readonly thing: string;
}

export interface Program {
  /** Set for an app that watches: it is provisioned with where and as whom. */
  readonly watches?: boolean;
  /** Starts one boot of a device; a number is a fault, anything else the running device. */
  boot(ports: Ports): unknown;
  /** 0, or why the settings could not be stored. */
  provision(ports: Ports, settings: ProvisionSettings): number;
  /** 0 when the device holds a token or a usable code. */
  state(ports: Ports): number;
  /** Factory reset. */
  erase(ports: Ports): number;
  /** The line of the app that threw, "app.ts:12"; undefined where it cannot be told. A program that was not compiled here has none to tell. */
  placeOf?(this: void, thrown: unknown): string | undefined;
}

