/**
 * REST: calls of applications to devices (section 5, RPC).
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { isObject, Num, readJson, writeJson } from "./json";
import type { Rest } from "./rest-common";
import type { Outcome } from "./rpc";

interface OfDevice {
  Params: { id: string };
}

const timeoutMsMin = 5000;
const timeoutMsDefault = 10000;
const timeoutMsMax = 300000;

export function addRpcRoutes(rest: Rest): void {
  const { app } = rest.http;
  for (const [path, isFirst] of [["/api/plugins/rpc", true], ["/api/rpc", false]] as const) {
    for (const oneWay of [true, false]) {
      const route = `${path}/${oneWay ? "oneway" : "twoway"}/:id`;
      app.post<OfDevice>(route, (request, reply) => call(rest, request, reply, oneWay, isFirst));
    }
  }
}

/** The first version tells silence (408) from absence (409); the second answers 504 to both. */
function codeOf(kind: "timeout" | "offline", isFirst: boolean): number {
  return isFirst ? (kind === "timeout" ? 408 : 409) : 504;
}

async function call(rest: Rest, request: FastifyRequest<OfDevice>, reply: FastifyReply, oneWay: boolean, isFirst: boolean): Promise<FastifyReply> {
  return rest.withUser(request, reply, async (who) => {
    const device = rest.model.core.deviceFor(who, request.params.id);
    if (!device.ok) return rest.refuse(request, reply, device);
    const body = readJson(request.body ?? "");
    const method = isObject(body) ? body["method"] : undefined;
    if (!isObject(body) || typeof method !== "string" || method === "") return rest.http.fail(request, reply, 400, "Invalid request body: method is missing");
    const { params = null, timeout } = body;
    const asked = timeout instanceof Num ? Number(timeout.text) : timeoutMsDefault;
    const timeoutMs = Math.min(Math.max(asked, timeoutMsMin), timeoutMsMax);
    return new Promise<FastifyReply>((resolve) => {
      const answer = (outcome: Outcome): void => resolve(word(rest, request, reply, outcome, isFirst));
      const begun = rest.model.rpc.call(device.value.info.id, { method, params: writeJson(params) }, { timeoutMs, oneWay }, answer);
      if (!begun.ok) resolve(rest.refuse(request, reply, begun));
    });
  });
}

function word(rest: Rest, request: FastifyRequest, reply: FastifyReply, outcome: Outcome, isFirst: boolean): FastifyReply {
  if (outcome.kind === "answered") return reply.type("application/json").send(outcome.body);
  if (outcome.kind === "delivered") return reply.send();
  return rest.http.fail(request, reply, codeOf(outcome.kind, isFirst), outcome.kind === "timeout" ? "The device did not answer in time" : "The device is not connected");
}
