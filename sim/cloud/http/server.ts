/**
 * The HTTP server that the local clouds share: plain or under TLS, with limits on all it accepts, bodies handed on as
 * bytes, query strings as URLSearchParams, and every failure answered in the platform's own error body.
 *
 * It knows no platform: routes and error bodies are given by its user. It logs no path, since paths carry tokens.
 */
import { STATUS_CODES, createServer } from "node:http";
import type { Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import fastify from "fastify";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Host } from "../host";
import { newBudgets } from "./budget";
import { httpLimits } from "./limits";
import type { HttpLimits } from "./limits";

export interface HttpOptions {
  /** PEM texts; with them the server speaks HTTPS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly limits?: Partial<HttpLimits>;
  /** The body of a failure, as the platform words it; `message` is for the peer and holds no secret. */
  readonly errorBody: (code: number, message: string) => unknown;
}

export interface HttpServer {
  readonly app: FastifyInstance;
  readonly limits: HttpLimits;
  /** Answers a failure in the platform's words. A 401 counts as a refused secret of the peer's address. */
  fail(request: FastifyRequest, reply: FastifyReply, code: number, message: string): FastifyReply;
  /** Counts a refused secret that is not answered 401, or a costly attempt. */
  refused(request: FastifyRequest): void;
  /** Listens, and gives the port: the one asked for, or a free one for 0. Rejects with the system's error. */
  listen(address: string, port: number): Promise<number>;
  /** Stops, and closes every connection. */
  close(): Promise<void>;
}

export function newHttpServer(host: Host, options: HttpOptions): HttpServer {
  const limits = { ...httpLimits, ...options.limits };
  const requests = newBudgets(host.now, limits.requestsBurst, limits.requestsPerSec, limits.addressesMax);
  const refusals = newBudgets(host.now, limits.refusalsBurst, limits.refusalsPerSec, limits.addressesMax);
  const fail = (request: FastifyRequest, reply: FastifyReply, code: number, message: string): FastifyReply => {
    if (code === 401) refusals.take(request.ip);
    return reply.code(code).send(options.errorBody(code, message));
  };
  const app = newApp(options, limits, (error, request, reply) => {
    const { code, message } = failureOf(error);
    if (code === 500) host.log({ event: "http-failed" });
    return fail(request, reply, code, message);
  });
  app.setNotFoundHandler((request, reply) => fail(request, reply, 404, "Not found"));
  app.addHook("onRequest", async (request, reply) => {
    // Devices send JSON under any content type, well-formed or not: the platform reads the bytes, whatever they are called.
    delete request.headers["content-type"];
    if (!requests.take(request.ip) || !refusals.has(request.ip)) return fail(request, reply, 429, "Too many requests");
    return undefined;
  });
  return {
    app,
    limits,
    fail,
    refused: (request) => void refusals.take(request.ip),
    listen: async (address, port) => {
      await app.listen({ host: address, port });
      return (app.server.address() as AddressInfo).port;
    },
    close: () => app.close(),
  };
}

type FailureHandler = (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => FastifyReply;

function newApp(options: HttpOptions, limits: HttpLimits, failed: FailureHandler): FastifyInstance {
  const app = fastify({
    bodyLimit: limits.bodyBytesMax,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    routerOptions: {
      ignoreTrailingSlash: true,
      maxParamLength: limits.pathPartCharsMax,
      querystringParser: (text) => new URLSearchParams(text) as unknown as Record<string, unknown>,
    },
    frameworkErrors: (error, request, reply) => void failed(error, request, reply),
    clientErrorHandler: (error, socket) => failUnread(options, error.code, socket),
    serverFactory: (handler): Server => {
      const settings = {
        requestTimeout: limits.requestMs,
        headersTimeout: limits.requestMs,
        keepAliveTimeout: limits.idleMs,
        // Node looks for late requests this often; its default of 30 s would double our limit.
        connectionsCheckingInterval: Math.min(limits.requestMs, 1000),
      };
      const server = options.tls === undefined ? createServer(settings, handler) : createTlsServer({ ...settings, ...options.tls }, handler);
      server.maxConnections = limits.connectionsMax;
      return server;
    },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.setErrorHandler(failed);
  return app;
}

/** Answers what never became a request, and so has no reply: bytes that are no HTTP, too long a header, one that does not end. */
function failUnread({ errorBody }: HttpOptions, cause: string, socket: Socket): void {
  const [code, message] = unread.get(cause) ?? [400, "Bad request"];
  const body = JSON.stringify(errorBody(code, message));
  const head = `HTTP/1.1 ${code} ${STATUS_CODES[code]}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}`;
  if (socket.writable) socket.write(`${head}\r\nConnection: close\r\n\r\n${body}`);
  socket.destroy();
}

const unread: ReadonlyMap<string, readonly [code: number, message: string]> = new Map([
  ["HPE_HEADER_OVERFLOW", [431, "The header is too large"]],
  ["ERR_HTTP_REQUEST_TIMEOUT", [408, "The request took too long"]],
]);

/** What a peer may know of an error: the class of its own mistake, and nothing of ours. */
function failureOf(error: FastifyError): { code: number; message: string } {
  const code = error.statusCode ?? 500;
  if (code === 413) return { code, message: "The body is too large" };
  if (code >= 400 && code < 500) return { code, message: "Bad request" };
  return { code: 500, message: "Internal error" };
}

/** The query of a request, names and values decoded, repeated ones kept. */
export function queryOf(request: FastifyRequest): URLSearchParams {
  return request.query as URLSearchParams;
}
