/**
 * The WebSocket API on an HTTP server: its endpoints, and how many sockets one tenant, customer or user may have.
 */
import type { HttpServer } from "../../http/server";
import { attachWebSockets } from "../../websocket/server";
import type { WebSockets } from "../../websocket/server";
import type { WebSocketLimits } from "../../websocket/limits";
import type { Thingsboard } from "../model";
import type { Principal } from "../types";
import type { NotificationWire } from "../wording";
import type { Endpoint } from "./commands";
import { wsLimits } from "./limits";
import type { WsLimits } from "./limits";
import { ApiSocket } from "./socket";

export interface WsOptions {
  readonly limits?: Partial<WsLimits>;
  readonly socket?: Partial<WebSocketLimits>;
  /** How notifications look (C7). */
  readonly notifications?: NotificationWire;
}

const endpoints: Readonly<Record<string, Endpoint>> = {
  "/api/ws": "general",
  "/api/ws/plugins/telemetry": "telemetry",
  "/api/ws/plugins/notifications": "notifications",
};

/** A message of 32 KiB at most, a ping every 10 s; silence is the API's own affair, which is told of pings and pongs. */
const socketLimits: Partial<WebSocketLimits> = { messageBytesMax: 32768, pingMs: 10000, unansweredPingsMax: 10 };

/** Who has how many sockets, on all servers of one cloud. */
export type Census = Map<string, number>;

export function attachApi(model: Thingsboard, http: HttpServer, census: Census, options: WsOptions = {}): WebSockets {
  const limits = { ...wsLimits, ...options.limits };
  const { host } = model.core;
  const open = ({ tenantId, customerId, userId }: Principal): readonly (readonly [id: string, max: number, reason: string])[] => [
    [tenantId, limits.tenantSocketsMax, "Max tenant sessions limit reached!"],
    ...(customerId === undefined ? [] : [[customerId, limits.customerSocketsMax, "Max customer sessions limit reached"] as const]),
    [userId, limits.userSocketsMax, "Max regular user sessions limit reached"],
  ];
  const enter = (who: Principal): string | undefined => {
    const entries = open(who);
    const full = entries.find(([id, max]) => max > 0 && (census.get(id) ?? 0) >= max);
    if (full !== undefined) return full[2];
    for (const [id] of entries) census.set(id, (census.get(id) ?? 0) + 1);
    return undefined;
  };
  const leave = (who: Principal): void => {
    for (const [id] of open(who)) {
      const left = (census.get(id) ?? 1) - 1;
      if (left > 0) census.set(id, left);
      else census.delete(id);
    }
  };
  const service = { model, limits, wire: options.notifications ?? "documented", enter, leave } as const;
  return attachWebSockets(
    host,
    http.app.server,
    ({ path, query }) => {
      const endpoint = Object.hasOwn(endpoints, path) ? endpoints[path] : undefined;
      if (endpoint === undefined) return 404;
      return { open: (peer) => new ApiSocket({ ...service, endpoint, token: query.get("token") ?? undefined }, peer) };
    },
    { ...socketLimits, ...options.socket },
  );
}
