/** The local ThingsBoard inside the virtual world for whoever watches: its users' login over HTTP, and its WebSocket API. */
import { createThingsboard } from "../../sim/cloud/thingsboard/model";
import type { Thingsboard } from "../../sim/cloud/thingsboard/model";
import type { ModelLimits, Principal } from "../../sim/cloud/thingsboard/types";
import { parseTelemetry } from "../../sim/cloud/thingsboard/values";
import { wsLimits } from "../../sim/cloud/thingsboard/ws/limits";
import { ApiSocket } from "../../sim/cloud/thingsboard/ws/socket";
import { worldHost } from "../../sim/lab/cloud";
import { createWorld } from "../../sim/world/world";
import type { World, WorldOptions } from "../../sim/world/world";
import { webWorld } from "./web-world";
import type { WebAnswer, WebWorld } from "./web-world";

export const user = { email: "ann@example.org", password: "canary-password" } as const;

export interface WatchedThingsboard {
  readonly world: World;
  readonly model: Thingsboard;
  readonly web: WebWorld;
  readonly who: Principal;
  /** How logins and renewals are answered in place of the platform's own way; cleared when undefined. */
  readonly odd: { login: WebAnswer | undefined; renew: WebAnswer | undefined };
  /** Makes a device; its id. */
  device(name: string): string;
  raise(id: string, type: string): void;
  clear(): void;
  tell(id: string, values: object): void;
}

export function watchedThingsboard(seed: number, limits: Partial<ModelLimits> = {}, options: Partial<WorldOptions> = {}): WatchedThingsboard {
  const world = createWorld({ seed, ...options });
  const host = worldHost(world, () => undefined);
  const model = createThingsboard(host, { users: [user], limits });
  const odd: WatchedThingsboard["odd"] = { login: undefined, renew: undefined };
  const login = ({ username, password }: Record<string, unknown>): WebAnswer => {
    const tokens = model.accounts.login(username, password);
    return tokens.ok ? { status: 200, json: tokens.value } : { status: 401, json: { status: 401, message: tokens.message, errorCode: 10 } };
  };
  const renew = ({ refreshToken }: Record<string, unknown>): WebAnswer => {
    const tokens = model.accounts.renew(refreshToken);
    return typeof tokens === "string" ? { status: 401, json: { status: 401, errorCode: tokens === "expired" ? 11 : 10 } } : { status: 200, json: tokens };
  };
  const web = webWorld(world, {
    pingMs: 10000,
    post: (path, json) => (path === "/api/auth/login" ? (odd.login ?? login(json as Record<string, unknown>)) : path === "/api/auth/token" ? (odd.renew ?? renew(json as Record<string, unknown>)) : { status: 404, json: {} }),
    service: ({ path }) =>
      path !== "/api/ws" ? 404 : { open: (peer) => new ApiSocket({ model, limits: wsLimits, wire: "documented", endpoint: "general", token: undefined, enter: () => undefined, leave: () => undefined }, peer) },
  });
  const signedIn = model.accounts.login(user.email, user.password);
  if (!signedIn.ok) throw new Error(signedIn.message);
  const who = model.accounts.principal(signedIn.value.token);
  if (typeof who === "string") throw new Error(who);
  return {
    world,
    model,
    web,
    who,
    odd,
    device: (name) => {
      const made = model.devices.create({
        tenantId: who.tenantId, customerId: null, name, type: "thermostat", label: null, additionalInfo: null, credentials: { type: "ACCESS_TOKEN", token: `token-of-${name}` }, provisioned: false,
      });
      if (!made.ok) throw new Error(made.message);
      return made.value.info.id;
    },
    raise: (id, type) => {
      const raised = model.alarms.raise(who, { originator: { entityType: "DEVICE", id }, type, severity: "CRITICAL" });
      if (!raised.ok) throw new Error(raised.message);
    },
    clear: () => {
      for (const { id } of model.alarms.all(who)) model.alarms.act(who, id, "clear");
    },
    tell: (id, values) => {
      const parsed = parseTelemetry(JSON.stringify(values), model.core.host.now(), model.limits);
      if (!parsed.ok || !model.data.writeSeries(model.state.devices.get(id)!, parsed.value).ok) throw new Error("the telemetry was refused");
    },
  };
}
