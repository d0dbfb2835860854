/** A device that watches EVRYTHNG over a native WebSocket, in the virtual world: one topic, its values, and what goes wrong with it. */
import { AgentCode } from "../../firmware/agent/link";
import type { Host } from "../../firmware/agent/thing";
import { isWatching, watch } from "../../firmware/agent/watch";
import { wsWatch } from "../../firmware/agent/watch-ws";
import { evrythngRealtime } from "../../firmware/platform/evrythng/realtime";
import { action, batchTask, collection, location, members, productProperty, property, thng } from "../../firmware/platform/evrythng/watch";
import type { Source } from "../../firmware/platform/realtime";
import { statement } from "../conformance/statement";
import { closeOf, frame } from "../conformance/websocket-peer";
import { watchedEvrythng } from "../support/evrythng-watch";
import type { WatchedEvrythng } from "../support/evrythng-watch";
import { createWatchDevice } from "../support/watch-world";
import type { WatchDevice } from "../support/watch-world";

interface Bench {
  readonly cloud: WatchedEvrythng;
  readonly device: WatchDevice;
  readonly heard: unknown[];
}

/** Watches one source, with the operator's key unless told otherwise. */
function bench(of: (cloud: WatchedEvrythng) => Source, type: "number" | "string" | "boolean" = "number", key?: (cloud: WatchedEvrythng) => string, before?: (cloud: WatchedEvrythng) => void): Bench {
  const cloud = watchedEvrythng(1);
  const heard: unknown[] = [];
  before?.(cloud);
  const device = createWatchDevice(cloud.world, {
    driver: () => wsWatch(evrythngRealtime()),
    watch: { secret: key?.(cloud) ?? cloud.own.operator },
    definition: (host) => watch(host, { of: of(cloud), type, decimals: 2 }, (value, from) => void heard.push([value, from])),
  });
  return { cloud, device, heard };
}

function untilLive({ cloud, device }: Bench, times = 1): void {
  expect(cloud.world.runUntil(() => device.told("watching").length >= times, 1800000)).toBe(true);
  cloud.world.run(1000);
}

const lost = ({ device }: Bench): number[] => device.told("watchLost").map(({ number }) => number);
const temperature = (cloud: WatchedEvrythng): Source => property(cloud.own.thng, "temperature");
const set = (cloud: WatchedEvrythng, value: unknown): unknown => cloud.as("update", `/thngs/${cloud.own.thng}/properties`, [{ key: "humidity", value: 5 }, { key: "temperature", value }]);

statement("EV-61 EV-63 EV-75", "a property: the present value first, then every change, its key in the header", () => {
  const run = bench(temperature, "number", undefined, (cloud) => void set(cloud, 20.5));
  untilLive(run);
  expect(run.cloud.web.asked).toEqual([`/thngs/${run.cloud.own.thng}/properties`]);
  set(run.cloud, 21.257);
  set(run.cloud, "warm");
  run.cloud.world.run(1000);
  expect(run.heard).toEqual([[20.5, ""], [21.26, ""]]);
  expect(isWatching(run.device.host())).toBe(true);
});

test("properties of one thng share a socket; a second topic is refused by a checked build", () => {
  const cloud = watchedEvrythng(1);
  const heard: unknown[] = [];
  const both = (second: (host: Host) => void): WatchDevice => createWatchDevice(cloud.world, {
    driver: () => wsWatch(evrythngRealtime()),
    watch: { secret: cloud.own.operator },
    definition: (host) => {
      watch(host, { of: property(cloud.own.thng, "temperature"), type: "number" }, (value) => void heard.push(["t", value]));
      second(host);
    },
  });
  const device = both((host) => watch(host, { of: property(cloud.own.thng, "humidity"), type: "number" }, (value) => void heard.push(["h", value])));
  cloud.world.runUntil(() => device.told("watching").length === 1, 60000);
  set(cloud, 7);
  cloud.world.run(1000);
  expect(heard).toEqual([["t", 7], ["h", 5]]);
  expect(cloud.web.open.size).toBe(1);
  both((host) => watch(host, { of: thng(cloud.own.thng, "name"), type: "string" }, () => undefined));
  expect(() => cloud.world.run(1000)).toThrow("cannot be");
});

statement("EV-12 EV-13 EV-16 EV-17 EV-18 EV-19 EV-22 EV-23 EV-24 EV-26 EV-27 EV-28", "collections, their members, products, actions and thngs are watched by the same means", () => {
  const own = (cloud: WatchedEvrythng): WatchedEvrythng["own"] => cloud.own;
  const rows: [string, (cloud: WatchedEvrythng) => Source, (cloud: WatchedEvrythng) => unknown, (cloud: WatchedEvrythng) => unknown[]][] = [
    ["collection", (cloud) => collection(own(cloud).collection, "name"), (cloud) => cloud.as("update", `/collections/${own(cloud).collection}`, { name: "later" }), (cloud) => ["later", own(cloud).collection]],
    ["custom field", (cloud) => collection(own(cloud).collection, "room"), (cloud) => cloud.as("update", `/collections/${own(cloud).collection}`, { customFields: { room: "attic" } }), (cloud) => ["attic", own(cloud).collection]],
    ["members", (cloud) => members(own(cloud).collection), (cloud) => cloud.as("update", `/collections/${own(cloud).collection}/thngs`, [own(cloud).thng]), () => ["thngsAdded", ""]],
    ["product", (cloud) => productProperty(own(cloud).product, "season"), (cloud) => cloud.as("update", `/products/${own(cloud).product}/properties`, [{ key: "season", value: "winter" }]), () => ["winter", ""]],
    ["action", (cloud) => action(`/thngs/${own(cloud).thng}`, "all", "status"), (cloud) => cloud.as("create", `/thngs/${own(cloud).thng}/actions/_go`, { customFields: { status: "on" } }), (cloud) => ["on", own(cloud).thng]],
    ["action's type", () => action("", "all", "type"), (cloud) => cloud.as("create", "/actions/_go", { thng: own(cloud).thng }), (cloud) => ["_go", own(cloud).thng]],
    ["action of a type", (cloud) => action(`/thngs/${own(cloud).thng}`, "_go", "status"), (cloud) => cloud.as("create", `/thngs/${own(cloud).thng}/actions/_go`, { customFields: { status: "off" } }), (cloud) => ["off", own(cloud).thng]],
    ["action on a product", (cloud) => action(`/products/${own(cloud).product}`, "all", "type"), (cloud) => cloud.as("create", `/thngs/${own(cloud).thng}/actions/_go`, {}), (cloud) => ["_go", own(cloud).thng]],
    ["action of a type on a product", (cloud) => action(`/products/${own(cloud).product}`, "_go", "type"), (cloud) => cloud.as("create", `/thngs/${own(cloud).thng}/actions/_go`, {}), (cloud) => ["_go", own(cloud).thng]],
    ["action on a collection", (cloud) => action(`/collections/${own(cloud).collection}`, "all", "type"), (cloud) => cloud.as("create", `/collections/${own(cloud).collection}/actions/_go`, {}), () => ["_go", expect.any(String)]],
    ["action of a type on a collection", (cloud) => action(`/collections/${own(cloud).collection}`, "_go", "type"), (cloud) => cloud.as("create", `/collections/${own(cloud).collection}/actions/_go`, {}), () => ["_go", expect.any(String)]],
    ["thng", (cloud) => thng(own(cloud).thng, "name"), (cloud) => cloud.as("update", `/thngs/${own(cloud).thng}`, { name: "other" }), (cloud) => ["other", own(cloud).thng]],
  ];
  for (const [name, of, act, expected] of rows) {
    const run = bench(of, "string");
    untilLive(run);
    run.heard.length = 0;
    act(run.cloud);
    run.cloud.world.run(1000);
    expect([name, run.heard]).toEqual([name, [expected(run.cloud)]]);
  }
});

statement("EV-29", "where a thng is: what is known at first, then each place", () => {
  const put = (cloud: WatchedEvrythng, latitude: number): unknown => cloud.as("update", `/thngs/${cloud.own.thng}/location`, [{ position: { type: "Point", coordinates: [8.5, latitude] } }]);
  const run = bench((cloud) => location(cloud.own.thng, "latitude"), "number", undefined, (cloud) => void put(cloud, 47.25));
  untilLive(run);
  put(run.cloud, 46.5);
  run.cloud.world.run(1000);
  expect(run.heard).toEqual([[47.25, ""], [46.5, ""]]);
});

test("tasks of a batch, and a collection that is deleted, whose notice has no byte", () => {
  const tasks = bench((cloud) => batchTask(cloud.own.batch, "status"), "string");
  untilLive(tasks);
  tasks.cloud.as("create", `/batches/${tasks.cloud.own.batch}/tasks`, { type: "POPULATING", inputParameters: { quantity: 1 } });
  tasks.cloud.world.run(60000);
  expect(tasks.heard.map((one) => (one as unknown[])[0])).toEqual(["EXECUTED"]);
  const gone = bench((cloud) => collection(cloud.own.collection, "name"), "string");
  untilLive(gone);
  gone.heard.length = 0;
  gone.cloud.as("remove", `/collections/${gone.cloud.own.collection}`);
  gone.cloud.world.run(1000);
  expect(gone.heard).toEqual([]);
  expect(gone.device.told("malformed")).toEqual([]);
});

statement("EV-65", "a wrong key, a missing permission and an unknown name are 403 on the opening, and stop it for good", () => {
  for (const run of [bench(temperature, "number", () => "canary".repeat(13)), bench((cloud) => batchTask(cloud.own.batch, "status"), "string", (cloud) => cloud.own.user), bench(() => property("UnknownUnknownUnknown123", "x"))]) {
    run.cloud.world.run(600000);
    expect(run.device.told("watchStopped").map(({ number }) => number)).toEqual([AgentCode.tokenSuspect]);
    expect(run.cloud.web.connects).toHaveLength(1);
    expect(run.device.told("watching")).toEqual([]);
  }
});

test("after a loss it comes back, and hears what holds", () => {
  const run = bench(temperature);
  untilLive(run);
  run.cloud.web.stop();
  run.cloud.world.run(600000);
  set(run.cloud, 30);
  run.cloud.web.start();
  untilLive(run, 2);
  expect(run.heard).toEqual([[30, ""]]);
});

test("it stays for days, and notices a peer that is gone without a word", () => {
  const run = bench(temperature);
  untilLive(run);
  run.cloud.world.run(24 * 3600000);
  expect(lost(run)).toEqual([]);
  run.cloud.web.answers = false;
  run.cloud.world.run(70000);
  expect(lost(run)[0]).toBe(AgentCode.protocol + 9);
});

test.each([
  ["no JSON", frame(1, "[")],
  ["no list", frame(1, '{"key":"temperature","value":1}')],
  ["odd items", frame(1, '[1,{"key":"temperature","value":1}]')],
  ["nothing", frame(1, "")],
  ["a list of nothing", frame(1, "[]")],
  ["a value that is none", frame(1, '[{"key":"temperature","value":{"value":1}}]')],
  ["bytes", frame(2, "\x01\x02")],
])("a hostile server that says %s changes nothing", (_name, bytes) => {
  const run = bench(temperature);
  untilLive(run);
  run.cloud.web.inject(bytes);
  run.cloud.world.run(1000);
  expect(run.heard).toEqual([]);
  expect(lost(run)).toEqual([]);
});

test("a close is a loss like any other", () => {
  const run = bench(temperature);
  untilLive(run);
  run.cloud.web.inject(frame(8, closeOf(1001)));
  untilLive(run, 2);
  expect(lost(run)).toHaveLength(1);
});
