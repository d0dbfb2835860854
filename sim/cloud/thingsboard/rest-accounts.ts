/**
 * REST: login, renewal of tokens, and who one is (section 5).
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Rest } from "./rest-common";
import { objectOf } from "./rest-common";
import { userBody } from "./wording";

const expired = 11;
const failed = 10;

export function addAccountRoutes(rest: Rest): void {
  const { app } = rest.http;
  const { accounts } = rest.model;
  app.post("/api/auth/login", (request, reply) => login(rest, request, reply));
  app.post("/api/auth/token", (request, reply) => {
    const tokens = accounts.renew(objectOf(request)["refreshToken"]);
    if (tokens === "expired") return rest.unauthorized(request, reply, "Token has expired", expired);
    return tokens === "invalid" ? rest.unauthorized(request, reply, "Authentication failed", failed) : reply.send(tokens);
  });
  app.get("/api/auth/user", (request, reply) => rest.withUser(request, reply, (who) => reply.send(userBody(who))));
}

/** Each login costs a password's hash: it counts as a refused secret, whatever its outcome. */
function login(rest: Rest, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { username, password } = objectOf(request);
  if (typeof username !== "string" || username === "" || typeof password !== "string" || password === "") {
    return rest.unauthorized(request, reply, "Authentication failed", failed);
  }
  const tokens = rest.model.accounts.login(username, password);
  rest.host.log({ event: "login", ok: tokens.ok });
  if (!tokens.ok) return rest.unauthorized(request, reply, tokens.message, failed);
  rest.http.refused(request);
  return reply.send(tokens.value);
}
