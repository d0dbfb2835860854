/** The local EVRYTHNG inside the virtual world for whoever watches: its native WebSockets. */
import { createEvrythng } from "../../sim/cloud/evrythng/model";
import type { Evrythng } from "../../sim/cloud/evrythng/model";
import { evrythngMqtt } from "../../sim/cloud/evrythng/mqtt";
import { evrythngWebSockets } from "../../sim/cloud/evrythng/websocket";
import { createMqttServer } from "../../sim/cloud/mqtt/server";
import { worldHost } from "../../sim/lab/cloud";
import { createWorld } from "../../sim/world/world";
import type { World, WorldOptions } from "../../sim/world/world";
import { make, tenant } from "../interop/evrythng-cloud";
import type { Tenant } from "../interop/evrythng-cloud";
import { webWorld } from "./web-world";
import type { WebWorld } from "./web-world";

export interface WatchedEvrythng {
  readonly world: World;
  readonly model: Evrythng;
  readonly web: WebWorld;
  readonly own: Tenant;
  /** Does something as the account's operator. */
  as(verb: "create" | "update" | "remove", path: string, body?: unknown): Record<string, unknown>;
}

export function watchedEvrythng(seed: number, options: Partial<WorldOptions> = {}): WatchedEvrythng {
  const world = createWorld({ seed, ...options });
  const host = worldHost(world, () => undefined);
  const model = createEvrythng(host);
  const own = tenant(model);
  const broker = { host, model, options: {} };
  const web = webWorld(world, { pingMs: 30000, service: evrythngWebSockets(broker, createMqttServer(host, evrythngMqtt(broker))) });
  return { world, model, web, own, as: (verb, path, body) => make(model, own.operator, verb, path, body) };
}
