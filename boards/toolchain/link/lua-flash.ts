/**
 * `motet flash` for NodeMCU without its printing: the board at a link is the one that the app is for, the app is written beside the one
 * that runs, and after a restart the board says that it booted.
 */
import type { Board } from "../board";
import type { InstallProgress, Outcome } from "./install";
import type { LuaConsole, LuaHello } from "./lua-console";
import { installLua } from "./lua-install";
import type { StoreImage } from "./lua-install";
import { startLuaProgram } from "./lua-program";
import { LinkError, realTimer } from "./transport";
import type { Timer } from "./transport";

export interface LuaFlashed extends Outcome {
  readonly hello: LuaHello;
  /** What the device said of itself at its boot; undefined when it said nothing in time. */
  readonly boot: string | undefined;
}

/** Refuses a board that the app is not for. `boards` are all that there are, to name the right one. */
export function checkLuaBoard({ lua, chip, hasStore }: LuaHello, board: Board, boards: readonly Board[]): void {
  if (chip !== board.chip || lua !== board.lua) {
    const right = boards.filter((each) => each.runtime === "lua" && each.chip === chip && each.lua === lua).map(({ id }) => id);
    const remedy = right.length === 0 ? `flash a firmware with Lua ${board.lua ?? "5.1"} (docs/ENGINES.md)` : `take --board ${right.join(" or --board ")}`;
    throw new LinkError("board", `The board says that it is an ${chip} with Lua ${lua}, and ${board.id} is an ${board.chip} with Lua ${board.lua ?? "5.1"}: ${remedy}.`);
  }
  if (!hasStore) throw new LinkError("board", "The board's firmware has no Lua Flash Store, which the app runs from: build one with it (docs/ENGINES.md), and write it with --runtime.");
}

/** Installs an app on the board at the link and starts it. */
export async function flashLua(link: LuaConsole, image: StoreImage, board: Board, boards: readonly Board[], progress: InstallProgress, timer: Timer = realTimer): Promise<LuaFlashed> {
  const hello = await link.hello();
  checkLuaBoard(hello, board, boards);
  progress.step(`NodeMCU with Lua ${hello.lua} on ${hello.chip}`);
  const outcome = await installLua(link, image, progress);
  return { ...outcome, hello, boot: await startLuaProgram(link, timer) };
}
