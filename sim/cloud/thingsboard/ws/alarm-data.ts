/**
 * ALARM_DATA (section 3.4): a page of alarms, and what changes of it.
 */
import type { Cancel } from "../../host";
import type { Change } from "../bus";
import { maySee } from "../core";
import type { Page } from "../paging";
import { matching } from "../query";
import { alarmDataBody, alarmsOf, findAlarms, parseAlarmQuery } from "../query-alarms";
import type { AlarmQuery } from "../query-alarms";
import { newLookup } from "../query-keys";
import type { Device } from "../state";
import type { Alarm } from "../types";
import { newLatest } from "./latest";
import { allowedEntities } from "./limits";
import { ErrorCode, refreshing, refuseCommand, subscribe, unsubscribe, watchDevice } from "./link";
import type { Command, Link } from "./link";

export function alarmData(link: Link, { cmdId, query: json }: Command): void {
  if (json === undefined || json === null) return link.fail(cmdId, ErrorCode.BAD_REQUEST, "Query is empty!");
  const query = parseAlarmQuery(json);
  if (!query.ok) return refuseCommand(link, cmdId, query);
  const devices = matching(link.model, link.who, query.value.entities).slice(0, allowedEntities);
  if (devices.length === 0) {
    unsubscribe(link.subscriptions, cmdId);
    const data = { data: [], totalPages: 0, totalElements: 0, hasNext: false };
    return link.update({ cmdId, cmdUpdateType: "ALARM_DATA", data, update: null, allowedEntities: 0, totalEntities: 0 });
  }
  const stops: Cancel[] = [];
  const subscription = { kind: "ALARM_DATA", stop: () => stops.forEach((stop) => stop()) };
  if (!subscribe(link, link.subscriptions, cmdId, subscription)) return;
  stops.push(...follow(link, cmdId, query.value, devices));
  // The first frame may have ended the socket, and what was begun after that has nobody left to end it.
  if (link.subscriptions.get(cmdId) !== subscription) subscription.stop();
}

/** Sends the page, and begins to follow it: what ends that. */
function follow(link: Link, cmdId: number, query: AlarmQuery, devices: readonly Device[]): Cancel[] {
  const { model } = link;
  const lookup = newLookup(model);
  const latest = newLatest();
  let page: Page<Alarm>;
  let refetches = 0;
  let isStale = false;
  const body = (alarm: Alarm): object => alarmDataBody(model, alarm, query);
  const frame = (data: object | null, update: readonly object[] | null): void =>
    link.update({ cmdId, cmdUpdateType: "ALARM_DATA", data, update, allowedEntities, totalEntities: devices.length });
  const fetch = (): void => {
    page = findAlarms(model, devices.filter((device) => model.state.devices.has(device.info.id) && maySee(link.who, device)), query);
    isStale = false;
    frame({ ...page, data: page.data.map(body) }, null);
  };
  const refetch = (): void => {
    refetches += 1;
    if (refetches > link.limits.refetchesMax) isStale = true;
    else fetch();
  };
  const alarmChanged = (device: Device, alarm: Alarm, gone: boolean): void => {
    const isShown = page.data.some(({ id }) => id === alarm.id);
    const isWanted = !gone && alarmsOf(model, [device], query.alarms).some(({ id }) => id === alarm.id);
    if (isShown && isWanted) {
      page = { ...page, data: page.data.map((one) => (one.id === alarm.id ? alarm : one)) };
      frame(null, [body(alarm)]);
    } else if (isShown || (isWanted && query.page.page === 0)) refetch();
  };
  for (const device of devices) latest.learn(device, query.latest, lookup);
  fetch();
  const watch = (device: Device) => (change: Change): void => {
    if (change.kind === "alarm") return alarmChanged(device, change.alarm, change.gone);
    if (latest.changed(device, query.latest, lookup, change) === undefined) return;
    const own = page.data.filter(({ originator }) => originator.id === device.info.id);
    if (own.length > 0) frame(null, own.map(body));
  };
  const refresh = refreshing(link, () => {
    refetches = 0;
    if (isStale) fetch();
  });
  return [refresh, ...devices.map((device) => watchDevice(link, device, watch(device)))];
}
