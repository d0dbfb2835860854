/**
 * The topics of EVRYTHNG that can be published on, as rows: what is published, what is heard, what REST then reads, and what
 * is refused. Suites run each row over every transport, and against strangers.
 */
import type { Tenant } from "../interop/evrythng-cloud";

export interface TopicRow {
  readonly topic: (of: Tenant) => string;
  /** The method of REST that does the same. */
  readonly method: "POST" | "PUT";
  readonly body: (of: Tenant) => unknown;
  /** What everybody hears, at least. */
  readonly notice: (of: Tenant) => unknown;
  /** Where REST shows it afterwards, and what it shows. */
  readonly read: (of: Tenant) => string;
  readonly shown: (of: Tenant) => unknown;
  /** Bodies that are JSON and wrong. */
  readonly wrong: readonly unknown[];
}

const action = { customFields: { speed: 3 } };
const wrongActions = [[], "x", 5, null, { customFields: 5 }, { tags: [1] }, { timestamp: "now" }, { location: { latitude: 91, longitude: 0 } }, { thng: 5 }];
const wrongProperties = [{}, [], [5], [{ value: null }], [{ value: 1, timestamp: -1 }], [{ value: 1, timestamp: 0.5 }], [{ value: 1 }, { value: 2 }]];
const point = { type: "Point", coordinates: [8.5, 47.4] };

function actionRow(topic: (of: Tenant) => string, filled: (of: Tenant) => object, body: object = action): TopicRow {
  const made = (of: Tenant): object => ({ type: "_go", ...action, ...filled(of) });
  return { topic, method: "POST", body: () => body, notice: made, read: topic, shown: (of) => [made(of)], wrong: wrongActions };
}

const all = { type: "_go", ...action };

export const rows = {
  actionTypes: {
    topic: () => "/actions",
    method: "POST",
    body: () => ({ name: "_made", description: "d" }),
    notice: () => ({ name: "_made", description: "d", id: expect.stringMatching(/^\w{24}$/) as string, createdAt: expect.any(Number) as number }),
    read: () => "/actions",
    shown: () => [{ name: "_made" }, { name: "_go" }],
    wrong: [[], 5, null, {}, { name: "scans" }, { name: "made" }, { name: "_" }, { name: 5 }, { name: "_go" }, { name: "_a/b" }, { name: "_x".padEnd(200, "x") }],
  },
  actionsAll: actionRow(() => "/actions/all", () => ({}), all),
  actionsOfType: actionRow(() => "/actions/_go", () => ({})),
  thngActions: actionRow(({ thng }) => `/thngs/${thng}/actions/_go`, ({ thng, product }) => ({ thng, product })),
  thngActionsAll: actionRow(({ thng }) => `/thngs/${thng}/actions/all`, ({ thng, product }) => ({ thng, product }), all),
  productActions: actionRow(({ product }) => `/products/${product}/actions/_go`, ({ product }) => ({ product })),
  productActionsAll: actionRow(({ product }) => `/products/${product}/actions/all`, ({ product }) => ({ product }), all),
  collectionActions: actionRow(({ collection }) => `/collections/${collection}/actions/_go`, ({ collection }) => ({ collection })),
  collectionActionsAll: actionRow(({ collection }) => `/collections/${collection}/actions/all`, ({ collection }) => ({ collection }), all),
  collection: {
    topic: ({ collection }) => `/collections/${collection}`,
    method: "PUT",
    body: () => ({ description: "new", tags: ["a"] }),
    notice: ({ collection }) => ({ id: collection, name: "collection", description: "new", tags: ["a"] }),
    read: ({ collection }) => `/collections/${collection}`,
    shown: () => ({ description: "new" }),
    wrong: [[], 5, null, { name: 5 }, { tags: "a" }, { customFields: [] }, { identifiers: { a: 1 } }],
  },
  members: {
    topic: ({ collection }) => `/collections/${collection}/thngs`,
    method: "PUT",
    body: ({ thng }) => [thng],
    notice: ({ thng }) => ({ operation: "thngsAdded", timestamp: expect.any(Number) as number, resources: [thng] }),
    read: ({ collection }) => `/collections/${collection}/thngs`,
    shown: ({ thng }) => [{ id: thng }],
    wrong: [{}, [], 5, null, [5], ["unknown"], [["nested"]]],
  },
  thng: {
    topic: ({ thng }) => `/thngs/${thng}`,
    method: "PUT",
    body: () => ({ name: "renamed", customFields: { a: 1 } }),
    notice: ({ thng, product }) => ({ id: thng, name: "renamed", product, customFields: { a: 1 } }),
    read: ({ thng }) => `/thngs/${thng}`,
    shown: () => ({ name: "renamed" }),
    wrong: [[], 5, null, { name: 5 }, { tags: [5] }, { customFields: "x" }, { product: "unknown" }],
  },
  location: {
    topic: ({ thng }) => `/thngs/${thng}/location`,
    method: "PUT",
    body: () => [{ position: point, timestamp: 1000 }],
    notice: () => [{ timestamp: 1000, latitude: 47.4, longitude: 8.5, position: point, createdAt: expect.any(Number) as number }],
    read: ({ thng }) => `/thngs/${thng}/location`,
    shown: () => [{ latitude: 47.4 }],
    wrong: [{}, [], [5], [{ position: { type: "Point", coordinates: [181, 0] } }], [{ position: { type: "Line", coordinates: [1, 1] } }], [{ position: point, timestamp: "x" }], [{ place: 5 }]],
  },
  thngProperties: {
    topic: ({ thng }) => `/thngs/${thng}/properties`,
    method: "PUT",
    body: () => [{ key: "Temp", value: 21.5, timestamp: 1000 }, { key: "on", value: true }],
    notice: () => [{ key: "temp", value: 21.5, timestamp: 1000, createdAt: expect.any(Number) as number }, { key: "on", value: true }],
    read: ({ thng }) => `/thngs/${thng}/properties`,
    shown: () => [{ key: "temp", value: 21.5 }, { key: "on", value: true }],
    wrong: [...wrongProperties, [{ value: 1 }], [{ key: 5, value: 1 }], [{ key: "a/b", value: 1 }], [{ key: "", value: 1 }]],
  },
  thngProperty: {
    topic: ({ thng }) => `/thngs/${thng}/properties/temp`,
    method: "PUT",
    body: () => [{ value: 21.5, timestamp: 1000 }],
    notice: () => [{ key: "temp", value: 21.5, timestamp: 1000 }],
    read: ({ thng }) => `/thngs/${thng}/properties/temp`,
    shown: () => [{ key: "temp", value: 21.5 }],
    wrong: [...wrongProperties, [{ key: "other", value: 1 }]],
  },
  productProperties: {
    topic: ({ product }) => `/products/${product}/properties`,
    method: "PUT",
    body: () => [{ key: "weight", value: 5, timestamp: 1000 }],
    notice: () => [{ key: "weight", value: 5, timestamp: 1000 }],
    read: ({ product }) => `/products/${product}/properties`,
    shown: () => [{ key: "weight", value: 5 }],
    wrong: wrongProperties,
  },
  productProperty: {
    topic: ({ product }) => `/products/${product}/properties/weight`,
    method: "PUT",
    body: () => [{ value: { deep: [1, "a"] } }],
    notice: () => [{ key: "weight", value: { deep: [1, "a"] } }],
    read: ({ product }) => `/products/${product}/properties/weight`,
    shown: () => [{ key: "weight" }],
    wrong: wrongProperties,
  },
} satisfies Record<string, TopicRow>;
