/**
 * Properties of thngs and products, and locations of thngs: written as arrays, kept as histories (T12, T13, T17 to T19).
 */
import { find, pageOf, timeOf } from "./core";
import type { Core, Request } from "./core";
import { isBounded } from "./documents";
import { newest } from "./history";
import type { Stored } from "./history";
import type { Resource } from "./resource";
import type { Document, Series, State } from "./state";
import { isRecord, refuse } from "./types";
import type { Done, Result } from "./types";

type PropertiesResource = Extract<Resource, { kind: "properties" }>;
type LocationResource = Extract<Resource, { kind: "location" }>;

/** A property or a location as it leaves the cloud (B13). */
export interface Element {
  readonly key: string;
  readonly value: unknown;
  readonly timestamp: number;
  readonly createdAt: number;
}

interface NewValue {
  readonly key: string;
  readonly value: unknown;
  /** Undefined: the moment of arrival. */
  readonly timestamp: number | undefined;
}

/** The last moment that a date can be; milliseconds since 1970. */
const endOfTimes = 8.64e15;

function elementOf(key: string, [timestamp, createdAt, value]: Stored): Element {
  return { key, value, timestamp, createdAt };
}

/** The latest value of each key, in order of first arrival. */
export function latestOf(state: State, series: Series, id: string): readonly Element[] {
  return [...(state.series[series].get(id) ?? [])].flatMap(([key, history]) => {
    const last = history.at(-1);
    return last === undefined ? [] : [elementOf(key, last)];
  });
}

/** What of these resources a subscriber gets at first (B16): an array, or undefined when there is no value. */
export function currentValues(state: State, resource: PropertiesResource | LocationResource): readonly unknown[] | undefined {
  if (resource.kind === "location") return someOf(latestOf(state, "location", resource.id).map(locationOf));
  const all = latestOf(state, "properties", resource.id);
  return someOf(resource.key === undefined ? all : all.filter(({ key }) => key === resource.key));
}

function someOf(list: readonly unknown[]): readonly unknown[] | undefined {
  return list.length === 0 ? undefined : list;
}

function locationOf({ value, timestamp, createdAt }: Element): Record<string, unknown> {
  return { timestamp, createdAt, ...(value as object) };
}

/** `[{key,value,timestamp}]`, or for one property `[{value,timestamp}]`: one notice for all, and one for each key. */
export function writeProperties(core: Core, request: Request<PropertiesResource>): Result<Done> {
  const { access, resource, origin } = request;
  const found = find(core, access, resource.owner, resource.id);
  if (!found.ok) return found;
  const parsed = parseArray(core, request.body, (item) => parseProperty(core, item, resource.key));
  if (!parsed.ok) return parsed;
  const known = core.state.series.properties.get(resource.id);
  const fresh = new Set(parsed.values.map(({ key }) => key).filter((key) => known?.has(key) !== true));
  if ((known?.size ?? 0) + fresh.size > core.limits.propertiesPerOwnerMax) {
    return refuse("badRequest", `More than ${core.limits.propertiesPerOwnerMax} properties`);
  }
  const stored = store(core, "properties", found.doc, parsed.values);
  if (!stored.ok) return stored;
  const { elements } = stored;
  const { account, projects } = found.doc;
  core.tell(account, { kind: "properties", owner: resource.owner, id: resource.id }, elements, { projects }, origin);
  for (const key of new Set(elements.map((element) => element.key))) {
    const own = elements.filter((element) => element.key === key);
    core.tell(account, { kind: "properties", owner: resource.owner, id: resource.id, key }, own, { projects }, origin);
  }
  return { ok: true, body: elements };
}

/** `[{position,timestamp}]`, a GeoJSON point of [longitude, latitude], or `place` in its stead. */
export function writeLocation(core: Core, request: Request<LocationResource>): Result<Done> {
  const found = find(core, request.access, "thng", request.resource.id);
  if (!found.ok) return found;
  const parsed = parseArray(core, request.body, parseLocation);
  if (!parsed.ok) return parsed;
  const stored = store(core, "location", found.doc, parsed.values);
  if (!stored.ok) return stored;
  const body = stored.elements.map(locationOf);
  core.tell(found.doc.account, request.resource, body, { projects: found.doc.projects }, request.origin);
  return { ok: true, body };
}

function parseArray(core: Core, body: unknown, parse: (item: unknown) => Result<{ value: NewValue }>): Result<{ values: readonly NewValue[] }> {
  if (!Array.isArray(body) || body.length === 0) return refuse("badRequest", "The body must be an array of values");
  if (body.length > core.limits.writeValuesMax) return refuse("badRequest", `More than ${core.limits.writeValuesMax} values`);
  const values: NewValue[] = [];
  // All that have no time of their own are of one moment.
  const now = core.host.now();
  const moments = new Set<string>();
  for (const item of body as unknown[]) {
    const parsed = parse(item);
    if (!parsed.ok) return parsed;
    const { key, timestamp } = parsed.value;
    const moment = `${timestamp ?? now} ${key}`;
    if (moments.has(moment)) return refuse("badRequest", "Values of one key need distinct timestamps");
    moments.add(moment);
    values.push(parsed.value);
  }
  return { ok: true, values };
}

function parseProperty(core: Core, item: unknown, only: string | undefined): Result<{ value: NewValue }> {
  if (!isRecord(item)) return refuse("badRequest", "Each value must be an object");
  const key = parseKey(core, item["key"] ?? only);
  if (key === undefined) return refuse("badRequest", `key must be 1 to ${core.limits.nameCharsMax} characters, without a slash`);
  if (only !== undefined && key !== only) return refuse("badRequest", "key differs from that of the path");
  const { value } = item;
  if (value === undefined || value === null) return refuse("badRequest", "value is missing");
  if (!isBounded(value, core.limits.depthMax) || JSON.stringify(value).length > core.limits.valueCharsMax) {
    return refuse("badRequest", "value is too large, too deep or not a number");
  }
  return withTimestamp(item, key, value);
}

/** Keys are stored in lower case. */
function parseKey(core: Core, key: unknown): string | undefined {
  if (typeof key !== "string" || key === "" || key.length > core.limits.nameCharsMax || /[/\p{C}]/u.test(key)) return undefined;
  return key.toLowerCase();
}

function parseLocation(item: unknown): Result<{ value: NewValue }> {
  if (!isRecord(item)) return refuse("badRequest", "Each location must be an object");
  const { place, position } = item;
  if (position === undefined && typeof place === "string" && place.length <= 64) return withTimestamp(item, "", { place });
  const point = pointOf(position);
  if (point === undefined) return refuse("badRequest", "position must be a GeoJSON point: longitude -180 to 180, latitude -90 to 90");
  return withTimestamp(item, "", point);
}

/** What of a GeoJSON point is kept. */
export function pointOf(position: unknown): { latitude: number; longitude: number; position: unknown } | undefined {
  if (!isRecord(position) || position["type"] !== "Point" || !Array.isArray(position["coordinates"])) return undefined;
  const [longitude, latitude] = position["coordinates"] as unknown[];
  if (!isWithin(longitude, 180) || !isWithin(latitude, 90)) return undefined;
  return { latitude, longitude, position: { type: "Point", coordinates: [longitude, latitude] } };
}

function isWithin(value: unknown, bound: number): value is number {
  return typeof value === "number" && value >= -bound && value <= bound;
}

/** Milliseconds since 1970, whole. */
export function isTimestamp(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= endOfTimes;
}

function withTimestamp(item: Record<string, unknown>, key: string, value: unknown): Result<{ value: NewValue }> {
  const { timestamp } = item;
  if (timestamp !== undefined && !isTimestamp(timestamp)) return refuse("badRequest", "timestamp must be milliseconds since 1970");
  return { ok: true, value: { key, value, timestamp } };
}

function store(core: Core, series: Series, doc: Document, values: readonly NewValue[]): Result<{ elements: readonly Element[] }> {
  const now = core.host.now();
  const stored = values.map(({ key, value, timestamp }) => [key, timestamp ?? now, now, value] as const);
  const refused = core.commit({ t: "values", series, id: doc.id, values: stored });
  return refused ?? { ok: true, elements: stored.map(([key, ...rest]) => elementOf(key, rest)) };
}

/** All keys: the latest of each. One key: its history, newest first, from `from` to `to`. */
export function readProperties(core: Core, request: Request<PropertiesResource>): Result<Done> {
  const { resource } = request;
  const found = find(core, request.access, resource.owner, resource.id);
  if (!found.ok) return found;
  if (resource.key === undefined) return { ok: true, body: latestOf(core.state, "properties", resource.id) };
  const history = historyOf(core, request, "properties", resource.id, resource.key);
  return history.ok ? { ok: true, body: history.elements } : history;
}

export function readLocation(core: Core, request: Request<LocationResource>): Result<Done> {
  const found = find(core, request.access, "thng", request.resource.id);
  if (!found.ok) return found;
  const history = historyOf(core, request, "location", request.resource.id, "");
  return history.ok ? { ok: true, body: history.elements.map(locationOf) } : history;
}

function historyOf(core: Core, { query }: Request, series: Series, id: string, key: string): Result<{ elements: readonly Element[] }> {
  const from = timeOf(query, "from", 0);
  if (!from.ok) return from;
  const to = timeOf(query, "to", endOfTimes);
  if (!to.ok) return to;
  const page = pageOf(query);
  if (!page.ok) return page;
  const history = core.state.series[series].get(id)?.get(key);
  if (history === undefined) return series === "location" ? { ok: true, elements: [] } : refuse("notFound", "The property does not exist");
  return { ok: true, elements: newest(history, from.at, to.at, page.count).map((stored) => elementOf(key, stored)) };
}

/** One property, or what of it is no later than `to`. */
export function removeValues(core: Core, request: Request<PropertiesResource | LocationResource>): Result<Done> {
  const { resource, access } = request;
  const isLocation = resource.kind === "location";
  const found = find(core, access, isLocation ? "thng" : resource.owner, resource.id);
  if (!found.ok) return found;
  const to = timeOf(request.query, "to", endOfTimes);
  if (!to.ok) return to;
  const series = isLocation ? "location" : "properties";
  const key = isLocation ? "" : resource.key;
  if (key === undefined) return refuse("notAllowed", "Properties are deleted one by one");
  if (core.state.series[series].get(resource.id)?.has(key) !== true) return refuse("notFound", `The ${resource.kind} does not exist`);
  return core.commit({ t: "forget", series, id: resource.id, key, to: to.at }) ?? { ok: true };
}
