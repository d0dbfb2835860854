/**
 * Clouds that break one promise of EVRYTHNG each, on purpose: the check that belongs to it passes on the cloud that ships and fails on
 * the one that is broken. Each mutation changes what stands between the parts (model, broker, MQTT); the parts are the ones that ship.
 */
import type { Evrythng } from "../../sim/cloud/evrythng/model";
import type { Address } from "../../sim/cloud/evrythng/resource";
import type { Access } from "../../sim/cloud/evrythng/types";
import type { MqttClient, MqttService, MqttSession } from "../../sim/cloud/mqtt/service";
import { connectPacket, mqttPeer } from "../interop/cloud-peers";
import type { MqttPeer } from "../interop/cloud-peers";
import { closers, cloud, make, open, peer, publish, rest, subscribe, tenant } from "../interop/evrythng-cloud";
import type { CloudOptions } from "../interop/evrythng-cloud";
import { manualHost } from "./thethings-peer";

interface Mutation {
  readonly says: string;
  readonly broken: CloudOptions;
  /** Given to the cloud that ships as well. */
  readonly both?: () => CloudOptions;
  /** Fails on the broken cloud; it never waits for what may not come. */
  check(): Promise<void>;
}

/** What came to a client, up to the answer of a ping. */
async function heard(of: MqttPeer): Promise<{ topic: string; text: string; qos: number }[]> {
  of.send({ cmd: "pingreq" });
  const all = [];
  for (;;) {
    const packet = await of.inbox.next();
    if (packet.cmd === "pingresp") return all;
    if (packet.cmd === "publish") all.push({ topic: packet.topic, text: String(packet.payload), qos: packet.qos });
  }
}

function withModel(change: (model: Evrythng) => Partial<Evrythng>): CloudOptions {
  return { wrapModel: (model) => Object.assign(Object.create(model) as Evrythng, change(model)) };
}

function withSession(change: (session: MqttSession, client: MqttClient) => Partial<MqttSession>): CloudOptions {
  return {
    wrapMqtt: (service): MqttService => (client, request) => {
      const session = service(client, request);
      return typeof session === "number" ? session : { ...session, ...change(session, client) };
    },
  };
}

function withClient(change: (client: MqttClient) => Partial<MqttClient>): CloudOptions {
  return { wrapMqtt: (service): MqttService => (client, request) => service(Object.assign(Object.create(client) as MqttClient, change(client)), request) };
}

/** Who hears what a write over REST brings about. */
async function hearing(topic: string, key: string, write: () => Promise<unknown>): Promise<Awaited<ReturnType<typeof heard>>> {
  const listener = await peer(key, "listener");
  await subscribe(listener, topic, 1);
  await write();
  return heard(listener);
}

function without(name: string, { resource, query }: Address): Address {
  const rest = new URLSearchParams(query);
  rest.delete(name);
  return { resource, query: rest };
}

const put = (path: string, key: string, value: unknown) => rest("PUT", path, key, [value]);

const strangers: Mutation = {
  says: "a stranger hears of an account",
  broken: withModel((model) => ({
    listen: (access, address, listener) => {
      const all = model.operatorKeys().map((key) => model.listen(model.authenticate(key) as Access, address, listener));
      return all.find(({ ok }) => ok) ?? model.listen(access, address, listener);
    },
  })),
  check: async () => {
    const [own, other] = [tenant(cloud.model), tenant(cloud.model)];
    const topic = `/thngs/${own.thng}/properties/a`;
    expect(await hearing(topic, other.operator, () => put(topic, own.operator, { value: 1 }))).toEqual([]);
  },
};

const projects: Mutation = {
  says: "a project narrows nothing",
  broken: withModel((model) => ({ listen: (access, address, listener) => model.listen(access, without("project", address), listener) })),
  check: async () => {
    const own = tenant(cloud.model);
    const second = make(cloud.model, own.operator, "create", "/projects", { name: "second" }).id;
    expect(await hearing(`/actions/all?project=${second}`, own.operator, () => rest("POST", "/actions/scans", own.operator, {}))).toEqual([]);
  },
};

const anyKey: Mutation = {
  says: "any key connects",
  broken: withModel((model) => ({ authenticate: (key) => model.authenticate(key) ?? model.authenticate(model.operatorKeys()[0] as string) })),
  check: async () => {
    tenant(cloud.model);
    const one = mqttPeer(cloud.mqtt);
    closers.push(() => one.socket.destroy());
    expect(await one.ask(connectPacket({ username: "authorization", password: Buffer.from("wrong") }))).toMatchObject({ returnCode: 5 });
  },
};

const keyOfAccess = new WeakMap<Access, string>();
const roles: Mutation = {
  says: "a change of a role reaches open connections",
  broken: withModel((model) => ({
    authenticate: (key) => {
      const access = model.authenticate(key);
      if (access !== undefined) keyOfAccess.set(access, key);
      return access;
    },
    perform: (access, ...more) => model.perform(model.authenticate(keyOfAccess.get(access) ?? "") ?? access, ...more),
  })),
  check: async () => {
    const own = tenant(cloud.model);
    const role = make(cloud.model, own.operator, "create", "/roles", { name: "writer", permissions: { thngs: "u" } }).id;
    const key = cloud.model.createKey({ kind: "user", account: own.account, actor: "someone", project: own.project, role });
    const early = await peer(key, "early");
    await rest("PUT", `/roles/${role}`, own.operator, { permissions: { thngs: "r" } });
    expect(await publish(early, `/thngs/${own.thng}/properties/a`, [{ value: 1 }])).toBe(true);
  },
};

const publisher: Mutation = {
  says: "a publisher does not hear of what it publishes itself",
  broken: withSession((session, client) => ({
    publish: (message) => {
      const deliver = client.deliver.bind(client);
      Object.assign(client, { deliver: () => undefined });
      const taken = session.publish(message);
      Object.assign(client, { deliver });
      return taken;
    },
  })),
  check: async () => {
    const own = tenant(cloud.model);
    const topic = `/thngs/${own.thng}/properties/a`;
    const one = await peer(own.device, "one");
    await subscribe(one, topic);
    one.send({ cmd: "publish", topic, payload: '[{"value":1}]', qos: 0, dup: false, retain: false });
    expect(await heard(one)).toHaveLength(1);
  },
};

const acknowledged: Mutation = {
  says: "a publication that cannot be is acknowledged",
  broken: { broker: { badPublish: "drop" } },
  check: async () => expect(await publish(await peer(tenant(cloud.model).device), "/actions/_unknown", {})).toBe(false),
};

const told: Mutation = {
  says: "a subscription that cannot be is told",
  broken: { broker: { badSubscribe: "suback80" } },
  check: async () => subscribe(await peer(tenant(cloud.model).device), "/actions/all?access_token=wrong"),
};

const twice: Mutation = {
  says: "the first value comes twice",
  broken: { broker: { pubStatesTwice: true } },
  check: async () => {
    const own = tenant(cloud.model);
    const topic = `/thngs/${own.thng}?pubStates=1`;
    expect(await hearing(topic, own.operator, () => Promise.resolve())).toHaveLength(1);
  },
};

const keepAlive: Mutation = {
  says: "keep-alive has no bound",
  both: () => ({ host: manualHost() }),
  broken: withSession((session) => ({ ...session, keepAliveSec: 65535 })),
  check: async () => {
    const own = tenant(cloud.model);
    const one = await peer(own.device, "one", { keepalive: 65535 });
    const other = await peer(own.device, "other", { keepalive: 65535 });
    (cloud.host as ReturnType<typeof manualHost>).advance(180000);
    one.send({ cmd: "pingreq" });
    // Either the answer or the end comes.
    expect(await Promise.race([one.closed.then(() => "closed"), one.inbox.next().then(({ cmd }) => cmd)])).toBe("closed");
    other.socket.destroy();
  },
};

const leak: Mutation = {
  says: "messages tell the key of a topic",
  broken: withClient((client) => ({
    deliver: (message, qos) => {
      const given = [...client.subscriptions.keys()].find((filter) => filter.startsWith(message.topic));
      client.deliver({ ...message, topic: given ?? message.topic }, qos);
    },
  })),
  check: async () => {
    const own = tenant(cloud.model);
    const topic = `/thngs/${own.thng}/properties/a`;
    const [first] = await hearing(`${topic}?access_token=${own.device}`, own.operator, () => put(topic, own.operator, { value: 1 }));
    expect(first?.topic).toBe(topic);
  },
};

const deletion: Mutation = {
  says: "the end of a collection is told with content",
  broken: withModel((model) => ({ listen: (access, address, listener) => model.listen(access, address, (text, origin) => listener(text || "{}", origin)) })),
  check: async () => {
    const own = tenant(cloud.model);
    const topic = `/collections/${own.collection}`;
    expect(await hearing(topic, own.operator, () => rest("DELETE", topic, own.operator))).toMatchObject([{ text: "" }]);
  },
};

const arrival: Mutation = {
  says: "timestamps are passed over",
  broken: withModel((model) => ({
    perform: (access, verb, address, body, origin) => {
      const bare = Array.isArray(body) ? body.map((one: object) => ({ ...one, timestamp: undefined })) : body;
      return model.perform(access, verb, address, bare, origin);
    },
  })),
  check: async () => {
    const own = tenant(cloud.model);
    const topic = `/thngs/${own.thng}/properties/a`;
    for (const [value, timestamp] of [[1, 2000], [2, 1000]]) await put(topic, own.device, { value, timestamp });
    expect((await rest("GET", topic, own.device)).json).toMatchObject([{ value: 1 }, { value: 2 }]);
  },
};

const quality: Mutation = {
  says: "what came at QoS 0 goes out at QoS 1",
  broken: withModel((model) => ({ listen: (access, address, listener) => model.listen(access, address, (text) => listener(text, {})) })),
  check: async () => {
    const own = tenant(cloud.model);
    const topic = `/thngs/${own.thng}/properties/a`;
    const one = await peer(own.device, "one");
    await subscribe(one, topic, 1);
    one.send({ cmd: "publish", topic, payload: '[{"value":1}]', qos: 0, dup: false, retain: false });
    expect(await heard(one)).toMatchObject([{ qos: 0 }]);
  },
};

const siblings: Mutation = {
  says: "a device reaches other thngs of its account",
  broken: withModel((model) => ({
    authenticate: (key) => {
      const access = model.authenticate(key);
      return access?.kind === "device" ? { ...access, kind: "user" } : access;
    },
  })),
  check: async () => {
    const own = tenant(cloud.model);
    const sibling = make(cloud.model, own.operator, "create", "/thngs", { name: "sibling" }).id;
    expect((await put(`/thngs/${sibling}/properties/a`, own.device, { value: 1 })).status).toBe(404);
  },
};

const products: Mutation = {
  says: "actions on a thng are not told to its product",
  broken: withModel((model) => ({
    perform: (access, verb, address, body, origin) => {
      const { resource, query } = address;
      const onThng = verb === "create" && resource.kind === "actions" && resource.owner === "thng";
      return model.perform(access, verb, onThng ? { resource: { kind: "actions", name: resource.name }, query } : address, body, origin);
    },
  })),
  check: async () => {
    const own = tenant(cloud.model);
    const made = await hearing(`/products/${own.product}/actions/all`, own.operator, () => rest("POST", `/thngs/${own.thng}/actions/_go`, own.operator, {}));
    expect(made).toHaveLength(1);
  },
};

const mutations = [strangers, projects, anyKey, roles, publisher, acknowledged, told, twice, keepAlive, leak, deletion, arrival, quality, siblings, products];

test.each(mutations.map((mutation) => [mutation.says, mutation] as const))("%s: the check passes on the cloud that ships, and fails on this one", async (_says, mutation) => {
  await open(mutation.both?.());
  await mutation.check();
  await open({ ...mutation.both?.(), ...mutation.broken });
  const outcome = await mutation.check().then(() => "passed", (error: Error) => error);
  // It is an expectation that failed, not the harness.
  expect(outcome).toHaveProperty("matcherResult");
});
