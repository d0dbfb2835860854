/** A device that watches ThingsBoard, in the virtual world: tokens that run out, losses, and servers that do wrong. */
import { AgentCode } from "../../firmware/agent/link";
import { watch } from "../../firmware/agent/watch";
import { isWatching } from "../../firmware/index";
import { unreadCount } from "../../firmware/platform/thingsboard/watch";
import { statement } from "../conformance/statement";
import { closeOf, frame } from "../conformance/websocket-peer";
import { bench, lost, untilLive } from "../support/thingsboard-watch-bench";

statement("TB-05", "a wrong password stops it for good: an account that is tried again and again is locked", () => {
  const run = bench({ settings: { secret: "canary-wrong" } });
  run.cloud.world.run(3600000);
  expect(run.device.told("watchStopped").map(({ number }) => number)).toEqual([AgentCode.tokenSuspect]);
  expect(run.cloud.web.asked).toEqual(["/api/auth/login"]);
  expect(run.cloud.web.open.size).toBe(0);
  // It is the next boot that tries again, and no restart of its own.
  expect(run.device.told("restart")).toEqual([]);
});

test("before its token runs out it comes back with a new one, each had for the one before, and nothing is lost", () => {
  const run = bench({ limits: { tokenMs: 1200000, refreshMs: 3000000 } });
  untilLive(run);
  const id = run.cloud.device("boiler");
  run.cloud.world.run(4 * 3600000);
  const { asked } = run.cloud.web;
  expect(asked.filter((path) => path === "/api/auth/login")).toHaveLength(1);
  // Every 18 minutes: a tenth before its time. The last refresh token would have run out after 50.
  expect(asked.filter((path) => path === "/api/auth/token")).toHaveLength(13);
  expect(run.device.told("watchLost")).toEqual([]);
  expect(run.cloud.web.said.filter((text) => text === "close 1000")).toHaveLength(13);
  run.cloud.raise(id, "HOT");
  run.cloud.world.run(61000);
  expect(run.heard.at(-1)).toBe(1);
});

test("a refresh token that has had its time is no end: the password serves again", () => {
  const run = bench({ limits: { tokenMs: 600000, refreshMs: 700000 } });
  untilLive(run);
  run.cloud.web.stop();
  run.cloud.world.run(1500000);
  run.cloud.web.start();
  untilLive(run, 2);
  expect(run.cloud.web.asked.slice(-3)).toEqual(["/api/auth/token", "/api/auth/login", "/api/ws"]);
});

statement("TB-06 TB-07", "it stays for days where nothing changes", () => {
  const run = bench();
  untilLive(run);
  run.cloud.world.run(24 * 3600000);
  expect(run.device.told("watchLost")).toEqual([]);
  expect(run.heard.every((count) => count === 0)).toBe(true);
});

test("after a loss it comes back with a growing, jittered wait, and hears what holds", () => {
  const run = bench();
  untilLive(run);
  const id = run.cloud.device("boiler");
  run.cloud.web.stop();
  run.cloud.world.run(1200000);
  const waits = run.device.told("watchLost").map(({ text }) => Number(text));
  waits.forEach((wait, i) => expect(wait).toBeLessThanOrEqual(Math.min(1000 * 2 ** i, 300000)));
  expect(waits.length).toBeGreaterThan(6);
  expect(new Set(waits).size).toBe(waits.length);
  expect(isWatching(run.device.host())).toBe(false);
  run.cloud.raise(id, "HOT");
  run.cloud.web.start();
  untilLive(run, 2);
  expect(run.heard).toEqual([0, 1]);
});

test("half an hour without its platform restarts the device, as the last resort", () => {
  const run = bench();
  untilLive(run);
  run.cloud.web.stop();
  run.cloud.world.run(1900000);
  expect(run.device.told("restart")).toHaveLength(1);
  run.cloud.web.start();
  untilLive(run, 2);
  expect(run.device.told("boot").at(-1)!.text).toContain(`error=${AgentCode.timeout}`);
});

test("every close code of the platform is a loss, told with its number, and what comes next is right", () => {
  for (const code of [1001, 1007, 1008, 1009, 1011, 1012, 4500]) {
    const run = bench();
    untilLive(run);
    run.cloud.web.inject(frame(8, closeOf(code)));
    run.cloud.world.run(100);
    for (const stream of [...run.cloud.web.open]) stream.close();
    untilLive(run, 2);
    expect([code, lost(run)]).toEqual([code, [AgentCode.protocol + code]]);
    expect(run.cloud.web.asked.slice(2)).toEqual(["/api/auth/token", "/api/ws"]);
  }
});

test("a token that is refused on the socket is given up, with what renews it", () => {
  const run = bench({ define: (host, cloud, heard) => {
    // As after the platform's signing key has changed: an answer with a token that is none.
    cloud.odd.login = { status: 200, json: { token: "a.b.c", refreshToken: "canary-refresh" } };
    watch(host, { of: unreadCount(), type: "number" }, (count) => void heard.push(count));
  } });
  run.cloud.world.runUntil(() => run.device.told("watchLost").length === 1, 60000);
  expect(lost(run)).toEqual([AgentCode.protocol + 1007]);
  run.cloud.odd.login = undefined;
  untilLive(run);
  expect(run.cloud.web.asked).toEqual(["/api/auth/login", "/api/ws", "/api/auth/login", "/api/ws"]);
});

test("a login that fails for another reason is tried again later", () => {
  for (const status of [429, 500, 503, 404]) {
    const run = bench({ define: (host, cloud, heard) => {
      cloud.odd.login = { status, json: {} };
      watch(host, { of: unreadCount(), type: "number" }, (count) => void heard.push(count));
    } });
    run.cloud.world.runUntil(() => run.device.told("watchLost").length === 2, 60000);
    expect([status, ...lost(run)]).toEqual([status, AgentCode.protocol + status, AgentCode.protocol + status]);
    run.cloud.odd.login = undefined;
    untilLive(run);
  }
});

test("an answer without a token, or larger than any, is no login", () => {
  for (const json of [{}, { token: 5 }, { token: "x".repeat(5000) }, [], "token"]) {
    const run = bench({ define: (host, cloud) => {
      cloud.odd.login = { status: 200, json };
      watch(host, { of: unreadCount(), type: "number" }, () => undefined);
    } });
    run.cloud.world.run(30000);
    expect(run.device.told("watchLost").length).toBeGreaterThan(0);
    expect(run.device.told("watching")).toEqual([]);
  }
});

test("a server that goes silent, at any step, is left and tried again", () => {
  for (const silentAt of [1, 2, 3]) {
    const run = bench();
    const { web, world } = run.cloud;
    const reached = (): boolean => (silentAt === 1 ? web.connects.length === 1 : silentAt === 2 ? web.connects.length === 2 : run.device.told("watching").length === 1);
    expect(world.runUntil(reached, 60000)).toBe(true);
    web.answers = false;
    expect([silentAt, world.runUntil(() => lost(run).length === 1, 120000)]).toEqual([silentAt, true]);
    web.answers = true;
    untilLive(run, silentAt === 3 ? 2 : 1);
  }
});

test("a peer that is gone without a word is noticed by a Ping that nobody answers", () => {
  const run = bench();
  untilLive(run);
  const from = run.cloud.world.clock.now();
  run.cloud.web.answers = false;
  run.cloud.world.runUntil(() => lost(run).length === 1, 120000);
  expect(lost(run)).toEqual([AgentCode.protocol + 9]);
  expect(run.cloud.world.clock.now() - from).toBeLessThan(67000);
});

test("bad networks are only slower", () => {
  const run = bench({ world: { conditions: { tcpLossRate: 0.2, latencyMs: { min: 200, max: 2000 } } } });
  untilLive(run);
  run.cloud.world.run(3600000);
  expect(run.heard[0]).toBe(0);
});

/** What a server may never say, or says too much of. */
const hostile: readonly (readonly [string, string])[] = [
  ["no JSON", frame(1, "{")],
  ["another shape", frame(1, '{"cmdId":1,"errorCode":0,"count":"many"}')],
  ["no name", frame(1, '{"count":1}')],
  ["an unknown name", frame(1, '{"cmdId":99,"errorCode":0,"count":1}')],
  ["a name below all", frame(1, '{"cmdId":-5,"errorCode":0,"count":1}')],
  ["a huge name", frame(1, '{"cmdId":99999999999,"errorCode":0,"count":1}')],
  ["depth", frame(1, `{"cmdId":1,"data":${"[".repeat(40)}${"]".repeat(40)}}`)],
  ["a member twice", frame(1, '{"cmdId":1,"cmdId":1,"count":1}')],
  ["nothing", frame(1, "")],
];

test.each(hostile)("a hostile server that says %s changes nothing", (_name, bytes) => {
  const run = bench();
  untilLive(run);
  run.cloud.web.inject(bytes);
  run.cloud.world.run(1000);
  expect(run.heard).toEqual([0]);
  expect(lost(run)).toEqual([]);
});

test("a message beyond the limit ends the connection, and so does a frame that is none", () => {
  for (const [bytes, code] of [[frame(1, "x".repeat(5000)), 1009], ["\x81\x81abcd", 1002], [frame(1, "\xff"), 1007]] as const) {
    const run = bench();
    untilLive(run);
    run.cloud.web.inject(bytes);
    untilLive(run, 2);
    expect(lost(run)).toEqual([AgentCode.protocol + code]);
  }
});

test("below the TLS that is demanded nothing is sent", () => {
  const weak = bench({ settings: { tls: 2 } });
  weak.cloud.world.run(60000);
  expect(weak.device.told("watchStopped").map(({ number }) => number)).toEqual([AgentCode.tlsTooWeak]);
  expect(weak.cloud.web.connects).toEqual([]);
});

test("a name that nobody knows and a port where nobody listens are losses", () => {
  for (const settings of [{ host: "nowhere.example" }, { port: 81 }]) {
    const run = bench({ settings });
    run.cloud.world.run(60000);
    expect(lost(run).length).toBeGreaterThan(1);
    expect(run.cloud.web.connects).toEqual([]);
  }
});

test("a network that is lost is joined again, and watching goes on", () => {
  const run = bench({ world: { accessPoints: [{ ssid: "home", password: "" }] } });
  untilLive(run);
  run.cloud.world.setAccessPoint("home", { present: false });
  run.cloud.world.run(300000);
  expect(isWatching(run.device.host())).toBe(false);
  run.cloud.world.setAccessPoint("home", { present: true });
  expect(run.cloud.world.runUntil(() => isWatching(run.device.host()), 15000)).toBe(true);
  // It was looked for all the time, and that is no failure of the platform.
  expect(lost(run)).toHaveLength(1);
});
