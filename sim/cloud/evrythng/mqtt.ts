/**
 * The MQTT front end of EVRYTHNG, over TCP, TLS and WebSockets alike (sections 2, 6 to 8).
 *
 * User `authorization`, password the key; or no credentials, and a key in each topic. No topic may reach a log.
 */
import type { Cancel } from "../host";
import type { ConnectRequest, Message, MqttClient, MqttService, MqttSession, Published } from "../mqtt/service";
import { parseAddress, withoutToken } from "./resource";
import type { Address } from "./resource";
import { accessFor, publish, sendCurrent } from "./topics";
import type { Broker } from "./topics";
import type { Access } from "./types";

/** The longest keep-alive, and what a client has that asks for none (B23); seconds. */
const keepAliveMaxSec = 120;

export function evrythngMqtt(broker: Broker): MqttService {
  return (client, request) => {
    if (!request.isNamed && broker.options.emptyClientId === "refuse") return 2;
    const access = authenticate(broker, request);
    if (access === "refused") return 5;
    return session(broker, client, request, access);
  };
}

/** Undefined: no credentials at all. */
function authenticate(broker: Broker, { username, password }: ConnectRequest): Access | undefined | "refused" {
  if (username === undefined) return undefined;
  if (username !== "authorization" || password === undefined) return "refused";
  return broker.model.authenticate(password.toString("utf8")) ?? "refused";
}

/** A subscription that something can be heard of. */
interface Subscription {
  readonly address: Address;
  readonly access: Access;
  readonly send: (text: string, qos?: 0 | 1) => void;
  readonly stop: Cancel;
  /** Calls off the first message. */
  stopFirst: Cancel;
}

function session(broker: Broker, client: MqttClient, request: ConnectRequest, own: Access | undefined): MqttSession {
  const subscriptions = new Map<string, Subscription>();
  const stop = (filter: string): void => {
    const subscription = subscriptions.get(filter);
    subscription?.stop();
    subscription?.stopFirst();
    subscriptions.delete(filter);
  };
  return {
    // Names are those of an account: nobody takes over a stranger's connection.
    name: own === undefined ? undefined : JSON.stringify([own.account, request.clientId]),
    keepAliveSec: Math.min(request.keepAliveSec || keepAliveMaxSec, keepAliveMaxSec),
    subscribe: (filter, qos) => {
      stop(filter);
      const subscription = subscribe(broker, client, filter, own);
      if (subscription !== undefined) subscriptions.set(filter, subscription);
      return subscription === undefined && broker.options.badSubscribe === "suback80" ? 0x80 : qos;
    },
    subscribed: (filter) => {
      const subscription = subscriptions.get(filter);
      if (subscription === undefined) return;
      subscription.stopFirst = sendCurrent(broker, subscription.address, subscription.access, subscription.send);
    },
    unsubscribe: stop,
    publish: (message) => publishMessage(broker, own, message),
    closed: (will) => {
      for (const filter of [...subscriptions.keys()]) stop(filter);
      if (will !== undefined) publishMessage(broker, own, will);
    },
  };
}

/** Undefined: the client is not told, or told 0x80, and hears nothing [EV-47]. */
function subscribe(broker: Broker, client: MqttClient, filter: string, own: Access | undefined): Subscription | undefined {
  const address = parseAddress(filter);
  if (address === undefined) return undefined;
  const allowed = accessFor(broker, address, own);
  if (!allowed.ok) return undefined;
  const topic = withoutToken(filter);
  const send = (text: string, qos?: 0 | 1): void => {
    const message: Message = { topic, payload: Buffer.from(text) };
    const granted = client.subscriptions.get(filter) ?? 0;
    client.deliver(message, qos === 0 ? 0 : granted);
  };
  const listening = broker.model.listen(allowed.access, address, (text, origin) => send(text, origin.qos));
  if (!listening.ok) return undefined;
  return { address, access: allowed.access, send, stop: listening.stop, stopFirst: () => undefined };
}

/** False: no PUBACK, and the connection is closed. What could not be stored is to be sent again in any case. */
function publishMessage(broker: Broker, own: Access | undefined, message: Published): boolean {
  const result = publish(broker, parseAddress(message.topic), own, message.payload, { qos: message.qos });
  if (result.ok || message.qos === 0) return true;
  return result.reason !== "unavailable" && broker.options.badPublish === "drop";
}
