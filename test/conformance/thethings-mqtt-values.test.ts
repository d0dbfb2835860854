/**
 * thethings.iO over MQTT: the statements MQ-* on writing values and hearing of them, on real sockets.
 */
import { cloud, json, open, peer, settled, subscribe, values } from "../interop/cloud-mqtt";
import { statement } from "./statement";
import { call } from "./thethings-peer";

statement("MQ-18", "updates in real time: one message per write, values in write order, times in ISO form, at the lower QoS", async () => {
  await open();
  const { thingToken } = cloud.model.createThing();
  const topic = `v2/things/${thingToken}`;
  const one = await peer("one");
  await subscribe(one, topic, 1);
  const body = { values: [{ key: "b", value: 2, datetime: "20150130153533", geo: { lat: 41.4121132, long: 2.2199454 } }, { key: "a", value: "x" }] };
  one.send({ cmd: "publish", topic, payload: JSON.stringify(body), qos: 0, dup: false, retain: true });
  const got = await one.inbox.next();
  expect(got).toMatchObject({ cmd: "publish", qos: 0, retain: false });
  expect(json(got as never)).toEqual([
    { key: "b", value: 2, datetime: "2015-01-30T15:35:33.000Z", geo: { lat: 41.4121132, long: 2.2199454 } },
    { key: "a", value: "x", datetime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) },
  ]);
  // A write by REST has no QoS of its own: the subscription's counts.
  await call(cloud.rest, topic.replace("v2", "/v2"), { body: { values: [{ key: "c", value: 3 }] } });
  expect(await one.inbox.next()).toMatchObject({ cmd: "publish", qos: 1, retain: false });
  // Retain is never kept (A20): a later subscriber gets nothing at first.
  const late = await peer("late");
  await subscribe(late, topic);
  await settled(late);
});

statement("MQ-18 MQ-20", "an unknown token and a foreign topic are granted in silence, a wildcard is refused (A19)", async () => {
  await open();
  const one = await peer("one");
  await subscribe(one, "v2/things/unknown");
  for (const topic of ["v2/things/+", "v2/#", "#", "+/things/x", "v2/things/x/#"]) {
    const answer = await one.ask({ cmd: "subscribe", messageId: 3, subscriptions: [{ topic, qos: 1 }] });
    expect(answer).toMatchObject({ cmd: "suback", granted: [0x80] });
  }
  one.send({ cmd: "publish", topic: "v2/things/unknown", payload: values(["a", 1]), qos: 1, messageId: 4, dup: false, retain: false });
  expect(await one.inbox.next()).toMatchObject({ cmd: "puback", messageId: 4 });
  await settled(one);
});

statement("MQ-18 MQ-19", "sub-topics cmd and data are passed on, neither checked nor stored (A17)", async () => {
  await open();
  const { thingToken } = cloud.model.createThing();
  const [one, two] = [await peer("one"), await peer("two")];
  await subscribe(one, `v2/things/${thingToken}`);
  await subscribe(one, `v2/things/${thingToken}/cmd`, 1);
  two.send({ cmd: "publish", topic: `v2/things/${thingToken}/cmd`, payload: "not json", qos: 1, messageId: 5, dup: false, retain: false });
  expect(await two.inbox.next()).toMatchObject({ cmd: "puback", messageId: 5 });
  const got = await one.inbox.next();
  expect(got).toMatchObject({ topic: `v2/things/${thingToken}/cmd`, qos: 1 });
  expect(String((got as { payload: unknown }).payload)).toBe("not json");
  expect(await one.ask({ cmd: "unsubscribe", messageId: 6, unsubscriptions: [`v2/things/${thingToken}/cmd`] })).toMatchObject({ cmd: "unsuback" });
  two.send({ cmd: "publish", topic: `v2/things/${thingToken}/cmd`, payload: "x", qos: 1, messageId: 7, dup: false, retain: false });
  await two.inbox.next();
  await settled(one);
  expect(cloud.model.counts.values).toBe(0);
});

statement("MQ-19", "a publish is stored as a write", async () => {
  await open();
  const { thingToken } = cloud.model.createThing();
  const one = await peer("one");
  one.send({ cmd: "publish", topic: `v2/things/${thingToken}`, payload: values(["fun", "5000"], ["n", 7]), qos: 1, messageId: 1, dup: false, retain: false });
  expect(await one.inbox.next()).toMatchObject({ cmd: "puback", messageId: 1 });
  for (const [key, value] of [["fun", "5000"], ["n", 7]] as const) {
    expect(cloud.model.read(thingToken, key, [])).toMatchObject({ ok: true, elements: [{ key, value }] });
  }
});

statement("MQ-20", "keys of other characters, bad JSON and empty lists are acknowledged and dropped whole (A8)", async () => {
  await open();
  const { thingToken, thingId } = cloud.model.createThing();
  const one = await peer("one");
  await subscribe(one, `v2/things/${thingToken}`);
  const bad = [values(["a b", 1]), values(["ok", 1], ["\u00e9", 1]), values(["a/b", 1]), values(["", 1]), "{", "[]", "{}", '{"values":[]}', "\xff"];
  for (const [i, payload] of bad.entries()) {
    one.send({ cmd: "publish", topic: `v2/things/${thingToken}`, payload: Buffer.from(payload, "latin1"), qos: 1, messageId: i + 1, dup: false, retain: false });
    expect(await one.inbox.next()).toMatchObject({ cmd: "puback", messageId: i + 1 });
  }
  await settled(one);
  expect(cloud.model.counts.values).toBe(0);
  expect(cloud.events.filter((event) => event.event === "mqtt-dropped")).toHaveLength(bad.length);
  expect(cloud.events).toContainEqual({ event: "mqtt-dropped", reason: "badRequest", thing: thingId });
  const good = values(["A-z_0.9", 1]);
  one.send({ cmd: "publish", topic: `v2/things/${thingToken}`, payload: good, qos: 0, dup: false, retain: false });
  expect(json((await one.inbox.next()) as never)).toMatchObject([{ key: "A-z_0.9", value: 1 }]);
});
