/**
 * The virtual world with a local thethings.iO in it: the same model and the same MQTT and CoAP servers as on real sockets,
 * and devices that run the firmware itself. Tests take the cloud away, lose its answers, and look at both ledgers.
 */
import { createCoapServer } from "../../sim/cloud/coap/server";
import type { Host } from "../../sim/cloud/host";
import { createMqttServer } from "../../sim/cloud/mqtt/server";
import { thethingsCoap as coapFront } from "../../sim/cloud/thethings/coap";
import { createThethings } from "../../sim/cloud/thethings/model";
import type { Keeper, Thethings } from "../../sim/cloud/thethings/model";
import { thethingsMqtt as mqttFront } from "../../sim/cloud/thethings/mqtt";
import { SERVER_ADDRESS } from "../../sim/world/network";
import { createWorld } from "../../sim/world/world";
import type { World, WorldOptions } from "../../sim/world/world";
import type { Machine, MachineOptions } from "../../sim/world/machine";
import { crossed } from "../conformance/statement";
import { bootThing } from "../../firmware/agent/boot";
import type { Definition } from "../../firmware/agent/boot";
import type { LinkDriver } from "../../firmware/agent/link";
import { coapLink } from "../../firmware/agent/link-coap";
import { mqttLink } from "../../firmware/agent/link-mqtt";
import { provisionThing } from "../../firmware/agent/provision";
import type { Provision } from "../../firmware/agent/settings";
import type { Thing } from "../../firmware/agent/thing";
import { thethingsCoap as coapProfile } from "../../firmware/platform/thethings/coap";
import { thethingsMqtt as mqttProfile } from "../../firmware/platform/thethings/mqtt";

export type Transport = "mqtt" | "coap";

/** The codes that a world's cloud knows. */
export const CODES = ["canary-code-one", "canary-code-two", "canary-code-three"] as const;

/** One thing that a device said of itself. */
export interface Said {
  readonly ms: number;
  readonly event: string;
  readonly number: number;
  readonly text: string;
}

export interface CloudWorld {
  readonly world: World;
  readonly model: Thethings;
  /** What left the device towards the cloud and the other way, while it is true; false loses it. */
  readonly wire: { toCloud: boolean; toDevice: boolean };
  /** Everything that crossed the wire, both ways, as binary strings. */
  readonly crossed: string[];
  stopCloud(): void;
  startCloud(): void;
  /** Where the cloud keeps its state; false makes every attempt to keep something fail. */
  readonly disk: { works: boolean };
  /** Sends bytes to every device that is connected, as if the cloud had gone mad. */
  inject(bytes: string): void;
}

/** A keeper in memory: the model's ledger outlives a cloud that was stopped. */
function memoryKeeper(disk: CloudWorld["disk"]): Keeper {
  const entries: unknown[] = [];
  const append = (entry: unknown): void => {
    if (!disk.works) throw new Error("the disk is full");
    entries.push(entry);
  };
  return { entries, append, settle: () => undefined };
}

function worldHost(world: World): Host {
  return {
    now: () => world.now(),
    after: (ms, run) => {
      const event = world.clock.schedule(ms, run);
      return () => world.clock.cancel(event);
    },
    random: (count) => {
      let bytes = "";
      while (bytes.length < count) bytes += world.random.bytes(Math.min(64, count - bytes.length));
      return Buffer.from(bytes, "latin1");
    },
    log: (event) => {
      const text = JSON.stringify(event);
      if (CODES.some((code) => text.includes(code)) || /v2\/(things|activations)\//.test(text)) throw new Error(`the cloud's event "${event.event}" holds a secret`);
    },
  };
}

function note(cloud: CloudWorld, bytes: string): void {
  cloud.crossed.push(bytes);
  crossed(bytes);
}

/** Ways to reach what is connected, for `inject`. */
type Lines = Map<unknown, (bytes: string) => void>;

function listenMqtt(cloud: CloudWorld, host: Host, lines: Lines): () => void {
  const server = createMqttServer(host, mqttFront(host, cloud.model));
  const listening = cloud.world.listenTcp(1883, (stream) => {
    const connection = server.accept({
      send: (bytes) => {
        const text = bytes.toString("latin1");
        note(cloud, text);
        if (cloud.wire.toDevice) stream.send(text);
      },
      unread: () => stream.unread(),
      pause: () => stream.pause(),
      resume: () => stream.resume(),
      close: () => stream.close(),
      abort: () => stream.abort(),
    });
    if (connection === undefined) return undefined;
    lines.set(stream, (bytes) => stream.send(bytes));
    return {
      onBytes: (bytes) => {
        note(cloud, bytes);
        if (cloud.wire.toCloud) connection.receive(Buffer.from(bytes, "latin1"));
      },
      onDrained: () => connection.drained(),
      onEnded: () => {
        lines.delete(stream);
        connection.ended();
      },
    };
  });
  return () => {
    listening.close();
    server.close();
  };
}

function bindCoap(cloud: CloudWorld, host: Host, lines: Lines): () => void {
  const server = createCoapServer(host, coapFront(host, cloud.model), (bytes, peer) => {
    const [address, port] = peer.split(":");
    const text = bytes.toString("latin1");
    note(cloud, text);
    if (cloud.wire.toDevice) socket.send(text, address!, Number(port));
  });
  const socket = cloud.world.bindUdp(5683, (bytes, address, port) => {
    note(cloud, bytes);
    lines.set(address, (junk) => socket.send(junk, address, port));
    if (cloud.wire.toCloud) server.receive(Buffer.from(bytes, "latin1"), `${address}:${port}`);
  });
  return () => {
    socket.close();
    server.close();
  };
}


/** A world with a cloud that runs. */
export function createCloudWorld(options: WorldOptions): CloudWorld {
  const world = createWorld(options);
  const host = worldHost(world);
  const disk = { works: true };
  const keeper = memoryKeeper(disk);
  const model = createThethings(host, { activationCodes: CODES, keeper });
  let stops: (() => void)[] = [];
  const lines: Lines = new Map();
  const cloud: CloudWorld = {
    world,
    model,
    wire: { toCloud: true, toDevice: true },
    crossed: [],
    disk,
    stopCloud: () => {
      for (const stop of stops) stop();
      stops = [];
    },
    inject: (bytes) => {
      for (const send of [...lines.values()]) send(bytes);
    },
    startCloud: () => {
      stops = [listenMqtt(cloud, host, lines), bindCoap(cloud, host, lines)];
    },
  };
  cloud.startCloud();
  return cloud;
}

export function driverOf(transport: Transport): LinkDriver {
  return transport === "mqtt" ? mqttLink(mqttProfile()) : coapLink(coapProfile());
}

/** Settings for the world's cloud; loopback-like, so without TLS. */
export function settings(changes: Partial<Provision> = {}): Provision {
  return { host: SERVER_ADDRESS, port: 0, tls: 0, timeHost: "", ssid: "", password: "", code: CODES[0], token: "", ...changes };
}

export interface WorldDevice {
  readonly machine: Machine;
  readonly said: Said[];
  /** The running device of the present boot. */
  readonly thing: () => Thing;
  /** Things it said under that name. */
  told(event: string): Said[];
}

/** A device that is provisioned before its first boot and then left alone. */
export function createThingDevice(cloud: CloudWorld, transport: Transport, definition: Definition, provision: Provision | undefined, options: MachineOptions = {}): WorldDevice {
  const said: Said[] = [];
  let thing: Thing | undefined;
  let provisioned = false;
  // Every suite that runs a device searches what the device says.
  const hear = (event: string, number: number, text: string): void => {
    const secrets = [provision?.code, provision?.password, provision?.token, thing?.token];
    if (secrets.some((secret) => secret !== undefined && secret !== "" && text.includes(secret))) throw new Error(`the event "${event}" holds a secret`);
    said.push({ ms: cloud.world.clock.now(), event, number, text });
  };
  const machine = cloud.world.createDevice({
    clockIsSet: true,
    ...options,
    main: (ports) => {
      const ears = { ...ports, log: { record: (event: string, number: number, text: string) => hear(event, number, text) } };
      if (!provisioned && provision !== undefined) {
        const code = provisionThing(ears, provision);
        if (code !== 0) throw new Error(`provisioning failed with ${code}`);
        provisioned = true;
      }
      const running = bootThing(ears, driverOf(transport), { name: "test", version: "1.0.0" }, definition);
      if (typeof running === "number") throw new Error(`boot failed with ${running}`);
      thing = running;
    },
  });
  return { machine, said, thing: () => thing!, told: (event) => said.filter((one) => one.event === event) };
}
