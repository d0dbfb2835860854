/** `motet flash`: builds an app, or takes a runtime's image, and puts it on the board at a port. Token, settings and log stay. */
import { join } from "node:path";
import type { Command } from "commander";
import { boardIds, loadBoard } from "../boards/toolchain/board";
import type { Board } from "../boards/toolchain/board";
import { buildDevice } from "../boards/toolchain/build";
import type { BuildChoice } from "../boards/toolchain/compile/entry";
import { checkBoard, flashApp } from "../boards/toolchain/link/flash";
import type { InstallProgress, Outcome } from "../boards/toolchain/link/install";
import { keepMaps, KEPT_MAPS } from "../boards/toolchain/link/kept-maps";
import { checkLuaBoard, flashLua } from "../boards/toolchain/link/lua-flash";
import { compilerAt, storeImage } from "../boards/toolchain/link/store-image";
import type { Image } from "../sim/engines/image";
import { TRANSPORTS, choiceOf } from "./context";
import type { Context } from "./context";
import { transferBar } from "./flash-bar";
import { runFlashRuntime } from "./flash-runtime";
import { addLinkOptions, reportingFaults, withBoard, withLuaBoard } from "./link";
import type { LinkOptions } from "./link";

interface FlashOptions extends LinkOptions {
  readonly platform: string;
  readonly transport: string;
  /** The runtime's image to write, in place of an app. */
  readonly runtime?: string;
  /** The compiler of NodeMCU's Lua Flash Store. */
  readonly luac?: string;
}

/** One line that a terminal writes over and over. */
function progressOf({ output }: Context): InstallProgress {
  const began = Date.now();
  return {
    step: (text) => output.note(text),
    bytes: (done, total) => output.progress(transferBar(done, total, Date.now() - began)),
  };
}

/** What was put on a board, whatever runs there. */
interface Put extends Outcome {
  readonly port: string;
  /** The runtime's version. */
  readonly runtime: string;
  readonly boot: string | undefined;
  readonly ms: number;
}

interface Job {
  readonly board: Board;
  readonly boards: readonly Board[];
  readonly choice: BuildChoice;
  readonly options: FlashOptions;
  /** Where the files of the build go. */
  readonly out: string;
}

/** The build, whose maps stay for the monitor. */
async function built({ root }: Context, { choice, board, out }: Job): Promise<Image> {
  const { image } = await buildDevice(root, choice, board, out);
  keepMaps(KEPT_MAPS, image);
  return image;
}

// In both, the board is asked before the compiler runs: whoever has the wrong board or port need not wait for it.
function flashEspruino(context: Context, job: Job): Promise<Put> {
  const { board, boards, options } = job;
  return withBoard(board, options, async (link, port) => {
    checkBoard(await link.hello(), board, boards);
    const image = await built(context, job);
    const began = Date.now();
    const flashed = await flashApp(link, image, board, boards, progressOf(context));
    return { ...flashed, port, runtime: flashed.hello.version, ms: Date.now() - began };
  });
}

function flashNodemcu(context: Context, job: Job): Promise<Put> {
  const { board, boards, options, out } = job;
  return withLuaBoard(board, options, async (link, port) => {
    checkLuaBoard(await link.hello(), board, boards);
    const compiler = compilerAt(options.luac);
    const image = await storeImage(await built(context, job), out, compiler);
    const began = Date.now();
    const flashed = await flashLua(link, image, board, boards, progressOf(context));
    return { ...flashed, port, runtime: `Lua ${flashed.hello.lua}`, ms: Date.now() - began };
  });
}

async function runFlash(context: Context, app: string, options: FlashOptions): Promise<void> {
  const { output, root } = context;
  const board = loadBoard(root, options.board);
  const choice = choiceOf(context, app, options);
  const boards = boardIds(root).map((id) => loadBoard(root, id));
  const job = { board, boards, choice, options, out: join(".motet", "build", `${choice.name}-${board.id}`) };
  const { hash, unchanged, sentBytes, boot, runtime, port, ms } = await (board.runtime === "lua" ? flashNodemcu(context, job) : flashEspruino(context, job));
  const lines = [
    unchanged ? `${choice.name} ${hash} was on the board already, and was started again` : `${choice.name} ${hash} is on the board: ${sentBytes} bytes sent and read back in ${(ms / 1000).toFixed(1)} s`,
    boot === undefined ? `It has not said yet that it booted: look with "motet monitor --board ${board.id} --port ${port}".` : `booted: ${boot}`,
  ];
  output.report({ event: "flashed", board: board.id, port, runtime, hash, unchanged, sentBytes, ms, booted: boot !== undefined, boot }, lines);
}

export function addFlash(program: Command, context: Context): void {
  const command = program
    .command("flash")
    .description("build an app and put it on a board, or its runtime; what the device has stored stays")
    .argument("[app]", "an app's TypeScript file, or the name of an example", "weather-station");
  addLinkOptions(command)
    .option("--platform <name>", "thethings, evrythng or thingsboard", "thethings")
    .option("--transport <name>", TRANSPORTS, "mqtt")
    .option("--luac <path>", "for NodeMCU: the luac.cross that was built along with the board's firmware")
    .option("--runtime <image>", "write the runtime's own image, a folder or .tgz as its maker publishes it (motet boards show)")
    .option("--json", "print one event per line as JSON")
    .action((app: string, options: FlashOptions) =>
      reportingFaults(context, () => (options.runtime === undefined ? runFlash(context, app, options) : runFlashRuntime(context, { ...options, runtime: options.runtime }))),
    );
}
