/**
 * What the ThingsBoard suites share: the whole local cloud on loopback sockets, its users, and a REST client that knows
 * nothing of what it should be answered.
 */
import { startThingsboard } from "../../sim/cloud/thingsboard/index";
import type { StartOptions, StartedThingsboard } from "../../sim/cloud/thingsboard/index";
import type { HostEvent } from "../../sim/cloud/host";
import { realHost } from "../../sim/cloud/host";
import { call, manualHost } from "../conformance/thethings-peer";
import type { Answer, ManualHost } from "../conformance/thethings-peer";

/** Two tenants, and a customer of the first. */
export const users = [
  { email: "ann@example.org", password: "ann-secret" },
  { email: "carl@example.org", password: "carl-secret", customer: "Harbour" },
  { email: "bob@example.org", password: "bob-secret", tenant: "Other" },
] as const;
export const [ann, carl, bob] = users;
export const profile = { key: "profile-key", secret: "profile-secret" } as const;

export interface Cloud extends StartedThingsboard {
  readonly events: readonly HostEvent[];
  /** Calls REST as a user, or as nobody. GET without a body, POST with one, unless told. */
  rest(token: string | undefined, path: string, body?: unknown, method?: string): Promise<Answer>;
  /** The user's token, over REST. */
  login(user: { readonly email: string; readonly password: string }): Promise<string>;
  /** Makes a device over REST. */
  device(token: string, name: string, more?: object): Promise<{ readonly id: string; readonly token: string; readonly name: string }>;
}

export interface ManualCloud extends Cloud {
  readonly host: ManualHost;
}

export async function openCloud(options: StartOptions = {}): Promise<Cloud> {
  const events: HostEvent[] = [];
  return opened(events, { machine: realHost((event) => void events.push(event)), ...options });
}

/** The same with time moved by hand. */
export async function openManualCloud(options: StartOptions = {}): Promise<ManualCloud> {
  const host = manualHost();
  return { ...(await opened(host.events, { machine: host, ...options })), host };
}

async function opened(events: readonly HostEvent[], options: StartOptions): Promise<Cloud> {
  const started = await startThingsboard({ users: [ann], profiles: [profile], ...options });
  const rest: Cloud["rest"] = (token, path, body, method) => {
    const headers = token === undefined ? {} : { "x-authorization": `Bearer ${token}` };
    return call(started.ports.http, path, { headers, ...(body === undefined ? {} : { body: body as object }), ...(method === undefined ? {} : { method }) });
  };
  return {
    ...started,
    events,
    rest,
    login: async ({ email, password }) => {
      const answer = await rest(undefined, "/api/auth/login", { username: email, password });
      expect(answer.status).toBe(200);
      return (answer.json as { token: string }).token;
    },
    device: async (token, name, more = {}) => {
      const accessToken = `token-of-${name.replaceAll(" ", "-")}`;
      const answer = await rest(token, `/api/device?accessToken=${accessToken}`, { name, type: "thermostat", ...more });
      expect(answer.status).toBe(200);
      return { id: (answer.json as { id: { id: string } }).id.id, token: accessToken, name };
    },
  };
}

/** Writes telemetry as the device does over HTTP, at a time or now. */
export async function tell(cloud: Cloud, device: { readonly token: string }, values: object, ts?: number): Promise<void> {
  const answer = await cloud.rest(undefined, `/api/v1/${device.token}/telemetry`, ts === undefined ? values : { ts, values });
  expect(answer.status).toBe(200);
}
