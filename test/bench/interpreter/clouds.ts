/** The local cloud of a device that is measured, one for each platform, and the settings that take the device there. */
import { startEvrythng } from "../../../sim/cloud/evrythng/index";
import { parseAddress } from "../../../sim/cloud/evrythng/resource";
import { startThethings } from "../../../sim/cloud/thethings/index";
import { startThingsboard } from "../../../sim/cloud/thingsboard/index";
import type { ProvisionSettings } from "../../../sim/engines/program";

/** A device that is measured; `app` is its path in the project. */
export interface Subject {
  readonly app: string;
  /** thethings.iO unless it is named. */
  readonly platform?: "thethings" | "evrythng" | "thingsboard";
  /** "watch" for one that only watches. */
  readonly transport: "mqtt" | "coap" | "mqtt-ws" | "ws" | "watch";
}

/** A cloud for one device, where it listens, and what the device is provisioned with. */
export interface BenchCloud {
  readonly port: number;
  readonly code: string;
  readonly token: string;
  close(): Promise<void>;
}

/** A cloud for one device; `withCode` where the platform has activations. */
export async function openCloud({ platform, transport }: Subject, withCode: boolean): Promise<BenchCloud> {
  if (platform === "evrythng") {
    const { ports, model, close } = await startEvrythng();
    const make = (path: string, body: object): Record<string, unknown> => {
      const done = model.perform(model.authenticate(model.operatorKeys()[0]!)!, "create", parseAddress(path)!, body);
      if (!done.ok) throw new Error(done.message);
      return { id: done.id, ...(done.body as object) };
    };
    const thngId = String(make("/thngs", { name: "device" })["id"]);
    const key = String(make("/auth/evrythng/thngs", { thngId })["thngApiKey"]);
    return { port: transport === "mqtt" ? ports.mqtt : ports.http, code: "", token: thngId + key, close };
  }
  if (platform === "thingsboard") {
    const cloud = await startThingsboard({ profiles: [{ key: "bench", secret: "profile" }] });
    return { port: transport === "coap" ? cloud.ports.coap : cloud.ports.mqtt, code: "bench:profile", token: "", close: () => cloud.close() };
  }
  const cloud = await startThethings({ activationDelayMs: 0 });
  const given = withCode ? { code: cloud.model.createCodes(1)[0]!, token: "" } : { code: "", token: cloud.model.createThing().thingToken };
  return { port: transport === "coap" ? cloud.ports.coap : cloud.ports.mqtt, ...given, close: () => cloud.close() };
}

/** Settings of a device for that cloud, on this machine. */
export function settingsFor({ port, code, token }: Pick<BenchCloud, "port" | "code" | "token">): ProvisionSettings {
  return { host: "127.0.0.1", port, tls: 0, timeHost: "", ssid: "", password: "", code, token };
}
