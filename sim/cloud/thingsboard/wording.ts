/**
 * How devices, users and alarms look to applications, over REST and WebSocket alike.
 */
import { nullId } from "./accounts";
import { statusOf } from "./alarms";
import { textIn } from "./json";
import type { Customer, Device, State } from "./state";
import type { Alarm, Credentials, EntityId, Notification, Principal } from "./types";

export function entityId(entityType: string, id: string): EntityId {
  return { entityType, id };
}

function ownerId(customerId: string | null | undefined): EntityId {
  return entityId("CUSTOMER", customerId ?? nullId);
}

export function deviceBody({ info }: Device): object {
  const { id, createdTime, tenantId, customerId, name, type, label, additionalInfo } = info;
  return { id: entityId("DEVICE", id), createdTime, tenantId: entityId("TENANT", tenantId), customerId: ownerId(customerId), name, type, label, additionalInfo };
}

export function credentialsBody({ info }: Device): object {
  const { credentials } = info;
  const deviceId = entityId("DEVICE", info.id);
  if (credentials.type === "ACCESS_TOKEN") return { deviceId, credentialsType: credentials.type, credentialsId: credentials.token, credentialsValue: null };
  const { clientId, userName, password } = credentials;
  return { deviceId, credentialsType: credentials.type, credentialsId: userName ?? clientId, credentialsValue: JSON.stringify({ clientId, userName, password }) };
}

/** The other way: what an application may set. Undefined for what is no credentials. */
export function credentialsOf(body: Record<string, unknown>): Credentials | undefined {
  if (body["credentialsType"] === "ACCESS_TOKEN") return { type: "ACCESS_TOKEN", token: textIn(body["credentialsId"]) };
  if (body["credentialsType"] !== "MQTT_BASIC" || typeof body["credentialsValue"] !== "string") return undefined;
  try {
    const value = JSON.parse(body["credentialsValue"]) as Record<string, unknown> | null;
    const text = (name: string): string | null => (typeof value?.[name] === "string" ? value[name] : null);
    return { type: "MQTT_BASIC", clientId: text("clientId"), userName: text("userName"), password: text("password") };
  } catch {
    return undefined;
  }
}

export function customerBody({ id, tenantId, title, createdTime }: Customer): object {
  return { id: entityId("CUSTOMER", id), createdTime, tenantId: entityId("TENANT", tenantId), title, name: title };
}

export function userBody({ userId, email, tenantId, customerId }: Principal): object {
  const authority = customerId === undefined ? "TENANT_ADMIN" : "CUSTOMER_USER";
  return { id: entityId("USER", userId), tenantId: entityId("TENANT", tenantId), customerId: ownerId(customerId), email, name: email, authority };
}

/** An alarm, whole (section 3.4). */
export function alarmBody(alarm: Alarm, state: State): Record<string, unknown> {
  const { id, createdTime, tenantId, customerId, originator, type, severity, acknowledged, cleared, assignee } = alarm;
  const device = state.devices.get(originator.id)?.info;
  const email = assignee === null ? undefined : state.users.get(assignee)?.email;
  return {
    id: entityId("ALARM", id), createdTime, tenantId: entityId("TENANT", tenantId),
    customerId: customerId === null ? null : entityId("CUSTOMER", customerId), type, originator, severity, acknowledged, cleared,
    assigneeId: assignee === null ? null : entityId("USER", assignee), startTs: alarm.startTs, endTs: alarm.endTs, ackTs: alarm.ackTs, clearTs: alarm.clearTs,
    assignTs: alarm.assignTs, details: alarm.details, propagate: false, propagateToOwner: false, propagateToTenant: false, propagateRelationTypes: [],
    name: type, status: statusOf(alarm), originatorName: device?.name ?? null, originatorLabel: device?.label ?? null,
    originatorDisplayName: device?.label ?? device?.name ?? null,
    assignee: assignee === null ? null : { id: entityId("USER", assignee), email: email ?? null, firstName: null, lastName: null },
  };
}

/** The form of the documentation, with the fields that clients of the real platform read; `server`: as that sends it (C7). */
export type NotificationWire = "documented" | "server";

export function notificationBody({ id, recipient, createdTime, type, subject, text, read }: Notification, wire: NotificationWire): object {
  const status = read ? "READ" : "SENT";
  if (wire === "documented") return { id, createdTime, type, subject, text, read, status };
  return {
    id: entityId("NOTIFICATION", id), createdTime, requestId: null, recipientId: entityId("USER", recipient), type, deliveryMethod: "WEB", subject, text,
    additionalConfig: null, info: null, status,
  };
}
