/**
 * Hostile EVRYTHNG clients: whatever path, body and key comes, the model answers with a result, never throws, and stays a state that
 * can be dumped and read again.
 */
import { createEvrythng } from "../../sim/cloud/evrythng/model";
import type { Keeper } from "../../sim/cloud/keeper";
import { parseAddress, withoutToken } from "../../sim/cloud/evrythng/resource";
import type { Access, Verb } from "../../sim/cloud/evrythng/types";
import { manualHost } from "../conformance/thethings-peer";
import { tenant } from "../interop/evrythng-cloud";
import { budget, generator, seed } from "../support/budget";

type Random = (below: number) => number;

function pick<T>(random: Random, list: readonly T[]): T {
  return list[random(list.length)] as T;
}

const words = ["thngs", "products", "collections", "actions", "properties", "location", "batches", "tasks", "projects", "applications", "auth", "evrythng", "users", "roles",
  "access", "all", "_go", "_x", "scans", "a", "A%20b", "%2F", "%zz", "", "__proto__", "constructor", "toString", "hasOwnProperty", "v2", "..", "\u0000", "é", "x".repeat(200)];
const queries = ["", "?project=x", "?pubStates=1", "?access_token=y", "?from=1&to=2", "?perPage=0", "?&&==&", "?%ff", "?anonymous=true", "?context=true"];
const leaves: readonly unknown[] = [null, true, 0, -1, 1e308, "", "x", "__proto__", [], {}, "x".repeat(300), 1.5, { type: "Point", coordinates: [1, 2] }];
const names = ["key", "value", "timestamp", "name", "type", "thng", "product", "collection", "customFields", "tags", "identifiers", "location", "position", "place", "permissions", "thngId", "inputParameters", "__proto__", "constructor"];

function json(random: Random, ids: readonly string[], depth: number): unknown {
  const kind = random(depth > 0 ? 5 : 2);
  if (kind === 0) return pick(random, ids);
  if (kind === 1) return pick(random, leaves);
  if (kind === 2) return Array.from({ length: random(4) }, () => json(random, ids, depth - 1));
  // As JSON.parse makes it: "__proto__" is a name like any other.
  const text = Array.from({ length: random(5) }, () => `${JSON.stringify(pick(random, names))}:${JSON.stringify(json(random, ids, depth - 1))}`);
  return JSON.parse(`{${text.join(",")}}`) as unknown;
}

test("random requests of every kind of key are answered, change nothing of a stranger's, and what is kept can be read again", () => {
  const random = generator(seed);
  const kept: unknown[] = [];
  const keeper: Keeper = { entries: [], append: (entry) => void kept.push(JSON.parse(JSON.stringify(entry))), settle: () => undefined };
  const host = manualHost(seed);
  const model = createEvrythng(host, { keeper, limits: { documentsMax: 500, keysMax: 500, taskThngsMax: 3, actionsMax: 50, historyValuesMax: 5 } });
  const [own, stranger] = [tenant(model), tenant(model)];
  const ids = Object.values(own);
  const keys = [own.operator, own.trusted, own.user, own.app, own.device];
  const outcomes = new Map<string, number>();
  for (let run = 0; run < budget(20000, 2000000); run += 1) {
    const parts = Array.from({ length: random(5) }, () => (random(2) === 0 ? pick(random, words) : pick(random, ids)));
    const path = random(2) === 0 ? `/${parts.join("/")}` : `/${pick(random, ["thngs", "products", "collections", "batches"])}/${pick(random, ids)}/${parts.join("/")}`;
    const address = parseAddress(path + pick(random, queries));
    expect(typeof withoutToken(path)).toBe("string");
    const access = model.authenticate(pick(random, keys));
    if (address === undefined || access === undefined) continue;
    const verb = pick<Verb>(random, ["read", "create", "update", "update", "create", "remove"]);
    // The tenant itself stays, so that the search does not run dry.
    if (verb === "remove" && ids.includes("id" in address.resource ? (address.resource.id ?? "") : "") && ["thng", "product", "collection", "batch", "project"].includes(address.resource.kind)) continue;
    const result = model.perform(access, verb, address, json(random, ids, 3));
    const listening = model.listen(access, address, () => undefined);
    model.current(access, address);
    if (listening.ok) listening.stop();
    if (random(50) === 0) host.advance(100);
    const outcome = result.ok ? "ok" : result.reason;
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  // The search reached all kinds of answers.
  for (const outcome of ["ok", "badRequest", "forbidden", "notFound", "notAllowed"]) expect(outcomes.get(outcome)).toBeGreaterThan(20);
  const operator = model.authenticate(stranger.operator) as Access;
  const lists = ["/thngs", "/products", "/collections", "/batches", "/projects", "/actions/all"];
  const shown = (of: typeof model): unknown[] => lists.map((path) => of.perform(operator, "read", parseAddress(path)!, undefined));
  expect(shown(model).slice(0, 5)).toMatchObject(lists.slice(0, 5).map(() => ({ ok: true, body: [{}] })));
  const again = createEvrythng(manualHost(), { keeper: { ...keeper, entries: kept }, limits: model.limits });
  expect(again.counts).toEqual({ ...model.counts, listeners: 0 });
  expect(shown(again)).toEqual(shown(model));
});
