/**
 * The MQTT front end of ThingsBoard: topics to calls of the model and back (section 4.1), and provisioning (section 4.2).
 *
 * It is no broker: topics are literal, devices never see each other, and what the platform has to say is written into the
 * connection that it concerns, whether that subscribed or not. What is no JSON closes the connection without a PUBACK.
 */
import type { Cancel, Host } from "../host";
import type { ConnectRequest, Message, MqttClient, MqttService, MqttSession, Published, Refused } from "../mqtt/service";
import { answerCall, answerDevice, askedKeys, attributeUpdate, callText, endsConnections, postAttributes, postTelemetry, readAttributes } from "./device-api";
import { Gateway, gatewayFilters, isGateway, isGatewayTopic } from "./gateway";
import type { Thingsboard } from "./model";
import type { Device } from "./state";
import type { Result } from "./types";

/** The user name, or client identifier, of a device that has no token yet. */
const provisionName = "provision";
const provisionRequest = "/provision/request";
const provisionResponse = "/provision/response";
/** How long a connection may stay, from its beginning and from each answer. */
const provisionLingerMs = 60000;

/** A family of topics: the long one and the short one. */
interface Family {
  readonly telemetry: readonly string[];
  readonly attributes: readonly string[];
  readonly attributesRequest: string;
  readonly attributesResponse: string;
  readonly rpcRequest: string;
  readonly rpcResponse: string;
}

const long: Family = {
  telemetry: ["v1/devices/me/telemetry"],
  attributes: ["v1/devices/me/attributes"],
  attributesRequest: "v1/devices/me/attributes/request/",
  attributesResponse: "v1/devices/me/attributes/response/",
  rpcRequest: "v1/devices/me/rpc/request/",
  rpcResponse: "v1/devices/me/rpc/response/",
};
const short: Family = {
  telemetry: ["v2/t", "v2/t/j"],
  attributes: ["v2/a", "v2/a/j"],
  attributesRequest: "v2/a/req/",
  attributesResponse: "v2/a/res/",
  rpcRequest: "v2/r/req/",
  rpcResponse: "v2/r/res/",
};
const families: readonly Family[] = [long, short];
const claimTopic = "v1/devices/me/claim";
const requestIdMax = 0x7fffffff;

interface Front {
  readonly host: Host;
  readonly model: Thingsboard;
}

export function thingsboardMqtt(host: Host, model: Thingsboard): MqttService {
  const front: Front = { host, model };
  return (client, request) => {
    if (isProvisioning(request)) return provisionSession(front, client);
    const device = deviceOf(front, request);
    return typeof device === "number" ? device : deviceSession(front, client, device);
  };
}

function isProvisioning({ username, clientId }: ConnectRequest): boolean {
  return username === provisionName || (username === undefined && clientId === provisionName);
}

/** The device whose credentials these are; without any name, the client identifier is what is wrong (return code 2). */
function deviceOf(front: Front, { clientId, username, password }: ConnectRequest): Device | Refused {
  const shown = { clientId, userName: username, password: password?.toString("utf8") };
  const device = front.model.devices.byConnect(shown);
  if (device !== undefined) return device;
  front.host.log({ event: "mqtt-unknown-device" });
  return username === undefined ? 2 : 5;
}

function provisionSession(front: Front, client: MqttClient): MqttSession {
  const leaveLater = (): Cancel => front.host.after(provisionLingerMs, () => client.drop("provisioning is over"));
  let stop = leaveLater();
  return {
    name: undefined,
    subscribe: (filter, qos) => (filter === provisionResponse ? qos : 0x80),
    subscribed: () => undefined,
    unsubscribe: () => undefined,
    publish: (message) => {
      if (message.topic !== provisionRequest) return closeLater(front, client);
      const answer = front.model.provision.provision(message.payload);
      front.host.log({ event: "provision", via: "mqtt", status: answer.status });
      client.deliver({ topic: provisionResponse, payload: Buffer.from(JSON.stringify(answer)) }, client.subscriptions.get(provisionResponse) ?? 1);
      stop();
      stop = leaveLater();
      return true;
    },
    closed: () => stop(),
  };
}

/** Acknowledged, and then closed. */
function closeLater(front: Front, client: MqttClient): true {
  front.host.after(0, () => client.drop("no topic of provisioning"));
  return true;
}

/** What a device's connection has subscribed to decides the form of the topics that it is told on. */
interface Session {
  readonly front: Front;
  readonly client: MqttClient;
  readonly device: Device;
  readonly stops: Map<string, Cancel>;
  /** Where the device may speak for others. */
  readonly gateway: Gateway | undefined;
}

function deviceSession(front: Front, client: MqttClient, device: Device): MqttSession {
  const gateway = isGateway(device) ? new Gateway(front.model, device, (topic, text) => send(client, topic, text, topic)) : undefined;
  const session: Session = { front, client, device, stops: new Map(), gateway };
  const { model } = front;
  const unwatch = model.bus.watch(device.info.id, (change) => {
    if (endsConnections(change)) client.drop("device removed, or new credentials");
  });
  model.presence.connected(device);
  return {
    name: undefined,
    subscribe: (filter, qos) => (isKnownFilter(filter) || (gateway !== undefined && gatewayFilters.includes(filter)) ? qos : 0x80),
    subscribed: (filter) => begin(session, filter),
    unsubscribe: (filter) => {
      session.stops.get(filter)?.();
      session.stops.delete(filter);
    },
    publish: (message) => publish(session, message),
    closed: () => {
      unwatch();
      gateway?.close();
      for (const stop of session.stops.values()) stop();
      model.presence.disconnected(device);
    },
  };
}

function isKnownFilter(filter: string): boolean {
  return families.some(
    ({ attributes, attributesResponse, rpcRequest, rpcResponse }) => attributes.includes(filter) || [attributesResponse, rpcRequest, rpcResponse].some((prefix) => filter === `${prefix}+`),
  );
}

/** Starts what stands behind a subscription; a repeated one changes nothing. */
function begin(session: Session, filter: string): void {
  const { front, client, device, stops } = session;
  if (stops.has(filter)) return;
  const family = families.find(({ attributes, rpcRequest }) => attributes.includes(filter) || filter === `${rpcRequest}+`);
  if (family === undefined) return;
  if (filter === `${family.rpcRequest}+`) {
    const taken = (id: number, text: string): boolean => {
      send(client, `${family.rpcRequest}${id}`, text, filter);
      return true;
    };
    stops.set(filter, front.model.rpc.listen(device.info.id, (call) => taken(call.id, callText(call, false))));
    return;
  }
  const stop = front.model.bus.watch(device.info.id, (change) => {
    const text = attributeUpdate(change);
    if (text !== undefined) send(client, filter, text, filter);
  });
  stops.set(filter, stop);
}

/** At the QoS that `filter` was granted; at 1 where it was never subscribed. */
function send(client: MqttClient, topic: string, text: string, filter: string): void {
  const message: Message = { topic, payload: Buffer.from(text) };
  client.deliver(message, client.subscriptions.get(filter) ?? 1);
}

/** False closes the connection without a PUBACK. */
function publish(session: Session, { topic, payload }: Published): boolean {
  const { model } = session.front;
  const { device } = session;
  if (session.gateway !== undefined && isGatewayTopic(topic)) return taken(session, session.gateway.publish(topic, payload));
  if (topic === claimTopic) return taken(session, model.provision.offer(device, payload));
  for (const family of families) {
    if (family.telemetry.includes(topic)) return taken(session, postTelemetry(model, device, payload));
    if (family.attributes.includes(topic)) return taken(session, postAttributes(model, device, payload));
    const answered = numbered(session, family, topic, payload);
    if (answered !== undefined) return answered;
  }
  session.front.host.log({ event: "mqtt-dropped", reason: "no such topic", device: device.info.id });
  return true;
}

/** Topics that end in a number of the device's own, or of a call. Undefined for all others. */
function numbered(session: Session, family: Family, topic: string, payload: Buffer): boolean | undefined {
  const { front, client, device } = session;
  const { model } = front;
  const split = topic.lastIndexOf("/") + 1;
  const [prefix, text] = [topic.slice(0, split), topic.slice(split)];
  const id = /^\d{1,10}$/.test(text) ? Number(text) : -1;
  if (![family.attributesRequest, family.rpcRequest, family.rpcResponse].includes(prefix)) return undefined;
  if (id < 0 || id > requestIdMax) return false;
  if (prefix === family.rpcResponse) return taken(session, answerCall(model, device, id, payload));
  if (prefix === family.rpcRequest) {
    const answer = answerDevice(model, device, payload);
    if (answer.ok) send(client, `${family.rpcResponse}${id}`, answer.value, `${family.rpcResponse}+`);
    return taken(session, answer);
  }
  const asked = askedKeys(payload);
  if (asked === undefined) return false;
  model.presence.active(device);
  send(client, `${family.attributesResponse}${id}`, readAttributes(model, device, asked), `${family.attributesResponse}+`);
  return true;
}

/** What is malformed, and what could not be stored, closes the connection: the device sends the latter again. */
function taken(session: Session, result: Result<unknown>): boolean {
  if (result.ok) return true;
  session.front.host.log({ event: "mqtt-refused", reason: result.reason, device: session.device.info.id });
  return false;
}
