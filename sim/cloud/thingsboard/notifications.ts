/**
 * Notifications to users (section 3.7): made by the administration of the emulation, read and marked by their user.
 */
import type { Core } from "./core";
import { done, refuse } from "./types";
import type { Notification, Principal, Result } from "./types";

/** A literal of the platform, e.g. GENERAL, ALARM. */
const typeText = /^[A-Z][A-Z_]{0,63}$/;

export interface NewNotification {
  readonly type: string;
  readonly subject: string;
  readonly text: string;
}

export interface Notifications {
  /** To every user of the tenant, or to one of them. */
  send(tenantId: string, notification: NewNotification, userId?: string): Result<readonly Notification[]>;
  /** Newest first. */
  list(who: Principal, wanted: { readonly unreadOnly: boolean; readonly types?: readonly string[] }): Notification[];
  /** Marks some of one's own as read, or all; unknown ids are passed over. */
  markRead(who: Principal, ids: readonly string[] | "all"): Result<void>;
}

export function newNotifications(core: Core): Notifications {
  const { state, limits } = core;
  return {
    send: (tenantId, { type, subject, text }, userId) => {
      if (!typeText.test(type)) return refuse("badRequest", "type must be a name in capital letters, e.g. GENERAL");
      if (subject.length + text.length > limits.valueCharsMax) return refuse("badRequest", "subject and text are too long");
      const to = [...state.users.values()].filter((user) => user.tenantId === tenantId && (userId === undefined || user.id === userId));
      if (to.length === 0) return refuse("notFound", "Requested item wasn't found!");
      const createdTime = core.host.now();
      const notifications = to.map(({ id }): Notification => ({ id: core.newId(), recipient: id, createdTime, type, subject, text, read: false }));
      const refused = core.commit({ t: "notifications", notifications });
      if (refused !== undefined) return refused;
      for (const fresh of notifications) core.bus.tell(fresh.recipient, { kind: "notifications", fresh, readIds: new Set() });
      return done(notifications);
    },
    list: ({ userId }, { unreadOnly, types }) => {
      const own = [...(state.notifications.get(userId)?.values() ?? [])].reverse();
      return own.filter(({ read, type }) => !(unreadOnly && read) && (types === undefined || types.length === 0 || types.includes(type)));
    },
    markRead: ({ userId }, ids) => {
      const own = [...(state.notifications.get(userId)?.values() ?? [])];
      const marked = own.filter(({ id, read }) => !read && (ids === "all" || ids.includes(id))).map((one) => ({ ...one, read: true }));
      if (marked.length === 0) return done(undefined);
      const refused = core.commit({ t: "notifications", notifications: marked });
      if (refused !== undefined) return refused;
      core.bus.tell(userId, { kind: "notifications", fresh: undefined, readIds: new Set(marked.map(({ id }) => id)) });
      return done(undefined);
    },
  };
}
