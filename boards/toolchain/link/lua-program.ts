/**
 * The program of a board with NodeMCU, stopped and started from its console. A program cannot be stopped there as it runs: the board
 * restarts with a file that the loader takes for the wish to start nothing, once.
 */
import { createConsole } from "../../../sim/engines/espruino/console";
import { parseLogLine } from "../../../sim/engines/log-line";
import { BOOT_FILE, COMPLAINT, LOADER, STILL, STILL_FILE } from "../compile/lua/boot";
import { LuaFiles } from "./lua-files";
import type { LuaConsole } from "./lua-console";
import { LinkError, realTimer } from "./transport";
import type { Timer } from "./transport";

/** From a restart to the first words: the firmware fills its store, restarts once more, and a boot reads the log of readings. */
const BOOT_MS = 60000;
/** From a restart to the loader. */
const LOADER_MS = 15000;

/** Restarts the board by a line of Lua, and waits for a line of its that `isIt`; undefined when none comes in time, or the link ends. */
async function restart(link: LuaConsole, how: string, ms: number, timer: Timer, isIt: (line: string) => boolean): Promise<string | undefined> {
  const { onText, onLost } = link;
  const said = new Promise<string | undefined>((resolve) => {
    const cancel = timer.after(ms, () => resolve(undefined));
    const done = (line: string | undefined): void => {
      cancel();
      resolve(line);
    };
    const feed = createConsole((line) => (isIt(line) ? done(line) : undefined));
    link.onText = (bytes) => {
      onText?.(bytes);
      feed(bytes);
    };
    link.onLost = () => done(undefined);
  });
  await link.type(how);
  try {
    return await said;
  } finally {
    link.onText = onText;
    link.onLost = onLost;
  }
}

/** Restarts the board, and waits until its app says that it booted, or the loader why there is none. */
export async function startLuaProgram(link: LuaConsole, timer: Timer = realTimer): Promise<string | undefined> {
  const line = await restart(link, "node.restart()", BOOT_MS, timer, (each) => parseLogLine(each)?.event === "boot" || each.startsWith(COMPLAINT));
  if (line?.startsWith(COMPLAINT) !== true) return line === undefined ? undefined : parseLogLine(line)!.text;
  throw new LinkError("storage", `The board could not take the app into its Lua Flash Store (${line.slice(COMPLAINT.length)}), and goes on with the one before: build the firmware with a larger store, or the app with the luac.cross of this firmware.`);
}

/**
 * Makes the program of the board stand still, until it is started, or nothing was typed for five minutes. A board without a program is left
 * as it is. The link has asked the board who it is; functions that were put on it before are gone.
 */
export async function stopLuaProgram(link: LuaConsole, timer: Timer = realTimer): Promise<void> {
  const files = new LuaFiles(link);
  await files.prepare();
  if ((await link.call("_k()return _z and 1 or 0")) === "1" || !(await files.exists(BOOT_FILE))) return;
  if (!(await files.is(BOOT_FILE, LOADER))) {
    throw new LinkError("board", `The board boots an ${BOOT_FILE} that is not of this version of Motet, and a program of NodeMCU cannot be stopped from outside: put the app on it first (motet flash), or remove ${BOOT_FILE}.`);
  }
  // In one line, so that a cable cannot be pulled between: a board that is to stand still at some later boot would surprise its owner.
  const said = await restart(link, `_f=_o("${STILL_FILE}","w")_f:close()node.restart()`, LOADER_MS, timer, (line) => line === STILL);
  // Of a link that has ended, typing tells why.
  if (said === undefined) await link.type("");
  if (said === undefined) throw new LinkError("silent", "The board did not restart: reset it and run the command again.");
  await link.hello();
  await files.prepare();
}
