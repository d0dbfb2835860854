/** A device that watches, in the virtual world: the walk to its values, and what goes wrong on it. */
import { AgentCode } from "../../firmware/agent/link";
import { watcherClose, watcherOpen } from "../../firmware/agent/watcher";
import type { WatchTarget, Watcher } from "../../firmware/agent/watcher";
import { resourceTopic, thethingsRealtime, thingTopic } from "../../firmware/platform/thethings/realtime";
import { Fault } from "../../hal/ports/fault";
import { TlsLevel } from "../../hal/ports/tls";
import type { Machine } from "../../sim/world/machine";
import { SERVER_ADDRESS } from "../../sim/world/network";
import { createWorld } from "../../sim/world/world";
import type { World, WorldOptions } from "../../sim/world/world";
import { statement } from "../conformance/statement";
import { realtimeServer } from "../support/socketio-world";
import type { RealtimeServer } from "../support/socketio-world";

const topics = [resourceTopic("temperature"), thingTopic("canary-token")];

interface Bench {
  readonly world: World;
  readonly server: RealtimeServer;
  readonly machine: Machine;
  readonly heard: (readonly unknown[])[];
  readonly said: string[];
  watcher: Watcher | undefined;
}

function watch(target: Partial<WatchTarget> = {}, options: Partial<WorldOptions> = {}, tlsLevel = TlsLevel.verified): Bench {
  const said: string[] = [];
  const world = createWorld({ seed: 1, log: (_ms, _machine, event, number, text) => void said.push(`${event} ${number} ${text}`), ...options });
  const heard: (readonly unknown[])[] = [];
  const bench: Bench = {
    world,
    said,
    heard,
    server: realtimeServer(world, 80),
    watcher: undefined,
    machine: world.createDevice({
      tlsLevel,
      main: (ports) => {
        const whole = { host: SERVER_ADDRESS, port: 0, tls: TlsLevel.none, sessionToken: "canary-session", topics, ...target };
        bench.watcher = watcherOpen(ports, thethingsRealtime(), whole, {
          live: () => void heard.push(["live"]),
          value: (topic, key, kind, text, time) => void heard.push(["value", topic, key, kind, text, time?.sec]),
          refused: (topic) => void heard.push(["refused", topic]),
          lost: (code, retryMs) => void heard.push(["lost", code, retryMs]),
        });
      },
    }),
  };
  return bench;
}

const isLive = ({ heard }: Bench): boolean => heard.at(-1)?.[0] === "live";

function untilLive(bench: Bench): void {
  expect(bench.world.runUntil(() => isLive(bench), 600000)).toBe(true);
}

/** What one connection says, from its opening to being live. */
const walk = ["connect", "40/v2,", '42/v2,["authenticate",{"sessionToken":"canary-session"}]', ...topics.map((topic) => `42/v2,["subscribe",{"resource":"${topic}"}]`)];

test("it connects, authenticates, subscribes one topic after the other, and tells values by topic", () => {
  const bench = watch();
  untilLive(bench);
  expect(bench.server.said).toEqual(walk);
  bench.server.tell(`42/v2,["${topics[0]}",[{"key":"temperature","value":21.5,"datetime":"2026-01-01T00:00:07.000Z","thingId":"x"},{"key":"temperature","value":22}]]`);
  bench.server.tell(`42/v2,["${topics[1]}",[{"key":"door","value":"open"}]]`);
  bench.server.tell('42/v2,["/me/resources/other",[{"key":"x","value":1}]]');
  bench.server.tell(`42/v2,["${topics[0]}","junk"]`);
  bench.world.run(1000);
  expect(bench.heard.slice(1)).toEqual([
    ["value", topics[0], "temperature", 8, "21.5", 1767225607],
    ["value", topics[0], "temperature", 8, "22", undefined],
    ["value", topics[1], "door", 7, "open", undefined],
  ]);
});

test("it stays for days where nothing is said but heartbeats", () => {
  const bench = watch();
  untilLive(bench);
  bench.world.run(48 * 3600000);
  expect(bench.heard).toEqual([["live"]]);
  expect(bench.server.said.filter((text) => text === "2").length).toBeGreaterThan(6000);
});

statement("SOCKETIO-04", "after a loss the device comes back with a growing, jittered wait, authenticates and subscribes anew", () => {
  const bench = watch();
  untilLive(bench);
  bench.server.stop();
  bench.world.run(1800000);
  const losses = bench.heard.slice(1);
  expect(losses.map(([kind]) => kind)).toEqual(losses.map(() => "lost"));
  expect(losses.length).toBeGreaterThan(8);
  const waits = losses.map(([, , retryMs]) => retryMs as number);
  // Anything up to a ceiling that doubles, and never the same twice.
  waits.forEach((wait, i) => expect(wait).toBeLessThanOrEqual(Math.min(1000 * 2 ** i, 300000)));
  expect(Math.max(...waits)).toBeGreaterThan(30000);
  expect(new Set(waits).size).toBe(waits.length);
  bench.server.start();
  untilLive(bench);
  expect(bench.server.said).toEqual([...walk, ...walk]);
});

test("a hundred watchers of one server do not come back in one second", () => {
  const world = createWorld({ seed: 2 });
  const server = realtimeServer(world, 80);
  for (let i = 0; i < 100; i += 1) {
    world.createDevice({
      main: (ports) => {
        const target = { host: SERVER_ADDRESS, port: 0, tls: TlsLevel.none, sessionToken: "canary-session", topics };
        watcherOpen(ports, thethingsRealtime(), target, { live: () => undefined, value: () => undefined, refused: () => undefined, lost: () => undefined });
      },
    });
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
  const bench = watch();
  for (let i = 0; i < 6; i += 1) {
    untilLive(bench);
    for (const stream of bench.server.open) stream.close();
    bench.world.run(100);
  }
  expect(bench.watcher!.failures).toBe(6);
  untilLive(bench);
  bench.world.run(61000);
  for (const stream of bench.server.open) stream.close();
  bench.world.run(100);
  expect(bench.watcher!.failures).toBe(1);
});

test("a refused session token stops it for good; a refused topic is told, and the others are watched", () => {
  const wrong = watch({ sessionToken: "wrong" });
  wrong.world.run(600000);
  expect(wrong.heard).toEqual([["refused", ""]]);
  expect(wrong.server.said).toEqual(["connect", "40/v2,", '42/v2,["authenticate",{"sessionToken":"wrong"}]', "41/v2,", "close"]);
  expect(wrong.server.open.size).toBe(0);
  const part = watch();
  part.server.refused.add(topics[0]!);
  untilLive(part);
  expect(part.heard).toEqual([["refused", topics[0]], ["live"]]);
});

test("a server that goes silent, at any step, is left and tried again", () => {
  for (const [step, steps] of [["upgrade", 1], ["namespace", 2], ["authenticate", 3], ["subscribe", 4], ["live", 6]] as const) {
    const bench = watch();
    bench.world.runUntil(() => bench.server.said.length >= Math.min(steps, 5) && (steps < 6 || isLive(bench)), 60000);
    bench.server.answers = false;
    expect([step, bench.world.runUntil(() => bench.heard.some(([kind]) => kind === "lost"), 120000)]).toEqual([step, true]);
    bench.server.answers = true;
    untilLive(bench);
  }
});

test("a question that is not answered ends the connection although heartbeats are; one that is answered twice counts once", () => {
  for (const question of [3, 4]) {
    const bench = watch();
    bench.world.runUntil(() => bench.server.said.length >= question, 60000);
    bench.server.answersEach = 0;
    const from = bench.world.clock.now();
    expect(bench.world.runUntil(() => bench.heard.some(([kind]) => kind === "lost"), 600000)).toBe(true);
    expect(bench.heard.at(-1)![1]).toBe(AgentCode.timeout);
    expect(bench.world.clock.now() - from).toBeLessThan(23000);
  }
  const bench = watch();
  bench.server.answersEach = 2;
  untilLive(bench);
  expect(bench.server.said).toEqual(walk);
});

test("a connection that cannot be made in time is given up", () => {
  const bench = watch({}, { conditions: { tcpConnect: "silent", tcpConnectTimeoutMs: 600000 } });
  bench.world.run(21000);
  expect(bench.heard.map(([kind, code]) => [kind, code])).toEqual([["lost", AgentCode.timeout]]);
});

test("a server that breaks the WebSocket is told so, and left as soon as that is out", () => {
  const bench = watch();
  untilLive(bench);
  const from = bench.world.clock.now();
  bench.server.answers = false;
  for (const stream of bench.server.open) stream.send("\x81\x81abcd");
  expect(bench.world.runUntil(() => bench.heard.some(([kind]) => kind === "lost"), 60000)).toBe(true);
  expect(bench.heard.at(-1)![1]).toBe(AgentCode.protocol + 1002);
  expect(bench.world.clock.now() - from).toBeLessThan(900);
  // On its way still, and not lost with the connection.
  bench.world.run(500);
  expect(bench.server.said).toContain("close");
});

test("what ends a connection is told: no name, refused, broken, the server's own close, a server that breaks the protocol", () => {
  const lostWith = (bench: Bench): unknown => {
    bench.world.runUntil(() => bench.heard.some(([kind]) => kind === "lost"), 120000);
    return bench.heard.find(([kind]) => kind === "lost")![1];
  };
  expect(lostWith(watch({ host: "nowhere.example" }))).toBe(Fault.notFound);
  expect(lostWith(watch({ port: 81 }))).toBe(Fault.refused);
  const broken = watch();
  untilLive(broken);
  for (const stream of broken.server.open) stream.abort();
  expect(lostWith(broken)).toBe(Fault.broken);
  const left = watch();
  untilLive(left);
  left.server.tell("41/v2,");
  expect(lostWith(left)).toBe(AgentCode.protocol + 23);
  const odd = watch();
  untilLive(odd);
  odd.server.tell("4x");
  expect(lostWith(odd)).toBe(AgentCode.protocol + 21);
});

test("closing ends it at every step: nothing more is told, and nothing stays open", () => {
  for (let ms = 0; ms < 600; ms += 7) {
    const bench = watch();
    bench.world.run(ms);
    const before = bench.heard.length;
    if (bench.watcher === undefined) continue;
    watcherClose(bench.watcher);
    watcherClose(bench.watcher);
    bench.world.run(600000);
    expect([ms, bench.heard.length - before, bench.server.open.size]).toEqual([ms, 0, 0]);
  }
});

test("closing while the name is asked for ends it, too", () => {
  const bench = watch({ host: "realtime.example" }, { conditions: { latencyMs: { min: 3000, max: 3000 } } });
  bench.world.network.names.set("realtime.example", SERVER_ADDRESS);
  expect(bench.world.runUntil(() => bench.watcher?.step === 1, 60000)).toBe(true);
  bench.world.run(100);
  watcherClose(bench.watcher!);
  bench.world.run(600000);
  expect([bench.heard, bench.server.connects]).toEqual([[], []]);
});

test("a network that is slow at every step is waited for", () => {
  const bench = watch({}, { conditions: { latencyMs: { min: 4500, max: 4500 } } });
  untilLive(bench);
  expect(bench.heard).toEqual([["live"]]);
});

test("bad networks are only slower, and no secret reaches the log", () => {
  const bench = watch({}, { conditions: { tcpLossRate: 0.2, latencyMs: { min: 200, max: 2000 } } });
  untilLive(bench);
  bench.world.run(3600000);
  const output = bench.said.join("\n");
  for (const secret of ["canary-session", "canary-token", "/things/"]) expect(output).not.toContain(secret);
});

test("below the TLS that is demanded nothing is sent; without a topic, with too many, or without a host nothing begins", () => {
  for (const target of [{ topics: [] }, { topics: Array.from({ length: 9 }, (_, i) => resourceTopic(`r${i}`)) }, { host: "" }]) {
    const bench = watch(target);
    bench.world.run(60000);
    expect([bench.watcher, bench.server.connects, bench.heard]).toEqual([undefined, [], []]);
  }
  const weak = watch({ tls: TlsLevel.verified }, {}, TlsLevel.encryptedUnverified);
  weak.world.run(60000);
  expect([weak.watcher, weak.server.connects]).toEqual([undefined, []]);
});

test("a server that asks for more answers than the network takes is left", () => {
  const bench = watch();
  untilLive(bench);
  const stream = [...bench.server.open][0]!;
  // As after a write that never leaves.
  bench.watcher!.writable = false;
  for (let i = 0; i < 60; i += 1) stream.send(`\x89\x7d${"x".repeat(125)}`);
  bench.world.runUntil(() => bench.heard.some(([kind]) => kind === "lost"), 60000);
  expect(bench.heard.at(-1)!.slice(0, 2)).toEqual(["lost", AgentCode.busy]);
  expect(bench.watcher!.out).toBe("");
});
