/** The platforms that the lab knows, by name, and the routes to them: a platform and one of its transports. */
import type { Platform } from "./platform";
import { evrythng } from "./platforms/evrythng";
import { thethings } from "./platforms/thethings";
import { thingsboard } from "./platforms/thingsboard";

const platforms: ReadonlyMap<string, Platform> = new Map([thethings, evrythng, thingsboard].map((platform) => [platform.name, platform]));

/** How a device reaches its cloud. Plain data: it crosses processes. */
export interface Route {
  readonly platform: string;
  readonly transport: string;
}

/** Every route that there is. */
export const routes: readonly Route[] = [...platforms.values()].flatMap(({ name, links }) => Object.keys(links).map((transport) => ({ platform: name, transport })));

/** "thethings, evrythng or thingsboard". */
export const platformNames = listed([...platforms.keys()]);
/** "mqtt or coap": of any platform. */
export const transportNames = listed([...new Set(routes.map(({ transport }) => transport))]);

function listed(names: readonly string[]): string {
  return names.join(", ").replace(/, (?=[^,]*$)/, " or ");
}

/** The platform of that name. Throws one sentence. */
export function platformOf(name: string): Platform {
  const platform = platforms.get(name);
  if (platform === undefined) throw new Error(`There is no platform "${name}": choose ${platformNames}.`);
  return platform;
}

/** The route of these names. Throws one sentence. */
export function routeOf(platform: string, transport: string): Route {
  const { links } = platformOf(platform);
  if (!Object.hasOwn(links, transport)) throw new Error(`${platform} has no transport "${transport}": choose ${listed(Object.keys(links))}.`);
  return { platform, transport };
}

/** True for a route that there is. */
export function isRoute(platform: unknown, transport: unknown): boolean {
  return routes.some((route) => route.platform === platform && route.transport === transport);
}
