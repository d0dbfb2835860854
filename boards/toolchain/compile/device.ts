/**
 * From an app and a choice of board, platform and transport to the image that runs on the board. The compilers are loaded when
 * there is something to compile: that takes longer than most commands run.
 */
import type { BoardConstants, Image } from "../../../sim/engines/image";
import type { BoardPins } from "../pins/table";
import { deviceEntry } from "./entry";
import type { BuildChoice } from "./entry";

/** What the compilers need to know of a board. */
export interface TargetBoard {
  readonly id: string;
  readonly runtime: "espruino" | "lua";
  readonly constants: BoardConstants;
  /** The Lua that the board's NodeMCU image has. */
  readonly lua?: "5.1" | "5.3";
  /** Its pins, where apps are held to them. */
  readonly pins?: BoardPins;
}

export interface DeviceImage extends Image {
  /** Absolute path to text of what it was compiled from, besides the framework. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Compiles the app for the board. Throws `CompileError` with one sentence for each mistake. */
export async function compileDevice(root: string, choice: BuildChoice, board: TargetBoard): Promise<DeviceImage> {
  const { id, runtime, constants, pins } = board;
  const [{ loweredApp }, { usesOf }] = await Promise.all([import("./lowered"), import("./uses")]);
  const { texts, sources } = loweredApp(root, choice.app, pins === undefined ? undefined : { id, runtime, constants, pins });
  const uses = usesOf(choice.app);
  if (runtime === "espruino") {
    const { compileEspruino } = await import("./espruino");
    return { ...(await compileEspruino(root, deviceEntry(root, choice, "espruino", uses), { id, constants }, texts)), sources };
  }
  const [{ compileLua }, { forFlashStore }] = await Promise.all([import("./lua"), import("./lua/lfs")]);
  return { ...forFlashStore(await compileLua(root, deviceEntry(root, choice, "nodemcu", uses), { id, constants, lua: board.lua ?? "5.1" }, texts)), sources };
}
