/** A device that watches ThingsBoard, in the virtual world: its login, and every command that tells values. */
import { watch } from "../../firmware/agent/watch";
import { isWatching, order } from "../../firmware/index";
import type { Host } from "../../firmware/index";
import { alarmActive, alarmCount, allDevices, attribute, device as oneDevice, deviceCount, devicesNamed, devicesOfType, history, latest, markAllRead, markRead, newestAlarm, newestNotification, points, telemetry, unreadCount } from "../../firmware/platform/thingsboard/watch";
import { parseAttributes, parseTelemetry } from "../../sim/cloud/thingsboard/values";
import { statement } from "../conformance/statement";
import type { WatchedThingsboard } from "../support/thingsboard-watch";
import { bench, untilLive } from "../support/thingsboard-watch-bench";

statement("TB-04 TB-05 TB-30 TB-58", "it logs in by itself, asks in one message, and hears the count at once and whenever it changes", () => {
  const run = bench({ define: (host, cloud, heard) => {
    cloud.device("boiler");
    watch(host, { of: alarmCount({ status: ["ACTIVE"], severity: ["CRITICAL", "MAJOR"] }, allDevices()), type: "number" }, (count) => void heard.push(count));
  } });
  untilLive(run);
  expect(run.cloud.web.asked).toEqual(["/api/auth/login", "/api/ws"]);
  expect(run.cloud.web.said).toHaveLength(1);
  expect(JSON.parse(run.cloud.web.said[0]!)).toMatchObject({
    authCmd: { cmdId: 0 },
    cmds: [{ cmdId: 1, type: "ALARM_COUNT", query: { entityFilter: { type: "entityType", entityType: "DEVICE" }, statusList: ["ACTIVE"], severityList: ["CRITICAL", "MAJOR"] } }],
  });
  const [id] = [...run.cloud.model.state.devices.keys()];
  run.cloud.raise(id!, "HOT");
  run.cloud.world.run(1000);
  run.cloud.raise(id!, "DRY");
  run.cloud.world.run(1000);
  run.cloud.clear();
  run.cloud.world.run(1000);
  expect(run.heard).toEqual([0, 1, 2, 1, 0]);
  expect(isWatching(run.device.host())).toBe(true);
});

statement("TB-27 TB-31 TB-35 TB-38 TB-39", "every command that tells values: each source hears its own", () => {
  const ids: string[] = [];
  const run = bench({ define: (host, cloud, heard) => {
    const id = cloud.device("boiler");
    ids.push(id);
    cloud.tell(id, { temperature: 20.25 });
    const hear = (name: string) => (value: unknown, from: string) => void heard.push([name, value, from]);
    watch(host, { of: deviceCount(devicesOfType("thermostat")), type: "number" }, hear("count"));
    watch(host, { of: alarmActive(id, { type: ["HOT"] }), type: "boolean" }, hear("active"));
    watch(host, { of: unreadCount(), type: "number" }, hear("unread"));
    watch(host, { of: telemetry(id, "temperature"), type: "number", decimals: 1 }, hear("telemetry"));
    watch(host, { of: attribute(id, "mode", "SERVER_SCOPE"), type: "string" }, hear("attribute"));
    watch(host, { of: latest(devicesNamed("boi"), "temperature"), type: "number", decimals: 2 }, hear("latest"));
    watch(host, { of: alarmCount(undefined, oneDevice(id)), type: "number" }, hear("alarms"));
  } });
  untilLive(run);
  const id = ids[0]!;
  const first = run.heard.splice(0);
  expect(first).toEqual(expect.arrayContaining([["count", 1, ""], ["active", false, ""], ["unread", 0, ""], ["telemetry", 20.3, ""], ["latest", 20.25, id], ["alarms", 0, ""]]));
  expect(first).toHaveLength(6);
  run.cloud.tell(id, { temperature: 21, humidity: 3 });
  run.cloud.tell(id, { humidity: 4 });
  run.cloud.raise(id, "DRY");
  run.cloud.raise(id, "HOT");
  const attributes = parseAttributes('{"mode":"eco"}', run.cloud.model.limits);
  if (attributes.ok) run.cloud.model.data.writeAttributes(run.cloud.model.state.devices.get(id)!, "SERVER_SCOPE", attributes.value);
  run.cloud.model.notifications.send(run.cloud.who.tenantId, { type: "GENERAL", subject: "s", text: "t" });
  run.cloud.device("second");
  run.cloud.world.run(61000);
  expect(run.heard).toEqual(expect.arrayContaining([["telemetry", 21, ""], ["latest", 21, id], ["alarms", 1, ""], ["alarms", 2, ""], ["active", true, ""], ["attribute", "eco", ""], ["unread", 1, ""], ["count", 2, ""]]));
  expect(run.heard).toHaveLength(8);
});

statement("TB-28 TB-29", "the newest alarm: a member of it, first and whenever it changes or another takes its place", () => {
  const run = bench({ define: (host, cloud, heard) => {
    const id = cloud.device("boiler");
    cloud.raise(id, "DRY");
    for (const field of ["type", "status"]) watch(host, { of: newestAlarm(field, allDevices(), { status: ["ACTIVE"], severity: ["CRITICAL"] }), type: "string" }, (value) => void heard.push(`${field} ${value}`));
    watch(host, { of: newestAlarm("type", oneDevice(id), { type: ["NONE"] }), type: "string" }, (value) => void heard.push(`none "${value}"`));
  } });
  untilLive(run);
  run.cloud.world.run(1000);
  expect(run.heard.splice(0).sort()).toEqual(['none ""', "status ACTIVE_UNACK", "type DRY"]);
  const [id] = [...run.cloud.model.state.devices.keys()];
  run.cloud.world.run(1000);
  run.cloud.raise(id!, "HOT");
  run.cloud.world.run(1000);
  expect(run.heard.splice(0)).toEqual(["type HOT", "status ACTIVE_UNACK"]);
  const [newest] = run.cloud.model.alarms.all(run.cloud.who).filter(({ type }) => type === "HOT");
  run.cloud.model.alarms.act(run.cloud.who, newest!.id, "ack");
  run.cloud.world.run(1000);
  expect(run.heard.splice(0)).toEqual(["type HOT", "status ACTIVE_ACK"]);
  run.cloud.clear();
  run.cloud.world.run(1000);
  expect(run.heard.slice(-2)).toEqual(["type ", "status "]);
  expect(run.device.told("malformed")).toEqual([]);
});

statement("TB-34 TB-36 TB-37", "the newest notification that is not read, and orders that mark them as read", () => {
  const run = bench({ define: (host, _cloud, heard) => {
    expect(order(host, markAllRead())).toBe(71);
    for (const field of ["text", "id"]) watch(host, { of: newestNotification(field), type: "string" }, (value) => void heard.push(field === "id" && value !== "" ? "an id" : value));
    watch(host, { of: unreadCount(), type: "number" }, (count) => void heard.push(count));
  } });
  const host = (): Host => run.device.host();
  untilLive(run);
  expect(run.heard.splice(0)).toEqual(["", "", 0]);
  const send = (text: string): string => {
    run.cloud.model.notifications.send(run.cloud.who.tenantId, { type: "GENERAL", subject: "s", text });
    run.cloud.world.run(1000);
    return run.cloud.model.notifications.list(run.cloud.who, { unreadOnly: true })[0]!.id;
  };
  send("first");
  const second = send("second");
  send("third");
  expect(run.heard.splice(0)).toEqual(["first", "an id", 1, "second", "an id", 2, "third", "an id", 3]);
  expect(order(host(), markRead(second))).toBe(0);
  run.cloud.world.run(1000);
  expect(run.heard.splice(0)).toEqual([2]);
  expect(order(host(), markAllRead())).toBe(0);
  run.cloud.world.run(1000);
  expect(run.heard.splice(0)).toEqual(["", "", 0]);
  // What is no id is refused, and costs nothing.
  expect(order(host(), markRead("none"))).toBe(0);
  run.cloud.world.run(700000);
  expect(run.device.told("watchRefused")).toEqual([]);
  expect(run.device.told("watching")).toHaveLength(1);
});

test("an app may send an order when it hears a value, and what it throws then keeps nothing else back", () => {
  const codes: number[] = [];
  const run = bench({ define: (host, _cloud, heard) => {
    watch(host, { of: newestNotification("text"), type: "string" }, (text) => {
      if (text === "bad") throw new Error("no such lamp");
    });
    watch(host, { of: unreadCount(), type: "number" }, (count) => {
      heard.push(count);
      if (count === 2) codes.push(order(host, markAllRead()));
    });
  } });
  untilLive(run);
  for (const text of ["good", "bad"]) run.cloud.model.notifications.send(run.cloud.who.tenantId, { type: "GENERAL", subject: "s", text });
  expect(() => run.cloud.world.run(1000)).toThrow("no such lamp");
  run.cloud.world.run(1000);
  expect(codes).toEqual([0]);
  expect(run.heard).toEqual([0, 1, 2, 0]);
  run.cloud.world.run(700000);
  expect(run.device.told("watching")).toHaveLength(1);
});

function tellAt({ model }: WatchedThingsboard, id: string, ts: number, temperature: number): void {
  const parsed = parseTelemetry(JSON.stringify({ ts, values: { temperature } }), model.core.host.now(), model.limits);
  if (!parsed.ok || !model.data.writeSeries(model.state.devices.get(id)!, parsed.value).ok) throw new Error("the telemetry was refused");
}

statement("TB-25 TB-26 TB-41 TB-43 TB-44", "history out of the platform's own store, once; and every point that comes, also an old one", () => {
  const run = bench({ define: (host, cloud, heard) => {
    const id = cloud.device("boiler");
    for (const [i, temperature] of [20, 21, 25].entries()) tellAt(cloud, id, 2000 + i, temperature);
    const later = String(cloud.model.core.host.now() + 86400000);
    for (const agg of ["AVG", "MIN", "MAX", "SUM", "COUNT", "NONE"]) watch(host, { of: history(id, "temperature", agg, "0", later), type: "number", decimals: 1 }, (value) => void heard.push(`${agg} ${value}`));
    watch(host, { of: points(allDevices(), "temperature"), type: "number" }, (value, from) => void heard.push(`point ${value} ${from === id}`));
  } });
  untilLive(run);
  run.cloud.world.run(1000);
  expect(run.heard.splice(0).sort()).toEqual(["AVG 22", "COUNT 3", "MAX 25", "MIN 20", "NONE 25", "SUM 66"]);
  const [device] = [...run.cloud.model.state.devices.values()];
  run.cloud.tell(device!.info.id, { temperature: 30 });
  tellAt(run.cloud, device!.info.id, 1000, 1);
  run.cloud.world.run(1000);
  expect(run.heard).toEqual(["point 30 true", "point 1 true"]);
});

test("a refused source is told, and the others are watched", () => {
  const run = bench({ define: (host, _cloud, heard) => {
    watch(host, { of: telemetry("784f394c-42b6-435a-983c-b7beff2784f9", "x"), type: "number" }, () => void heard.push("x"));
    watch(host, { of: unreadCount(), type: "number" }, (count) => void heard.push(count));
  } });
  untilLive(run);
  expect(run.heard).toEqual([0]);
  expect(run.device.told("watchRefused").map(({ number, text }) => [number, text])).toEqual([[3, "0"]]);
});

test("a value that is none of the declared type is passed over, and the log told", () => {
  const run = bench({ define: (host, cloud, heard) => {
    const id = cloud.device("boiler");
    cloud.tell(id, { state: "on" });
    watch(host, { of: telemetry(id, "state"), type: "number" }, (value) => void heard.push(value));
    watch(host, { of: telemetry(id, "state"), type: "string", bytesMax: 1 }, (value) => void heard.push(value));
    watch(host, { of: telemetry(id, "state"), type: "string" }, (value) => void heard.push(value));
  } });
  untilLive(run);
  expect(run.heard).toEqual(["on"]);
  expect(run.device.told("watchedOdd").map(({ number }) => number).sort()).toEqual([0, 1]);
});

test("what cannot be watched stops a checked build at once", () => {
  expect(() => bench({ define: (host) => watch(host, { of: unreadCount(), type: "number", decimals: 7 }, () => undefined) }).cloud.world.run(1000)).toThrow("cannot be");
  expect(() => bench({ define: (host) => {
    for (let i = 0; i < 9; i += 1) watch(host, { of: unreadCount(), type: "number" }, () => undefined);
  } }).cloud.world.run(1000)).toThrow("cannot be");
});
