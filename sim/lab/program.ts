/**
 * Programs for the virtual world: an app that is compiled (boards/toolchain/compile/native.ts), or a definition that a test
 * imported, over one transport. Either way the firmware itself runs, and all of a device's state hangs on its ports.
 */
import { bootThing } from "../../firmware/agent/boot";
import type { Definition } from "../../firmware/agent/boot";
import type { LinkDriver } from "../../firmware/agent/link";
import { coapLink } from "../../firmware/agent/link-coap";
import { mqttLink } from "../../firmware/agent/link-mqtt";
import { eraseThing, provisionState, provisionThing } from "../../firmware/agent/provision";
import { thethingsCoap } from "../../firmware/platform/thethings/coap";
import { thethingsMqtt } from "../../firmware/platform/thethings/mqtt";
import type { Program } from "../engines/program";

export type Transport = "mqtt" | "coap";

/** The link of a transport, on thethings.iO. */
export function driverOf(transport: Transport): LinkDriver {
  return transport === "mqtt" ? mqttLink(thethingsMqtt()) : coapLink(thethingsCoap());
}

/** A definition as a program; the device calls itself `name`. */
export function programOf(definition: Definition, transport: Transport, name = "device"): Program {
  const build = { name, version: "1.0.0" };
  return {
    boot: (ports) => bootThing(ports, driverOf(transport), build, definition),
    provision: provisionThing,
    state: provisionState,
    erase: eraseThing,
  };
}
