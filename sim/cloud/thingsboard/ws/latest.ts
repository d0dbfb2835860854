/**
 * The latest values that a client has been told, and which change of a device is news to it (section 3.2, later frames).
 *
 * Older than what is known, or the same at the same time, is no news; a key that is gone is "" at time 0.
 */
import type { Change } from "../bus";
import { newRecord } from "../json";
import { shown } from "../query";
import type { LatestBody, Shown } from "../query";
import { scopeOf } from "../query-keys";
import type { Key, Lookup } from "../query-keys";
import type { Device } from "../state";

export interface Latest {
  /** The client has been told these. */
  learn(device: Device, keys: readonly Key[], lookup: Lookup): void;
  /** What is news of a change among `keys`, learned by this; without a change, of all that was never told. */
  changed(device: Device, keys: readonly Key[], lookup: Lookup, change: Change | undefined): LatestBody | undefined;
}

export function newLatest(): Latest {
  const known = new Map<string, Shown>();
  const nameOf = (device: Device, { type, key }: Key): string => JSON.stringify([device.info.id, type, key]);
  return {
    learn: (device, keys, lookup) => {
      for (const key of keys) if (isLive(key)) known.set(nameOf(device, key), shown(lookup(device, key)));
    },
    changed: (device, keys, lookup, change) => {
      const news: LatestBody = {};
      for (const key of keys) {
        if (!isLive(key) || (change !== undefined && !concerns(change, key))) continue;
        const name = nameOf(device, key);
        const before = known.get(name) ?? { ts: 0, value: "" };
        const now = candidate(device, key, lookup, change);
        if ((now.ts < before.ts && !isGone(change)) || (now.ts === before.ts && now.value === before.value)) continue;
        known.set(name, now);
        (news[key.type] ??= newRecord())[key.key] = now;
      }
      return Object.keys(news).length === 0 ? undefined : news;
    },
  };
}

/** Fields of an entity are shown once and not followed. */
function isLive({ type }: Key): boolean {
  return type !== "ENTITY_FIELD" && type !== "ALARM_FIELD";
}

function isGone(change: Change | undefined): boolean {
  return change?.kind === "series-gone" || change?.kind === "attributes-gone";
}

function concerns(change: Change, { type, key }: Key): boolean {
  switch (change.kind) {
    case "series":
      return type === "TIME_SERIES" && change.points.some((point) => point.key === key);
    case "series-gone":
      return type === "TIME_SERIES" && change.keys.includes(key);
    case "attributes":
      return isOfScope(type, change.scope) && change.values.some((value) => value.key === key);
    case "attributes-gone":
      return isOfScope(type, change.scope) && change.keys.includes(key);
    default:
      return false;
  }
}

function isOfScope(type: string, scope: string): boolean {
  return type === "ATTRIBUTE" || scopeOf(type) === scope;
}

/** What the change says of the key: the newest point of a write, whatever has been stored since. */
function candidate(device: Device, { type, key }: Key, lookup: Lookup, change: Change | undefined): Shown {
  if (change?.kind === "series") {
    const points = change.points.filter((point) => point.key === key);
    return shown(points.reduce((newest, point) => (point.ts >= newest.ts ? point : newest)));
  }
  if (change?.kind === "attributes") return shown(change.values.find((value) => value.key === key));
  return shown(lookup(device, { type, key }));
}
