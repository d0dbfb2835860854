/** What the emulation keeps over a restart, and what it does when nothing can be kept. */
import { manualHost } from "../../../test/conformance/thethings-peer";
import { newCore } from "./core";
import type { Keeper } from "../keeper";
import { createThingsboard } from "./model";
import type { Thingsboard } from "./model";
import { dump } from "./state";
import type { Device } from "./state";
import { modelLimits } from "./types";
import type { Principal } from "./types";

const user = { email: "ann@example.org", password: "ann-secret" };

function memory(entries: unknown[] = []): Keeper & { readonly entries: unknown[]; isBroken: boolean } {
  const keeper = {
    entries,
    isBroken: false,
    append: (entry: unknown) => {
      if (keeper.isBroken) throw new Error("disk full");
      entries.push(JSON.parse(JSON.stringify(entry)));
    },
    settle: () => undefined,
  };
  return keeper;
}

function admin(model: Thingsboard): Principal {
  const tokens = model.accounts.login(user.email, user.password);
  if (!tokens.ok) throw new Error("no login");
  return model.accounts.principal(tokens.value.token) as Principal;
}

test("a restart, and a restart from a snapshot, make an equal state", () => {
  const keeper = memory();
  const host = manualHost();
  const model = createThingsboard(host, { keeper, users: [user], profiles: [{ key: "k", secret: "s" }] });
  const who = admin(model);
  const made = model.devices.save(who, { name: "A", type: "t" }, "token-a");
  if (!made.ok) throw new Error(made.message);
  const device = made.value;
  model.data.writeSeries(device, Array.from({ length: 1200 }, (_, i) => ({ key: "x", ts: i, value: { type: "LONG" as const, text: String(i) } })));
  model.data.writeAttributes(device, "SHARED_SCOPE", [["a", { type: "DOUBLE", text: "1.0" }], ["b", { type: "STRING", text: "1" }]]);
  model.data.deleteAttributes(device, "SHARED_SCOPE", ["b"]);
  model.data.deleteSeries(device, ["x"], 0, 10);
  const alarm = model.alarms.raise(who, { originator: { entityType: "DEVICE", id: device.info.id }, type: "HOT", severity: "MAJOR" });
  if (alarm.ok) model.alarms.act(who, alarm.value.id, "ack");
  model.notifications.send(who.tenantId, { type: "GENERAL", subject: "s", text: "t" });
  model.notifications.markRead(who, "all");
  model.provision.provision(JSON.stringify({ deviceName: "B", provisionDeviceKey: "k", provisionDeviceSecret: "s", token: "token-b" }));
  const removed = model.devices.save(who, { name: "C" }, "token-c");
  if (removed.ok) model.devices.remove(who, removed.value.info.id);
  model.close();

  const before = [...dump(model.state)];
  const again = newCore(host, modelLimits, memory(keeper.entries));
  expect([...dump(again.state)]).toEqual(before);
  const fromSnapshot = newCore(host, modelLimits, memory(before));
  expect([...dump(fromSnapshot.state)]).toEqual(before);
  expect(fromSnapshot.state.points).toBe(1190);
  const reopened = createThingsboard(host, { keeper: memory(before), users: [user] });
  expect(admin(reopened)).toEqual(who);
  expect(reopened.devices.byToken("token-b")?.attributes.SERVER_SCOPE.get("provisionState")?.value.text).toBe("provisioned");
  expect(reopened.devices.byToken("token-c")).toBeUndefined();
});

test("what cannot be stored has not happened", () => {
  const keeper = memory();
  const host = manualHost();
  const model = createThingsboard(host, { keeper, users: [user] });
  const who = admin(model);
  const made = model.devices.save(who, { name: "A" }, "token-a");
  if (!made.ok) throw new Error(made.message);
  let told = 0;
  model.bus.watch(made.value.info.id, () => (told += 1));
  keeper.isBroken = true;
  expect(model.data.writeSeries(made.value, [{ key: "x", ts: 1, value: { type: "LONG", text: "1" } }])).toMatchObject({ ok: false, reason: "unavailable" });
  expect(model.devices.save(who, { name: "B" }, undefined)).toMatchObject({ ok: false, reason: "unavailable" });
  expect([made.value.series.size, model.state.devices.size, told]).toEqual([0, 1, 0]);
  expect(host.events).toContainEqual({ event: "state-not-written" });
});

test("limits: devices, keys of a device, points of a series and of all, notifications of a user", () => {
  const limits = { devicesMax: 1, keysPerDeviceMax: 4, seriesPointsMax: 3, pointsMax: 5, notificationsPerUserMax: 2 };
  const model = createThingsboard(manualHost(), { users: [user], limits });
  const who = admin(model);
  const made = model.devices.save(who, { name: "A" }, "token-a");
  if (!made.ok) throw new Error(made.message);
  expect(model.devices.save(who, { name: "B" }, undefined)).toMatchObject({ reason: "badRequest" });
  const write = (key: string, ...times: number[]): boolean => model.data.writeSeries(made.value, times.map((ts) => ({ key, ts, value: { type: "LONG" as const, text: "1" } }))).ok;
  expect(write("a", 1, 2, 3, 4)).toBe(true);
  expect(made.value.series.get("a")?.map(({ ts }) => ts)).toEqual([2, 3, 4]);
  expect(write("b", 1, 2, 3)).toBe(true);
  expect(made.value.series.get("b")?.map(({ ts }) => ts)).toEqual([2, 3]);
  expect([write("c", 1), write("d", 1), write("e", 1)]).toEqual([true, true, false]);
  for (const text of ["1", "2", "3"]) model.notifications.send(who.tenantId, { type: "GENERAL", subject: "", text });
  expect(model.notifications.list(who, { unreadOnly: false }).map(({ text }) => text)).toEqual(["3", "2"]);
  model.close();
});

test("a snapshot at the limit of all points loses none of them", () => {
  const limits = { ...modelLimits, pointsMax: 5 };
  const host = manualHost();
  const model = createThingsboard(host, { users: [user], limits });
  const who = admin(model);
  const [one, other] = ["A", "B"].map((name) => {
    const made = model.devices.save(who, { name }, undefined);
    if (!made.ok) throw new Error(made.message);
    return made.value;
  }) as [Device, Device];
  const write = (device: Device, key: string, count: number): void => {
    model.data.writeSeries(device, Array.from({ length: count }, (_, ts) => ({ key, ts, value: { type: "LONG", text: "1" } })));
  };
  write(one, "a", 1);
  write(other, "k", 4);
  write(one, "b", 1);
  const again = newCore(host, limits, memory([...dump(model.state)]));
  expect([again.state.points, again.state.devices.get(other.info.id)?.series.get("k")?.length]).toEqual([6, 4]);
  model.close();
});
