/**
 * ThingsBoard's gateway API (section 4.1): a device that is marked as a gateway speaks for others of its tenant, by their names, over its
 * own connection. A name that the tenant does not have becomes a device.
 *
 * Knows topics and the model; the connection is the front end's. It never reaches a device of another tenant.
 */
import type { Cancel } from "../host";
import type { Change } from "./bus";
import { answerCall, attributeUpdate, callText, endsConnections, keyList, postAttributes, postTelemetry } from "./device-api";
import { newToken } from "./devices";
import { isObject, isRecord, Num, readJson, writeJson } from "./json";
import type { Json, JsonObject } from "./json";
import type { Thingsboard } from "./model";
import { nameKey } from "./state";
import type { Device } from "./state";
import { done, refuse } from "./types";
import type { Result } from "./types";
import { jsonText, objectText } from "./values";

const base = "v1/gateway/";
const attributesTopic = `${base}attributes`;
const responseTopic = `${base}attributes/response`;
const rpcTopic = `${base}rpc`;
/** What a gateway may subscribe to; what it is told it is told in any case. */
export const gatewayFilters: readonly string[] = [attributesTopic, responseTopic, rpcTopic];

/** Whether topics are of this API. */
export function isGatewayTopic(topic: string): boolean {
  return topic.startsWith(base);
}

/** Whether a device is marked as one that speaks for others. */
export function isGateway({ info }: Device): boolean {
  return isRecord(info.additionalInfo) && info.additionalInfo["gateway"] === true;
}

interface Member {
  readonly device: Device;
  readonly stops: readonly Cancel[];
}

const malformed = refuse("badRequest", "The body must name devices, and what is said of them");
const bytesOf = (json: Json): Buffer => Buffer.from(writeJson(json));

export class Gateway {
  /** Devices that are connected through it, by name. */
  private readonly members = new Map<string, Member>();

  /** `send` writes into the gateway's connection. */
  constructor(
    private readonly model: Thingsboard,
    private readonly own: Device,
    private readonly send: (topic: string, text: string) => void,
  ) {}

  /** What the gateway says on a topic of this API; others are acknowledged, and dropped. Refused: what is malformed, or cannot be stored. */
  publish(topic: string, payload: Buffer): Result<void> {
    const body = readJson(payload);
    if (!isObject(body)) return malformed;
    this.model.presence.active(this.own);
    switch (topic) {
      case `${base}connect`:
        return this.connect(body);
      case `${base}disconnect`:
        return this.disconnect(body);
      case `${base}telemetry`:
        return this.each(body, Array.isArray, (device, said) => postTelemetry(this.model, device, bytesOf(said)));
      case attributesTopic:
        return this.each(body, isObject, (device, said) => postAttributes(this.model, device, bytesOf(said)));
      case `${base}claim`:
        return this.each(body, isObject, (device, said) => this.model.provision.offer(device, bytesOf(said)));
      case `${base}attributes/request`:
        return this.request(body);
      case rpcTopic:
        return this.answer(body);
      default:
        return done(undefined);
    }
  }

  /** The gateway's connection has ended, and with it those of its devices. */
  close(): void {
    for (const name of [...this.members.keys()]) this.leave(name);
  }

  private connect({ device, type }: JsonObject): Result<void> {
    const member = this.member(device, type);
    return member.ok ? done(undefined) : member;
  }

  private disconnect({ device }: JsonObject): Result<void> {
    if (typeof device !== "string") return malformed;
    this.leave(device);
    return done(undefined);
  }

  /** `{"name":said,...}`: what is refused of one ends the matter. */
  private each(body: JsonObject, isFit: (said: Json) => boolean, take: (device: Device, said: Json) => Result<void>): Result<void> {
    for (const [name, said] of Object.entries(body)) {
      if (!isFit(said)) return malformed;
      const member = this.member(name);
      const taken = member.ok ? take(member.value, said) : member;
      if (!taken.ok) return taken;
    }
    return done(undefined);
  }

  /** `{"id":1,"device":"A","client":true,"key":"k"}`, or "keys" in place of "key"; without `client`, shared ones. */
  private request({ id, device, client, key, keys }: JsonObject): Result<void> {
    const asked = typeof key === "string" ? [key] : Array.isArray(keys) ? keys.filter((one) => typeof one === "string") : keyList(keys);
    if (!(id instanceof Num) || asked === undefined) return malformed;
    const member = this.member(device);
    if (!member.ok) return member;
    const found = this.model.data.attributes(member.value, { scope: client === true ? "CLIENT_SCOPE" : "SHARED_SCOPE", keys: asked });
    const first = found[0] === undefined ? "" : `,"value":${jsonText(found[0].value)}`;
    const part = typeof key === "string" ? first : `,"values":${objectText(found.map((one) => [one.key, one.value]))}`;
    this.send(responseTopic, `{"id":${id.text},"device":${JSON.stringify(device)}${part}}`);
    return done(undefined);
  }

  /** `{"device":"A","id":1,"data":...}` */
  private answer({ device, id, data = null }: JsonObject): Result<void> {
    if (!(id instanceof Num)) return malformed;
    const member = this.member(device);
    return member.ok ? answerCall(this.model, member.value, Number(id.text), bytesOf(data)) : member;
  }

  /** The device of that name, connected now if it was not, and made if there was none. */
  private member(name: Json | undefined, type: Json = "default"): Result<Device> {
    if (typeof name !== "string" || typeof type !== "string") return malformed;
    const known = this.members.get(name);
    if (known !== undefined) return done(known.device);
    const { state, devices, core } = this.model;
    const { tenantId, customerId } = this.own.info;
    const present = state.devices.get(state.names.get(nameKey(tenantId, name)) ?? "");
    const made = (): Result<Device> =>
      devices.create({ tenantId, customerId, name, type, label: null, additionalInfo: null, credentials: { type: "ACCESS_TOKEN", token: newToken(core) }, provisioned: false });
    const device = present === undefined ? made() : done(present);
    if (device.ok) this.join(name, device.value);
    return device;
  }

  private join(name: string, device: Device): void {
    const { bus, rpc, presence } = this.model;
    const quoted = JSON.stringify(name);
    const told = (change: Change): void => {
      const text = attributeUpdate(change);
      if (text !== undefined) this.send(attributesTopic, `{"device":${quoted},"data":${text}}`);
      if (endsConnections(change)) this.leave(name);
    };
    presence.connected(device);
    const unwatch = bus.watch(device.info.id, told);
    const unlisten = rpc.listen(device.info.id, (call) => {
      this.send(rpcTopic, `{"device":${quoted},"data":${callText(call, true)}}`);
      return true;
    });
    this.members.set(name, { device, stops: [unwatch, unlisten] });
  }

  private leave(name: string): void {
    const member = this.members.get(name);
    if (member === undefined) return;
    this.members.delete(name);
    for (const stop of member.stops) stop();
    this.model.presence.disconnected(member.device);
  }
}
