/**
 * The MQTT front end of thethings.iO: topics to calls of the model and back (sections 3, 4, 6.1, 7).
 *
 * A client needs no credentials to connect: the activation code or the thing token in a topic is the credential, so no
 * topic may reach a log. MQTT has no way to tell errors: what cannot be taken is acknowledged and dropped (A8), except a
 * write that the cloud could not store, which closes the connection without a PUBACK so that the device sends it again.
 */
import type { Cancel, Host } from "../host";
import type { Message, MqttClient, MqttService, MqttSession, Published } from "../mqtt/service";
import type { Thethings } from "./model";
import type { Element } from "./types";

export interface MqttFrontOptions {
  /** From the subscription to the answer of an activation, 0 to 10000 ms (A7) [MQ-16]. */
  readonly activationDelayMs?: number;
}

/** What a topic of this platform is; everything else is of no meaning and is acknowledged in silence. */
type Topic =
  | { readonly kind: "activation"; readonly code: string; readonly channel: string }
  | { readonly kind: "thing" | "relay"; readonly token: string };

const activationTopic = /^v2\/activations\/([^/]+)\/([^/]+)$/;
const thingTopic = /^v2\/things\/([^/]+)(\/cmd|\/data)?$/;

function parseTopic(topic: string): Topic | undefined {
  const thing = thingTopic.exec(topic);
  if (thing !== null) return { kind: thing[2] === undefined ? "thing" : "relay", token: thing[1] as string };
  const activation = activationTopic.exec(topic);
  if (activation === null) return undefined;
  return { kind: "activation", code: activation[1] as string, channel: activation[2] as string };
}

/** What all sessions of one cloud share. */
interface Front {
  readonly host: Host;
  readonly model: Thethings;
  readonly activationDelayMs: number;
  /** Subscribers of `/cmd` and `/data`, which are passed on and neither checked nor stored (A17). */
  readonly relays: Map<string, Set<MqttClient>>;
  /** The message made of the latest write, since every subscriber of the thing is told of it in turn. */
  latest: { readonly elements: readonly Element[]; readonly message: Message } | undefined;
}

export function thethingsMqtt(host: Host, model: Thethings, options: MqttFrontOptions = {}): MqttService {
  const activationDelayMs = options.activationDelayMs ?? 2000;
  if (!(activationDelayMs >= 0 && activationDelayMs <= 10000)) throw new Error("activationDelayMs must be 0 to 10000");
  const front: Front = { host, model, activationDelayMs, relays: new Map(), latest: undefined };
  return (client, request) => session(front, client, request.clientId);
}

function session(front: Front, client: MqttClient, name: string): MqttSession {
  /** What ends each subscription that has something behind it. */
  const stops = new Map<string, Cancel>();
  const stop = (filter: string): void => {
    stops.get(filter)?.();
    stops.delete(filter);
  };
  return {
    name,
    subscribe: (filter, qos) => {
      // Tokens are part of topics: a wildcard would hand them out (A19).
      if (/[+#]/.test(filter)) return 0x80;
      const topic = parseTopic(filter);
      if (topic === undefined || topic.kind === "activation") return qos;
      if (!front.model.hasThing(topic.token)) return 0;
      if (!stops.has(filter)) {
        const begin = topic.kind === "thing" ? watch : join;
        stops.set(filter, begin(front, client, filter, topic.token));
      }
      return qos;
    },
    subscribed: (filter) => {
      const topic = parseTopic(filter);
      if (topic?.kind !== "activation" || stops.has(filter)) return;
      const { code, channel } = topic;
      const answer = (): void => {
        stops.delete(filter);
        activate(front, client, filter, code, channel);
      };
      stops.set(filter, front.host.after(front.activationDelayMs, answer));
    },
    unsubscribe: stop,
    publish: (message) => publish(front, message),
    closed: (will) => {
      for (const filter of [...stops.keys()]) stop(filter);
      if (will !== undefined) publish(front, will);
    },
  };
}

/** Realtime updates: each write is one message with an array, to the publisher too (A1) [MQ-18]. */
function watch(front: Front, client: MqttClient, filter: string, token: string): Cancel {
  const listener = (elements: readonly Element[], origin: { readonly qos?: 0 | 1 }): void => {
    const granted = client.subscriptions.get(filter) ?? 0;
    if (front.latest?.elements !== elements || front.latest.message.topic !== filter) {
      front.latest = { elements, message: { topic: filter, payload: Buffer.from(JSON.stringify(elements)) } };
    }
    client.deliver(front.latest.message, origin.qos === 0 ? 0 : granted);
  };
  return front.model.watch(token, listener) ?? (() => undefined);
}

/** Enters a client as a subscriber of a relayed topic; the answer takes it out. */
function join(front: Front, client: MqttClient, filter: string): Cancel {
  const members = front.relays.get(filter) ?? new Set();
  front.relays.set(filter, members.add(client));
  return () => {
    members.delete(client);
    if (members.size === 0) front.relays.delete(filter);
  };
}

/** The answer goes to the one client that asked, on the topic that only it knows [MQ-14, MQ-15, MQ-17]. */
function activate(front: Front, client: MqttClient, filter: string, code: string, channel: string): void {
  const activation = front.model.activate(code, channel);
  const answer = activation.ok
    ? { status: "created", thingToken: activation.thingToken }
    : { status: "error", message: activation.message };
  const granted = client.subscriptions.get(filter) ?? 0;
  front.host.log({ event: "activation", via: "mqtt", created: activation.ok });
  // MQTT has no word for "later": silence makes the device ask again, an error would end its tries.
  if (!activation.ok && activation.passing === true) return;
  client.deliver({ topic: filter, payload: Buffer.from(JSON.stringify(answer)) }, granted);
}

/** False only for a write that should be sent again. */
function publish(front: Front, message: Published): boolean {
  const topic = parseTopic(message.topic);
  if (topic === undefined || topic.kind === "activation") return dropped(front, "no such topic");
  if (topic.kind === "thing") return write(front, topic.token, message);
  if (!front.model.hasThing(topic.token)) return dropped(front, "unauthorized");
  // A copy: the payload may wait for slow readers, and is a part of a larger piece that arrived.
  const relayed: Message = { topic: message.topic, payload: Buffer.from(message.payload) };
  for (const client of [...(front.relays.get(message.topic) ?? [])]) {
    const granted = client.subscriptions.get(message.topic) ?? 0;
    client.deliver(relayed, message.qos < granted ? message.qos : granted);
  }
  return true;
}

function write(front: Front, token: string, message: Published): boolean {
  const result = front.model.write(token, message.payload, { via: "mqtt", qos: message.qos });
  if (result.ok) return true;
  if (result.reason === "unavailable") return false;
  return dropped(front, result.reason, front.model.thingId(token));
}

/** The emulation's only word on a message that means nothing (A8). */
function dropped(front: Front, reason: string, thing?: string): true {
  front.host.log({ event: "mqtt-dropped", reason, ...(thing === undefined ? {} : { thing }) });
  return true;
}
