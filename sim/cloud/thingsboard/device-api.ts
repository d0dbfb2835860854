/**
 * What a device may ask for, the same over MQTT, CoAP and HTTP (sections 4.1, 4.3, 4.4): the transports know topics, paths
 * and codes, and nothing of what stands behind them.
 */
import type { Change } from "./bus";
import { isObject, isRecord, plain, plainJson, readJson, writeJson } from "./json";
import type { Json } from "./json";
import type { Thingsboard } from "./model";
import type { Call } from "./rpc";
import type { Device } from "./state";
import { done, refuse } from "./types";
import type { Result, Scope, Stamped } from "./types";
import { objectText, parseAttributes, parseTelemetry } from "./values";

/** Names of attributes that a device asks for; undefined: not asked for. */
export interface AskedKeys {
  readonly client: readonly string[] | undefined;
  readonly shared: readonly string[] | undefined;
}

const keysMax = 1000;
/** Of a session over MQTT, as the platform tells a device that asks. */
const sessionLimits = { maxPayloadSize: 65536, maxInflightMessages: 100, rateLimits: {} };

export function postTelemetry(model: Thingsboard, device: Device, body: Uint8Array): Result<void> {
  const points = parseTelemetry(body, model.core.host.now(), model.limits);
  if (!points.ok) return points;
  const written = model.data.writeSeries(device, points.value);
  model.presence.active(device);
  return written;
}

export function postAttributes(model: Thingsboard, device: Device, body: Uint8Array): Result<void> {
  const values = parseAttributes(body, model.limits);
  if (!values.ok) return values;
  const written = model.data.writeAttributes(device, "CLIENT_SCOPE", values.value);
  model.presence.active(device);
  return written;
}

/** "a,b" as names. */
export function keyList(text: unknown): readonly string[] | undefined {
  if (typeof text !== "string") return undefined;
  const keys = text.split(",").map((key) => key.trim()).filter((key) => key !== "");
  return keys.length === 0 ? undefined : keys.slice(0, keysMax);
}

/** `{"clientKeys":"a,b","sharedKeys":"c"}`. */
export function askedKeys(body: Uint8Array): AskedKeys | undefined {
  const asked = plainJson(body);
  return isRecord(asked) ? { client: keyList(asked["clientKeys"]), shared: keyList(asked["sharedKeys"]) } : undefined;
}

/** `{"client":{...},"shared":{...}}`, a part without values left out; who names no key at all asks for all. */
export function readAttributes(model: Thingsboard, device: Device, { client, shared }: AskedKeys): string {
  const isAll = client === undefined && shared === undefined;
  const part = (name: string, scope: Scope, keys: readonly string[] | undefined): string | undefined => {
    if (!isAll && keys === undefined) return undefined;
    const found = model.data.attributes(device, { scope, ...(keys === undefined ? {} : { keys }) });
    return found.length === 0 ? undefined : `"${name}":${valuesText(found)}`;
  };
  const parts = [part("client", "CLIENT_SCOPE", client), part("shared", "SHARED_SCOPE", shared)];
  return `{${parts.filter((one) => one !== undefined).join(",")}}`;
}

/** All shared attributes, flat. */
export function sharedAttributes(model: Thingsboard, device: Device): string {
  return valuesText(model.data.attributes(device, { scope: "SHARED_SCOPE" }));
}

function valuesText(found: readonly (Stamped & { readonly key: string })[]): string {
  return objectText(found.map(({ key, value }) => [key, value]));
}

/** What a device is told of a change: JSON text; undefined for changes that are none of its business. */
export function attributeUpdate(change: Change): string | undefined {
  if (change.kind === "attributes" && change.scope === "SHARED_SCOPE") return valuesText(change.values);
  if (change.kind === "attributes-gone" && change.scope === "SHARED_SCOPE") return JSON.stringify({ deleted: change.keys });
  return undefined;
}

/** Whether a device's connections have to end. */
export function endsConnections({ kind }: Change): boolean {
  return kind === "device-gone" || kind === "signed-out";
}

/** A call as the device gets it over MQTT; over CoAP and HTTP, where no topic names it, with its id. */
export function callText({ id, method, params }: Call, withId: boolean): string {
  return `{${withId ? `"id":${id},` : ""}"method":${JSON.stringify(method)},"params":${params}}`;
}

/** The device's answer to a call. */
export function answerCall(model: Thingsboard, device: Device, id: number, body: Uint8Array): Result<void> {
  const json = body.length === 0 ? {} : readJson(body);
  if (json === undefined) return refuse("badRequest", "The body must be JSON");
  model.presence.active(device);
  model.rpc.answer(device.info.id, id, writeJson(json));
  return done(undefined);
}

/** A call of the device's own, `{"method","params"}`: the answer, JSON text. */
export function answerDevice(model: Thingsboard, device: Device, body: Uint8Array): Result<string> {
  const json: Json | undefined = readJson(body);
  const method = isObject(json) ? json["method"] : undefined;
  if (!isObject(json) || typeof method !== "string") return refuse("badRequest", "The body must be {\"method\",\"params\"}");
  model.presence.active(device);
  const answer = method === "getSessionLimits" ? sessionLimits : model.answerDevice(method, plain(json["params"] ?? null));
  return done(JSON.stringify(answer === undefined ? { error: "Unknown method" } : answer));
}
