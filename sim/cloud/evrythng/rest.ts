/**
 * The REST front end of EVRYTHNG: one route, since a path names a resource just as a topic does, and a method what is done
 * with it (sections 2, 5, 7).
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Host } from "../host";
import { newHttpServer } from "../http/server";
import type { HttpOptions, HttpServer } from "../http/server";
import type { Evrythng } from "./model";
import { handlers } from "./operations";
import { parseAddress } from "./resource";
import type { Address } from "./resource";
import { parseJson } from "./topics";
import type { Done, Refusal, Verb } from "./types";

export type RestOptions = Omit<HttpOptions, "errorBody">;

const codes: Readonly<Record<Refusal, number>> = { badRequest: 400, forbidden: 403, notFound: 404, notAllowed: 405, unavailable: 503 };

const verbs: ReadonlyMap<string, Verb> = new Map([["GET", "read"], ["POST", "create"], ["PUT", "update"], ["DELETE", "remove"]]);

/** The code that the platform gives to a refused key; others are not known. */
const refusedKey = 33619968;

function errorBody(status: number, message: string): unknown {
  const moreInfo = "https://developers.evrythng.com/docs/http-verbs-and-error-codes";
  return { status, errors: [message], code: status === 401 ? refusedKey : status, moreInfo };
}

/** Bodies hold up to 10,000 thng ids, which are longer than the server's own bound. */
const bodyBytesMax = 524288;

/** A server with all routes, not listening yet. */
export function newRest(model: Evrythng, host: Host, options: RestOptions = {}): HttpServer {
  const http = newHttpServer(host, { ...options, limits: { bodyBytesMax, ...options.limits }, errorBody });
  allowBrowsers(http);
  http.app.addHook("onSend", async (_request, reply, payload) => {
    // The budgets of a peer are full again at the latest then.
    if (reply.statusCode === 429) reply.header("x-rate-limit-reset", String(host.now() + resetMs(http)));
    return payload;
  });
  http.app.all("/*", (request, reply) => answer(model, http, request, reply));
  return http;
}

function resetMs({ limits }: HttpServer): number {
  return Math.ceil(1000 * Math.max(limits.requestsBurst / limits.requestsPerSec, limits.refusalsBurst / limits.refusalsPerSec));
}

/** Web apps come from pages of any origin. Every key is given in the request itself, never by the browser, so none is lent out. */
function allowBrowsers(http: HttpServer): void {
  http.app.addHook("onRequest", async (_request, reply) => {
    reply.header("access-control-allow-origin", "*").header("access-control-expose-headers", "location, x-rate-limit-reset");
  });
}

function answer(model: Evrythng, http: HttpServer, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (request.method === "OPTIONS") return preflight(reply);
  const address = parseAddress(request.raw.url ?? "/");
  const key = request.headers.authorization ?? address?.query.get("access_token");
  const access = typeof key === "string" ? model.authenticate(key) : undefined;
  if (access === undefined) return http.fail(request, reply, 401, "Access denied, please check your credentials!");
  if (address === undefined) return http.fail(request, reply, 404, "There is no such resource");
  const verb = verbs.get(request.method);
  if (verb === undefined) return http.fail(request, allowing(reply, address, request.method), 405, "This method is not for this resource");
  if (address.resource.kind === "rateLimits" && verb === "read") {
    const { requestsBurst, requestsPerSec } = http.limits;
    return reply.send({ requestsBurst, requestsPerSec });
  }
  const bytes = request.body as Buffer | undefined;
  if (bytes !== undefined && bytes.length > 0 && !isJson(request)) return http.fail(request, reply, 415, "The body must be application/json");
  const parsed = bytes === undefined || bytes.length === 0 ? { ok: true as const, json: undefined } : parseJson(bytes);
  if (!parsed.ok) return http.fail(request, reply, 400, parsed.message);
  const result = model.perform(access, verb, address, parsed.json);
  if (!result.ok) return http.fail(request, result.reason === "notAllowed" ? allowing(reply, address, request.method) : reply, codes[result.reason], result.message);
  return done(reply, verb, address, result, request.raw.url ?? "/");
}

/** Names the methods for a resource, but for the one that was refused (RFC 9110 section 15.5.6). */
function allowing(reply: FastifyReply, { resource }: Address, refused: string): FastifyReply {
  const methods = [...verbs].filter(([method, verb]) => method !== refused && (verb in handlers[resource.kind] || (resource.kind === "rateLimits" && verb === "read")));
  return reply.header("allow", methods.map(([method]) => method).join(", "));
}

function preflight(reply: FastifyReply): FastifyReply {
  return reply
    .code(204)
    .header("access-control-allow-methods", "GET, POST, PUT, DELETE")
    .header("access-control-allow-headers", "authorization, content-type, accept")
    .header("access-control-max-age", "86400")
    .send();
}

/** The server takes the header away, for platforms that do not care what a body is called; this one does. */
function isJson({ raw: { rawHeaders } }: FastifyRequest): boolean {
  const at = rawHeaders.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === "content-type");
  return /^application\/([a-z.-]+\+)?json\s*(;|$)/i.test(rawHeaders[at + 1] ?? "");
}

function done(reply: FastifyReply, verb: Verb, { resource }: Address, { body, id }: Done, url: string): FastifyReply {
  const path = (url.split("?", 1)[0] as string).replace(/\/$/, "");
  if (verb === "create") reply.code(resource.kind === "tasks" ? 202 : 201);
  if (verb === "create" && id !== undefined) reply.header("location", `${path}/${encodeURIComponent(id)}`);
  return body === undefined ? reply.send() : reply.send(body);
}
