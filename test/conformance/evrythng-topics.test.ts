/**
 * EVRYTHNG's topics, each published on and listened to: the statements EV-3 to EV-5 and EV-10 to EV-31, with strangers who hear and
 * do nothing.
 */
import { cloud, make, message, native, open, peer, publish, quiet, rest, silent, subscribe, tenant } from "../interop/evrythng-cloud";
import { rows } from "./evrythng-rows";
import type { TopicRow } from "./evrythng-rows";
import { statement } from "./statement";

/** Published over MQTT and over REST, heard over MQTT and on a native socket, read over REST; nothing of it by a stranger. */
async function holds(row: TopicRow): Promise<void> {
  await open();
  const [own, other] = [tenant(cloud.model), tenant(cloud.model)];
  const topic = row.topic(own);
  const listener = await peer(own.operator, "listener");
  const stranger = await peer(other.operator, "listener");
  const socket = await native(topic, own.operator);
  await subscribe(listener, topic, 1);
  await subscribe(stranger, topic, 1);
  expect(await publish(listener, topic, row.body(own))).toBe(true);
  expect(await message(listener)).toMatchObject({ topic, json: row.notice(own), qos: 1 });
  expect(JSON.parse(await socket.inbox.next())).toMatchObject(row.notice(own) as object);
  expect(await rest("GET", row.read(own), own.operator)).toMatchObject({ status: 200, json: row.shown(own) });
  await silent(listener);
  await silent(stranger);
  await quiet(socket);
}

/** The same write over REST is heard just so. */
async function holdsOverRest(row: TopicRow): Promise<void> {
  await open();
  const own = tenant(cloud.model);
  const listener = await peer(own.operator, "listener");
  await subscribe(listener, row.topic(own));
  const answer = await rest(row.method, row.topic(own), own.operator, row.body(own));
  expect(answer.status).toBe(row.method === "POST" ? 201 : 200);
  expect(await message(listener)).toMatchObject({ json: row.notice(own), qos: 0 });
  await silent(listener);
}

/** What is wrong is refused, changes nothing, and is heard by nobody. */
async function refuses(row: TopicRow): Promise<void> {
  await open({ httpLimits: { refusalsBurst: 1000 } });
  const [own, other] = [tenant(cloud.model), tenant(cloud.model)];
  const topic = row.topic(own);
  const listener = await peer(own.operator, "listener");
  await subscribe(listener, topic);
  const before = cloud.model.counts;
  for (const body of row.wrong) {
    const answer = await rest(row.method, topic, own.operator, body);
    expect({ body, status: answer.status }).toEqual({ body, status: 400 });
    expect(answer.json).toMatchObject({ status: 400, errors: [expect.any(String)], code: expect.any(Number), moreInfo: expect.any(String) });
    expect(await publish(await peer(own.operator, "bad"), topic, body)).toBe(false);
  }
  for (const text of ["", "{", "[1e999", "\u0000", "[[[[".repeat(5000)]) {
    expect(await publish(await peer(own.operator, "bad"), topic, undefined, text)).toBe(false);
  }
  expect(await publish(await peer(other.operator, "bad"), topic, row.body(own))).toBe(topic.startsWith("/actions"));
  expect(await publish(await peer(undefined, "bad"), topic, row.body(own))).toBe(false);
  expect(await publish(await peer(undefined, "bad"), `${topic}?access_token=${"A".repeat(80)}`, row.body(own))).toBe(false);
  expect((await rest(row.method, topic, undefined, row.body(own))).status).toBe(401);
  if (!topic.startsWith("/actions")) expect((await rest(row.method, topic, other.operator, row.body(own))).status).toBe(404);
  const strangers = topic.startsWith("/actions") && topic.length === "/actions".length ? 1 : 0;
  expect(cloud.model.counts).toEqual({ ...before, documents: before.documents + strangers });
  await silent(listener);
}

statement("EV-11", "/actions: an action type is created, and told", () => holds(rows.actionTypes));
statement("EV-12", "/actions/all: an action of any type is created, and told", () => holds(rows.actionsAll));
statement("EV-13", "/actions/:type: an action is created, and told; the end of the type is told without content", async () => {
  await holds(rows.actionsOfType);
  await open();
  const own = tenant(cloud.model);
  const listener = await peer(own.operator, "listener");
  await subscribe(listener, "/actions/_go");
  expect((await rest("DELETE", "/actions/_go", own.operator)).status).toBe(200);
  expect(await message(listener)).toMatchObject({ topic: "/actions/_go", json: undefined });
  expect((await rest("POST", "/actions/_go", own.operator, {})).status).toBe(404);
});

/** A task is asked for over REST; both topics tell of its end, and cannot be published on. */
async function tasks(of: "all" | "one"): Promise<void> {
  await open();
  const [own, other] = [tenant(cloud.model), tenant(cloud.model)];
  const all = `/batches/${own.batch}/tasks`;
  const listener = await peer(own.operator, "listener");
  const stranger = await peer(other.operator, "listener");
  const asked = await rest("POST", all, own.operator, { type: "POPULATING", inputParameters: { quantity: 3 } });
  expect(asked).toMatchObject({ status: 202, json: { status: "PENDING" } });
  const topic = of === "all" ? all : String(asked.headers.location);
  await subscribe(listener, topic);
  await subscribe(stranger, topic);
  const { id } = asked.json as { id: string };
  expect((await message(listener)).json).toMatchObject({
    id, batch: own.batch, type: "POPULATING", status: "EXECUTED", progress: 100, result: { thngs: 3 }, inputParameters: { quantity: 3 }, completedAt: expect.any(Number),
  });
  expect((await rest("GET", `${all}/${id}`, own.operator)).json).toMatchObject({ status: "EXECUTED" });
  await silent(listener);
  await silent(stranger);
  expect(await publish(listener, topic, { type: "POPULATING" })).toBe(false);
  for (const wrong of [{}, { type: "OTHER" }, { type: "POPULATING", inputParameters: { quantity: 1001 } }, { type: "POPULATING", inputParameters: { quantity: 0.5 } }]) {
    expect((await rest("POST", all, own.operator, wrong)).status).toBe(400);
  }
  for (const key of [own.trusted, own.user, own.device]) expect((await rest("GET", topic, key)).status).toBe(403);
}

statement("EV-14", "/batches/:id/tasks: the end of a task is told; nothing can be published", () => tasks("all"));
statement("EV-15", "/batches/:id/tasks/:taskId: the end of that task is told; nothing can be published", () => tasks("one"));

statement("EV-16", "/collections/:id: updated, and told; its end is told without content", async () => {
  await holds(rows.collection);
  const own = tenant(cloud.model);
  const listener = await peer(own.operator, "second");
  await subscribe(listener, `/collections/${own.collection}`);
  expect((await rest("DELETE", `/collections/${own.collection}`, own.operator)).status).toBe(200);
  expect(await message(listener)).toMatchObject({ json: undefined });
  expect((await rest("GET", `/collections/${own.collection}`, own.operator)).status).toBe(404);
});

statement("EV-17", "/collections/:id/actions/:type", () => holds(rows.collectionActions));
statement("EV-18", "/collections/:id/actions/all", () => holds(rows.collectionActionsAll));

statement("EV-19 EV-20 EV-21", "/collections/:id/thngs: added, removed, cleared, each with its operation, time and ids", async () => {
  await holds(rows.members);
  await open();
  const own = tenant(cloud.model);
  const path = `/collections/${own.collection}/thngs`;
  const more = [1, 2, 3].map((n) => make(cloud.model, own.operator, "create", "/thngs", { name: `thng ${n}` }).id);
  const [first, second, third] = more as [string, string, string];
  const listener = await peer(own.operator, "listener");
  await subscribe(listener, path);
  const heard = async (): Promise<object> => (await message(listener)).json as object;
  expect(await publish(listener, path, [first, second, first])).toBe(true);
  const added = await heard();
  expect(Object.keys(added).sort()).toEqual(["operation", "resources", "timestamp"]);
  expect(added).toMatchObject({ operation: "thngsAdded", resources: [first, second] });
  // Only what is new is told, and nothing when nothing is.
  await rest("PUT", path, own.operator, [second]);
  await rest("PUT", path, own.operator, [second, third]);
  expect(await heard()).toMatchObject({ operation: "thngsAdded", resources: [third] });
  expect((await rest("DELETE", `${path}/${first}`, own.operator)).status).toBe(200);
  expect(await heard()).toMatchObject({ operation: "thngsRemoved", resources: [first] });
  expect((await rest("DELETE", `${path}/${first}`, own.operator)).status).toBe(404);
  expect((await rest("DELETE", `/thngs/${second}`, own.operator)).status).toBe(200);
  expect(await heard()).toMatchObject({ operation: "thngsRemoved", resources: [second] });
  expect((await rest("DELETE", path, own.operator)).status).toBe(200);
  expect(await heard()).toMatchObject({ operation: "thngsCleared", resources: [third], timestamp: expect.any(Number) });
  expect((await rest("DELETE", path, own.operator)).status).toBe(200);
  await silent(listener);
});

statement("EV-22", "/products/:id/actions/:type", () => holds(rows.productActions));
statement("EV-23", "/products/:id/actions/all", () => holds(rows.productActionsAll));
statement("EV-24", "/products/:id/properties", () => holds(rows.productProperties));
statement("EV-25", "/products/:id/properties/:key", () => holds(rows.productProperty));

statement("EV-26", "/thngs/:id: what the thng is, and none of its properties or locations", async () => {
  await holds(rows.thng);
  const own = tenant(cloud.model);
  const listener = await peer(own.operator, "second");
  await subscribe(listener, `/thngs/${own.thng}`);
  await rest("PUT", `/thngs/${own.thng}/properties/a`, own.operator, [{ value: 1 }]);
  await rest("PUT", `/thngs/${own.thng}/location`, own.operator, [{ place: "somewhere" }]);
  await silent(listener);
  // Nor can they be set here.
  expect(await publish(listener, `/thngs/${own.thng}`, { properties: { a: 2 }, location: {}, id: "x", createdAt: 0 })).toBe(true);
  const { json } = await message(listener);
  expect(json).toMatchObject({ id: own.thng });
  expect(json).not.toHaveProperty("properties");
  expect((await rest("GET", `/thngs/${own.thng}`, own.operator)).json).toMatchObject({ properties: { a: 1 }, location: { place: "somewhere" } });
});

statement("EV-27", "/thngs/:id/actions/:type", () => holds(rows.thngActions));
statement("EV-28", "/thngs/:id/actions/all", () => holds(rows.thngActionsAll));
statement("EV-29", "/thngs/:id/location", () => holds(rows.location));
statement("EV-30", "/thngs/:id/properties", () => holds(rows.thngProperties));
statement("EV-31", "/thngs/:id/properties/:key", () => holds(rows.thngProperty));

statement("EV-10 EV-46", "each topic is the path of REST, with the payload of REST", async () => {
  for (const row of Object.values(rows)) await holdsOverRest(row);
});

statement("EV-3 EV-43", "each topic: what is wrong, a stranger, nobody and a made-up key change nothing and are heard by nobody", async () => {
  for (const row of Object.values(rows)) await refuses(row);
}, 60000);

statement("EV-4 EV-5", "one write tells every topic that it concerns, once, and the publisher too", async () => {
  await open();
  const own = tenant(cloud.model);
  const listener = await peer(own.operator, "listener");
  const { thng, product } = own;
  const topics = [`/actions/all`, `/actions/_go`, `/thngs/${thng}/actions/_go`, `/thngs/${thng}/actions/all`, `/products/${product}/actions/_go`, `/products/${product}/actions/all`];
  const others = ["/actions/scans", "/actions", `/thngs/${thng}`, `/thngs/${thng}/actions/scans`, `/products/${product}/actions/scans`, `/thngs/${thng}/properties`, `/thngs/${thng}/properties/b`];
  for (const topic of [...topics, ...others]) await subscribe(listener, topic);
  expect(await publish(listener, `/thngs/${thng}/actions/_go`, {})).toBe(true);
  const heard = [];
  for (let i = 0; i < topics.length; i++) heard.push((await message(listener)).topic);
  expect(heard.sort()).toEqual([...topics].sort());
  await silent(listener);
  // Of properties: one message for the whole write, one for each key of it.
  await rest("PUT", `/thngs/${thng}/properties`, own.operator, [{ key: "a", value: 1 }, { key: "b", value: 2, timestamp: 5 }, { key: "B", value: 3, timestamp: 6 }]);
  expect((await message(listener)).json).toMatchObject([{ key: "a" }, { key: "b", value: 2 }, { key: "b", value: 3 }]);
  expect(await message(listener)).toMatchObject({ topic: `/thngs/${thng}/properties/b`, json: [{ value: 2 }, { value: 3 }] });
  await silent(listener);
});
