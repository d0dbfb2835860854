/**
 * The commands of the WebSocket API by their types (section 3.1), and the checks that all of them share.
 */
import { isRecord, textIn } from "../json";
import { alarmData } from "./alarm-data";
import { alarmCount, alarmStatus, entityCount } from "./counts";
import { entityData } from "./entity-data";
import { attributes, timeseries, timeseriesHistory } from "./legacy";
import { ErrorCode, parseFailure, unsubscribe } from "./link";
import type { Command, Link } from "./link";
import { markAllAsRead, markAsRead, notifications, notificationsCount } from "./notifications";

interface Kind {
  /** Fields besides `cmdId` and `type`; any other is refused. */
  readonly fields: readonly string[];
  readonly run: (link: Link, command: Command) => void;
}

const entity = ["entityType", "entityId", "keys", "scope", "unsubscribe"];
const range = ["startTs", "interval", "intervalType", "timeZoneId", "limit", "agg"];

/** Ends what stands behind the identifier, whatever that is: the platform does not look (section 3.9). */
const drop: Kind = { fields: [], run: ({ subscriptions }, { cmdId }) => unless(subscriptions.get(cmdId)?.kind === "NOTIFICATIONS", () => unsubscribe(subscriptions, cmdId)) };
const dropNotifications: Kind = {
  fields: [],
  run: ({ subscriptions }, { cmdId }) => unless(subscriptions.get(cmdId)?.kind !== "NOTIFICATIONS", () => unsubscribe(subscriptions, cmdId)),
};

function unless(holds: boolean, act: () => void): void {
  if (!holds) act();
}

const kinds: Readonly<Record<string, Kind>> = {
  ATTRIBUTES: { fields: entity, run: attributes },
  TIMESERIES: { fields: [...entity, ...range, "timeWindow"], run: timeseries },
  TIMESERIES_HISTORY: { fields: [...entity, ...range, "endTs"], run: timeseriesHistory },
  ENTITY_DATA: { fields: ["query", "latestCmd", "tsCmd", "historyCmd", "aggHistoryCmd", "aggTsCmd"], run: entityData },
  ENTITY_COUNT: { fields: ["query"], run: entityCount },
  ALARM_DATA: { fields: ["query"], run: alarmData },
  ALARM_COUNT: { fields: ["query"], run: alarmCount },
  ALARM_STATUS: { fields: ["originatorId", "typeList", "severityList"], run: alarmStatus },
  NOTIFICATIONS: { fields: ["limit", "types"], run: notifications },
  NOTIFICATIONS_COUNT: { fields: [], run: notificationsCount },
  MARK_NOTIFICATIONS_AS_READ: { fields: ["notifications"], run: markAsRead },
  MARK_ALL_NOTIFICATIONS_AS_READ: { fields: [], run: markAllAsRead },
  ENTITY_DATA_UNSUBSCRIBE: drop,
  ENTITY_COUNT_UNSUBSCRIBE: drop,
  ALARM_DATA_UNSUBSCRIBE: drop,
  ALARM_COUNT_UNSUBSCRIBE: drop,
  ALARM_STATUS_UNSUBSCRIBE: drop,
  NOTIFICATIONS_UNSUBSCRIBE: dropNotifications,
};

/** Runs one command of a message; whatever is wrong with it is answered, and concerns no other (C12). */
export function runCommand(link: Link, json: unknown): void {
  const cmdId = isRecord(json) ? json["cmdId"] : undefined;
  const isNumber = typeof cmdId === "number" && Number.isInteger(cmdId) && Math.abs(cmdId) <= 0x7fffffff;
  const { BAD_REQUEST, INTERNAL } = ErrorCode;
  if (!isRecord(json) || !isNumber) return link.fail(0, BAD_REQUEST, parseFailure);
  if (cmdId < 0) return link.fail(cmdId, BAD_REQUEST, "Cmd id is negative value!");
  const type = textIn(json["type"]);
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  const isStrange = (field: string): boolean => field !== "cmdId" && field !== "type" && kind?.fields.includes(field) === false;
  if (kind === undefined || Object.keys(json).some(isStrange)) return link.fail(cmdId, BAD_REQUEST, parseFailure);
  try {
    kind.run(link, json as Command);
  } catch {
    link.model.core.host.log({ event: "ws-command-failed", type });
    link.fail(cmdId, INTERNAL, "Internal Server error!");
  }
}

/** The lists of the older endpoint, in its order, and the type that the commands of each have (section 3.8). */
const wrappers: readonly (readonly [list: string, type: string])[] = [
  ["attrSubCmds", "ATTRIBUTES"],
  ["tsSubCmds", "TIMESERIES"],
  ["historyCmds", "TIMESERIES_HISTORY"],
  ["entityDataCmds", "ENTITY_DATA"],
  ["entityDataUnsubscribeCmds", "ENTITY_DATA_UNSUBSCRIBE"],
  ["alarmDataCmds", "ALARM_DATA"],
  ["alarmDataUnsubscribeCmds", "ALARM_DATA_UNSUBSCRIBE"],
  ["entityCountCmds", "ENTITY_COUNT"],
  ["entityCountUnsubscribeCmds", "ENTITY_COUNT_UNSUBSCRIBE"],
  ["alarmCountCmds", "ALARM_COUNT"],
  ["alarmCountUnsubscribeCmds", "ALARM_COUNT_UNSUBSCRIBE"],
];
const notificationWrappers: readonly (readonly [field: string, type: string])[] = [
  ["unreadCountSubCmd", "NOTIFICATIONS_COUNT"],
  ["unreadSubCmd", "NOTIFICATIONS"],
  ["markAsReadCmd", "MARK_NOTIFICATIONS_AS_READ"],
  ["markAllAsReadCmd", "MARK_ALL_NOTIFICATIONS_AS_READ"],
  ["unsubCmd", "NOTIFICATIONS_UNSUBSCRIBE"],
];

export type Endpoint = "general" | "telemetry" | "notifications";

/** The commands of a message, each with its type; undefined for a message of another form. */
export function commandsOf(endpoint: Endpoint, { authCmd: _authCmd, ...message }: Record<string, unknown>): readonly unknown[] | undefined {
  const names = endpoint === "general" ? ["cmds"] : (endpoint === "telemetry" ? wrappers : notificationWrappers).map(([name]) => name);
  if (!Object.keys(message).every((name) => names.includes(name))) return undefined;
  if (endpoint === "general") {
    const cmds = message["cmds"] ?? [];
    return Array.isArray(cmds) ? (cmds as unknown[]) : undefined;
  }
  const typed = (json: unknown, type: string): unknown => (isRecord(json) ? { ...json, type } : json);
  if (endpoint === "notifications") return notificationWrappers.filter(([name]) => isRecord(message[name])).map(([name, type]) => typed(message[name], type));
  const lists = wrappers.map(([name, type]) => ({ list: message[name] ?? [], type }));
  if (!lists.every(({ list }) => Array.isArray(list))) return undefined;
  return lists.flatMap(({ list, type }) => (list as unknown[]).map((one) => typed(one, type)));
}
