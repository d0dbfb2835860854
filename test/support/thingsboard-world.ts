/**
 * The virtual world with a local ThingsBoard in it: the cloud's MQTT and CoAP services on the world's network, and devices that provision
 * themselves or are given a token, over either. What crosses the wire counts; what device and cloud say of themselves is searched for secrets.
 */
import { bootThing } from "../../firmware/agent/boot";
import type { Definition } from "../../firmware/agent/thing";
import type { LinkDriver } from "../../firmware/agent/link";
import { coapLink } from "../../firmware/agent/link-coap";
import { mqttLink } from "../../firmware/agent/link-mqtt";
import { eraseThing, provisionState, provisionThing } from "../../firmware/agent/provision";
import type { Thing } from "../../firmware/agent/thing";
import { thingsboardCoap as coapProfile } from "../../firmware/platform/thingsboard/coap";
import { thingsboardMqtt as mqttProfile } from "../../firmware/platform/thingsboard/mqtt";
import { createCoapServer } from "../../sim/cloud/coap/server";
import type { CoapService } from "../../sim/cloud/coap/service";
import { createMqttServer } from "../../sim/cloud/mqtt/server";
import type { MqttService } from "../../sim/cloud/mqtt/service";
import { thingsboardCoap } from "../../sim/cloud/thingsboard/coap";
import { createThingsboard } from "../../sim/cloud/thingsboard/model";
import type { Thingsboard } from "../../sim/cloud/thingsboard/model";
import { thingsboardMqtt } from "../../sim/cloud/thingsboard/mqtt";
import { newRpc } from "../../sim/cloud/thingsboard/rpc";
import type { Outcome, Rpc } from "../../sim/cloud/thingsboard/rpc";
import type { Device } from "../../sim/cloud/thingsboard/state";
import { parseAttributes } from "../../sim/cloud/thingsboard/values";
import type { Program, ProvisionSettings } from "../../sim/engines/program";
import { COAP_PORT, worldHost } from "../../sim/lab/cloud";
import { createLabDevice, settingsFor } from "../../sim/lab/device";
import type { Said } from "../../sim/lab/device";
import type { Machine, MachineOptions } from "../../sim/world/machine";
import { createWorld } from "../../sim/world/world";
import type { World } from "../../sim/world/world";
import { crossed } from "../conformance/statement";
import { listenInWorld } from "./world-mqtt";

/** A provisioning profile's key and secret; the activation code is the two with a colon between. */
export const profile = { key: "profile-key", secret: "profile-secret" } as const;
export const CODE = `${profile.key}:${profile.secret}`;

export type Transport = "mqtt" | "coap";
/** What a device on ThingsBoard speaks: suites run over each. */
export const transports: readonly Transport[] = ["mqtt", "coap"];

export interface ThingsboardWorld {
  readonly world: World;
  /** What the world's devices speak. The cloud speaks both. */
  readonly transport: Transport;
  readonly model: Thingsboard;
  /** What passes at present; a false loses it without a word. */
  readonly wire: { toCloud: boolean; toDevice: boolean };
  /** With a code, what all that is asked over CoAP is refused with. */
  readonly trouble: { code: string | undefined };
  /** What was sent towards devices, each write or datagram as binary text. */
  readonly sent: readonly string[];
  /** What devices sent, the same. */
  readonly heard: readonly string[];
  /** Connections that were accepted; over CoAP, endpoints that were heard. */
  connections(): number;
  startCloud(): void;
  stopCloud(): void;
  /** From the next start on, calls are numbered anew. */
  forgetCalls(): void;
  /** All devices of the platform. */
  devices(): Device[];
  /** Writes shared attributes of the one device. */
  share(values: object): void;
  unshare(...keys: string[]): void;
  /** Calls the one device; the outcomes come into the list. */
  call(method: string, params: unknown): Outcome[];
  /** The stored values of a series of a device, oldest first. */
  stored(key: string, device?: Device): { readonly value: string; readonly ts: number }[];
}

export interface ThingsboardWorldOptions {
  readonly strategy?: "createNew" | "preMade";
  /** What devices are told that must be lost, though the cloud sent it. */
  readonly losing?: (bytes: string) => boolean;
  /** True for a platform that sends each call twice. */
  readonly callsTwice?: boolean;
  /** What the platform answers to calls of devices; undefined for a method that there is not. */
  readonly answerDevice?: (method: string, params: unknown) => unknown;
  /** Stands between the cloud's MQTT service and its connections. */
  readonly around?: (service: MqttService) => MqttService;
}

/** As one that hands each call to a device twice. */
function callingTwice(rpc: Rpc): Rpc {
  const listen: Rpc["listen"] = (device, listener) => rpc.listen(device, (call) => listener(call) && listener(call));
  return Object.create(rpc, { listen: { value: listen } }) as Rpc;
}

/** A service that refuses everything while there is trouble. */
function troubled(service: CoapService, trouble: ThingsboardWorld["trouble"]): CoapService {
  return { ...service, request: (request, respond) => (trouble.code === undefined ? service.request(request, respond) : respond({ code: trouble.code })) };
}

/** A world with a cloud that runs. */
export function createThingsboardWorld(seed: number, transport: Transport = "mqtt", options: ThingsboardWorldOptions = {}): ThingsboardWorld {
  const { strategy = "createNew", losing = () => false, around = (service) => service } = options;
  const world = createWorld({ seed });
  const host = worldHost(world, (event) => {
    if (JSON.stringify(event).includes(profile.secret)) throw new Error(`the cloud's event "${event.event}" holds a secret`);
  });
  const model = createThingsboard(host, { profiles: [{ ...profile, strategy }], ...(options.answerDevice === undefined ? {} : { answerDevice: options.answerDevice }) });
  let { rpc } = model;
  const served = (): Thingsboard => ({ ...model, rpc: options.callsTwice === true ? callingTwice(rpc) : rpc });
  const trouble: ThingsboardWorld["trouble"] = { code: undefined };
  const wire = { toCloud: true, toDevice: true };
  const sent: string[] = [];
  const heard: string[] = [];
  const endpoints = new Set<string>();
  let stops: (() => void)[] = [];
  let accepted = 0;
  /** Whether it arrives. */
  const towardsDevice = (bytes: string): boolean => {
    crossed(bytes);
    sent.push(bytes);
    return wire.toDevice && !losing(bytes);
  };
  const towardsCloud = (bytes: string): boolean => {
    heard.push(bytes);
    return wire.toCloud;
  };
  const startMqtt = (): (() => void) => {
    const server = createMqttServer(host, around(thingsboardMqtt(host, served())));
    const stopListening = listenInWorld(world, server, { towardsDevice, towardsCloud, accepted: () => void (accepted += 1) });
    return () => {
      stopListening();
      server.close();
    };
  };
  const startCoap = (): (() => void) => {
    const server = createCoapServer(host, troubled(thingsboardCoap(host, served()), trouble), (bytes, peer) => {
      const [address, port] = peer.split(":");
      if (towardsDevice(bytes.toString("latin1"))) socket.send(bytes.toString("latin1"), address!, Number(port));
    });
    const socket = world.bindUdp(COAP_PORT, (bytes, address, port) => {
      endpoints.add(`${address}:${port}`);
      if (towardsCloud(bytes)) server.receive(Buffer.from(bytes, "latin1"), `${address}:${port}`);
    });
    return () => {
      socket.close();
      server.close();
    };
  };
  const startCloud = (): void => {
    stops = [startMqtt(), startCoap()];
  };
  startCloud();
  const devices = (): Device[] => [...model.state.devices.values()];
  const one = (): Device => {
    const [device, ...more] = devices();
    if (device === undefined || more.length > 0) throw new Error("there is not one device");
    return device;
  };
  return {
    world,
    transport,
    model,
    wire,
    trouble,
    sent,
    heard,
    connections: () => accepted + endpoints.size,
    startCloud,
    stopCloud: () => stops.splice(0).forEach((stop) => stop()),
    forgetCalls: () => (rpc = newRpc(model.core)),
    devices,
    share: (values) => {
      const parsed = parseAttributes(JSON.stringify(values), model.limits);
      if (!parsed.ok || !model.data.writeAttributes(one(), "SHARED_SCOPE", parsed.value).ok) throw new Error("the attributes were refused");
    },
    unshare: (...keys) => void model.data.deleteAttributes(one(), "SHARED_SCOPE", keys),
    call: (method, params) => {
      const outcomes: Outcome[] = [];
      rpc.call(one().info.id, { method, params: JSON.stringify(params) }, { timeoutMs: 10000, oneWay: false }, (outcome) => void outcomes.push(outcome));
      return outcomes;
    },
    stored: (key, device = one()) => (device.series.get(key) ?? []).map(({ ts, value }) => ({ ts, value: value.text })),
  };
}

/** Makes a device as an operator does, and gives its token. */
export function operatorsDevice(cloud: ThingsboardWorld, name = "made by hand", token = "token-made-by-hand"): string {
  const made = cloud.model.devices.create({
    tenantId: cloud.model.accounts.tenantId("Tenant"),
    customerId: null,
    name,
    type: "default",
    label: null,
    additionalInfo: null,
    credentials: { type: "ACCESS_TOKEN", token },
    provisioned: false,
  });
  if (!made.ok) throw new Error(made.message);
  return token;
}

export interface ThingsboardDevice {
  readonly machine: Machine;
  /** The running device of the present boot. */
  readonly thing: () => Thing;
  told(event: string): Said[];
}

function driverOf(transport: Transport): LinkDriver {
  return transport === "mqtt" ? mqttLink(mqttProfile()) : coapLink(coapProfile());
}

/** A device on the world's transport, with an activation code unless told otherwise, provisioned before its first boot. */
export function createThingsboardDevice(cloud: ThingsboardWorld, definition: Definition, changes: Partial<ProvisionSettings> = {}, machine: MachineOptions = {}): ThingsboardDevice {
  const said: Said[] = [];
  const program: Program = {
    boot: (ports) => bootThing(ports, driverOf(cloud.transport), { name: "test", version: "1.0.0", inMemory: true }, definition),
    provision: provisionThing,
    state: provisionState,
    erase: eraseThing,
  };
  const provision = settingsFor({ code: CODE, ...changes });
  const onSaid = (event: string, number: number, text: string): void => {
    const running = device.running() as Thing | undefined;
    const secrets = [profile.secret, provision.token, running?.token ?? "", running?.asked?.pending ?? ""].filter((secret) => secret !== "");
    if (secrets.some((secret) => text.includes(secret))) throw new Error(`the event "${event}" holds a secret`);
    said.push({ ms: cloud.world.clock.now(), event, number, text });
  };
  const device = createLabDevice(cloud.world, { program, provision, machine, onSaid });
  return { machine: device.machine, thing: () => device.running() as Thing, told: (event) => said.filter((one) => one.event === event) };
}

/** The device has connected so many times by then, and what it asked for has been answered. */
export function connected(cloud: ThingsboardWorld, device: ThingsboardDevice, times = 1): void {
  expect(cloud.world.runUntil(() => device.told("connected").length === times, 1200000)).toBe(true);
  cloud.world.run(1000);
}

/** Cuts the power, and gives it back a second later. */
export function reboot(cloud: ThingsboardWorld, device: ThingsboardDevice): void {
  device.machine.powerCut();
  cloud.world.run(1000);
  device.machine.powerOn();
}
