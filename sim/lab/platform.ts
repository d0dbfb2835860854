/**
 * What the lab has to know of a platform, as one face: which links a device reaches it by, which servers it has, what "arrived" means
 * there, and how an app's command is sent. Everything else (world, devices, faults, fleets, books) is the same for all of them.
 *
 * A device is known by its token, as it holds it: on EVRYTHNG a thng's id and its key, elsewhere what its activation gave.
 */
import type { LinkDriver } from "../../firmware/agent/link";
import type { CoapLimits } from "../cloud/coap/limits";
import type { CoapService } from "../cloud/coap/service";
import type { Host } from "../cloud/host";
import type { Keeper } from "../cloud/keeper";
import type { MqttLimits } from "../cloud/mqtt/limits";
import type { MqttServer } from "../cloud/mqtt/server";
import type { MqttService } from "../cloud/mqtt/service";
import type { WebSocketService } from "../cloud/websocket/service";

/** One value that a device has brought to the cloud. */
export interface Arrival {
  readonly key: string;
  readonly value: unknown;
  /** The time that it bears, ms since 1970. */
  readonly atMs: number;
}

export interface SideOptions {
  /** Where the cloud keeps what it is told. */
  readonly keeper: Keeper;
  /** Values of a key that the cloud keeps; the platform's own limit unless given. */
  readonly valuesMax?: number | undefined;
  /** Activation codes that exist from the beginning. Throws where the platform has none. */
  readonly activationCodes?: readonly string[] | undefined;
}

/**
 * How a command is sent, where a platform has two ways: kept for a device that is away, unless another is sent meanwhile; or passing, for
 * one that is there.
 */
export type Way = "kept" | "passing";
/** Which way it went. */
export type Sent = Way | "refused";

/** The cloud's side of a platform. */
export interface Side {
  readonly mqtt: { readonly service: MqttService; readonly limits?: Partial<MqttLimits> };
  /** WebSockets, some of which may carry MQTT. */
  readonly web?: (mqtt: MqttServer) => WebSocketService;
  readonly coap?: { readonly service: CoapService; readonly limits?: Partial<CoapLimits> };
  /** What a new device is provisioned with: an activation code or a token, and "" for the other. Secrets. */
  credentials(): { readonly code: string; readonly token: string };
  /** Hears what the cloud has stored for the device, from now on; commands are left out. False when it knows no such device. */
  watch(token: string, hear: (arrivals: readonly Arrival[]) => void): boolean;
  /** What the cloud holds of a key, oldest first. */
  values(token: string, key: string): unknown[];
  /** Sends a command as an app of the user does. `answered` hears whether the device says that it obeyed, where devices say so. */
  command(token: string, key: string, value: boolean | number | string, way: Way, answered: (obeyed: boolean) => void): Sent;
}

export interface Platform<S extends Side = Side> {
  readonly name: string;
  /** The links that a device may reach it by, named as `--transport` names them. */
  readonly links: Readonly<Record<string, LinkDriver>>;
  createSide(host: Host, options: SideOptions): S;
}
