/**
 * EVRYTHNG over REST, and across all transports: the statements EV-1, EV-8 and EV-9, errors, keys, and what stays after a restart.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { openJournal } from "../../sim/cloud/journal";
import { createEvrythng } from "../../sim/cloud/evrythng/model";
import type { Keeper } from "../../sim/cloud/keeper";
import { Inbox } from "../interop/cloud-peers";
import { cloud, closers, make, message, native, open, peer, publish, rest, subscribe, tenant } from "../interop/evrythng-cloud";
import { statement } from "./statement";
import { call, dawn, manualHost } from "./thethings-peer";

statement("EV-1 EV-8", "what one of four transports writes, all four give out", async () => {
  await open();
  const own = tenant(cloud.model);
  const topic = `/thngs/${own.thng}/properties/n`;
  const listener = await peer(own.operator, "listener");
  await subscribe(listener, topic);
  const socket = await native(topic, own.operator);
  const web = await connectAsync(`ws://127.0.0.1:${cloud.http}/mqtt`, { username: "authorization", password: own.operator, reconnectPeriod: 0 });
  closers.push(() => web.endAsync(true));
  const inbox = new Inbox<string>();
  web.on("message", (_topic, payload) => inbox.put(payload.toString()));
  await web.subscribeAsync(topic);
  const writers: readonly (() => unknown)[] = [
    () => publish(listener, topic, [{ value: 0 }]),
    () => rest("PUT", topic, own.operator, [{ value: 1 }]),
    () => socket.send([{ value: 2 }]),
    () => web.publishAsync(topic, '[{"value":3}]'),
  ];
  for (const [value, write] of writers.entries()) {
    await write();
    const expected = [{ key: "n", value }];
    expect((await message(listener)).json).toMatchObject(expected);
    expect(JSON.parse(await socket.inbox.next())).toMatchObject(expected);
    expect(JSON.parse(await inbox.next())).toMatchObject(expected);
    expect((await rest("GET", `${topic}?perPage=1`, own.operator)).json).toMatchObject(expected);
  }
});

statement("EV-9", "all that is written is kept: the latest value, and the history between two times, newest first", async () => {
  await open();
  const own = tenant(cloud.model);
  const topic = `/thngs/${own.thng}/properties/n`;
  const device = await peer(own.device, "device");
  for (let value = 1; value <= 5; value++) await publish(device, topic, [{ value, timestamp: value * 1000 }]);
  const valuesOf = async (query: string): Promise<unknown> => ((await rest("GET", `${topic}${query}`, own.operator)).json as { value: number }[]).map(({ value }) => value);
  expect(await valuesOf("")).toEqual([5, 4, 3, 2, 1]);
  expect(await valuesOf("?from=2000&to=4000")).toEqual([4, 3, 2]);
  expect(await valuesOf("?perPage=2")).toEqual([5, 4]);
  expect((await rest("DELETE", `${topic}?to=3000`, own.operator)).status).toBe(200);
  expect(await valuesOf("")).toEqual([5, 4]);
  expect((await rest("DELETE", topic, own.operator)).status).toBe(200);
  expect((await rest("GET", topic, own.operator)).status).toBe(404);
  expect(cloud.model.counts.values).toBe(0);
  for (const query of ["?perPage=0", "?perPage=101", "?perPage=x", "?from=x", "?to=-1"]) expect((await rest("GET", `${topic}${query}`, own.operator)).status).toBe(400);
});

test("errors have the platform's form: 400, 401, 403, 404, 405, 415 and 429", async () => {
  await open({ httpLimits: { requestsBurst: 200, requestsPerSec: 1 } });
  const own = tenant(cloud.model);
  expect((await rest("GET", `/thngs/${own.thng}`)).json).toEqual({
    status: 401,
    errors: ["Access denied, please check your credentials!"],
    code: 33619968,
    moreInfo: expect.stringMatching(/^https:/),
  });
  const statuses: readonly (readonly [number, string, string, string, unknown?])[] = [
    [401, "GET", "/access", "wrong"],
    [403, "GET", "/projects", own.device],
    [403, "POST", "/thngs", own.user, { name: "n" }],
    [404, "GET", `/thngs/${"A".repeat(24)}`, own.operator],
    [404, "GET", "/nothing", own.operator],
    [405, "PATCH", `/thngs/${own.thng}`, own.operator, {}],
    [405, "POST", `/thngs/${own.thng}`, own.operator, {}],
    [405, "DELETE", "/actions", own.operator],
    [405, "DELETE", `/thngs/${own.thng}/properties`, own.operator],
    [400, "POST", "/thngs", own.operator, {}],
    [400, "POST", "/thngs", own.operator, { name: "n", customFields: { a: "x".repeat(70000) } }],
  ];
  for (const [status, method, path, key, body] of statuses) {
    const answer = await rest(method, path, key, body);
    expect({ path, answer }).toMatchObject({ path, answer: { status, json: { status, errors: [expect.any(String)] } } });
  }
  const form = { method: "PUT", body: "a=1", headers: { authorization: own.operator, "content-type": "application/x-www-form-urlencoded" } };
  expect((await call(cloud.http, `/thngs/${own.thng}`, form)).status).toBe(415);
  const broken = { method: "PUT", body: "{", headers: { authorization: own.operator, "content-type": "application/json; charset=utf-8" } };
  expect((await call(cloud.http, `/thngs/${own.thng}`, broken)).status).toBe(400);
  let last = await rest("GET", "/access", own.operator);
  while (last.status === 200) last = await rest("GET", "/access", own.operator);
  expect(last).toMatchObject({ status: 429, json: { status: 429 } });
  expect(Number(last.headers["x-rate-limit-reset"])).toBeGreaterThan(Date.now());
});

test("a 405 names the methods that are for the resource (RFC 9110 section 15.5.6)", async () => {
  await open();
  const own = tenant(cloud.model);
  const allowed = async (method: string, path: string): Promise<unknown> => {
    const { status, headers } = await rest(method, path, own.operator);
    return [status, headers.allow];
  };
  expect(await allowed("POST", `/thngs/${own.thng}`)).toEqual([405, "GET, PUT, DELETE"]);
  expect(await allowed("PATCH", "/actions")).toEqual([405, "GET, POST"]);
  expect(await allowed("DELETE", `/thngs/${own.thng}/properties`)).toEqual([405, "GET, POST, PUT"]);
  expect(await allowed("PUT", "/rateLimits")).toEqual([405, "GET"]);
});

test("what is made is told where; who asks is told who it is; limits can be read", async () => {
  await open();
  const own = tenant(cloud.model);
  const made = await rest("POST", "/thngs", own.operator, { name: "n", identifiers: { serial: "1" }, unknown: 5 });
  const { id } = made.json as { id: string };
  expect(made).toMatchObject({ status: 201, json: { name: "n", identifiers: { serial: "1" } }, headers: { location: `/thngs/${id}` } });
  expect(made.json).not.toHaveProperty("unknown");
  expect(id).toMatch(/^[abcdefghkmnpqrstwxyABCDEFGHKMNPQRSTUVWXY0-9]{24}$/);
  expect((await rest("GET", "/access", own.device)).json).toEqual({ account: own.account, actor: { type: "thng", id: own.thng } });
  expect((await rest("GET", "/access", own.user)).json).toMatchObject({ actor: { type: "user" }, project: own.project });
  expect((await rest("GET", "/rateLimits", own.device)).json).toEqual({ requestsBurst: 2000, requestsPerSec: 1000 });
  expect((await rest("GET", `/access?access_token=${own.device}`)).status).toBe(200);
  const options = await call(cloud.http, "/thngs", { method: "OPTIONS" });
  expect(options).toMatchObject({ status: 204, headers: { "access-control-allow-origin": "*" } });
  expect((await rest("DELETE", `/thngs/${own.thng}`, own.operator)).status).toBe(200);
  expect((await rest("GET", "/access", own.device)).status).toBe(401);
});

test("a device's key: 80 alphanumerics, the same when asked for again, another once it was deleted", async () => {
  await open();
  const own = tenant(cloud.model);
  expect(own.device).toMatch(/^[A-Za-z0-9]{80}$/);
  const path = "/auth/evrythng/thngs";
  expect(await rest("POST", path, own.operator, { thngId: own.thng })).toMatchObject({ status: 201, json: { thngId: own.thng, thngApiKey: own.device } });
  expect((await rest("GET", `${path}/${own.thng}`, own.operator)).json).toMatchObject({ thngApiKey: own.device });
  const open1 = await peer(own.device, "stays");
  expect((await rest("DELETE", `${path}/${own.thng}`, own.operator)).status).toBe(200);
  expect((await rest("GET", "/access", own.device)).status).toBe(401);
  const second = (await rest("POST", path, own.operator, { thngId: own.thng })).json as { thngApiKey: string };
  expect(second.thngApiKey).not.toBe(own.device);
  for (const key of [own.user, own.app, second.thngApiKey]) expect((await rest("POST", path, key, { thngId: own.thng })).status).toBe(403);
  expect((await rest("POST", path, own.operator, { thngId: "unknown" })).status).toBe(404);
  open1.socket.destroy();
});

test("strangers see nothing of an account: not its documents, not its keys, not its lists", async () => {
  await open();
  const [own, other] = [tenant(cloud.model), tenant(cloud.model)];
  for (const path of [`/thngs/${own.thng}`, `/products/${own.product}`, `/collections/${own.collection}`, `/collections/${own.collection}/thngs`, `/batches/${own.batch}`, `/projects/${own.project}`, `/projects/${own.project}/applications`, `/auth/evrythng/thngs/${own.thng}`]) {
    expect({ path, status: (await rest("GET", path, other.operator)).status }).toEqual({ path, status: 404 });
    if (!path.endsWith("applications") && !path.endsWith("thngs")) expect((await rest("DELETE", path, other.operator)).status).toBe(404);
  }
  for (const path of ["/thngs", "/products", "/collections", "/batches", "/projects", "/actions"]) {
    expect(JSON.stringify((await rest("GET", path, other.operator)).json)).not.toContain(own.account);
    expect((await rest("GET", path, other.operator)).json).toHaveLength(1);
  }
  expect((await rest("PUT", `/collections/${other.collection}/thngs`, other.operator, [own.thng])).status).toBe(400);
  expect((await rest("POST", "/thngs", other.operator, { name: "n", product: own.product })).status).toBe(400);
  expect((await rest("POST", "/actions/_go", other.operator, { thng: own.thng })).status).toBe(404);
  expect((await rest("PUT", `/thngs/${own.thng}`, other.operator, { name: "mine" })).status).toBe(404);
});

/** Everything that a cloud keeps, as its REST shows it to an operator. */
function shown(model: ReturnType<typeof createEvrythng>, own: ReturnType<typeof tenant>): unknown {
  const paths = ["/thngs", `/thngs/${own.thng}`, `/thngs/${own.thng}/properties/a`, `/thngs/${own.thng}/location`, "/actions/all", "/actions", `/collections/${own.collection}/thngs`, `/batches/${own.batch}/tasks`, `/projects/${own.project}/applications`];
  return paths.map((path) => make(model, own.operator, "read", path));
}

test("after a restart everything is as it was, from the entries and from a snapshot, and a task that was not done is done", () => {
  const folder = mkdtempSync(join(tmpdir(), "motet-evrythng-"));
  closers.push(() => rmSync(folder, { recursive: true }));
  let starts = 0;
  const start = (compactBytes: number) => {
    const keeper = openJournal({ folder, name: "evrythng", compactBytes });
    // As a machine does, each start draws other numbers.
    const host = manualHost((starts += 1));
    return { host, keeper, model: createEvrythng(host, { keeper }) };
  };
  const first = start(1e9);
  const own = tenant(first.model);
  const put = (path: string, body: unknown) => make(first.model, own.operator, "update", path, body);
  put(`/thngs/${own.thng}/properties`, [{ key: "a", value: 1, timestamp: 5 }, { key: "a", value: 2, timestamp: 6 }, { key: "b", value: [1] }]);
  put(`/thngs/${own.thng}/location`, [{ place: "p" }]);
  put(`/collections/${own.collection}/thngs`, [own.thng]);
  put(`/thngs/${own.thng}`, { name: "renamed" });
  make(first.model, own.operator, "create", `/thngs/${own.thng}/actions/_go`, { tags: ["x"] });
  make(first.model, own.operator, "remove", `/thngs/${own.thng}/properties/b`);
  const gone = make(first.model, own.operator, "create", "/thngs", { name: "gone" }).id;
  make(first.model, own.operator, "remove", `/thngs/${gone}`);
  make(first.model, own.operator, "create", `/batches/${own.batch}/tasks`, { type: "POPULATING", inputParameters: { quantity: 2 } });
  const before = shown(first.model, own);
  first.keeper.close();
  const second = start(1);
  expect(shown(second.model, own)).toEqual(before);
  expect(second.model.counts.values).toBe(first.model.counts.values);
  expect(second.model.authenticate(own.device)).toMatchObject({ kind: "device", actor: own.thng });
  // Any change makes it write a snapshot.
  second.host.advance(50);
  expect(make(second.model, own.operator, "read", `/batches/${own.batch}/tasks`)).toMatchObject({ 0: { status: "EXECUTED", result: { thngs: 2 } } });
  const after = shown(second.model, own);
  second.keeper.close();
  const third = start(1);
  expect(shown(third.model, own)).toEqual(after);
  third.keeper.close();
});

statement("EV-9", "what cannot be kept is refused: 503, no PUBACK, nobody hears of it", async () => {
  const keeper: Keeper & { broken: boolean } = {
    broken: false,
    entries: [],
    append() {
      if (this.broken) throw new Error("disk full");
    },
    settle: () => undefined,
  };
  await open({ model: { keeper }, broker: { badPublish: "drop" } });
  const own = tenant(cloud.model);
  const topic = `/thngs/${own.thng}/properties/a`;
  const listener = await peer(own.operator, "listener");
  await subscribe(listener, topic);
  keeper.broken = true;
  expect((await rest("PUT", topic, own.operator, [{ value: 1 }])).status).toBe(503);
  expect((await rest("POST", "/thngs", own.operator, { name: "n" })).status).toBe(503);
  expect((await rest("POST", "/actions/_go", own.operator, {})).status).toBe(503);
  expect((await rest("DELETE", `/thngs/${own.thng}`, own.operator)).status).toBe(503);
  expect(await publish(await peer(own.device, "device"), topic, [{ value: 1 }])).toBe(false);
  keeper.broken = false;
  expect(await publish(await peer(own.device, "device"), topic, [{ value: 2 }])).toBe(true);
  expect((await message(listener)).json).toMatchObject([{ value: 2 }]);
  expect((await rest("GET", topic, own.operator)).json).toHaveLength(1);
});

test("limits: each at its value, and one above", () => {
  const limits = { writeValuesMax: 2, valueCharsMax: 10, depthMax: 2, historyValuesMax: 2, valuesMax: 5, propertiesPerOwnerMax: 2, actionsMax: 2, memberIdsMax: 1, taskThngsMax: 1, nameCharsMax: 5 };
  const model = createEvrythng(manualHost(), { limits });
  const own = tenant(model);
  const put = (path: string, body: unknown) => make(model, own.operator, "update", `/thngs/${own.thng}/${path}`, body);
  put("properties", [{ key: "a", value: 1 }, { key: "b", value: 1 }]);
  expect(() => put("properties", [{ key: "a", value: 1, timestamp: 1 }, { key: "a", value: 1, timestamp: 2 }, { key: "b", value: 1 }])).toThrow("More than 2 values");
  expect(() => put("properties", [{ key: "c", value: 1 }])).toThrow("More than 2 properties");
  put("properties/a", [{ value: "x".repeat(8) }]);
  expect(() => put("properties/a", [{ value: "x".repeat(9) }])).toThrow("too large");
  put("properties/a", [{ value: [[1]] }]);
  expect(() => put("properties/a", [{ value: [[[1]]] }])).toThrow("too deep");
  expect(() => put("properties/abcdef", [{ value: 1 }])).toThrow("1 to 5 characters");
  // Four writes of a, and two are kept.
  expect(make(model, own.operator, "read", `/thngs/${own.thng}/properties/a`)).toMatchObject({ 1: { value: "xxxxxxxx" } });
  expect(make(model, own.operator, "read", `/thngs/${own.thng}/properties/a`)).not.toHaveProperty("2");
  for (let n = 0; n < 3; n++) make(model, own.operator, "create", "/actions/_go", { customFields: { n } });
  expect(make(model, own.operator, "read", "/actions/all")).toMatchObject({ 0: { customFields: { n: 2 } }, 1: { customFields: { n: 1 } } });
  expect(make(model, own.operator, "read", "/actions/all")).not.toHaveProperty("2");
  const members = `/collections/${own.collection}/thngs`;
  make(model, own.operator, "update", members, [own.thng]);
  expect(() => make(model, own.operator, "update", members, [own.thng, own.thng])).toThrow("More than 1 thngs");
  expect(() => make(model, own.operator, "create", `/batches/${own.batch}/tasks`, { type: "POPULATING", inputParameters: { quantity: 2 } })).toThrow("0 to 1");
  const full = createEvrythng(manualHost(), { limits: { documentsMax: 3, keysMax: 2 } });
  const { operatorKey } = full.createAccount();
  for (const name of ["one", "two"]) make(full, operatorKey, "create", "/thngs", { name });
  expect(() => make(full, operatorKey, "create", "/thngs", { name: "three" })).toThrow("3 documents at most");
  full.createKey({ kind: "user", account: "a", actor: "b" });
  expect(() => full.createKey({ kind: "user", account: "a", actor: "b" })).toThrow("2 keys at most");
});

test("time is the host's, in milliseconds", () => {
  const host = manualHost();
  const model = createEvrythng(host);
  const own = tenant(model);
  host.advance(1234);
  expect(make(model, own.operator, "create", "/actions/_go", {})).toMatchObject({ createdAt: dawn + 1234, timestamp: dawn + 1234 });
});

test("values of one key without times are of one moment, also when the clock moves on between them", () => {
  let moment = dawn;
  const model = createEvrythng({ ...manualHost(), now: () => (moment += 1) });
  const own = tenant(model);
  const put = (values: object[]) => make(model, own.operator, "update", `/thngs/${own.thng}/properties`, values);
  expect(() => put([{ key: "a", value: 1 }, { key: "a", value: 2 }])).toThrow("distinct timestamps");
  expect(put([{ key: "a", value: 1 }, { key: "b", value: 2 }])).toMatchObject({ 0: { key: "a" }, 1: { key: "b" } });
});
