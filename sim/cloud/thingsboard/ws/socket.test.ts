import { manualHost } from "../../../../test/conformance/thethings-peer";
import { createThingsboard } from "../model";
import { wsLimits } from "./limits";
import { ApiSocket } from "./socket";

const user = { email: "ann@example.org", password: "ann-secret" };

/** A socket whose client reads nothing of what it is sent. */
function unreadSocket(pendingFramesMax: number) {
  const host = manualHost();
  const model = createThingsboard(host, { users: [user] });
  const tokens = model.accounts.login(user.email, user.password);
  if (!tokens.ok) throw new Error(tokens.message);
  const frames: string[] = [];
  const closes: (readonly [number | undefined, string | undefined])[] = [];
  let left = 0;
  const peer = {
    number: 1,
    send: (data: string | Buffer) => void frames.push(data.toString()),
    unread: () => frames.length,
    pause: () => undefined,
    resume: () => undefined,
    close: (code?: number, reason?: string) => void closes.push([code, reason]),
    abort: () => undefined,
  };
  const opening = { model, limits: { ...wsLimits, pendingFramesMax }, wire: "documented", endpoint: "general", token: tokens.value.token, enter: () => undefined } as const;
  const socket = new ApiSocket({ ...opening, leave: () => void (left += 1) }, peer);
  const count = (): void => socket.message(Buffer.from('{"cmds":[{"cmdId":1,"type":"MARK_NOTIFICATIONS_AS_READ"}]}'));
  return { host, model, socket, frames, closes, count, left: () => left };
}

test("frames that wait for a client have a limit; what it reads counts no more", () => {
  const { socket, closes, count, left, frames } = unreadSocket(3);
  for (let i = 0; i < 3; i += 1) count();
  expect(closes).toEqual([]);
  socket.drained();
  for (let i = 0; i < 3; i += 1) count();
  expect(closes).toEqual([]);
  count();
  expect(closes).toEqual([[1008, "Max pending updates limit reached!"]]);
  expect([left(), frames.length]).toEqual([1, 7]);
  count();
  socket.closed();
  expect([left(), frames.length]).toEqual([1, 7]);
});

test("a socket that has ended leaves no timer and no listener", () => {
  const { host, model, socket } = unreadSocket(10);
  socket.message(Buffer.from('{"cmds":[{"cmdId":1,"type":"NOTIFICATIONS_COUNT"},{"cmdId":2,"type":"ENTITY_COUNT","query":{"entityFilter":{"type":"entityType","entityType":"DEVICE"}}}]}'));
  expect([host.timers(), model.bus.count()]).toEqual([2, 1]);
  socket.closed();
  expect([host.timers(), model.bus.count()]).toEqual([0, 0]);
});

test.each([
  ["ALARM_DATA", {}],
  ["ENTITY_DATA", { latestCmd: { keys: [{ type: "TIME_SERIES", key: "t" }] } }],
  ["ENTITY_DATA", { tsCmd: { keys: ["t"], startTs: 0, timeWindow: 1000 } }],
])("a socket that ends by the first frame of %s %j leaves no timer and no listener", (type, more) => {
  const { host, model, socket, closes, count } = unreadSocket(1);
  const who = { userId: "u", email: user.email, tenantId: model.accounts.tenantId("Tenant"), customerId: undefined };
  const device = model.devices.save(who, { name: "A" }, "token-a");
  if (!device.ok) throw new Error(device.message);
  model.data.writeSeries(device.value, [{ key: "t", ts: 1, value: { type: "LONG", text: "1" } }]);
  count();
  const query = { entityFilter: { type: "entityType", entityType: "DEVICE" }, pageLink: { pageSize: 10, page: 0, dynamic: true } };
  socket.message(Buffer.from(JSON.stringify({ cmds: [{ cmdId: 2, type, query, ...more }] })));
  expect(closes).toEqual([[1008, "Max pending updates limit reached!"]]);
  expect([host.timers(), model.bus.count()]).toEqual([0, 0]);
});

test("a page that is shown again and ends the socket by that leaves no timer and no listener", () => {
  const { host, model, socket, closes } = unreadSocket(1);
  const who = { userId: "u", email: user.email, tenantId: model.accounts.tenantId("Tenant"), customerId: undefined };
  const query = { entityFilter: { type: "entityType", entityType: "DEVICE" }, pageLink: { pageSize: 10, page: 0, dynamic: true } };
  socket.message(Buffer.from(JSON.stringify({ cmds: [{ cmdId: 2, type: "ENTITY_DATA", query, latestCmd: { keys: [{ type: "TIME_SERIES", key: "t" }] } }] })));
  expect(closes).toEqual([]);
  model.devices.save(who, { name: "A" }, "token-a");
  for (let passed = 0; passed < wsLimits.refreshMs; passed += 10000) {
    host.advance(10000);
    socket.heard();
  }
  expect(closes).toHaveLength(1);
  expect([host.timers(), model.bus.count()]).toEqual([0, 0]);
});
