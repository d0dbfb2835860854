/**
 * Entity queries: which devices a filter means for who asks, in which order, on which page (section 3.2, 3.11).
 */
import { isRecord, isUuid, newRecord, textIn } from "./json";
import type { Thingsboard } from "./model";
import { checkPage, pageOf } from "./paging";
import type { Page, PageOf } from "./paging";
import { newLookup, parseKey, parseKeyFilters, parseKeys } from "./query-keys";
import type { DeviceFilter, Key, Lookup } from "./query-keys";
import type { Device } from "./state";
import { done, refuse } from "./types";
import type { Principal, Refused, Result, Stamped } from "./types";
import { numberOf } from "./values";

export interface Sort {
  readonly key: Key;
  readonly direction: "ASC" | "DESC";
}

export interface EntityQuery {
  readonly filter: DeviceFilter;
  readonly page: PageOf;
  readonly textSearch: string;
  readonly sort: Sort | undefined;
  readonly dynamic: boolean;
  readonly entityFields: readonly Key[];
  readonly latestValues: readonly Key[];
}

/** Types that the platform has and this emulation holds none of. */
const emptyTypes = ["ASSET", "CUSTOMER", "USER", "TENANT", "DASHBOARD", "ENTITY_VIEW", "EDGE", "DEVICE_PROFILE", "ASSET_PROFILE", "RULE_CHAIN", "ALARM", "API_USAGE_STATE"];
const listMax = 10000;
const patternCharsMax = 255;

function isPattern(text: unknown): text is string {
  return typeof text === "string" && text.length <= patternCharsMax;
}

/** The filter of entities and of their keys. */
export function parseFilter(query: unknown): Result<DeviceFilter> {
  if (!isRecord(query)) return refuse("badRequest", "Query must be specified.");
  const entity = parseEntityFilter(query["entityFilter"]);
  if (!entity.ok) return entity;
  const keys = parseKeyFilters(query["keyFilters"], query["keyFiltersOperation"]);
  return keys.ok ? done((device, lookup) => entity.value(device, lookup) && keys.value(device, lookup)) : keys;
}

function parseEntityFilter(json: unknown): Result<DeviceFilter> {
  if (!isRecord(json)) return refuse("badRequest", "Query entity filter must be specified.");
  const { type } = json;
  if (typeof type !== "string") return refuse("badRequest", "Query entity filter type must be specified.");
  switch (type) {
    case "entityType":
      return ofType(json["entityType"], () => true);
    case "entityGroup":
      // Groups are of another edition: the group of all is what its clients ask for.
      return ofType(json["groupType"], () => true);
    case "singleEntity": {
      const single = json["singleEntity"];
      if (!isRecord(single) || !isUuid(single["id"])) return refuse("badRequest", "singleEntity must be {entityType,id}");
      const id = single["id"].toLowerCase();
      return ofType(single["entityType"], ({ info }) => info.id === id);
    }
    case "entityList": {
      const list = json["entityList"];
      if (!Array.isArray(list) || list.length > listMax || !list.every(isUuid)) return refuse("badRequest", `entityList must be a list of ${listMax} ids at most`);
      const ids = new Set(list.map((id: string) => id.toLowerCase()));
      return ofType(json["entityType"], ({ info }) => ids.has(info.id));
    }
    case "entityName": {
      if (!isPattern(json["entityNameFilter"])) return refuse("badRequest", `entityNameFilter must be a text of ${patternCharsMax} characters at most`);
      const isNamed = nameFilter(json["entityNameFilter"]);
      return ofType(json["entityType"], ({ info }) => isNamed(info.name));
    }
    case "deviceType":
      return ofDeviceType(json);
    default:
      return refuse("badRequest", `Unsupported entity filter: ${type.slice(0, 64)}`);
  }
}

function ofType(type: unknown, holds: (device: Device) => boolean): Result<DeviceFilter> {
  if (type === undefined || type === null) return refuse("badRequest", "Entity type is required");
  if (type === "DEVICE") return done(holds);
  return emptyTypes.includes(textIn(type)) ? done(() => false) : refuse("badRequest", `Unknown entity type: ${textIn(type).slice(0, 64)}`);
}

function ofDeviceType(json: Record<string, unknown>): Result<DeviceFilter> {
  const types = json["deviceTypes"] ?? [json["deviceType"]];
  if (!Array.isArray(types) || types.length === 0 || !types.every((type) => typeof type === "string")) return refuse("badRequest", "deviceTypes must be specified");
  const pattern = json["deviceNameFilter"] ?? "";
  if (!isPattern(pattern)) return refuse("badRequest", `deviceNameFilter must be a text of ${patternCharsMax} characters at most`);
  const isNamed = nameFilter(pattern);
  return done(({ info }) => types.includes(info.type) && isNamed(info.name));
}

/** A prefix, whatever its case; with "%" at an end, a pattern of the database. */
function nameFilter(text: string): (name: string) => boolean {
  const wanted = text.toLowerCase();
  if (!wanted.startsWith("%") && !wanted.endsWith("%")) return (name) => name.toLowerCase().startsWith(wanted);
  return (name) => isLike(name.toLowerCase(), wanted);
}

/** SQL's LIKE, in time of the product of both lengths at most. */
export function isLike(text: string, pattern: string): boolean {
  let [at, from, star, mark] = [0, 0, -1, 0];
  while (at < text.length) {
    if (pattern[from] === "%") {
      star = from;
      mark = at;
      from += 1;
    } else if (from < pattern.length && (pattern[from] === "_" || pattern[from] === text[at])) {
      at += 1;
      from += 1;
    } else if (star >= 0) {
      from = star + 1;
      mark += 1;
      at = mark;
    } else return false;
  }
  while (pattern[from] === "%") from += 1;
  return from === pattern.length;
}

/** `extra`: keys that a subscription adds to `latestValues`. */
export function parseEntityQuery(json: unknown, extra: readonly Key[] = []): Result<EntityQuery> {
  if (!isRecord(json)) return refuse("badRequest", "Query must be specified.");
  const filter = parseFilter(json);
  const link = parsePageLink(json["pageLink"]);
  const entityFields = parseKeys(json["entityFields"]);
  const latestValues = parseKeys(json["latestValues"]);
  const refused = [filter, link, entityFields, latestValues].find((one): one is Refused => !one.ok);
  if (refused !== undefined || !filter.ok || !link.ok || !entityFields.ok || !latestValues.ok) return refused as Refused;
  const latest = [...latestValues.value, ...extra.filter((key) => !latestValues.value.some((one) => one.type === key.type && one.key === key.key))];
  return done({ ...link.value, filter: filter.value, entityFields: entityFields.value, latestValues: latest });
}

export type PageLink = Pick<EntityQuery, "page" | "textSearch" | "sort" | "dynamic">;

export function parsePageLink(json: unknown): Result<PageLink> {
  if (!isRecord(json)) return refuse("badRequest", "pageLink must be specified");
  const page = checkPage(json["pageSize"], json["page"]);
  if (!page.ok) return page;
  const { textSearch, sortOrder, dynamic } = json;
  let sort: Sort | undefined;
  if (isRecord(sortOrder)) {
    const key = parseKey(sortOrder["key"]);
    if (!key.ok) return key;
    sort = { key: key.value, direction: sortOrder["direction"] === "DESC" ? "DESC" : "ASC" };
  }
  return done({ page: page.value, textSearch: typeof textSearch === "string" ? textSearch.toLowerCase() : "", sort, dynamic: dynamic === true });
}

/** All devices that a filter means. */
export function matching(model: Thingsboard, who: Principal, filter: DeviceFilter): Device[] {
  const lookup = newLookup(model);
  return model.devices.all(who).filter((device) => filter(device, lookup));
}

export function findEntities(model: Thingsboard, who: Principal, query: EntityQuery): Page<Device> {
  const lookup = newLookup(model);
  const selected = [...query.entityFields, ...query.latestValues];
  const found = matching(model, who, query.filter).filter(
    (device) => query.textSearch === "" || selected.some((key) => lookup(device, key)?.value.text.toLowerCase().includes(query.textSearch) === true),
  );
  return pageOf(sorted(found, query.sort, lookup), query.page);
}

/** By the key, and by the id where that is equal; devices without the key stand last, in descending order first. */
export function sorted(devices: readonly Device[], sort: Sort | undefined, lookup: Lookup): Device[] {
  if (sort === undefined) return [...devices];
  const turn = sort.direction === "DESC" ? -1 : 1;
  const keyed = devices.map((device) => ({ device, rank: rankOf(lookup(device, sort.key)) }));
  keyed.sort((a, b) => turn * (compareRanks(a.rank, b.rank) || (a.device.info.id < b.device.info.id ? -1 : 1)));
  return keyed.map(({ device }) => device);
}

/** Numbers (true is 1) before texts before nothing. */
type Rank = readonly [kind: number, number: number, text: string];

function rankOf(stamped: Stamped | undefined): Rank {
  if (stamped === undefined) return [2, 0, ""];
  const { value } = stamped;
  if (value.type === "BOOLEAN") return [0, value.text === "true" ? 1 : 0, ""];
  const number = numberOf(value);
  return number === undefined ? [1, 0, value.text] : [0, number, ""];
}

export function compareRanks(a: Rank, b: Rank): number {
  if (a[0] !== b[0]) return a[0] - b[0];
  if (a[1] !== b[1]) return a[1] - b[1];
  return a[2] < b[2] ? -1 : a[2] > b[2] ? 1 : 0;
}

/** A value as queries give it. */
export interface Shown {
  readonly ts: number;
  readonly value: string;
}

export function shown(stamped: Stamped | undefined): Shown {
  return stamped === undefined ? { ts: 0, value: "" } : { ts: stamped.ts, value: stamped.value.text };
}

export type LatestBody = Record<string, Record<string, Shown>>;

/** The keys of a device by their types; what it does not have is "" at time 0. */
export function latestBody(device: Device, keys: readonly Key[], lookup: Lookup): LatestBody {
  const latest: LatestBody = {};
  for (const key of keys) (latest[key.type] ??= newRecord())[key.key] = shown(lookup(device, key));
  return latest;
}
