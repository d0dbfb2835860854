/**
 * Keys of entities: what a query may name of a device, and the filters over it (section 3.11, key filters).
 *
 * One engine behind WebSocket and REST. Everything that is not understood is refused with a sentence (C9, C10).
 */
import { isRecord, numberIn, textIn } from "./json";
import type { Thingsboard } from "./model";
import type { Device } from "./state";
import { done, refuse } from "./types";
import type { Refused, Result, Scope, Stamped } from "./types";
import { numberOf } from "./values";

const attributeScopes: Readonly<Record<string, Scope>> = { CLIENT_ATTRIBUTE: "CLIENT_SCOPE", SHARED_ATTRIBUTE: "SHARED_SCOPE", SERVER_ATTRIBUTE: "SERVER_SCOPE" };
const keyTypes = ["ATTRIBUTE", "CLIENT_ATTRIBUTE", "SHARED_ATTRIBUTE", "SERVER_ATTRIBUTE", "TIME_SERIES", "ENTITY_FIELD", "ALARM_FIELD"];

export interface Key {
  readonly type: string;
  readonly key: string;
}

/** A device's value under a key; undefined where it has none. */
export type Lookup = (device: Device, key: Key) => Stamped | undefined;

export type DeviceFilter = (device: Device, lookup: Lookup) => boolean;

const keysMax = 1000;
const filtersMax = 100;
const nestingMax = 8;

export function parseKey(json: unknown): Result<Key> {
  if (!isRecord(json) || typeof json["key"] !== "string") return refuse("badRequest", "A key is {type,key}");
  const { type, key } = json;
  if (typeof type !== "string" || !keyTypes.includes(type)) return refuse("badRequest", `Unsupported key type: it is one of ${keyTypes.join(", ")}`);
  return done({ type, key });
}

/** A list of keys; absent and null are an empty one. */
export function parseKeys(json: unknown): Result<readonly Key[]> {
  if (json === undefined || json === null) return done([]);
  if (!Array.isArray(json) || json.length > keysMax) return refuse("badRequest", `Keys are a list of ${keysMax} at most`);
  const keys: Key[] = [];
  for (const one of json as unknown[]) {
    const key = parseKey(one);
    if (!key.ok) return key;
    keys.push(key.value);
  }
  return done(keys);
}

/** Fields of a device; those that it does not have are "". `ts` is the time of the query. */
export function newLookup(model: Thingsboard): Lookup {
  const { host, state } = model.core;
  const field = ({ info }: Device, key: string): string | null => {
    const customer = info.customerId === null ? undefined : state.customers.get(info.customerId);
    switch (key) {
      case "createdTime": return String(info.createdTime);
      case "entityType": return "DEVICE";
      case "name": return info.name;
      case "type": return info.type;
      case "label": return info.label;
      case "additionalInfo": return info.additionalInfo === null ? null : JSON.stringify(info.additionalInfo);
      case "displayName": return info.label ?? info.name;
      case "ownerName": return customer?.title ?? state.tenants.get(info.tenantId)?.name ?? null;
      case "ownerType": return customer === undefined ? "TENANT" : "CUSTOMER";
      default: return null;
    }
  };
  return (device, { type, key }) => {
    if (type === "TIME_SERIES") return device.series.get(key)?.at(-1);
    if (type === "ENTITY_FIELD") {
      const text = field(device, key);
      return text === null ? undefined : { ts: host.now(), value: { type: key === "createdTime" ? "LONG" : "STRING", text } };
    }
    const scope = attributeScopes[type];
    if (scope !== undefined) return device.attributes[scope].get(key);
    if (type !== "ATTRIBUTE") return undefined;
    const found = Object.values(device.attributes).map((map) => map.get(key)).filter((one) => one !== undefined);
    return found.reduce<Stamped | undefined>((newest, one) => (newest === undefined || one.ts > newest.ts ? one : newest), undefined);
  };
}

/** The scope of an attribute key's type; undefined for `ATTRIBUTE`, which means any, and for what is no attribute. */
export function scopeOf(type: string): Scope | undefined {
  return attributeScopes[type];
}

/** What a filter says of one value. */
type Predicate = (stamped: Stamped) => boolean;

/** Filters, all of which must hold; with `operation` OR, one of them. */
export function parseKeyFilters(json: unknown, operation: unknown): Result<DeviceFilter> {
  if (json === undefined || json === null) return done(() => true);
  if (!Array.isArray(json) || json.length > filtersMax) return refuse("badRequest", `keyFilters are a list of ${filtersMax} at most`);
  if (operation !== undefined && operation !== null && operation !== "AND" && operation !== "OR") return refuse("badRequest", "keyFiltersOperation must be AND or OR");
  const filters: DeviceFilter[] = [];
  for (const one of json as unknown[]) {
    const filter = parseKeyFilter(one);
    if (!filter.ok) return filter;
    filters.push(filter.value);
  }
  if (filters.length === 0) return done(() => true);
  return done((device, lookup) => (operation === "OR" ? filters.some((filter) => filter(device, lookup)) : filters.every((filter) => filter(device, lookup))));
}

function parseKeyFilter(json: unknown): Result<DeviceFilter> {
  if (!isRecord(json)) return refuse("badRequest", "A key filter is {key,valueType,predicate}");
  const key = parseKey(json["key"]);
  if (!key.ok) return key;
  if (key.value.type === "ALARM_FIELD") return refuse("badRequest", "Unsupported key filter: ALARM_FIELD");
  const isField = key.value.type === "ENTITY_FIELD";
  const predicate = parsePredicate(json["predicate"], isField, nestingMax);
  if (!predicate.ok) return predicate;
  // A key that is not there matches nothing; a field that is null is one that is there.
  const nothing: Stamped = { ts: 0, value: { type: "JSON", text: "null" } };
  return done((device, lookup) => {
    const stamped = lookup(device, key.value) ?? (isField ? nothing : undefined);
    return stamped !== undefined && predicate.value(stamped);
  });
}

function parsePredicate(json: unknown, isField: boolean, depth: number): Result<Predicate> {
  if (!isRecord(json) || depth === 0) return refuse("badRequest", "A predicate is {type,operation,value}, nested eight deep at most");
  const { type, operation } = json;
  if (type === "COMPLEX") return parseComplex(json, isField, depth);
  const wanted = isRecord(json["value"]) ? (json["value"]["userValue"] ?? json["value"]["defaultValue"]) : undefined;
  if (type === "STRING") return parseString(operation, textIn(wanted), json["ignoreCase"] === true);
  if (type === "NUMERIC") return parseNumeric(operation, numberIn(wanted, NaN));
  if (type !== "BOOLEAN") return unsupported(type);
  if (operation !== "EQUAL" && operation !== "NOT_EQUAL") return unsupported(operation);
  const text = String(wanted === true || wanted === "true");
  return done(({ value }) => value.type === "BOOLEAN" && (value.text === text) === (operation === "EQUAL"));
}

function parseComplex(json: Record<string, unknown>, isField: boolean, depth: number): Result<Predicate> {
  const { operation, predicates } = json;
  if (operation !== "AND" && operation !== "OR") return unsupported(operation);
  if (!Array.isArray(predicates) || predicates.length > filtersMax) return refuse("badRequest", `predicates are a list of ${filtersMax} at most`);
  const parts: Predicate[] = [];
  for (const one of predicates as unknown[]) {
    const part = parsePredicate(one, isField, depth - 1);
    if (!part.ok) return part;
    parts.push(part.value);
  }
  return done((stamped) => (operation === "OR" ? parts.some((part) => part(stamped)) : parts.every((part) => part(stamped))));
}

/** Positive operations, and whether each is turned round. */
const stringOperations: Readonly<Record<string, readonly [test: (text: string, wanted: string) => boolean, turned: boolean]>> = {
  EQUAL: [(text, wanted) => text === wanted, false],
  NOT_EQUAL: [(text, wanted) => text === wanted, true],
  STARTS_WITH: [(text, wanted) => text.startsWith(wanted), false],
  ENDS_WITH: [(text, wanted) => text.endsWith(wanted), false],
  CONTAINS: [(text, wanted) => text.includes(wanted), false],
  NOT_CONTAINS: [(text, wanted) => text.includes(wanted), true],
  IN: [(text, wanted) => listed(wanted).includes(text), false],
  NOT_IN: [(text, wanted) => listed(wanted).includes(text), true],
};

function listed(text: string): string[] {
  return text.split(",").map((one) => one.trim());
}

/** Over texts alone: a value that is no text is unequal to every text. An empty value asks for nothing. */
function parseString(operation: unknown, wanted: string, ignoreCase: boolean): Result<Predicate> {
  const known = Object.hasOwn(stringOperations, textIn(operation)) ? stringOperations[textIn(operation)] : undefined;
  if (known === undefined) return unsupported(operation);
  const [holds, turned] = known;
  const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  const folded = fold(wanted);
  if (wanted === "") return done(() => true);
  return done(({ value }) => (value.type === "STRING" && holds(fold(value.text), folded)) !== turned);
}

const numericOperations: Readonly<Record<string, (value: number, wanted: number) => boolean>> = {
  EQUAL: (value, wanted) => value === wanted,
  NOT_EQUAL: (value, wanted) => value !== wanted,
  GREATER: (value, wanted) => value > wanted,
  LESS: (value, wanted) => value < wanted,
  GREATER_OR_EQUAL: (value, wanted) => value >= wanted,
  LESS_OR_EQUAL: (value, wanted) => value <= wanted,
};

function parseNumeric(operation: unknown, wanted: number): Result<Predicate> {
  const holds = Object.hasOwn(numericOperations, textIn(operation)) ? numericOperations[textIn(operation)] : undefined;
  if (holds === undefined) return unsupported(operation);
  if (!Number.isFinite(wanted)) return refuse("badRequest", "A numeric predicate needs a number as its defaultValue");
  return done(({ value }) => {
    const number = numberOf(value);
    return number !== undefined && holds(number, wanted);
  });
}

/** What was asked for goes into the answer, shortened. */
function unsupported(what: unknown): Refused {
  return refuse("badRequest", `Unsupported filter predicate: ${textIn(what).slice(0, 64)}`);
}
