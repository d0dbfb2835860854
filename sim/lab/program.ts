/**
 * Programs for the virtual world: an app that is compiled (boards/toolchain/compile/native.ts), or a definition that a test
 * imported, on one route. Either way the firmware itself runs, and all of a device's state hangs on its ports.
 */
import { bootThing } from "../../firmware/agent/boot";
import type { Definition } from "../../firmware/agent/thing";
import type { LinkDriver } from "../../firmware/agent/link";
import { eraseThing, provisionState, provisionThing } from "../../firmware/agent/provision";
import type { Program } from "../engines/program";
import { platformOf, routeOf } from "./platforms";
import type { Route } from "./platforms";

/** The link of a route. Throws one sentence for one that is not. */
export function driverOf({ platform, transport }: Route): LinkDriver {
  return platformOf(platform).links[routeOf(platform, transport).transport]!;
}

/** A definition as a program; the device calls itself `name`. */
export function programOf(definition: Definition, route: Route, name = "device"): Program {
  const build = { name, version: "1.0.0", inMemory: true };
  return {
    boot: (ports) => bootThing(ports, driverOf(route), build, definition),
    provision: provisionThing,
    state: provisionState,
    erase: eraseThing,
  };
}
