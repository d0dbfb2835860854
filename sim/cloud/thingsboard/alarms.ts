/**
 * Alarms (section 3.4 to 3.6): raised for a device by an application, acknowledged, cleared, assigned, deleted.
 *
 * One type is active once per originator: raising it again changes the alarm that is there. Nothing is propagated, since
 * there are no relations.
 */
import { maySee } from "./core";
import type { Core } from "./core";
import { isRecord } from "./json";
import { done, refuse, severities } from "./types";
import type { Alarm, Principal, Result, Severity } from "./types";
import { isTime } from "./values";

export type AlarmAct = "ack" | "clear" | "delete" | { readonly assign: string | null };

export interface Alarms {
  /** `{originator,type,severity,...}`; where one of that originator and type is active, a change of it. An `id` is passed over. */
  raise(who: Principal, body: unknown): Result<Alarm>;
  get(who: Principal, id: string): Result<Alarm>;
  act(who: Principal, id: string, act: AlarmAct): Result<Alarm>;
  /** All that `who` may see, oldest first. */
  all(who: Principal): Alarm[];
}

export function isSeverity(value: unknown): value is Severity {
  return severities.includes(value as Severity);
}

export function statusOf({ cleared, acknowledged }: Alarm): string {
  return `${cleared ? "CLEARED" : "ACTIVE"}_${acknowledged ? "ACK" : "UNACK"}`;
}

export function newAlarms(core: Core): Alarms {
  const { state, host } = core;
  const get = (who: Principal, id: string): Result<Alarm> => {
    const alarm = state.alarms.get(id);
    if (alarm === undefined) return refuse("notFound", "Requested item wasn't found!");
    const device = core.deviceFor(who, alarm.originator.id);
    return device.ok ? done(alarm) : device;
  };
  const keep = (alarm: Alarm): Result<Alarm> => {
    const refused = core.commit({ t: "alarm", alarm });
    if (refused !== undefined) return refused;
    tell(core, alarm, false);
    return done(alarm);
  };
  return {
    raise: (who, body) => {
      const alarm = raised(core, who, body);
      return alarm.ok ? keep(alarm.value) : alarm;
    },
    get,
    act: (who, id, act) => {
      const found = get(who, id);
      if (!found.ok) return found;
      const alarm = found.value;
      const now = host.now();
      if (act === "ack") return alarm.acknowledged ? done(alarm) : keep({ ...alarm, acknowledged: true, ackTs: now });
      if (act === "clear") return alarm.cleared ? done(alarm) : keep({ ...alarm, cleared: true, clearTs: now });
      if (act !== "delete") {
        const assignee = act.assign === null ? undefined : state.users.get(act.assign);
        if (act.assign !== null && assignee?.tenantId !== who.tenantId) return refuse("notFound", "Requested item wasn't found!");
        return keep({ ...alarm, assignee: act.assign, assignTs: act.assign === null ? 0 : now });
      }
      const refused = core.commit({ t: "alarm-gone", id });
      if (refused !== undefined) return refused;
      tell(core, alarm, true);
      return found;
    },
    all: (who) =>
      [...state.alarms.values()].filter(({ originator }) => {
        const device = state.devices.get(originator.id);
        return device !== undefined && maySee(who, device);
      }),
  };
}

/** Those who watch the originator, and those who count the tenant's alarms. */
function tell(core: Core, alarm: Alarm, gone: boolean): void {
  core.bus.tell(alarm.originator.id, { kind: "alarm", alarm, gone });
  core.bus.tell(alarm.tenantId, { kind: "alarm", alarm, gone });
}

function raised(core: Core, who: Principal, body: unknown): Result<Alarm> {
  if (!isRecord(body)) return refuse("badRequest", "The body must be an alarm");
  const { originator, type, severity, details } = body;
  if (!isRecord(originator) || typeof originator["id"] !== "string") return refuse("badRequest", "Alarm originator should be specified!");
  if (originator["entityType"] !== "DEVICE") return refuse("badRequest", "Alarm originator must be a DEVICE");
  if (typeof type !== "string" || type === "" || type.length > core.limits.nameCharsMax) return refuse("badRequest", "Alarm type should be specified!");
  if (!isSeverity(severity)) return refuse("badRequest", `Alarm severity must be one of ${severities.join(", ")}`);
  if (JSON.stringify(details ?? null).length > core.limits.valueCharsMax) return refuse("badRequest", "details is too large");
  const device = core.deviceFor(who, originator["id"]);
  if (!device.ok) return device;
  const { info } = device.value;
  const own = [...(core.state.alarmsOf.get(info.id) ?? [])].map((id) => core.state.alarms.get(id) as Alarm);
  const before = own.find((alarm) => alarm.type === type && !alarm.cleared);
  const now = core.host.now();
  const [startTs, endTs] = [timeOr(body["startTs"], before?.startTs ?? now), timeOr(body["endTs"], now)];
  if (before !== undefined) return done({ ...before, severity, startTs, endTs, details: details ?? before.details });
  if (core.state.alarms.size >= core.limits.alarmsMax) return refuse("badRequest", `This cloud holds ${core.limits.alarmsMax} alarms at most`);
  return done({
    id: core.newId(), tenantId: info.tenantId, customerId: info.customerId, originator: { entityType: "DEVICE", id: info.id }, type, severity,
    acknowledged: false, cleared: false, assignee: null, createdTime: now, startTs, endTs, ackTs: 0, clearTs: 0, assignTs: 0, details: details ?? {},
  });
}

function timeOr(value: unknown, otherwise: number): number {
  return typeof value === "number" && value > 0 && isTime(value) ? value : otherwise;
}
