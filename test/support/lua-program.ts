/** A program in Lua, as a board would have it, on a machine of the virtual world: for tests of the engines themselves. */
import { join } from "node:path";
import { loadBoard } from "../../boards/toolchain/board";
import type { Image } from "../../sim/engines/image";
import { type LuaBoot, startLua } from "../../sim/engines/lua/engine";
import { createFlash } from "../../sim/world/flash";
import { defaultAreas } from "../../sim/world/flash-areas";
import type { Machine, MachineOptions } from "../../sim/world/machine";
import { createWorld, type World, type WorldOptions } from "../../sim/world/world";

const root = join(__dirname, "..", "..");

export type LuaBoard = "esp8266-lua" | "esp32-lua";
export const luaBoards: readonly LuaBoard[] = ["esp8266-lua", "esp32-lua"];

export interface LuaProgram {
  readonly world: World;
  readonly machine: Machine;
  /** All lines of its console, over all boots. */
  readonly lines: string[];
  readonly failures: string[];
  /** Bytes that the program holds. */
  heap(): number;
  /** Runs the world for a while, and answers the lines that came meanwhile. */
  run(ms: number): string[];
}

const boots = new Set<LuaBoot>();

/** Ends every interpreter that a test left running. */
export function stopLua(): void {
  for (const boot of boots) boot.stop();
  boots.clear();
}

/** An image of files in Lua, "init.lua" first. */
export function luaImage(id: LuaBoard, files: string | Readonly<Record<string, string>>): { readonly image: Image; readonly version: "5.1" | "5.3" } {
  const { constants, lua } = loadBoard(root, id);
  const all = typeof files === "string" ? { "init.lua": files } : files;
  const image: Image = {
    board: id,
    runtime: "lua",
    constants,
    files: new Map(Object.entries(all)),
    main: "init.lua",
    maps: new Map(),
    modules: [],
  };
  return { image, version: lua! };
}

/** Switches a machine on that runs `files` at every boot. Nothing has run yet when it returns. */
export function luaProgram(
  id: LuaBoard,
  files: string | Readonly<Record<string, string>>,
  machineOptions: MachineOptions = {},
  worldOptions: Partial<WorldOptions> = {},
): LuaProgram {
  const { image, version } = luaImage(id, files);
  const lines: string[] = [];
  const failures: string[] = [];
  const events = { console: (line: string) => lines.push(line), failed: (message: string) => failures.push(message) };
  const world = createWorld({ seed: "lua", ...worldOptions });
  let boot: LuaBoot | undefined;
  const machine = world.createDevice({
    flash: createFlash({ areas: defaultAreas }),
    bootMs: 0,
    main: (ports) => {
      boot?.stop();
      boot = startLua(version, root, image, ports, events);
      boots.add(boot);
    },
    ...machineOptions,
  });
  return {
    world,
    machine,
    lines,
    failures,
    heap: () => boot!.heap(),
    run: (ms) => {
      const from = lines.length;
      world.run(ms);
      return lines.slice(from);
    },
  };
}
