/**
 * What a path names: one grammar for the topics of the broker and the paths of REST (sections 4.1, 6.1, 6.3).
 *
 * Pure text: whether what is named exists, and who may have it, is the model's affair.
 */
import { isId } from "./ids";

/** Whose properties, actions and so on; none for those of the whole account. */
export type OwnerKind = "thng" | "product" | "collection";

export type Resource =
  | { readonly kind: "access" | "rateLimits" | "types" | "projects" | "roles" | "deviceKeys" | "users" }
  | { readonly kind: "thngs" | "products" | "collections" | "batches" }
  | { readonly kind: OwnerKind | "batch" | "project" | "role"; readonly id: string }
  /** `name` is a type, or "all"; `item` an action's id. */
  | { readonly kind: "actions"; readonly owner?: OwnerKind; readonly id?: string; readonly name: string; readonly item?: string }
  | { readonly kind: "properties"; readonly owner: "thng" | "product"; readonly id: string; readonly key?: string }
  | { readonly kind: "location"; readonly id: string }
  | { readonly kind: "members"; readonly id: string; readonly item?: string }
  | { readonly kind: "tasks"; readonly id: string; readonly item?: string }
  | { readonly kind: "applications"; readonly id: string }
  | { readonly kind: "application" | "secretKey"; readonly id: string; readonly item: string }
  | { readonly kind: "deviceKey"; readonly id: string }
  /** Whoever asks; `id` is "me" or its own. */
  | { readonly kind: "self"; readonly id: string };

export type ResourceKind = Resource["kind"];

/** Options of a topic, or parameters of a request. */
export interface Address {
  readonly resource: Resource;
  readonly query: URLSearchParams;
}

const pathCharsMax = 1024;

/**
 * Reads a topic or path: a slash at the beginning or the end does not matter, nor does a version in front (B10). Undefined
 * for what names nothing: an unknown path, an escape that is none, a wildcard.
 */
export function parseAddress(text: string): Address | undefined {
  if (text.length > pathCharsMax || /[+#]/.test(text.split("?", 1)[0] as string)) return undefined;
  const mark = text.indexOf("?");
  const parts = decode((mark < 0 ? text : text.slice(0, mark)).replace(/^\//, "").replace(/\/$/, "").split("/"));
  if (parts === undefined) return undefined;
  const resource = parse(parts[0] === "v2" || parts[0] === "v1" ? parts.slice(1) : parts);
  return resource && { resource, query: new URLSearchParams(mark < 0 ? "" : text.slice(mark + 1)) };
}

/** Each part is decoded once; none may be empty, hold a slash, or hold what cannot be shown. */
function decode(parts: readonly string[]): string[] | undefined {
  try {
    const decoded = parts.map((part) => decodeURIComponent(part));
    return decoded.every((part) => part !== "" && !/[/\p{Cc}]/u.test(part)) ? decoded : undefined;
  } catch {
    return undefined;
  }
}

/** A subscription's topic as messages carry it: as it was given, but for the key in it (B1). */
export function withoutToken(topic: string): string {
  const mark = topic.indexOf("?");
  if (mark < 0) return topic;
  const kept = topic.slice(mark + 1).split("&").filter((one) => !/^access_token(=|$)/.test(safelyDecoded(one)));
  return kept.length === 0 ? topic.slice(0, mark) : `${topic.slice(0, mark)}?${kept.join("&")}`;
}

/** The name of a parameter may be escaped, too. */
function safelyDecoded(text: string): string {
  return [...new URLSearchParams(text).keys()][0] ?? "";
}

const owners: ReadonlyMap<string, OwnerKind> = new Map([["thngs", "thng"], ["products", "product"], ["collections", "collection"]]);

function parse(parts: readonly string[]): Resource | undefined {
  const [first, id, third, fourth, fifth] = parts;
  const owner = owners.get(first as string);
  if (owner !== undefined) return parts.length === 1 ? { kind: first as "thngs" } : parseOwned(owner, parts);
  const { length } = parts;
  switch (first) {
    case "access":
    case "rateLimits":
      return length === 1 ? { kind: first } : undefined;
    case "actions":
      if (length === 1) return { kind: "types" };
      return length <= 3 ? { kind: "actions", name: id as string, ...(third === undefined ? {} : { item: third }) } : undefined;
    case "batches":
      return parseBatches(parts);
    case "projects":
      return parseProjects(parts);
    case "roles":
      if (length === 1) return { kind: "roles" };
      return length === 2 && isId(id) ? { kind: "role", id } : undefined;
    case "operators":
    case "applications":
    case "users":
      return length === 2 && (id === "me" || isId(id)) ? { kind: "self", id: id as string } : undefined;
    case "auth":
      if (id !== "evrythng" || fifth !== undefined) return undefined;
      if (third === "users") return length === 3 ? { kind: "users" } : undefined;
      if (third !== "thngs") return undefined;
      if (length === 3) return { kind: "deviceKeys" };
      return isId(fourth) ? { kind: "deviceKey", id: fourth } : undefined;
    default:
      return undefined;
  }
}

/** What stands below a thng, a product or a collection. */
function parseOwned(owner: OwnerKind, parts: readonly string[]): Resource | undefined {
  const [, id, what, name, item] = parts;
  if (!isId(id)) return undefined;
  const { length } = parts;
  if (length === 2) return { kind: owner, id };
  if (what === "actions" && name !== undefined && length <= 5) {
    return { kind: "actions", owner, id, name, ...(item === undefined ? {} : { item }) };
  }
  if (length > 4) return undefined;
  if (what === "properties" && owner !== "collection") {
    return { kind: "properties", owner, id, ...(name === undefined ? {} : { key: name.toLowerCase() }) };
  }
  if (what === "location" && owner === "thng" && length === 3) return { kind: "location", id };
  if (what === "thngs" && owner === "collection" && (name === undefined || isId(name))) {
    return { kind: "members", id, ...(name === undefined ? {} : { item: name }) };
  }
  return undefined;
}

function parseBatches(parts: readonly string[]): Resource | undefined {
  const [, id, what, item] = parts;
  if (parts.length === 1) return { kind: "batches" };
  if (!isId(id) || parts.length > 4) return undefined;
  if (parts.length === 2) return { kind: "batch", id };
  if (what !== "tasks" || (item !== undefined && !isId(item))) return undefined;
  return { kind: "tasks", id, ...(item === undefined ? {} : { item }) };
}

function parseProjects(parts: readonly string[]): Resource | undefined {
  const [, id, what, item, secret] = parts;
  if (parts.length === 1) return { kind: "projects" };
  if (!isId(id) || parts.length > 5) return undefined;
  if (parts.length === 2) return { kind: "project", id };
  if (what !== "applications") return undefined;
  if (parts.length === 3) return { kind: "applications", id };
  if (!isId(item)) return undefined;
  if (parts.length === 4) return { kind: "application", id, item };
  return secret === "secretKey" ? { kind: "secretKey", id, item } : undefined;
}
