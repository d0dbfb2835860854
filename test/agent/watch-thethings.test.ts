/** A device that watches thethings.iO over Socket.IO, in the virtual world: the walk to its values, and what goes wrong on it. */
import { AgentCode } from "../../firmware/agent/link";
import type { Host } from "../../firmware/agent/thing";
import { watch } from "../../firmware/agent/watch";
import { sioWatch } from "../../firmware/agent/watch-sio";
import { resourceTopic, thethingsRealtime, thingTopic } from "../../firmware/platform/thethings/realtime";
import { ofThing, resource } from "../../firmware/platform/thethings/watch";
import { Fault } from "../../hal/ports/fault";
import type { WatchSettings } from "../../sim/engines/program";
import { SERVER_ADDRESS } from "../../sim/world/network";
import { createWorld } from "../../sim/world/world";
import type { World, WorldOptions } from "../../sim/world/world";
import { statement } from "../conformance/statement";
import { realtimeServer } from "../support/socketio-world";
import type { RealtimeServer } from "../support/socketio-world";
import { createWatchDevice } from "../support/watch-world";
import type { WatchDevice } from "../support/watch-world";
import { webWorld } from "../support/web-world";
import type { WebAnswer, WebWorld } from "../support/web-world";

const topics = [resourceTopic("temperature"), thingTopic("canary-token")];

interface Bench {
  readonly world: World;
  readonly server: RealtimeServer;
  readonly device: WatchDevice;
  readonly heard: unknown[];
}

function define(host: Host, heard: unknown[]): void {
  watch(host, { of: resource("temperature"), type: "number", decimals: 1 }, (value, from) => void heard.push(["temperature", value, from]));
  watch(host, { of: ofThing("door"), type: "string" }, (value) => void heard.push(["door", value]));
  watch(host, { of: ofThing("on"), type: "boolean" }, (value) => void heard.push(["on", value]));
}

function watched(settings: Partial<WatchSettings> = {}, options: Partial<WorldOptions> = {}): Bench {
  const world = createWorld({ seed: 1, ...options });
  const heard: unknown[] = [];
  const server = realtimeServer(world, 80);
  const device = createWatchDevice(world, {
    driver: () => sioWatch(thethingsRealtime()),
    watch: { port: 0, secret: "canary-session", thing: "canary-token", ...settings },
    definition: (host) => define(host, heard),
  });
  return { world, server, device, heard };
}

function untilLive({ world, device }: Bench, times = 1): void {
  expect(world.runUntil(() => device.told("watching").length >= times, 600000)).toBe(true);
}

const lost = ({ device }: Bench): number[] => device.told("watchLost").map(({ number }) => number);

/** What one connection says, from its opening to being live. */
const walk = ["connect", "40/v2,", '42/v2,["authenticate",{"sessionToken":"canary-session"}]', ...topics.map((topic) => `42/v2,["subscribe",{"resource":"${topic}"}]`)];

statement("SIO-16 SIO-17 SIO-18 SIO-19", "it connects, authenticates, subscribes one topic after the other, and tells values by source", () => {
  const bench = watched();
  untilLive(bench);
  // Two sources share the thing's topic, which is asked for once.
  expect(bench.server.said).toEqual(walk);
  bench.server.tell(`42/v2,["${topics[0]}",[{"key":"temperature","value":21.55,"datetime":"2026-01-01T00:00:07.000Z","thingId":"x"},{"key":"temperature","value":22}]]`);
  bench.server.tell(`42/v2,["${topics[1]}",[{"key":"door","value":"open"},{"key":"other","value":3},{"key":"on","value":true}]]`);
  bench.server.tell('42/v2,["/me/resources/other",[{"key":"temperature","value":1}]]');
  bench.world.run(1000);
  expect(bench.heard).toEqual([["temperature", 21.6, "x"], ["temperature", 22, ""], ["door", "open"], ["on", true]]);
});

test("what is no list of values is passed over, and the log told", () => {
  const bench = watched();
  untilLive(bench);
  for (const args of ['"junk"', "[1]", '[{"key":"temperature"}', '{"key":"temperature","value":1}', '[{"key":"temperature","value":[1]}]']) bench.server.tell(`42/v2,["${topics[0]}",${args}]`);
  bench.world.run(1000);
  expect(bench.heard).toEqual([]);
});

test("it stays for days where nothing is said but heartbeats", () => {
  const bench = watched();
  untilLive(bench);
  bench.world.run(48 * 3600000);
  expect(lost(bench)).toEqual([]);
  expect(bench.server.said.filter((text) => text === "2").length).toBeGreaterThan(6000);
});

statement("SOCKETIO-04", "after a loss the device comes back with a growing, jittered wait, authenticates and subscribes anew", () => {
  const bench = watched();
  untilLive(bench);
  bench.server.stop();
  bench.world.run(1500000);
  const waits = bench.device.told("watchLost").map(({ text }) => Number(text));
  expect(waits.length).toBeGreaterThan(8);
  // Anything up to a ceiling that doubles, and never the same twice.
  waits.forEach((wait, i) => expect(wait).toBeLessThanOrEqual(Math.min(1000 * 2 ** i, 300000)));
  expect(Math.max(...waits)).toBeGreaterThan(30000);
  expect(new Set(waits).size).toBe(waits.length);
  bench.server.start();
  untilLive(bench, 2);
  expect(bench.server.said).toEqual([...walk, ...walk]);
});

test("a hundred watchers of one server do not come back in one second", () => {
  const world = createWorld({ seed: 2 });
  const server = realtimeServer(world, 80);
  for (let i = 0; i < 100; i += 1) {
    createWatchDevice(world, { driver: () => sioWatch(thethingsRealtime()), watch: { secret: "canary-session", thing: "canary-token" }, definition: (host) => define(host, []) });
  }
  world.run(60000);
  server.stop();
  world.run(300000);
  server.start();
  const from = server.connects.length;
  world.run(900000);
  const came = server.connects.slice(from);
  expect(came).toHaveLength(100);
  const busiest = Math.max(...came.map((ms) => came.filter((other) => other >= ms && other < ms + 1000).length));
  expect(busiest).toBeLessThan(10);
});

test("a connection that lasted makes the next wait a first one again; one that is dropped at once does not", () => {
  const bench = watched();
  for (let i = 0; i < 6; i += 1) {
    untilLive(bench, i + 1);
    for (const stream of bench.server.open) stream.close();
    bench.world.run(100);
  }
  expect(bench.device.host().watcher!.failures).toBe(6);
  untilLive(bench, 7);
  bench.world.run(61000);
  for (const stream of bench.server.open) stream.close();
  bench.world.run(100);
  expect(bench.device.host().watcher!.failures).toBe(1);
});

test("a refused session token stops it for good; a refused topic is told, and the others are watched", () => {
  const wrong = watched({ secret: "canary-wrong" });
  wrong.world.run(600000);
  expect(wrong.device.told("watchStopped").map(({ number }) => number)).toEqual([AgentCode.tokenSuspect]);
  expect(wrong.server.connects).toHaveLength(1);
  expect(wrong.server.open.size).toBe(0);
  const part = watched();
  part.server.refused.add(topics[0]!);
  untilLive(part);
  expect(part.device.told("watchRefused").map(({ text }) => text)).toEqual(["0"]);
  // Ten minutes later it is there.
  part.server.refused.clear();
  part.world.run(590000);
  untilLive(part, 2);
  part.world.run(3600000);
  expect(part.device.told("watchRefused")).toHaveLength(1);
  expect(part.device.told("watching")).toHaveLength(2);
  expect(lost(part)).toEqual([]);
});

test("a server that goes silent, at any step, is left and tried again", () => {
  for (const [step, steps] of [["upgrade", 1], ["namespace", 2], ["authenticate", 3], ["subscribe", 4], ["live", 6]] as const) {
    const bench = watched();
    bench.world.runUntil(() => bench.server.said.length >= Math.min(steps, 5) && (steps < 6 || bench.device.told("watching").length > 0), 60000);
    bench.server.answers = false;
    expect([step, bench.world.runUntil(() => lost(bench).length > 0, 120000)]).toEqual([step, true]);
    bench.server.answers = true;
    untilLive(bench, steps < 6 ? 1 : 2);
  }
});

test("a question that is not answered ends the connection although heartbeats are; one that is answered twice counts once", () => {
  for (const question of [3, 4]) {
    const bench = watched();
    bench.world.runUntil(() => bench.server.said.length >= question, 60000);
    bench.server.answersEach = 0;
    const from = bench.world.clock.now();
    expect(bench.world.runUntil(() => lost(bench).length > 0, 600000)).toBe(true);
    expect(lost(bench)).toEqual([AgentCode.timeout]);
    expect(bench.world.clock.now() - from).toBeLessThan(23000);
  }
  const bench = watched();
  bench.server.answersEach = 2;
  untilLive(bench);
  expect(bench.server.said).toEqual(walk);
});

test("a connection that cannot be made in time is given up", () => {
  const bench = watched({}, { conditions: { tcpConnect: "silent", tcpConnectTimeoutMs: 600000 } });
  bench.world.run(21000);
  expect(lost(bench)).toEqual([AgentCode.timeout]);
});

test("a server that breaks the WebSocket is told so, and left as soon as that is out", () => {
  const bench = watched();
  untilLive(bench);
  const from = bench.world.clock.now();
  bench.server.answers = false;
  for (const stream of bench.server.open) stream.send("\x81\x81abcd");
  expect(bench.world.runUntil(() => lost(bench).length > 0, 60000)).toBe(true);
  expect(lost(bench)).toEqual([AgentCode.protocol + 1002]);
  expect(bench.world.clock.now() - from).toBeLessThan(900);
  // On its way still, and not lost with the connection.
  bench.world.run(500);
  expect(bench.server.said).toContain("close");
});

test("what ends a connection is told: no name, refused, broken, the server's own close, a server that breaks the protocol", () => {
  const lostWith = (bench: Bench): unknown => {
    bench.world.runUntil(() => lost(bench).length > 0, 120000);
    return lost(bench)[0];
  };
  expect(lostWith(watched({ host: "nowhere.example" }))).toBe(Fault.notFound);
  expect(lostWith(watched({ port: 81 }))).toBe(Fault.refused);
  const broken = watched();
  untilLive(broken);
  for (const stream of broken.server.open) stream.abort();
  expect(lostWith(broken)).toBe(Fault.broken);
  const left = watched();
  untilLive(left);
  left.server.tell("41/v2,");
  expect(lostWith(left)).toBe(AgentCode.protocol + 23);
  const odd = watched();
  untilLive(odd);
  odd.server.tell("4x");
  expect(lostWith(odd)).toBe(AgentCode.protocol + 21);
});

test("a network that is slow at every step is waited for", () => {
  const bench = watched({}, { conditions: { latencyMs: { min: 4500, max: 4500 } } });
  untilLive(bench);
  expect(lost(bench)).toEqual([]);
});

test("bad networks are only slower", () => {
  const bench = watched({}, { conditions: { tcpLossRate: 0.2, latencyMs: { min: 200, max: 2000 } } });
  untilLive(bench);
  bench.world.run(3600000);
});

test("a server that asks for more answers than the network takes is left", () => {
  const bench = watched();
  untilLive(bench);
  const stream = [...bench.server.open][0]!;
  // As after a write that never leaves.
  bench.device.host().watcher!.writable = false;
  for (let i = 0; i < 60; i += 1) stream.send(`\x89\x7d${"x".repeat(125)}`);
  bench.world.runUntil(() => lost(bench).length > 0, 60000);
  expect(lost(bench)).toEqual([AgentCode.busy]);
  expect(bench.device.host().watcher!.out).toBe("");
});

/** A login elsewhere, as thethings.iO has it: the REST API's host is not the realtime server's. */
function loggedIn(answer: (json: Record<string, unknown>) => WebAnswer, settings: Partial<WatchSettings> = {}): Bench & { readonly web: WebWorld; readonly bodies: unknown[] } {
  const bodies: unknown[] = [];
  const bench = watched({ user: "canary@example.org", secret: "canary-password", app: "canary-app", loginHost: "api.example", loginPort: 8080, ...settings });
  bench.world.network.names.set("api.example", SERVER_ADDRESS);
  const web = webWorld(bench.world, {
    port: 8080,
    service: () => 404,
    post: (_path, json) => {
      bodies.push(json);
      return answer(json as Record<string, unknown>);
    },
  });
  return { ...bench, web, bodies };
}

statement("SIO-6 SIO-7", "with a name and a password it logs in over REST before each connection, where the login is", () => {
  const bench = loggedIn(() => ({ status: 200, json: { status: "success", token: "canary-session" } }));
  untilLive(bench);
  expect(bench.web.asked).toEqual(["/v2/login"]);
  expect(bench.bodies).toEqual([{ email: "canary@example.org", password: "canary-password", app: "canary-app" }]);
  expect(bench.server.said).toEqual(walk);
  bench.server.stop();
  bench.server.start();
  untilLive(bench, 2);
  expect(bench.web.asked.every((path) => path === "/v2/login")).toBe(true);
});

test("a refused login stops it for good", () => {
  const bench = loggedIn(() => ({ status: 401, json: { status: "error", message: "no" } }));
  bench.world.run(600000);
  expect(bench.device.told("watchStopped").map(({ number }) => number)).toEqual([AgentCode.tokenSuspect]);
  expect(bench.web.asked).toEqual(["/v2/login"]);
  expect(bench.server.connects).toEqual([]);
});

test("a session that has ended is no end: the next login is for another", () => {
  const bench = loggedIn(() => ({ status: 200, json: { status: "success", token: bench.server.token } }));
  untilLive(bench);
  bench.server.token = "canary-later";
  bench.server.stop();
  bench.server.start();
  untilLive(bench, 2);
  expect(bench.device.told("watchStopped")).toEqual([]);
  expect(bench.web.asked).toEqual(["/v2/login", "/v2/login"]);
});
