/**
 * The emulation's own administration, in place of the platform's panel: activation codes, and things by hand [MQ-8].
 *
 * Every route asks for the administrator's token in the Authorization header.
 *
 *     POST   /admin/activation-codes  {"count":5}  201 {"activationCodes":[...]}     1 to 1000
 *     POST   /admin/things                         201 {"thingToken","thingId"}
 *     GET    /admin/things/{thingId}               200 {"thingToken","thingId"}      the token, at any time [MQ-13]
 *     DELETE /admin/things/{thingId}               200 {"status":"success"}          its token is unknown from then on
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Rest } from "./rest-common";
import { isRecord, parseBody } from "./values";

const countMax = 1000;
const tokenCharsMin = 16;

interface OfThing {
  Params: { thingId: string };
}

export function addAdminRoutes(rest: Rest, adminToken: string): void {
  if (adminToken.length < tokenCharsMin) throw new Error(`The administrator's token must have ${tokenCharsMin} characters or more`);
  const { app, fail } = rest.http;
  const asAdmin = (request: FastifyRequest, reply: FastifyReply, act: () => FastifyReply): FastifyReply =>
    equal(request.headers.authorization ?? "", adminToken) ? act() : fail(request, reply, 401, "Invalid administrator token");
  app.post("/admin/activation-codes", (request, reply) =>
    asAdmin(request, reply, () => {
      const body = parseBody(request.body ?? "");
      const count = body.ok && isRecord(body.json) ? body.json["count"] : undefined;
      if (typeof count !== "number" || !Number.isInteger(count) || count < 1 || count > countMax) {
        return fail(request, reply, 400, `count must be 1 to ${countMax}`);
      }
      return made(rest, request, reply, () => ({ activationCodes: rest.model.createCodes(count) }));
    }),
  );
  app.post("/admin/things", (request, reply) => asAdmin(request, reply, () => made(rest, request, reply, () => rest.model.createThing())));
  app.get<OfThing>("/admin/things/:thingId", (request, reply) =>
    asAdmin(request, reply, () => {
      const { thingId } = request.params;
      const thingToken = rest.model.tokenOf(thingId);
      return thingToken === undefined ? fail(request, reply, 404, "Unknown thing") : reply.send({ thingToken, thingId });
    }),
  );
  app.delete<OfThing>("/admin/things/:thingId", (request, reply) =>
    asAdmin(request, reply, () => {
      if (rest.model.tokenOf(request.params.thingId) === undefined) return fail(request, reply, 404, "Unknown thing");
      rest.model.removeThing(request.params.thingId);
      return reply.send({ status: "success" });
    }),
  );
}

/** Answers with what was made; the model throws when it is full or cannot store. */
function made(rest: Rest, request: FastifyRequest, reply: FastifyReply, make: () => unknown): FastifyReply {
  try {
    return reply.code(201).send(make());
  } catch {
    return rest.http.fail(request, reply, 503, "This cloud is full, or its state cannot be stored");
  }
}

/** Compares in a time that does not tell where the texts differ. */
function equal(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
