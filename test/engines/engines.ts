/**
 * The engines that run in this process over the ports of a machine, under one face: a program, compiled for the engine's
 * board exactly as a device is, becomes a function that boots it.
 */
import { join } from "node:path";
import type { Ports } from "../../hal/ports";
import { loadBoard } from "../../boards/toolchain/board";
import { builtDevice, builtProgram } from "../../boards/toolchain/kept";
import type { BuildChoice } from "../../boards/toolchain/compile/entry";
import { compileEspruino } from "../../boards/toolchain/compile/espruino";
import { compileLua } from "../../boards/toolchain/compile/lua";
import type { Boot, MachineEngine } from "../../sim/engines/engine";
import { espruinoApi } from "../../sim/engines/espruino-api";
import type { Image } from "../../sim/engines/image";
import { parseLogLine } from "../../sim/engines/log-line";
import { luaEngine } from "../../sim/engines/lua/engine";
import { choiceOf } from "../support/choice";

export const root = join(__dirname, "..", "..");

/** The engines that run images, and the board whose image each runs. */
const machineEngines: readonly { readonly engine: MachineEngine; readonly board: string }[] = [
  { engine: espruinoApi, board: "esp32-espruino" },
  { engine: luaEngine("5.1", root), board: "esp8266-lua" },
  { engine: luaEngine("5.3", root), board: "esp32-lua" },
];

export const imageEngines: readonly MachineEngine["name"][] = machineEngines.map(({ engine }) => engine.name);
export type EngineName = "native" | MachineEngine["name"];
export const engineNames: readonly EngineName[] = ["native", ...imageEngines];

/** What a running image tells whoever watches it. */
export interface Watcher {
  /** A record of its log port; the text is bytes. */
  said(event: string, number: number, text: string): void;
  /** The engine died, or something nobody caught was thrown. */
  failed(message: string): void;
}

/** Begins one boot on the ports of a machine. */
export type Main = (ports: Ports, watcher: Watcher) => Boot;

/** Boots an image. What its console says and is no record is a complaint of the engine. */
export function bootImage(engine: MachineEngine, image: Image): Main {
  return (ports, watcher) =>
    engine.start(image, ports, {
      console: (line) => {
        const record = parseLogLine(line);
        if (record === undefined) watcher.failed(`the console says: ${line}`);
        else watcher.said(record.event, record.number, record.text);
      },
      failed: (message) => watcher.failed(message),
    });
}

function engineOf(name: MachineEngine["name"]): (typeof machineEngines)[number] {
  return machineEngines.find(({ engine }) => engine.name === name)!;
}

/** The source of an entry for a runtime's ports. */
export type EntryOf = (runtime: "espruino" | "nodemcu") => string;

/** The image of an entry for a board. */
export function compileEntry(boardId: string, entryOf: EntryOf): Promise<Image> {
  const board = loadBoard(root, boardId);
  if (board.runtime === "espruino") return compileEspruino(root, entryOf("espruino"), board);
  return compileLua(root, entryOf("nodemcu"), { id: board.id, constants: board.constants, lua: board.lua! });
}

/** A test program for one engine. */
export async function programOf(name: MachineEngine["name"], entryOf: EntryOf): Promise<Main> {
  const { engine, board } = engineOf(name);
  return bootImage(engine, await compileEntry(board, entryOf));
}

async function nativeMain(choice: BuildChoice): Promise<Main> {
  const program = await builtProgram(root, choice);
  return (ports, watcher) => {
    const running = program.boot({ ...ports, log: { record: (event, number, text) => watcher.said(event, number, text) } });
    if (typeof running === "number") watcher.failed(`boot failed with ${running}`);
    return { stop: () => undefined };
  };
}

async function imageMain(name: MachineEngine["name"], choice: BuildChoice): Promise<Main> {
  const { engine, board } = engineOf(name);
  return bootImage(engine, await builtDevice(root, choice, loadBoard(root, board)));
}

const made = new Map<string, Promise<Main>>();

/** An app (its path in the project) for one engine; compiled once. */
export function mainOf(name: EngineName, app: string, transport: "mqtt" | "coap", platform = "thethings"): Promise<Main> {
  const key = `${name} ${app} ${transport} ${platform}`;
  const choice = choiceOf(root, app, { platform, transport });
  const main = made.get(key) ?? (name === "native" ? nativeMain(choice) : imageMain(name, choice));
  made.set(key, main);
  return main;
}
