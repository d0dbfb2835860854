/** The engines of this computer as lanes: what each lacks, and why; and how apps are compiled for them, once. */
import type { BuildChoice } from "../../boards/toolchain/compile/entry";
import { findApp } from "../../boards/toolchain/compile/native";
import { builtProgram } from "../../boards/toolchain/kept";
import { chooseRunner } from "../desk/engines";
import type { Capability } from "./capabilities";
import { openDeskUnit } from "./units/desk";
import type { Compiled } from "./units/desk";
import type { Lane } from "./units/unit";

export interface LaneOptions {
  readonly root: string;
  readonly version: string;
  readonly transport: "mqtt" | "coap";
  /** Path of the real interpreter; "" when there is none. */
  readonly interpreter: string;
}

const LOOPBACK = "127.0.0.1";
/** Engines over a machine of the desk have a clock that can run faster. */
const FAST = 20;

const noCable = "an engine of this computer gets its image without a cable";
const noMachine = "its memory is this computer's";

type Lacks = readonly (readonly [Capability, string])[];

const lacking: Readonly<Record<string, Lacks>> = {
  native: [["link", noCable], ["memory", noMachine]],
  "espruino-api": [["link", noCable], ["memory", noMachine]],
  lua: [["link", noCable], ["memory", noMachine]],
  "lua5.1": [["link", noCable], ["memory", noMachine]],
  espruino: [
    ["link", noCable],
    ["network", "a PC has no radio"],
    ["pins", "a PC has no pins"],
    ["radio", "a PC has no radio"],
    ["sensor", "a PC has no chips on its bus"],
  ],
};

/** What a transport lacks, whatever it runs on. */
export function lackingOver(transport: LaneOptions["transport"]): Lacks {
  return transport === "coap" ? [["secondAnswer", "thethings.iO answers an activation over CoAP once (docs/HIL.md)"]] : [];
}

/** The engines that need nothing but this computer. */
export const engineLanes: readonly string[] = ["native", "espruino-api", "lua"];

/** The lane of an engine. */
export function engineLane(name: string, options: LaneOptions): Lane {
  const compiled = new Map<string, Promise<Compiled>>();
  const { root } = options;
  const speed = name === "espruino" ? 1 : FAST;
  const compile = (app: string): Promise<Compiled> => {
    const known = compiled.get(app);
    if (known !== undefined) return known;
    const made = compileFor(name, app, options);
    compiled.set(app, made);
    return made;
  };
  return {
    name,
    lacks: new Map([...(lacking[name] ?? []), ...lackingOver(options.transport)]),
    speed,
    isHardware: false,
    host: LOOPBACK,
    secrets: [],
    compile,
    open: async (app, place, events) => openDeskUnit({ root, compiled: await compile(app), place, speed, events }),
  };
}

/** What an app is built of. */
export function choiceFor(app: string, { root, version, transport }: LaneOptions): BuildChoice {
  const path = findApp(root, app);
  return { app: path, platform: "thethings", transport, name: path.replace(/^.*[/\\]/, "").replace(/\.ts$/, ""), version };
}

async function compileFor(name: string, app: string, options: LaneOptions): Promise<Compiled> {
  const choice = choiceFor(app, options);
  const runner = await chooseRunner(options.root, choice, name, options.interpreter);
  return { program: await builtProgram(options.root, choice), runner };
}
