/**
 * REST: devices, their credentials, and the customers that they belong to (section 5).
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { queryOf } from "../http/server";
import { onlyAdmin } from "./core";
import { isRecord, plainJson, textIn } from "./json";
import { checkPage, pageOf } from "./paging";
import type { Rest } from "./rest-common";
import { objectOf } from "./rest-common";
import type { Device } from "./state";
import { refuse } from "./types";
import type { Principal } from "./types";
import { credentialsBody, credentialsOf, customerBody, deviceBody } from "./wording";

interface OfDevice {
  Params: { id: string };
}

interface OfCustomer {
  Params: { customer: string; id: string };
}

interface OfName {
  Params: { name: string };
}

export function addDeviceRoutes(rest: Rest): void {
  const { app } = rest.http;
  const { core, devices } = rest.model;
  app.post("/api/device", (request, reply) =>
    rest.withUser(request, reply, (who) => {
      const accessToken = queryOf(request).get("accessToken") ?? undefined;
      return rest.answer(request, reply, devices.save(who, plainJson(request.body ?? ""), accessToken), deviceBody);
    }),
  );
  app.get<OfDevice>("/api/device/:id", (request, reply) => forDevice(rest, request, reply, deviceBody));
  app.get<OfDevice>("/api/device/:id/credentials", (request, reply) => forDevice(rest, request, reply, credentialsBody));
  app.delete<OfDevice>("/api/device/:id", (request, reply) =>
    rest.withUser(request, reply, (who) => rest.answer(request, reply, devices.remove(who, request.params.id))),
  );
  app.post("/api/device/credentials", (request, reply) =>
    rest.withUser(request, reply, (who) => {
      const body = objectOf(request);
      const credentials = credentialsOf(body);
      const id = isRecord(body["deviceId"]) ? body["deviceId"]["id"] : undefined;
      if (credentials === undefined) return rest.refuse(request, reply, refuse("badRequest", "Device credentials should be specified!"));
      return rest.answer(request, reply, devices.setCredentials(who, textIn(id), credentials), credentialsBody);
    }),
  );
  app.get("/api/tenant/devices", (request, reply) =>
    rest.withUser(request, reply, (who) => {
      const name = queryOf(request).get("deviceName");
      if (name === null) return list(rest, request, reply, onlyAdmin(who) === undefined ? devices.all(who) : []);
      const device = devices.byName(who, name);
      return device === undefined ? rest.refuse(request, reply, refuse("notFound", "Requested item wasn't found!")) : reply.send(deviceBody(device));
    }),
  );
  app.get<OfDevice>("/api/customer/:id/devices", (request, reply) =>
    rest.withUser(request, reply, (who) => list(rest, request, reply, devices.all(who).filter(({ info }) => info.customerId === request.params.id))),
  );
  app.post("/api/customer", (request, reply) =>
    rest.withUser(request, reply, (who) => rest.answer(request, reply, onlyAdmin(who) ?? devices.createCustomer(who.tenantId, objectOf(request)["title"]), customerBody)),
  );
  app.get<OfDevice>("/api/customer/:id", (request, reply) =>
    rest.withUser(request, reply, (who) => {
      const customer = core.state.customers.get(request.params.id);
      const isOwn = customer?.tenantId === who.tenantId && (who.customerId === undefined || who.customerId === customer.id);
      return customer !== undefined && isOwn ? reply.send(customerBody(customer)) : rest.http.fail(request, reply, 404, "Requested item wasn't found!");
    }),
  );
  app.post<OfCustomer>("/api/customer/:customer/device/:id", (request, reply) =>
    rest.withUser(request, reply, (who) => rest.answer(request, reply, devices.assign(who, request.params.id, request.params.customer), deviceBody)),
  );
  app.delete<OfDevice>("/api/customer/device/:id", (request, reply) =>
    rest.withUser(request, reply, (who) => rest.answer(request, reply, devices.assign(who, request.params.id, undefined), deviceBody)),
  );
  app.post<OfName>("/api/customer/device/:name/claim", (request, reply) =>
    rest.withUser(request, reply, (who) => claim(rest, request, reply, who)),
  );
}

function claim(rest: Rest, request: FastifyRequest<OfName>, reply: FastifyReply, who: Principal): FastifyReply {
  const secret = objectOf(request)["secretKey"];
  const claimed = rest.model.provision.claim(who, request.params.name, typeof secret === "string" ? secret : "");
  if (claimed.ok) return reply.send({ device: deviceBody(claimed.value), response: "SUCCESS" });
  if (claimed.reason !== "badRequest") return rest.refuse(request, reply, claimed);
  rest.http.refused(request);
  return reply.code(400).send(JSON.stringify(claimed.message));
}

function forDevice(rest: Rest, request: FastifyRequest<OfDevice>, reply: FastifyReply, word: (device: Device) => object): FastifyReply {
  return rest.withUser(request, reply, (who) => rest.answer(request, reply, rest.model.core.deviceFor(who, request.params.id), word));
}

const sortable = ["name", "type", "label", "createdTime"] as const;

/** A page of devices: `pageSize`, `page`, `textSearch`, `sortProperty`, `sortOrder`, `type`. */
function list(rest: Rest, request: FastifyRequest, reply: FastifyReply, all: readonly Device[]): FastifyReply {
  const query = queryOf(request);
  const page = checkPage(query.get("pageSize") ?? undefined, query.get("page") ?? undefined);
  if (!page.ok) return rest.refuse(request, reply, page);
  const search = query.get("textSearch")?.toLowerCase() ?? "";
  const type = query.get("type") ?? "";
  const found = all.filter(({ info }) => info.name.toLowerCase().includes(search) && (type === "" || info.type === type));
  const property = sortable.find((name) => name === query.get("sortProperty")) ?? "createdTime";
  const turn = query.get("sortOrder") === "ASC" ? 1 : -1;
  const sorted = [...found].sort((a, b) => turn * compare(a.info[property], b.info[property]));
  return reply.send({ ...pageOf(sorted.map(deviceBody), page.value) });
}

function compare(a: string | number | null, b: string | number | null): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [String(a ?? ""), String(b ?? "")];
  return left < right ? -1 : left > right ? 1 : 0;
}
