/**
 * EVRYTHNG in the lab: what arrives is a property of the device's thng, a command is an action's custom field, or a property that an
 * operator writes; the last of either waits for a device that is away. There is no activation: a device gets a thng and a key.
 */
import { mqttLink } from "../../../firmware/agent/link-mqtt";
import { mqttWsLink } from "../../../firmware/agent/link-mqtt-ws";
import { wsLink } from "../../../firmware/agent/link-ws";
import { evrythngMqtt as mqttProfile } from "../../../firmware/platform/evrythng/mqtt";
import { evrythngWs as wsProfile } from "../../../firmware/platform/evrythng/ws";
import type { Host } from "../../cloud/host";
import { createEvrythng } from "../../cloud/evrythng/model";
import type { Evrythng } from "../../cloud/evrythng/model";
import { evrythngMqtt } from "../../cloud/evrythng/mqtt";
import { parseAddress } from "../../cloud/evrythng/resource";
import type { Address } from "../../cloud/evrythng/resource";
import type { Element } from "../../cloud/evrythng/series";
import type { Broker } from "../../cloud/evrythng/topics";
import type { Access, Verb } from "../../cloud/evrythng/types";
import { evrythngWebSockets } from "../../cloud/evrythng/websocket";
import type { Platform, Sent, Side, SideOptions, Way } from "../platform";

export interface EvrythngSide extends Side {
  readonly model: Evrythng;
}

/** Characters of a thng's id, which begins a device's token. */
const ID_CHARS = 24;
/** The type of the actions that carry commands. */
const COMMAND_TYPE = "_command";
/** Values that one read gives at most. */
const PAGE = 100;
const END_OF_TIMES = 8e15;

function addressOf(path: string): Address {
  return parseAddress(path)!;
}

class Account implements EvrythngSide {
  readonly model: Evrythng;
  readonly mqtt: Side["mqtt"];
  readonly web: NonNullable<Side["web"]>;
  private readonly operator: Access;
  /** Names of commands: a key is a reading or a command, never both, so a property of such a name was not brought by a device. */
  private readonly commands = new Set<string>();

  constructor(host: Host, { keeper, valuesMax, activationCodes = [] }: SideOptions) {
    if (activationCodes.length > 0) throw new Error("EVRYTHNG has no activation: its devices get a thng and a key.");
    this.model = createEvrythng(host, { keeper, limits: valuesMax === undefined ? {} : { historyValuesMax: valuesMax } });
    this.operator = this.model.authenticate(this.model.createAccount().operatorKey)!;
    this.perform("create", "/actions", { name: COMMAND_TYPE });
    const broker: Broker = { host, model: this.model, options: {} };
    this.mqtt = { service: evrythngMqtt(broker) };
    this.web = (mqtt) => evrythngWebSockets(broker, mqtt);
  }

  credentials(): { readonly code: string; readonly token: string } {
    const thing = this.perform("create", "/thngs", { name: "device" }) as { id: string };
    const { thngApiKey } = this.perform("create", "/auth/evrythng/thngs", { thngId: thing.id }) as { thngApiKey: string };
    return { code: "", token: thing.id + thngApiKey };
  }

  watch(token: string, hear: Parameters<Side["watch"]>[1]): boolean {
    const { ok } = this.model.listen(this.operator, addressOf(this.path(token, "properties")), (text) => {
      const brought = (JSON.parse(text) as Element[]).filter(({ key }) => !this.commands.has(key));
      hear(brought.map(({ key, value, timestamp }) => ({ key, value, atMs: timestamp })));
    });
    return ok;
  }

  values(token: string, key: string): unknown[] {
    const values: unknown[] = [];
    for (let to = END_OF_TIMES; ; ) {
      const path = `${this.path(token, "properties")}/${encodeURIComponent(key)}?perPage=${PAGE}&to=${to}`;
      const page = (this.perform("read", path, undefined) as Element[] | undefined) ?? [];
      values.push(...page.map(({ value }) => value));
      if (page.length < PAGE) return values.reverse();
      to = page.at(-1)!.timestamp - 1;
    }
  }

  command(token: string, key: string, value: unknown, way: Way): Sent {
    this.commands.add(key);
    const done = way === "kept"
      ? this.perform("create", this.path(token, `actions/${COMMAND_TYPE}`), { customFields: { [key]: value } })
      : this.perform("update", `${this.path(token, "properties")}/${encodeURIComponent(key)}`, [{ value }]);
    return done === undefined ? "refused" : "kept";
  }

  private path(token: string, what: string): string {
    return `/thngs/${token.slice(0, ID_CHARS)}/${what}`;
  }

  /** As the operator; undefined when it was refused. */
  private perform(verb: Verb, path: string, body: unknown): unknown {
    const result = this.model.perform(this.operator, verb, addressOf(path), body);
    return result.ok ? (result.body ?? {}) : undefined;
  }
}

export const evrythng: Platform<EvrythngSide> = {
  name: "evrythng",
  links: { mqtt: mqttLink(mqttProfile()), "mqtt-ws": mqttWsLink(mqttProfile()), ws: wsLink(wsProfile()) },
  createSide: (host, options) => new Account(host, options),
};
