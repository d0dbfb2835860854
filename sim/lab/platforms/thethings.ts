/** thethings.iO in the lab: what arrives is a write of the device's, a command is a write of an app's. Nothing waits for who is away. */
import { coapLink } from "../../../firmware/agent/link-coap";
import { mqttLink } from "../../../firmware/agent/link-mqtt";
import { thethingsCoap as coapProfile } from "../../../firmware/platform/thethings/coap";
import { thethingsMqtt as mqttProfile } from "../../../firmware/platform/thethings/mqtt";
import { thethingsCoap } from "../../cloud/thethings/coap";
import { createThethings } from "../../cloud/thethings/model";
import type { Thethings } from "../../cloud/thethings/model";
import { thethingsMqtt } from "../../cloud/thethings/mqtt";
import type { Platform, Side } from "../platform";

export interface ThethingsSide extends Side {
  readonly model: Thethings;
}

export const thethings: Platform<ThethingsSide> = {
  name: "thethings",
  links: { mqtt: mqttLink(mqttProfile()), coap: coapLink(coapProfile()) },
  createSide: (host, { keeper, valuesMax, activationCodes = [] }) => {
    const limits = valuesMax === undefined ? {} : { timelineValuesMax: valuesMax };
    const model = createThethings(host, { activationCodes, limits, keeper });
    return {
      model,
      mqtt: { service: thethingsMqtt(host, model) },
      coap: { service: thethingsCoap(host, model) },
      credentials: () => ({ code: model.createCodes(1)[0]!, token: "" }),
      watch: (token, hear) => {
        const stop = model.watch(token, (elements, { via }) => {
          if (via !== "app") hear(elements.map(({ key, value, datetime }) => ({ key, value, atMs: Date.parse(datetime) })));
        });
        return stop !== undefined;
      },
      values: (token, key) => model.history(token, key).map(({ value }) => value),
      command: (token, key, value) => (model.write(token, { values: [{ key, value }] }, { via: "app" }).ok ? "passing" : "refused"),
    };
  },
};
