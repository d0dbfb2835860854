/**
 * NOTIFICATIONS, NOTIFICATIONS_COUNT and the two ways to mark as read (section 3.7).
 *
 * Marking has no answer of its own: its effect is seen on the subscriptions.
 */
import { isUuid } from "../json";
import type { Notification } from "../types";
import { notificationBody } from "../wording";
import { ErrorCode, parseFailure, refuseCommand, subscribe } from "./link";
import type { Command, Link } from "./link";

const limitMax = 1000;
const limitDefault = 10;

export function notifications(link: Link, { cmdId, limit = limitDefault, types }: Command): void {
  if (typeof limit !== "number" || !Number.isInteger(limit) || limit < 1 || limit > limitMax) return link.fail(cmdId, ErrorCode.BAD_REQUEST, `limit must be 1 to ${limitMax}`);
  if (types !== undefined && types !== null && !Array.isArray(types)) return link.fail(cmdId, ErrorCode.BAD_REQUEST, parseFailure);
  const wanted = (types ?? []) as readonly string[];
  const { model, who, wire } = link;
  let sequenceNumber = 0;
  let listed: readonly Notification[] = [];
  const unread = (): Notification[] => model.notifications.list(who, { unreadOnly: true, types: wanted });
  const frame = (list: readonly Notification[] | null, fresh: Notification | null): void => {
    sequenceNumber += 1;
    const body = { notifications: list?.map((one) => notificationBody(one, wire)) ?? null, update: fresh === null ? null : notificationBody(fresh, wire) };
    link.update({ cmdId, cmdUpdateType: "NOTIFICATIONS", ...body, totalUnreadCount: unread().length, sequenceNumber });
  };
  const full = (): void => {
    listed = unread().slice(0, limit);
    frame(listed, null);
  };
  const stop = model.bus.watch(who.userId, (change) => {
    if (change.kind !== "notifications") return;
    const { fresh, readIds } = change;
    if (fresh === undefined) {
      if (listed.some(({ id }) => readIds.has(id))) full();
      else frame(null, null);
    } else if (wanted.length === 0 || wanted.includes(fresh.type)) {
      listed = [fresh, ...listed].slice(0, limit);
      frame(null, fresh);
    }
  });
  if (subscribe(link, link.subscriptions, cmdId, { kind: "NOTIFICATIONS", stop })) full();
}

export function notificationsCount(link: Link, { cmdId }: Command): void {
  const { model, who } = link;
  let sequenceNumber = 0;
  let sent: number | undefined;
  const look = (): void => {
    const totalUnreadCount = model.notifications.list(who, { unreadOnly: true }).length;
    if (totalUnreadCount === sent) return;
    sent = totalUnreadCount;
    sequenceNumber += 1;
    link.update({ cmdId, cmdUpdateType: "NOTIFICATIONS_COUNT", totalUnreadCount, sequenceNumber });
  };
  const stop = model.bus.watch(who.userId, ({ kind }) => (kind === "notifications" ? look() : undefined));
  if (subscribe(link, link.subscriptions, cmdId, { kind: "NOTIFICATIONS", stop })) look();
}

export function markAsRead(link: Link, { cmdId, notifications: ids }: Command): void {
  if (!Array.isArray(ids) || ids.length > limitMax || !ids.every(isUuid)) return link.fail(cmdId, ErrorCode.BAD_REQUEST, parseFailure);
  const marked = link.model.notifications.markRead(link.who, ids as string[]);
  if (!marked.ok) refuseCommand(link, cmdId, marked);
}

export function markAllAsRead(link: Link, { cmdId }: Command): void {
  const marked = link.model.notifications.markRead(link.who, "all");
  if (!marked.ok) refuseCommand(link, cmdId, marked);
}
