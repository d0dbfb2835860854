/**
 * The REST front end of the ThingsBoard emulation: the device API over HTTP (section 4.4) and what test clients and
 * dashboards call (section 5).
 *
 * Parses, authenticates, calls the model, and words the answers. Bodies are JSON under any content type.
 */
import type { Host } from "../host";
import { newHttpServer } from "../http/server";
import type { HttpOptions, HttpServer } from "../http/server";
import type { Thingsboard } from "./model";
import { addAccountRoutes } from "./rest-accounts";
import { addAlarmRoutes } from "./rest-alarms";
import type { Rest } from "./rest-common";
import { addDeviceApiRoutes } from "./rest-device-api";
import { addDeviceRoutes } from "./rest-devices";
import { addQueryRoutes } from "./rest-queries";
import { addRpcRoutes } from "./rest-rpc";
import { addTelemetryRoutes } from "./rest-telemetry";
import type { Refusal } from "./types";

export type RestOptions = Omit<HttpOptions, "errorBody">;

const codes: Readonly<Record<Refusal, number>> = { badRequest: 400, unauthorized: 401, forbidden: 403, notFound: 404, unavailable: 503 };
/** The platform's own numbers of failures; everything else is general. */
const errorCodes: Readonly<Record<number, number>> = { 400: 31, 401: 10, 403: 20, 404: 32, 429: 33 };
const generalError = 2;

/** A server with all routes, not listening yet. */
export function newRest(model: Thingsboard, host: Host, options: RestOptions = {}): HttpServer {
  const body = (status: number, message: string, errorCode: number): unknown => ({ status, message, errorCode, timestamp: host.now() });
  const http = newHttpServer(host, { ...options, errorBody: (code, message) => body(code, message, errorCodes[code] ?? generalError) });
  const unauthorized: Rest["unauthorized"] = (request, reply, message, errorCode) => {
    http.refused(request);
    return reply.code(401).send(body(401, message, errorCode));
  };
  const refuse: Rest["refuse"] = (request, reply, refused) => http.fail(request, reply, codes[refused.reason], refused.message);
  const rest: Rest = {
    model,
    host,
    http,
    refuse,
    unauthorized,
    answer: (request, reply, result, word) => {
      if (!result.ok) return refuse(request, reply, result);
      return word === undefined ? reply.code(200).send() : reply.code(200).send(word(result.value));
    },
    withUser: (request, reply, act) => {
      const header = request.headers["x-authorization"] ?? request.headers.authorization;
      const token = typeof header === "string" && header.startsWith("Bearer ") ? header.slice("Bearer ".length) : "";
      const who = model.accounts.principal(token);
      if (who === "expired") return unauthorized(request, reply, "Token has expired", 11);
      return who === "invalid" ? unauthorized(request, reply, "Authentication failed", 10) : act(who);
    },
  };
  allowBrowsers(http);
  addDeviceApiRoutes(rest);
  addAccountRoutes(rest);
  addDeviceRoutes(rest);
  addTelemetryRoutes(rest);
  addRpcRoutes(rest);
  addAlarmRoutes(rest);
  addQueryRoutes(rest);
  return http;
}

/** Dashboards come from pages of any origin. Every secret is given in the request itself, never by the browser. */
function allowBrowsers(http: HttpServer): void {
  http.app.addHook("onRequest", async (_request, reply) => {
    reply.raw.setHeader("access-control-allow-origin", "*");
  });
  http.app.options("/api/*", (_request, reply) =>
    reply
      .code(204)
      .header("access-control-allow-methods", "GET, POST, PUT, DELETE")
      .header("access-control-allow-headers", "authorization, x-authorization, content-type")
      .header("access-control-max-age", "86400")
      .send(),
  );
}
