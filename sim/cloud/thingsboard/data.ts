/**
 * Attributes and time series of devices: every write and every deletion, whoever asks, and what may be read of them.
 *
 * Callers have shown that they may touch the device. A change is kept first and then told, once, as a whole.
 */
import type { Core } from "./core";
import { checkQuery, readSeries } from "./series";
import type { Read, SeriesQuery } from "./series";
import { kept } from "./state";
import type { Device } from "./state";
import { done, refuse, scopes } from "./types";
import type { Refused, Result, Scope, Stamped } from "./types";
import type { KeyValue, Point } from "./values";

export interface AttributeRead extends Stamped {
  readonly key: string;
  readonly scope: Scope;
}

export interface Data {
  writeAttributes(device: Device, scope: Scope, values: readonly KeyValue[]): Result<void>;
  /** Gives the keys that were there. */
  deleteAttributes(device: Device, scope: Scope, keys: readonly string[]): Result<readonly string[]>;
  /** Without scopes: of all three. Without keys: all. */
  attributes(device: Device, wanted: { readonly scope?: Scope; readonly keys?: readonly string[] }): AttributeRead[];
  writeSeries(device: Device, points: readonly Point[]): Result<void>;
  deleteSeries(device: Device, keys: readonly string[], startTs: number, endTs: number): Result<void>;
  /** The newest point of each key that has one. */
  latest(device: Device, keys: readonly string[]): Map<string, Stamped>;
  read(device: Device, keys: readonly string[], query: SeriesQuery): Result<Record<string, Read[]>>;
}

export function newData(core: Core): Data {
  return {
    writeAttributes: (device, scope, values) => writeAttributes(core, device, scope, values),
    deleteAttributes: (device, scope, keys) => {
      const present = keys.filter((key) => device.attributes[scope].has(key));
      if (present.length === 0) return done(present);
      const refused = core.commit({ t: "attributes-gone", id: device.info.id, scope, keys: present });
      if (refused !== undefined) return refused;
      core.bus.tell(device.info.id, { kind: "attributes-gone", device: device.info.id, scope, keys: present });
      return done(present);
    },
    attributes: (device, { scope, keys }) =>
      (scope === undefined ? scopes : [scope]).flatMap((one) =>
        [...device.attributes[one]].filter(([key]) => keys === undefined || keys.includes(key)).map(([key, stamped]) => ({ key, scope: one, ...stamped })),
      ),
    writeSeries: (device, points) => writeSeries(core, device, points),
    deleteSeries: (device, keys, startTs, endTs) => {
      const present = keys.filter((key) => device.series.has(key));
      if (present.length === 0) return done(undefined);
      const refused = core.commit({ t: "series-gone", id: device.info.id, keys: present, startTs, endTs });
      if (refused !== undefined) return refused;
      core.bus.tell(device.info.id, { kind: "series-gone", device: device.info.id, keys: present });
      return done(undefined);
    },
    latest: (device, keys) => {
      const found = keys.map((key) => [key, device.series.get(key)?.at(-1)] as const);
      return new Map(found.filter((one): one is readonly [string, Stamped] => one[1] !== undefined));
    },
    read: (device, keys, asked) => {
      const query = checkQuery(asked, core.limits);
      if (!query.ok) return query;
      const found = new Map<string, Read[]>();
      let points = 0;
      for (const key of new Set(keys)) {
        const read = readSeries(device.series.get(key) ?? [], query.value);
        points += read.length;
        // Looked at after each key: all of them together may be a thousand times what can be answered.
        if (points > core.limits.queryPointsMax) return tooMuch(core.limits.queryPointsMax);
        found.set(key, read);
      }
      return done(Object.fromEntries(found));
    },
  };
}

function writeAttributes(core: Core, device: Device, scope: Scope, values: readonly KeyValue[]): Result<void> {
  if (values.length === 0) return done(undefined);
  const ts = core.host.now();
  const map = device.attributes[scope];
  if (isOverfull(map, values.map(([key]) => key), core.limits.keysPerDeviceMax)) return tooManyKeys(core);
  const stamped = values.map(([key, value]) => ({ key, ts, value }));
  const refused = core.commit({ t: "attributes", id: device.info.id, scope, values: stamped.map((one) => kept(one.key, one)) });
  if (refused !== undefined) return refused;
  core.bus.tell(device.info.id, { kind: "attributes", device: device.info.id, scope, values: stamped });
  return done(undefined);
}

function writeSeries(core: Core, device: Device, points: readonly Point[]): Result<void> {
  if (points.length === 0) return done(undefined);
  if (isOverfull(device.series, points.map(({ key }) => key), core.limits.keysPerDeviceMax)) return tooManyKeys(core);
  const refused = core.commit({ t: "series", id: device.info.id, points: points.map((point) => kept(point.key, point)) });
  if (refused !== undefined) return refused;
  core.bus.tell(device.info.id, { kind: "series", device: device.info.id, points });
  return done(undefined);
}

function isOverfull(present: ReadonlyMap<string, unknown>, keys: readonly string[], max: number): boolean {
  return present.size + new Set(keys.filter((key) => !present.has(key))).size > max;
}

/** An answer has its limit, however it comes to it. */
export function tooMuch(pointsMax: number): Refused {
  return refuse("badRequest", `More than ${pointsMax} points were asked for: name fewer keys or entities, or a shorter range.`);
}

function tooManyKeys(core: Core): Result<void> {
  return refuse("badRequest", `More than ${core.limits.keysPerDeviceMax} keys in one device`);
}
