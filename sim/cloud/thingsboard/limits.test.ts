/** The model's limits, each at its value and one above. */
import { manualHost } from "../../../test/conformance/thethings-peer";
import { createThingsboard } from "./model";
import type { ThingsboardOptions } from "./model";
import type { ModelLimits, Principal } from "./types";

const ann = { email: "ann@example.org", password: "ann-secret" };
const carl = { email: "carl@example.org", password: "carl-secret", customer: "Harbour" };

function opened(limits: Partial<ModelLimits>, more: Partial<ThingsboardOptions> = {}) {
  const host = manualHost();
  const model = createThingsboard(host, { users: [ann, carl], limits, ...more });
  const enter = ({ email, password }: typeof ann): Principal => {
    const tokens = model.accounts.login(email, password);
    if (!tokens.ok) throw new Error(tokens.message);
    return model.accounts.principal(tokens.value.token) as Principal;
  };
  return { host, model, who: enter(ann), customer: enter(carl) };
}

test("names, labels and types, and what else is said of a device", () => {
  const { model, who } = opened({ nameCharsMax: 20, valueCharsMax: 10 });
  const save = (more: object): boolean => model.devices.save(who, { name: `d${model.state.devices.size}`, ...more }, undefined).ok;
  for (const field of ["name", "type", "label"]) expect([save({ [field]: "x".repeat(20) }), save({ [field]: "x".repeat(21) })]).toEqual([true, false]);
  expect([save({ additionalInfo: { a: "xx" } }), save({ additionalInfo: { a: "xxx" } })]).toEqual([true, false]);
  const token = (length: number): boolean => model.devices.save(who, { name: `t${length}` }, "t".repeat(length)).ok;
  expect([token(20), token(21), token(0)]).toEqual([true, false, false]);
});

test("users, customers, alarms", () => {
  expect(() => opened({ usersMax: 1 })).toThrow("This cloud holds 1 users at most");
  const { model, who } = opened({ usersMax: 2, customersMax: 2, alarmsMax: 1 });
  expect([model.devices.createCustomer(who.tenantId, "one").ok, model.devices.createCustomer(who.tenantId, "two").ok]).toEqual([true, false]);
  const device = model.devices.save(who, { name: "A" }, undefined);
  if (!device.ok) throw new Error(device.message);
  const raise = (type: string): boolean => model.alarms.raise(who, { originator: { entityType: "DEVICE", id: device.value.info.id }, type, severity: "MAJOR" }).ok;
  expect([raise("one"), raise("two"), raise("one")]).toEqual([true, false, true]);
});

test("claims that wait, the oldest first to go; and each has its time", () => {
  const { host, model, who, customer } = opened({ claimsMax: 2 });
  const claim = (name: string): boolean => model.provision.claim(customer, name, "s").ok;
  for (const name of ["A", "B", "C", "D"]) {
    const device = model.devices.save(who, { name }, undefined);
    if (device.ok && name !== "D") model.provision.offer(device.value, Buffer.from('{"secretKey":"s","durationMs":1000}'));
  }
  host.advance(1000);
  expect([claim("A"), claim("B"), claim("D")]).toEqual([false, true, false]);
  host.advance(1);
  expect(claim("C")).toBe(false);
});

test("the token that renews others ends, too", () => {
  const { host, model } = opened({ refreshMs: 60000 });
  const tokens = model.accounts.login(ann.email, ann.password);
  if (!tokens.ok) throw new Error(tokens.message);
  host.advance(59999);
  expect(model.accounts.renew(tokens.value.refreshToken)).toMatchObject({ token: expect.any(String) as string });
  expect(model.accounts.renew(tokens.value.token)).toBe("invalid");
  host.advance(1);
  expect(model.accounts.renew(tokens.value.refreshToken)).toBe("expired");
});

test("a device that was made beforehand is provisioned once", () => {
  const { model, who } = opened({}, { profiles: [{ key: "k", secret: "s", strategy: "preMade", type: "pump" }] });
  const provision = (deviceName: string): string => model.provision.provision(JSON.stringify({ deviceName, provisionDeviceKey: "k", provisionDeviceSecret: "s" })).status;
  model.devices.save(who, { name: "made", type: "pump" }, undefined);
  model.devices.save(who, { name: "other", type: "valve" }, undefined);
  expect([provision("absent"), provision("other"), provision("made"), provision("made")]).toEqual(["FAILURE", "FAILURE", "SUCCESS", "FAILURE"]);
});

test("points of one query: a key counts once however often it is named, and no more is read than may be answered", () => {
  const { model, who } = opened({ queryPointsMax: 6 });
  const device = model.devices.save(who, { name: "A" }, undefined);
  if (!device.ok) throw new Error(device.message);
  const keys = ["a", "b", "c", "d"];
  for (const key of keys) model.data.writeSeries(device.value, [1, 2, 3].map((ts) => ({ key, ts, value: { type: "LONG", text: "1" } })));
  const lookups = jest.spyOn(device.value.series, "get");
  const read = (...asked: string[]): unknown => model.data.read(device.value, asked, { startTs: 0, endTs: 9, interval: 0, limit: 0, agg: "NONE", order: "ASC" });
  const points = [1, 2, 3].map((ts) => ({ ts, value: "1" }));
  expect(read("a", "b", "a", "b", "a")).toEqual({ ok: true, value: { a: points, b: points } });
  expect(lookups).toHaveBeenCalledTimes(2);
  lookups.mockClear();
  expect(read(...keys)).toMatchObject({ reason: "badRequest" });
  expect(lookups).toHaveBeenCalledTimes(3);
});
