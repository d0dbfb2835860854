/**
 * The REST front end of the thethings.iO emulation: devices, apps, and an administration of our own.
 *
 * Parses, authenticates, calls the model, and words the answers (sections 2 to 7 of the protocol notes; A3, A6, A26 to
 * A28). Bodies are JSON under any content type.
 */
import type { Host } from "../host";
import { newHttpServer } from "../http/server";
import type { HttpOptions, HttpServer } from "../http/server";
import type { Thethings } from "./model";
import { addAdminRoutes } from "./rest-admin";
import { addAppRoutes } from "./rest-apps";
import type { Rest } from "./rest-common";
import { addDeviceRoutes } from "./rest-devices";
import type { Refusal } from "./types";

export interface RestOptions extends Omit<HttpOptions, "errorBody"> {
  /** Opens the administration routes under /admin; without it there are none. At least 16 characters. */
  readonly adminToken?: string;
}

const codes: Readonly<Record<Refusal, number>> = { badRequest: 400, unauthorized: 401, notFound: 404, unavailable: 503 };

/** A server with all routes, not listening yet. */
export function newRest(model: Thethings, host: Host, options: RestOptions = {}): HttpServer {
  const http = newHttpServer(host, { ...options, errorBody: (code, message) => ({ status: "error", code, message }) });
  const rest: Rest = {
    model,
    host,
    http,
    refuse: (request, reply, refused) => http.fail(request, reply, codes[refused.reason], refused.message),
  };
  allowBrowsers(http);
  addDeviceRoutes(rest);
  addAppRoutes(rest);
  if (options.adminToken !== undefined) addAdminRoutes(rest, options.adminToken);
  return http;
}

/** Web apps come from pages of any origin. Every secret is given in the request itself, never by the browser, so none is lent out. */
function allowBrowsers(http: HttpServer): void {
  http.app.addHook("onRequest", async (_request, reply) => {
    // On the raw response, so that a stream, which writes its own head, carries it too.
    reply.raw.setHeader("access-control-allow-origin", "*");
  });
  http.app.options("/v2/*", (_request, reply) =>
    reply
      .code(204)
      .header("access-control-allow-methods", "GET, POST")
      .header("access-control-allow-headers", "authorization, content-type")
      .header("access-control-max-age", "86400")
      .send(),
  );
}
