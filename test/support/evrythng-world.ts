/**
 * The virtual world with a local EVRYTHNG in it: the cloud's MQTT and WebSocket services on the world's network, and a device that is
 * provisioned with its thng's id and key. What crosses the wire counts; what device and cloud say of themselves is searched for secrets.
 */
import { bootThing } from "../../firmware/agent/boot";
import type { Definition } from "../../firmware/agent/thing";
import type { LinkDriver } from "../../firmware/agent/link";
import { mqttLink } from "../../firmware/agent/link-mqtt";
import { mqttWsLink } from "../../firmware/agent/link-mqtt-ws";
import { wsLink } from "../../firmware/agent/link-ws";
import { eraseThing, provisionState, provisionThing } from "../../firmware/agent/provision";
import type { Thing } from "../../firmware/agent/thing";
import { evrythngMqtt as evrythngProfile } from "../../firmware/platform/evrythng/mqtt";
import { evrythngWs } from "../../firmware/platform/evrythng/ws";
import { createMqttServer } from "../../sim/cloud/mqtt/server";
import { createEvrythng } from "../../sim/cloud/evrythng/model";
import type { Evrythng } from "../../sim/cloud/evrythng/model";
import { evrythngMqtt } from "../../sim/cloud/evrythng/mqtt";
import type { BrokerOptions } from "../../sim/cloud/evrythng/topics";
import { evrythngWebSockets } from "../../sim/cloud/evrythng/websocket";
import type { Program, ProvisionSettings } from "../../sim/engines/program";
import { worldHost } from "../../sim/lab/cloud";
import { createLabDevice, settingsFor } from "../../sim/lab/device";
import type { Said } from "../../sim/lab/device";
import type { Machine, MachineOptions } from "../../sim/world/machine";
import { createWorld } from "../../sim/world/world";
import type { ServerStream } from "../../sim/world/ends";
import type { World } from "../../sim/world/world";
import { crossed } from "../conformance/statement";
import { make, tenant } from "../interop/evrythng-cloud";
import type { Tenant } from "../interop/evrythng-cloud";
import { webStream } from "./web-streams";
import type { WebWire } from "./web-streams";
import { listenInWorld } from "./world-mqtt";

/** The usual port of WebSockets without TLS. */
const WEB_PORT = 80;

/** What the device speaks. */
export type EvrythngTransport = "mqtt" | "mqtt-ws" | "ws";

const drivers: Readonly<Record<EvrythngTransport, () => LinkDriver>> = {
  mqtt: () => mqttLink(evrythngProfile()),
  "mqtt-ws": () => mqttWsLink(evrythngProfile()),
  ws: () => wsLink(evrythngWs()),
};

export interface EvrythngWorld {
  readonly world: World;
  readonly model: Evrythng;
  readonly own: Tenant;
  readonly transport: EvrythngTransport;
  /** What passes at present; a false loses it without a word. */
  readonly wire: WebWire;
  /** Requests of handshakes, in order. */
  readonly requests: string[];
  /** Codes with which devices closed their sockets, in order. */
  readonly closes: number[];
  /** Sends bytes over every WebSocket that is open, as if the server had gone mad. */
  inject(bytes: string): void;
  /** Connections that were accepted. */
  connections(): number;
  startCloud(): void;
  stopCloud(): void;
  /** Does something as the account's operator. */
  as(verb: "create" | "update" | "read" | "remove", path: string, body?: unknown): Record<string, unknown>;
  /** The stored values of a property of the device's thng, oldest first, by pages of a hundred. */
  stored(key: string): { readonly value: unknown; readonly timestamp: number; readonly createdAt: number }[];
}

/** A world with a cloud that runs. */
export function createEvrythngWorld(seed: number, transport: EvrythngTransport = "mqtt", options: BrokerOptions = {}): EvrythngWorld {
  const world = createWorld({ seed });
  const secrets: string[] = [];
  const host = worldHost(world, (event) => {
    const text = JSON.stringify(event);
    if (secrets.some((secret) => text.includes(secret))) throw new Error(`the cloud's event "${event.event}" holds a secret`);
  });
  const model = createEvrythng(host);
  const own = tenant(model);
  secrets.push(own.operator, own.device);
  const closes: number[] = [];
  const wire: WebWire = { toCloud: true, toDevice: true, onClose: (code) => closes.push(code) };
  const requests: string[] = [];
  const streams = new Set<ServerStream>();
  const inject = (bytes: string): void => {
    crossed(bytes);
    streams.forEach((stream) => stream.send(bytes));
  };
  let stops: (() => void)[] = [];
  let accepted = 0;
  const startCloud = (): void => {
    const broker = { host, model, options };
    const server = createMqttServer(host, evrythngMqtt(broker));
    const sockets = evrythngWebSockets(broker, server);
    streams.clear();
    const web = world.listenTcp(WEB_PORT, (stream) => {
      accepted += 1;
      streams.add(stream);
      return webStream(stream, sockets, wire, (request) => void requests.push(request));
    });
    const stopListening = listenInWorld(world, server, {
      towardsDevice: (bytes) => {
        crossed(bytes);
        return wire.toDevice;
      },
      towardsCloud: () => wire.toCloud,
      accepted: () => void (accepted += 1),
    });
    stops = [stopListening, () => web.close(), () => streams.forEach((stream) => stream.abort()), () => server.close()];
  };
  startCloud();
  const as: EvrythngWorld["as"] = (verb, path, body) => make(model, own.operator, verb, path, body);
  const stored: EvrythngWorld["stored"] = (key) => {
    const values = [];
    for (let to = 8e15; ; ) {
      const page = Object.entries(as("read", `/thngs/${own.thng}/properties/${key}?perPage=100&to=${to}`)).flatMap(([name, one]) => (/^\d+$/.test(name) ? [one as { value: unknown; timestamp: number; createdAt: number }] : []));
      values.unshift(...page.reverse());
      if (page.length < 100) return values;
      to = page[0]!.timestamp - 1;
    }
  };
  return { world, model, own, transport, wire, requests, closes, inject, connections: () => accepted, startCloud, stopCloud: () => stops.splice(0).forEach((stop) => stop()), as, stored };
}

export interface EvrythngDevice {
  readonly machine: Machine;
  /** The running device of the present boot. */
  readonly thing: () => Thing;
  told(event: string): Said[];
}

/** A device on the profile of EVRYTHNG, provisioned before its first boot. */
export function createEvrythngDevice(cloud: EvrythngWorld, definition: Definition, changes: Partial<ProvisionSettings> = {}, machine: MachineOptions = {}): EvrythngDevice {
  const said: Said[] = [];
  const program: Program = {
    boot: (ports) => bootThing(ports, drivers[cloud.transport](), { name: "test", version: "1.0.0", inMemory: true }, definition),
    provision: provisionThing,
    state: provisionState,
    erase: eraseThing,
  };
  const provision = settingsFor({ token: cloud.own.thng + cloud.own.device, ...changes });
  const onSaid = (event: string, number: number, text: string): void => {
    if ([provision.token, cloud.own.device].some((secret) => text.includes(secret))) throw new Error(`the event "${event}" holds a secret`);
    said.push({ ms: cloud.world.clock.now(), event, number, text });
  };
  const device = createLabDevice(cloud.world, { program, provision, machine, onSaid });
  return { machine: device.machine, thing: () => device.running() as Thing, told: (event) => said.filter((one) => one.event === event) };
}
