/**
 * The engines that `motet sim` offers, by name: which board's image each runs, and what it needs on this computer.
 */
import { existsSync } from "node:fs";
import { loadBoard } from "../../boards/toolchain/board";
import { builtDevice } from "../../boards/toolchain/kept";
import { ChoiceError } from "../../boards/toolchain/compile/entry";
import type { BuildChoice } from "../../boards/toolchain/compile/entry";
import type { MachineEngine } from "../engines/engine";
import { espruinoApi } from "../engines/espruino-api";
import { luaEngine } from "../engines/lua/engine";
import type { Runner } from "./runner";

interface Choice {
  /** The board whose image it runs. */
  readonly board: string;
  readonly engine: (root: string) => MachineEngine;
}

const machineEngines: Readonly<Record<string, Choice>> = {
  "espruino-api": { board: "esp32-espruino", engine: () => espruinoApi },
  lua: { board: "esp32-lua", engine: (root) => luaEngine("5.3", root) },
  "lua5.1": { board: "esp8266-lua", engine: (root) => luaEngine("5.1", root) },
  "lua5.3": { board: "esp32-lua", engine: (root) => luaEngine("5.3", root) },
};

/** The board of the real interpreter. */
const interpreterBoard = "linux-espruino";

export const engineNames: readonly string[] = ["native", "espruino", ...Object.keys(machineEngines)];

/**
 * Makes an engine ready: compiles the app for its board, unless it is `native`. Rejects with one sentence for an unknown
 * engine, a missing interpreter, and an app that cannot be compiled.
 *
 * @param interpreter path of the real interpreter, from the environment; undefined or "" when there is none
 */
export async function chooseRunner(root: string, choice: BuildChoice, name: string, interpreter: string | undefined): Promise<Runner> {
  if (name === "native") return { kind: "native" };
  if (name === "espruino") {
    if (interpreter === undefined || interpreter === "") throw new ChoiceError("The real interpreter is not named: set ESPRUINO to the path of an Espruino built for Linux, or choose --engine espruino-api.");
    if (!existsSync(interpreter)) throw new ChoiceError(`There is no interpreter at ${interpreter}: set ESPRUINO to the path of an Espruino built for Linux.`);
    return { kind: "interpreter", binary: interpreter, image: await builtDevice(root, choice, loadBoard(root, interpreterBoard)) };
  }
  const chosen = machineEngines[name];
  if (chosen === undefined) throw new ChoiceError(`There is no engine "${name}": choose ${engineNames.slice(0, -1).join(", ")} or ${engineNames.at(-1)!}.`);
  const { board, engine } = chosen;
  return { kind: "engine", engine: engine(root), image: await builtDevice(root, choice, loadBoard(root, board)) };
}
