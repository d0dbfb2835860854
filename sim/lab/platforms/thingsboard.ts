/**
 * ThingsBoard in the lab: what arrives is telemetry, a command is a shared attribute, which holds until another is written, or a call,
 * which waits a minute at most and is answered. Devices provision themselves with the key and the secret of one profile.
 */
import { coapLink } from "../../../firmware/agent/link-coap";
import { mqttLink } from "../../../firmware/agent/link-mqtt";
import { thingsboardCoap as coapProfile } from "../../../firmware/platform/thingsboard/coap";
import { thingsboardMqtt as mqttProfile } from "../../../firmware/platform/thingsboard/mqtt";
import type { Host } from "../../cloud/host";
import { thingsboardCoap } from "../../cloud/thingsboard/coap";
import { createThingsboard } from "../../cloud/thingsboard/model";
import type { Thingsboard } from "../../cloud/thingsboard/model";
import { thingsboardMqtt } from "../../cloud/thingsboard/mqtt";
import type { Device } from "../../cloud/thingsboard/state";
import type { Value } from "../../cloud/thingsboard/types";
import { parseAttributes } from "../../cloud/thingsboard/values";
import type { Platform, Sent, Side, SideOptions, Way } from "../platform";

export interface ThingsboardSide extends Side {
  readonly model: Thingsboard;
}

const PROFILE = "lab-profile:lab-secret";
/** How long a call waits for its device and for the answer. */
const CALL_MS = 60000;

function plain({ type, text }: Value): unknown {
  return type === "STRING" ? text : (JSON.parse(text) as unknown);
}

class Tenant implements ThingsboardSide {
  readonly model: Thingsboard;
  readonly mqtt: Side["mqtt"];
  readonly coap: NonNullable<Side["coap"]>;
  private readonly codes: readonly string[];

  constructor(host: Host, { keeper, valuesMax, activationCodes = [PROFILE] }: SideOptions) {
    this.codes = activationCodes;
    const profiles = activationCodes.map((code) => {
      const [key = "", secret = ""] = code.split(":");
      return { key, secret };
    });
    this.model = createThingsboard(host, { profiles, keeper, limits: valuesMax === undefined ? {} : { seriesPointsMax: valuesMax } });
    this.mqtt = { service: thingsboardMqtt(host, this.model) };
    this.coap = { service: thingsboardCoap(host, this.model) };
  }

  credentials(): { readonly code: string; readonly token: string } {
    return { code: this.codes[0]!, token: "" };
  }

  watch(token: string, hear: Parameters<Side["watch"]>[1]): boolean {
    const device = this.deviceOf(token);
    if (device === undefined) return false;
    this.model.bus.watch(device.info.id, (change) => {
      if (change.kind === "series") hear(change.points.map(({ key, ts, value }) => ({ key, value: plain(value), atMs: ts })));
    });
    return true;
  }

  values(token: string, key: string): unknown[] {
    return (this.deviceOf(token)?.series.get(key) ?? []).map(({ value }) => plain(value));
  }

  command(token: string, key: string, value: unknown, way: Way, answered: (obeyed: boolean) => void): Sent {
    const device = this.deviceOf(token);
    if (device === undefined) return "refused";
    return way === "kept" ? this.share(device, key, value) : this.call(device, key, value, answered);
  }

  private share(device: Device, key: string, value: unknown): Sent {
    const parsed = parseAttributes(JSON.stringify({ [key]: value }), this.model.limits);
    return parsed.ok && this.model.data.writeAttributes(device, "SHARED_SCOPE", parsed.value).ok ? "kept" : "refused";
  }

  private call(device: Device, method: string, params: unknown, answered: (obeyed: boolean) => void): Sent {
    const { ok } = this.model.rpc.call(device.info.id, { method, params: JSON.stringify(params) }, { timeoutMs: CALL_MS, oneWay: false }, (outcome) => {
      if (outcome.kind === "answered") answered((JSON.parse(outcome.body) as { obeyed?: boolean }).obeyed === true);
    });
    return ok ? "passing" : "refused";
  }

  private deviceOf(token: string): Device | undefined {
    return this.model.devices.byToken(token);
  }
}

export const thingsboard: Platform<ThingsboardSide> = {
  name: "thingsboard",
  links: { mqtt: mqttLink(mqttProfile()), coap: coapLink(coapProfile()) },
  createSide: (host, options) => new Tenant(host, options),
};
