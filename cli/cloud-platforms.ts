/** The platforms that `motet cloud` can run: which options each has of its own, and how it is started with them. */
import { realHost } from "../sim/cloud/host";
import type { Context } from "./context";

export interface CloudOptions {
  readonly host: string;
  readonly http?: number;
  readonly https?: number;
  readonly mqtt?: number;
  readonly mqtts?: number;
  readonly coap?: number;
  readonly state?: string;
  readonly activationCodes?: string;
  readonly activationDelay?: number;
  readonly badSubscribe?: "silent" | "suback80";
  readonly badPublish?: "close" | "drop";
  readonly users?: string;
}

interface Running {
  /** What the first event says besides the platform. */
  readonly ready: object;
  close(): Promise<void>;
}

interface Platform {
  /** Options that not every platform has. */
  readonly own: readonly (keyof CloudOptions)[];
  start(context: Context, options: CloudOptions): Promise<Running>;
}

/** Options that are given, as the clouds want them: what is left out takes its own default. */
function given<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as ReturnType<typeof given<T>>;
}

/** What all platforms have. */
function common({ output }: Context, { host, http, https, mqtt, mqtts, state }: CloudOptions): ReturnType<typeof given<object>> {
  return { ...given({ host, http, https, mqtt, mqtts, stateDir: state }), machine: realHost((event) => output.event(event)) };
}

/** "a, b" as texts. */
function listed(text: string | undefined): readonly string[] | undefined {
  return text?.split(",").map((one) => one.trim()).filter((one) => one !== "");
}

/** "a:b" in its two parts. */
function pair(text: string, option: string, form: string): readonly [string, string] {
  const split = text.indexOf(":");
  if (split <= 0 || split === text.length - 1) throw new Error(`Each of ${option} is written ${form} for this platform.`);
  return [text.slice(0, split), text.slice(split + 1)];
}

/** The login that scripts for a fresh installation of ThingsBoard have built in. */
export const knownUser = "tenant@thingsboard.org:tenant";

/** A login that everybody knows is for this machine alone. */
function usersOf({ users, host }: CloudOptions): readonly string[] {
  const named = listed(users) ?? [];
  if (named.length > 0) return named;
  if (!["127.0.0.1", "::1", "localhost"].includes(host)) throw new Error(`Others can reach ${host}: name your own users with --users email:password.`);
  return [knownUser];
}

export const platforms: ReadonlyMap<string, Platform> = new Map<string, Platform>([
  [
    "thethings",
    {
      own: ["coap", "activationCodes", "activationDelay"],
      start: async (context, options) => {
        const { startThethings } = await import("../sim/cloud/thethings/index");
        const own = given({ coap: options.coap, activationCodes: listed(options.activationCodes), activationDelayMs: options.activationDelay });
        const { ports, ca, close } = await startThethings({ ...common(context, options), ...own });
        return { ready: { ...ports, ca }, close };
      },
    },
  ],
  [
    "evrythng",
    {
      own: ["badSubscribe", "badPublish"],
      start: async (context, options) => {
        const { startEvrythng } = await import("../sim/cloud/evrythng/index");
        const broker = given({ badSubscribe: options.badSubscribe, badPublish: options.badPublish });
        const { ports, ca, operatorKey, close } = await startEvrythng({ ...common(context, options), broker });
        return { ready: { ...ports, ca, operatorKey }, close };
      },
    },
  ],
  [
    "thingsboard",
    {
      own: ["coap", "activationCodes", "users"],
      start: async (context, options) => {
        const { startThingsboard } = await import("../sim/cloud/thingsboard/index");
        const profiles = listed(options.activationCodes)?.map((text) => pair(text, "--activation-codes", "key:secret")).map(([key, secret]) => ({ key, secret }));
        const users = usersOf(options).map((text) => pair(text, "--users", "email:password")).map(([email, password]) => ({ email, password }));
        const { ports, ca, close } = await startThingsboard({ ...common(context, options), ...given({ coap: options.coap, profiles }), users });
        return { ready: { ...ports, ca }, close };
      },
    },
  ],
]);
