/** What becomes of what hangs on a device, when its credentials change and when it is taken away. */
import { manualHost } from "../../../test/conformance/thethings-peer";
import { createThingsboard } from "./model";
import type { Device } from "./state";
import type { Credentials, Principal } from "./types";

const ann = { email: "ann@example.org", password: "ann-secret" };

function opened() {
  const host = manualHost();
  const model = createThingsboard(host, { users: [ann] });
  const who: Principal = { userId: "u", email: ann.email, tenantId: model.accounts.tenantId("Tenant"), customerId: undefined };
  const make = (name: string): Device => {
    const device = model.devices.save(who, { name }, `token-${name}`);
    if (!device.ok) throw new Error(device.message);
    return device.value;
  };
  return { host, model, who, make };
}

test("any change of the credentials ends the connections of the old ones, that of a password alone too; the same ones end none", () => {
  const { model, who, make } = opened();
  const { id } = make("A").info;
  const told: string[] = [];
  model.bus.watch(id, ({ kind }) => told.push(kind));
  const set = (credentials: Credentials): number => {
    expect(model.devices.setCredentials(who, id, credentials).ok).toBe(true);
    return told.splice(0).filter((kind) => kind === "signed-out").length;
  };
  const basic = (password: string | null): Credentials => ({ type: "MQTT_BASIC", clientId: null, userName: "a", password });
  expect([set({ type: "ACCESS_TOKEN", token: "token-A" }), set({ type: "ACCESS_TOKEN", token: "other" })]).toEqual([0, 1]);
  expect([set(basic("old")), set(basic("old")), set(basic("new")), set(basic(null))]).toEqual([1, 0, 1, 1]);
});

test("calls to a device that is taken away end at once, and nothing of it is remembered", () => {
  const { host, model, who, make } = opened();
  const [gone, stays] = [make("gone").info.id, make("stays").info.id];
  const outcomes: string[] = [];
  const call = (device: string): boolean => model.rpc.call(device, { method: "m", params: "null" }, { timeoutMs: 10000, oneWay: false }, ({ kind }) => outcomes.push(kind)).ok;
  const stop = model.rpc.listen(gone, () => true);
  for (const device of [gone, gone, stays]) expect(call(device)).toBe(true);
  expect([model.rpc.devices, model.rpc.waiting]).toEqual([2, 3]);
  expect(model.devices.remove(who, gone).ok).toBe(true);
  expect([outcomes, model.rpc.devices, model.rpc.waiting]).toEqual([["offline", "offline"], 1, 1]);
  stop();
  expect([model.rpc.devices, host.timers()]).toEqual([1, 1]);
});
