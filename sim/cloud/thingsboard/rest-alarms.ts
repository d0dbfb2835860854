/**
 * REST: alarms and notifications (section 5).
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { queryOf } from "../http/server";
import type { AlarmAct } from "./alarms";
import { onlyAdmin } from "./core";
import { isUuid, plainJson, textIn } from "./json";
import { checkPage, pageOf } from "./paging";
import type { Rest } from "./rest-common";
import { objectOf } from "./rest-common";
import type { Alarm } from "./types";
import { alarmBody, notificationBody } from "./wording";

interface OfId {
  Params: { id: string };
}

interface OfAssignee {
  Params: { id: string; user: string };
}

export function addAlarmRoutes(rest: Rest): void {
  const { app } = rest.http;
  const { alarms, state } = rest.model;
  const body = (alarm: Alarm): object => alarmBody(alarm, state);
  app.post("/api/alarm", (request, reply) => rest.withUser(request, reply, (who) => rest.answer(request, reply, alarms.raise(who, plainJson(request.body ?? "")), body)));
  app.get<OfId>("/api/alarm/:id", (request, reply) =>
    rest.withUser(request, reply, (who) => rest.answer(request, reply, alarms.get(who, request.params.id), body)),
  );
  const act = (request: FastifyRequest, reply: FastifyReply, id: string, what: AlarmAct): FastifyReply =>
    rest.withUser(request, reply, (who) => rest.answer(request, reply, alarms.act(who, id, what), what === "delete" ? () => true : body));
  app.post<OfId>("/api/alarm/:id/ack", (request, reply) => act(request, reply, request.params.id, "ack"));
  app.post<OfId>("/api/alarm/:id/clear", (request, reply) => act(request, reply, request.params.id, "clear"));
  app.delete<OfId>("/api/alarm/:id", (request, reply) => act(request, reply, request.params.id, "delete"));
  app.post<OfAssignee>("/api/alarm/:id/assign/:user", (request, reply) => act(request, reply, request.params.id, { assign: request.params.user }));
  app.delete<OfId>("/api/alarm/:id/assign", (request, reply) => act(request, reply, request.params.id, { assign: null }));
  addNotificationRoutes(rest);
}

/**
 * Reading and marking are the platform's; sending is the emulation's own form of `POST /api/notification/request`:
 * `{"type","subject","text","userId"?}`, to every user of the tenant or to one.
 */
function addNotificationRoutes(rest: Rest): void {
  const { app } = rest.http;
  const { notifications } = rest.model;
  app.post("/api/notification/request", (request, reply) =>
    rest.withUser(request, reply, (who) => {
      const { type = "GENERAL", subject = "", text = "", userId } = objectOf(request);
      const sent = onlyAdmin(who) ?? notifications.send(who.tenantId, { type: textIn(type), subject: textIn(subject), text: textIn(text) }, typeof userId === "string" ? userId : undefined);
      return rest.answer(request, reply, sent, (made) => made.map((one) => notificationBody(one, "server")));
    }),
  );
  app.get("/api/notifications", (request, reply) =>
    rest.withUser(request, reply, (who) => {
      const query = queryOf(request);
      const page = checkPage(query.get("pageSize") ?? undefined, query.get("page") ?? undefined);
      const found = notifications.list(who, { unreadOnly: query.get("unreadOnly") === "true" });
      return rest.answer(request, reply, page, (one) => pageOf(found.map((notification) => notificationBody(notification, "server")), one));
    }),
  );
  app.get("/api/notifications/unread/count", (request, reply) => rest.withUser(request, reply, (who) => reply.send(notifications.list(who, { unreadOnly: true }).length)));
  app.put<OfId>("/api/notification/:id/read", (request, reply) =>
    rest.withUser(request, reply, (who) => {
      const { id } = request.params;
      if (!isUuid(id)) return rest.http.fail(request, reply, 400, "The id of a notification is a UUID");
      return rest.answer(request, reply, notifications.markRead(who, [id]));
    }),
  );
  app.put("/api/notifications/read", (request, reply) => rest.withUser(request, reply, (who) => rest.answer(request, reply, notifications.markRead(who, "all"))));
}
