/**
 * ENTITY_COUNT, ALARM_COUNT and ALARM_STATUS (sections 3.3, 3.5, 3.6): one number or truth, pushed when it changes.
 *
 * A command under an identifier that is in use is passed over, as on the platform: unsubscribe first.
 */
import type { Cancel } from "../../host";
import { isRecord, textIn } from "../json";
import { matching, parseFilter } from "../query";
import { countAlarms, parseAlarmFilter } from "../query-alarms";
import type { DeviceFilter } from "../query-keys";
import { done } from "../types";
import type { Alarm, Result } from "../types";
import { ErrorCode, refreshing, refuseCommand, subscribe, watchDevice } from "./link";
import type { Command, Link } from "./link";

export function entityCount(link: Link, { cmdId, query }: Command): void {
  if (link.subscriptions.has(cmdId)) return;
  if (query === undefined || query === null) return link.fail(cmdId, ErrorCode.BAD_REQUEST, "Query is empty!");
  const filter = parseFilter(query);
  if (!filter.ok) return refuseCommand(link, cmdId, filter);
  const count = (): number => matching(link.model, link.who, filter.value).length;
  let sent: number | undefined;
  const look = (): void => {
    const now = count();
    if (now === sent) return;
    sent = now;
    link.update({ cmdId, count: now, cmdUpdateType: "COUNT_DATA" });
  };
  const stop = refreshing(link, look);
  if (subscribe(link, link.subscriptions, cmdId, { kind: "ENTITY_COUNT", stop })) look();
}

export function alarmCount(link: Link, { cmdId, query }: Command): void {
  if (link.subscriptions.has(cmdId)) return;
  if (!isRecord(query)) return link.fail(cmdId, ErrorCode.BAD_REQUEST, "Query is empty!");
  const alarms = parseAlarmFilter(query);
  if (!alarms.ok) return refuseCommand(link, cmdId, alarms);
  const isOfAll = query["entityFilter"] === undefined || query["entityFilter"] === null;
  const entities: Result<DeviceFilter | undefined> = isOfAll ? done(undefined) : parseFilter(query);
  if (!entities.ok) return refuseCommand(link, cmdId, entities);
  const devices = entities.value === undefined ? undefined : matching(link.model, link.who, entities.value);
  let sent: number | undefined;
  const look = (): void => {
    const now = countAlarms(link.model, link.who, { entities: entities.value, alarms: alarms.value });
    if (now === sent) return;
    sent = now;
    link.update({ cmdId, count: now, cmdUpdateType: "ALARM_COUNT_DATA" });
  };
  // Nothing that could have alarms: answered, and not followed.
  if (devices?.length === 0) return look();
  let recounts = 0;
  const stops: Cancel[] = [
    refreshing(link, () => {
      recounts = 0;
      look();
    }),
  ];
  for (const device of devices ?? []) {
    const recount = (): void => {
      recounts += 1;
      if (recounts <= link.limits.refetchesMax) look();
    };
    stops.push(watchDevice(link, device, ({ kind }) => (kind === "alarm" ? recount() : undefined)));
  }
  if (subscribe(link, link.subscriptions, cmdId, { kind: "ALARM_COUNT", stop: () => stops.forEach((stop) => stop()) })) look();
}

export function alarmStatus(link: Link, { cmdId, originatorId, typeList, severityList }: Command): void {
  if (link.subscriptions.has(cmdId)) return;
  if (!isRecord(originatorId)) return link.fail(cmdId, ErrorCode.BAD_REQUEST, "originatorId must be {entityType,id}");
  const lists = [typeList ?? null, severityList ?? null];
  if (!lists.every((list) => list === null || Array.isArray(list))) return link.fail(cmdId, ErrorCode.BAD_REQUEST, "typeList and severityList are lists, or null");
  const device = link.model.core.deviceFor(link.who, textIn(originatorId["id"]));
  // Whether it does not exist or is somebody else's is nobody's business.
  if (!device.ok) return link.fail(cmdId, ErrorCode.UNAUTHORIZED, "Unauthorized");
  const [types, severities] = lists as [readonly unknown[] | null, readonly unknown[] | null];
  const { state } = link.model;
  const { id } = device.value.info;
  const matches = (alarm: Alarm | undefined): boolean =>
    alarm !== undefined && !alarm.cleared && types?.includes(alarm.type) !== false && severities?.includes(alarm.severity) !== false;
  let sent: boolean | undefined;
  const look = (): void => {
    const active = [...(state.alarmsOf.get(id) ?? [])].some((alarm) => matches(state.alarms.get(alarm)));
    if (active === sent) return;
    sent = active;
    link.update({ cmdId, active, cmdUpdateType: "ALARM_STATUS" });
  };
  const stop = watchDevice(link, device.value, ({ kind }) => (kind === "alarm" ? look() : undefined));
  if (subscribe(link, link.subscriptions, cmdId, { kind: "ALARM_STATUS", stop })) look();
}
