/**
 * `motet flash` for NodeMCU without its printing: the board at a link is the one that the app is for, the app is written beside the one
 * that runs, and after a restart the board says that it booted.
 */
import { createConsole } from "../../../sim/engines/espruino/console";
import { parseLogLine } from "../../../sim/engines/log-line";
import type { Board } from "../board";
import { COMPLAINT } from "../compile/lua/boot";
import type { InstallProgress, Outcome } from "./install";
import type { LuaConsole, LuaHello } from "./lua-console";
import { installLua } from "./lua-install";
import type { StoreImage } from "./lua-install";
import { LinkError, realTimer } from "./transport";
import type { Timer } from "./transport";

/** From a restart to the first words: the firmware fills its store, restarts once more, and a boot reads the log of readings. */
const BOOT_MS = 60000;

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

/** Restarts the board, and waits until its app says that it booted, or the loader why there is none. */
async function start(link: LuaConsole, timer: Timer): Promise<string | undefined> {
  const before = link.onText;
  const said = new Promise<string | undefined>((resolve, reject) => {
    const cancel = timer.after(BOOT_MS, () => resolve(undefined));
    const feed = createConsole((line) => {
      const record = parseLogLine(line);
      const isComplaint = line.startsWith(COMPLAINT);
      if (record?.event !== "boot" && !isComplaint) return;
      cancel();
      if (isComplaint) reject(new LinkError("storage", `The board could not take the app into its Lua Flash Store (${line.slice(COMPLAINT.length)}), and goes on with the one before: build the firmware with a larger store, or the app with the luac.cross of this firmware.`));
      else resolve(record!.text);
    });
    link.onText = (bytes) => {
      before?.(bytes);
      feed(bytes);
    };
    link.onLost = () => {
      cancel();
      resolve(undefined);
    };
  });
  await link.type("node.restart()");
  try {
    return await said;
  } finally {
    link.onText = before;
  }
}

/** Installs an app on the board at the link and starts it. */
export async function flashLua(link: LuaConsole, image: StoreImage, board: Board, boards: readonly Board[], progress: InstallProgress, timer: Timer = realTimer): Promise<LuaFlashed> {
  const hello = await link.hello();
  checkLuaBoard(hello, board, boards);
  progress.step(`NodeMCU with Lua ${hello.lua} on ${hello.chip}`);
  const outcome = await installLua(link, image, progress);
  return { ...outcome, hello, boot: await start(link, timer) };
}
