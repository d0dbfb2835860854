/**
 * REST for apps: sessions, linked things, and their resources (section 2.1, 4, 5; A27, A28). An app's write to a
 * resource is how it commands a device.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { queryOf } from "../http/server";
import type { UserId } from "./apps";
import type { Rest } from "./rest-common";
import { written } from "./rest-common";
import type { Result } from "./types";
import { isRecord, parseBody } from "./values";

interface OfResource {
  Params: { resource: string };
}

interface OfThing {
  Params: { resource: string; thingId: string };
}

export function addAppRoutes(rest: Rest): void {
  const { app } = rest.http;
  const { apps } = rest.model;
  app.post("/v2/register", (request, reply) => open(rest, request, reply, 201, apps.register));
  app.post("/v2/login", (request, reply) => open(rest, request, reply, 200, apps.login));
  // Whether the service can be reached: it answers 401 to whom it does not know.
  app.get("/v2", (request, reply) => withUser(rest, request, reply, () => reply.send({ status: "success" })));
  app.post("/v2/me/things", (request, reply) =>
    withUser(rest, request, reply, (user) => {
      const body = parseBody(request.body ?? "");
      if (!body.ok) return rest.refuse(request, reply, body);
      const linked = apps.link(user, isRecord(body.json) ? body.json["thingToken"] : undefined);
      if (linked.ok) return reply.code(201).send({ status: "success", message: "linked", thingId: linked.thingId });
      if (linked.reason === "notFound") rest.http.refused(request);
      return rest.refuse(request, reply, linked);
    }),
  );
  app.get("/v2/me/things", (request, reply) => withUser(rest, request, reply, (user) => reply.send(apps.things(user))));
  app.get("/v2/me/resources", (request, reply) => withUser(rest, request, reply, (user) => reply.send(apps.resources(user))));
  app.get<OfResource>("/v2/me/resources/:resource", (request, reply) => read(rest, request, reply, request.params.resource, undefined));
  app.get<OfThing>("/v2/me/resources/:resource/:thingId", (request, reply) =>
    read(rest, request, reply, request.params.resource, request.params.thingId),
  );
  app.post<OfThing>("/v2/me/resources/:resource/:thingId", (request, reply) =>
    withUser(rest, request, reply, (user) => {
      const result = apps.write(user, request.params.resource, request.params.thingId, request.body ?? "");
      return result.ok ? reply.code(201).send(written) : rest.refuse(request, reply, result);
    }),
  );
}

/**
 * Register and login answer alike: the body with `token`, the session token [SIO-7]. Each one that names a password costs
 * the cloud some 40 ms, so that it counts as a refused secret does, whatever its outcome.
 */
function open(rest: Rest, request: FastifyRequest, reply: FastifyReply, code: number, act: (body: unknown) => Result<{ token: string }>): FastifyReply {
  const body = parseBody(request.body ?? "");
  const result = body.ok ? act(body.json) : body;
  if (result.ok) rest.http.refused(request);
  return result.ok ? reply.code(code).send({ status: "success", token: result.token }) : rest.refuse(request, reply, result);
}

function read(rest: Rest, request: FastifyRequest, reply: FastifyReply, resource: string, thingId: string | undefined): FastifyReply {
  return withUser(rest, request, reply, (user) => {
    const result = rest.model.apps.read(user, resource, thingId, queryOf(request));
    return result.ok ? reply.send(result.elements) : rest.refuse(request, reply, result);
  });
}

/** Runs `act` for the user whose session token stands in the Authorization header, raw. */
function withUser(rest: Rest, request: FastifyRequest, reply: FastifyReply, act: (user: UserId) => FastifyReply): FastifyReply {
  const user = rest.model.apps.session(request.headers.authorization);
  return user === undefined ? rest.http.fail(request, reply, 401, "Invalid session token") : act(user);
}
