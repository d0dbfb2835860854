/**
 * Espruino's own JavaScript API in Node: the shipped image of a device runs in a world of Espruino's globals alone, over the
 * ports of a machine, with what is odd about the interpreter reproduced (measured on 2v29.277 without Unicode; the cases of
 * test/engines/espruino-quirks.test.ts hold both against each other). Grammar that Espruino refuses is not refused here:
 * the build's scan does that.
 */
import type { Ports } from "../../../hal/ports";
import type { Boot, EngineEvents, MachineEngine } from "../engine";
import type { BoardConstants, Image } from "../image";
import { addDate } from "./dates";
import { addE, type EngineSettings } from "./e";
import { addEvents } from "./emitter";
import { Host } from "./host";
import { addI2c } from "./i2c";
import { addJson } from "./json";
import { addLanguage } from "./language";
import { addModules } from "./modules";
import { addPins } from "./pins";
import { addPrint } from "./print";
import { addProcess } from "./process";
import { type Profile, profileOf } from "./profile";
import { Storage } from "./storage";
import { machineFiles } from "./storage-files";
import { addTimers } from "./timers";
import { addClock, createUptime } from "./uptime";

export interface EspruinoOptions {
  readonly ports: Ports;
  readonly constants: BoardConstants;
  readonly events: EngineEvents;
  /** What lies in Storage at boot. */
  readonly files?: ReadonlyMap<string, string>;
  /** Changes to what the board's build does, so that a test sees an adapter under another one's habits. */
  readonly profile?: Partial<Profile>;
  /**
   * For builds whose `connect` blocks: whether a connection to this address and port would be refused. The machine's port
   * tells it too late for the exception that such a build throws; without this the refusal is an `error` event.
   */
  readonly refuses?: (address: string, port: number) => boolean;
  /** The text of /etc/hosts, where the interpreter on a PC looks names up; "127.0.0.1 localhost" unless given. */
  readonly hosts?: string;
}

/** One boot of the emulated interpreter. */
export interface Espruino extends Boot {
  /** The global object of the device. */
  readonly globals: Record<string, unknown>;
  /** What the image has done to the board's consoles. */
  readonly settings: Readonly<EngineSettings>;
  /** Runs a script, one char a byte, and answers its completion value; throws what it throws. */
  evaluate(text: string, name?: string): unknown;
  /** Runs a Storage file as the first of a boot is run: what it throws is the device's own affair. */
  run(name: string): void;
}

/** Makes a fresh interpreter over the ports of a machine; nothing of the device has run yet. */
export function createEspruino(options: EspruinoOptions): Espruino {
  const { ports, constants, events } = options;
  const profile = { ...profileOf(constants.chip), ...options.profile };
  const host = new Host({ ports, constants, events, profile, refuses: options.refuses, hosts: options.hosts ?? "127.0.0.1 localhost\n" });
  const settings: EngineSettings = { telnet: constants.telnet, passwordSet: false, consoleLocked: false };
  const json = addJson(host);
  addProcess(host);
  addEvents(host);
  addPrint(host, json);
  addLanguage(host);
  const uptime = createUptime(host);
  addDate(host, addClock(host, uptime));
  addTimers(host, uptime);
  addE(host, settings);
  addPins(host, uptime);
  addI2c(host);
  const storage = new Storage(host, json, machineFiles(host), options.files ?? new Map());
  addModules(host, storage, json, settings);
  const { realm } = host;
  const run = (name: string): void => {
    const text = storage.read(name, 0, 0);
    if (text === undefined) return host.crash(`the image has no file ${name}`);
    host.turn(() => host.call(() => realm.evaluate(text, name), undefined, []));
  };
  return { globals: realm.globals, settings, evaluate: (text, name = "script") => realm.evaluate(text, name), run, stop: () => host.stop() };
}

/** The engine: every boot gets an interpreter of its own. */
export const espruinoApi: MachineEngine = {
  name: "espruino-api",
  start(image: Image, ports: Ports, events: EngineEvents): Boot {
    const espruino = createEspruino({ ports, constants: image.constants, events, files: image.files });
    espruino.run(image.main);
    return espruino;
  },
};
