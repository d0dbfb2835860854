/**
 * EVRYTHNG's topics as they are subscribed: options, first values, escapes, keys in topics, and what cannot be heard: the statements
 * EV-32 to EV-34, EV-47, EV-48, EV-50 to EV-54, EV-72 and EV-75.
 */
import { cloud, make, message, open, peer, publish, rest, silent, subscribe, tenant } from "../interop/evrythng-cloud";
import type { Tenant } from "../interop/evrythng-cloud";
import { statement } from "./statement";
import { dawn, manualHost } from "./thethings-peer";

statement("EV-32 EV-33", "options are parameters of the topic; `project` narrows a subscription to it, and unknown ones are passed over", async () => {
  await open();
  const own = tenant(cloud.model);
  const second = make(cloud.model, own.operator, "create", "/projects", { name: "second" }).id;
  const theirs = tenant(cloud.model).project;
  const elsewhere = make(cloud.model, own.operator, "create", `/thngs?project=${second}`, { name: "elsewhere" }).id;
  const topics = [`/actions/all?project=${own.project}`, `/actions/all?colour=red&project=${second}`, `/thngs/${own.thng}/actions/all?project=${own.project}&pubStates=0`];
  const dead = [`/actions/all?project=${theirs}`, `/thngs/${own.thng}/actions/all?project=${second}`, "/actions/all?project=unknown", "/actions/all?project="];
  const listener = await peer(own.operator, "listener");
  for (const topic of [...topics, ...dead]) await subscribe(listener, topic);
  await rest("POST", `/thngs/${own.thng}/actions/scans`, own.operator, {});
  expect([(await message(listener)).topic, (await message(listener)).topic].sort()).toEqual([topics[0], topics[2]].sort());
  await rest("POST", `/thngs/${elsewhere}/actions/scans`, own.operator, {});
  expect((await message(listener)).topic).toBe(topics[1]);
  await rest("POST", "/actions/scans", own.operator, {});
  await silent(listener);
  // A key of a project hears and sees that project alone, whatever it asks for.
  const user = await peer(own.user, "user");
  await subscribe(user, `/actions/all?project=${second}`);
  await subscribe(user, "/actions/all");
  await rest("POST", `/thngs/${elsewhere}/actions/scans`, own.operator, {});
  await silent(user);
  expect((await rest("GET", `/thngs/${elsewhere}`, own.user)).status).toBe(404);
  expect((await rest("GET", `/thngs/${own.thng}?project=${second}`, own.operator)).status).toBe(404);
  expect((await rest("GET", `/thngs/${own.thng}?project=${own.project}`, own.operator)).status).toBe(200);
});

/** Everything that has a last value, with one. */
async function withValues(own: Tenant): Promise<void> {
  await rest("PUT", `/thngs/${own.thng}/properties`, own.operator, [{ key: "a", value: 1, timestamp: 2000 }, { key: "b", value: true }]);
  await rest("PUT", `/thngs/${own.thng}/properties/a`, own.operator, [{ value: 0, timestamp: 1000 }]);
  await rest("PUT", `/thngs/${own.thng}/location`, own.operator, [{ place: "p" }]);
  await rest("POST", `/thngs/${own.thng}/actions/_go`, own.operator, { customFields: { n: 1 } });
  await rest("POST", "/actions/scans", own.operator, { customFields: { n: 2 } });
}

statement("EV-34 EV-53 EV-75", "pubStates=1 gives the last value at once, without RETAIN; other numbers and nothing to give give nothing", async () => {
  await open();
  const own = tenant(cloud.model);
  await withValues(own);
  const listener = await peer(own.operator, "listener");
  const first = async (topic: string): Promise<unknown> => {
    await subscribe(listener, topic, 1);
    const got = await message(listener);
    expect(got).toMatchObject({ topic, qos: 1 });
    return got.json;
  };
  const at = `/thngs/${own.thng}`;
  expect(await first(`${at}/properties/a?pubStates=1`)).toMatchObject([{ key: "a", value: 1, timestamp: 2000 }]);
  expect(await first(`${at}/properties?pubStates=1`)).toMatchObject([{ key: "a", value: 1 }, { key: "b", value: true }]);
  expect(await first(`${at}/location?x=y&pubStates=1`)).toMatchObject([{ place: "p" }]);
  expect(await first(`${at}/actions/all?pubStates=1`)).toMatchObject({ type: "_go", customFields: { n: 1 } });
  expect(await first("/actions/all?pubStates=1")).toMatchObject({ type: "scans", customFields: { n: 2 } });
  expect(await first("/actions/_go?pubStates=1")).toMatchObject({ type: "_go" });
  expect(await first("/actions?pubStates=1")).toMatchObject({ name: "_go" });
  expect(await first(`${at}?pubStates=1`)).toMatchObject({ id: own.thng, name: "thng" });
  expect(await first(`/collections/${own.collection}?pubStates=1`)).toMatchObject({ name: "collection" });
  const none = [`${at}/properties/never?pubStates=1`, `/products/${own.product}/properties?pubStates=1`, `/collections/${own.collection}/thngs?pubStates=1`, `/batches/${own.batch}/tasks?pubStates=1`];
  const not = [`${at}/properties/a?pubStates=0`, `${at}/properties/a?pubStates=2`, `${at}/properties/a?pubStates=true`, `${at}/properties/a`];
  for (const topic of [...none, ...not]) {
    await subscribe(listener, topic);
    await silent(listener);
  }
});

statement("EV-50 EV-51 EV-52", "told to, the cloud sends the first value late and twice; its timestamp tells which is newer", async () => {
  const host = manualHost();
  await open({ host, broker: { pubStatesDelayMs: 500, pubStatesTwice: true } });
  const own = tenant(cloud.model);
  const topic = `/thngs/${own.thng}/properties/a?pubStates=1`;
  const put = (value: number) => rest("PUT", `/thngs/${own.thng}/properties/a`, own.operator, [{ value }]);
  await put(1);
  const listener = await peer(own.operator, "listener");
  await subscribe(listener, topic);
  host.advance(499);
  await put(2);
  expect((await message(listener)).json).toMatchObject([{ value: 2, timestamp: dawn + 499 }]);
  await silent(listener);
  host.advance(1);
  for (let i = 0; i < 2; i++) expect((await message(listener)).json).toMatchObject([{ value: 1, timestamp: dawn }]);
  // Who has left or does not ask any more gets none.
  await subscribe(listener, topic);
  await listener.ask({ cmd: "unsubscribe", messageId: 9, unsubscriptions: [topic] });
  host.advance(1000);
  await silent(listener);
});

statement("EV-54", "after a lost connection the first value comes again, as it is then", async () => {
  await open();
  const own = tenant(cloud.model);
  const topic = `/thngs/${own.thng}/properties/a?pubStates=1`;
  for (const value of [1, 2]) {
    await rest("PUT", `/thngs/${own.thng}/properties/a`, own.operator, [{ value }]);
    const listener = await peer(own.operator, "listener");
    await subscribe(listener, topic);
    expect((await message(listener)).json).toMatchObject([{ value }]);
    await silent(listener);
    listener.socket.resetAndDestroy();
  }
});

const unheard = (own: Tenant): string[] => [
  "/nothing", "", "/", "//", "/thngs", "/thngs/unknown/properties", `/thngs/${"A".repeat(24)}/properties`, `/products/${own.product}`, `/thngs/${own.thng}/actions/_unknown`,
  `/thngs/${own.thng}/properties/%zz`, `/thngs/${own.thng}/properties/a%2Fb`, `/thngs/${own.thng}/properties/a/b`, `/thngs/+/properties`, "#", `/thngs/${own.thng}/#`,
  `/__proto__/${own.thng}/properties`, `/constructor`, `/thngs/${own.thng}/properties?access_token=wrong`, `/actions/_go/${own.thng}`, `/${"a/".repeat(400)}`,
].filter((topic) => topic !== "");

statement("EV-47", "a subscription that cannot be is granted like any other, and nothing ever arrives on it", async () => {
  await open({ mqttLimits: { subscriptionsMax: 1000 } });
  const own = tenant(cloud.model);
  const listener = await peer(own.operator, "listener");
  for (const topic of unheard(own)) await subscribe(listener, topic, 1);
  const nobody = await peer(undefined, "nobody");
  await subscribe(nobody, "/actions/all");
  await withValues(own);
  await silent(listener);
  await silent(nobody);
  expect(cloud.model.counts.listeners).toBe(0);
  // A property and a type of the account may be waited for before they are.
  await subscribe(listener, `/thngs/${own.thng}/properties/later`);
  await subscribe(listener, "/actions/_later");
  await rest("PUT", `/thngs/${own.thng}/properties/later`, own.operator, [{ value: 1 }]);
  expect((await message(listener)).json).toMatchObject([{ key: "later" }]);
  await rest("POST", "/actions", own.operator, { name: "_later" });
  await rest("POST", "/actions/_later", own.operator, {});
  expect((await message(listener)).json).toMatchObject({ type: "_later" });
});

statement("EV-47", "told to, the cloud answers it 0x80, and acknowledges publications that it drops", async () => {
  await open({ broker: { badSubscribe: "suback80", badPublish: "drop" }, mqttLimits: { subscriptionsMax: 1000 } });
  const own = tenant(cloud.model);
  const listener = await peer(own.operator, "");
  for (const topic of unheard(own)) {
    expect(await listener.ask({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: 1 }] })).toMatchObject({ granted: [0x80] });
  }
  expect(await publish(listener, "/nothing", {})).toBe(true);
  expect(await publish(listener, `/thngs/${own.thng}/properties`, {})).toBe(true);
  expect(cloud.events.filter(({ event }) => event === "publish-refused")).toHaveLength(2);
});

statement("EV-48", "escapes are those of a URI: %20 is a space, once; a slash in front or behind does not matter, nor case in keys", async () => {
  await open();
  const own = tenant(cloud.model);
  const listener = await peer(own.operator, "listener");
  const topics = ["properties/wind%20speed", "properties/Wind%20Speed/", "properties/%77ind%20speed", "properties/wind%2520speed"].map((path) => `thngs/${own.thng}/${path}`);
  for (const topic of topics) await subscribe(listener, topic);
  await subscribe(listener, `/v2/thngs/${own.thng}/properties/wind%20speed`);
  expect(await publish(listener, `/thngs/${own.thng}/properties/wind%20speed`, [{ value: 1 }])).toBe(true);
  const heard = [await message(listener), await message(listener), await message(listener), await message(listener)];
  expect(heard.map(({ topic }) => topic)).toEqual([topics[0], topics[1], topics[2], `/v2/thngs/${own.thng}/properties/wind%20speed`]);
  expect(heard[0]?.json).toMatchObject([{ key: "wind speed" }]);
  await silent(listener);
  expect((await rest("GET", `/thngs/${own.thng}/properties/wind%20speed`, own.operator)).json).toMatchObject([{ key: "wind speed", value: 1 }]);
});

statement("EV-72", "a key in the topic lets that topic in, whoever is connected; no message tells it again", async () => {
  await open();
  const own = tenant(cloud.model);
  const listener = await peer(undefined, "listener");
  const at = `/thngs/${own.thng}/properties`;
  const given = [`${at}?access_token=${own.device}`, `${at}/a?access_token=${own.device}&pubStates=0`, `${at}/a?pubStates=0&access%5Ftoken=${own.device}`];
  for (const topic of [...given, at]) await subscribe(listener, topic);
  expect(await publish(listener, `${at}/a?access_token=${own.device}`, [{ value: 5 }])).toBe(true);
  const heard = [await message(listener), await message(listener), await message(listener)];
  expect(heard.map(({ topic }) => topic)).toEqual([at, `${at}/a?pubStates=0`, `${at}/a?pubStates=0`]);
  await silent(listener);
  expect(await publish(listener, `${at}/a`, [{ value: 6 }])).toBe(false);
});
