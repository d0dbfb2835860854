/** `motet flash`: builds an app, or takes a runtime's image, and puts it on the board at a port. Token, settings and log stay. */
import { join } from "node:path";
import type { Command } from "commander";
import { boardIds, loadBoard } from "../boards/toolchain/board";
import { buildDevice } from "../boards/toolchain/build";
import { checkBoard, flashApp } from "../boards/toolchain/link/flash";
import type { InstallProgress } from "../boards/toolchain/link/install";
import { keepMaps, KEPT_MAPS } from "../boards/toolchain/link/kept-maps";
import { LinkError } from "../boards/toolchain/link/transport";
import { choiceOf } from "./context";
import type { Context } from "./context";
import { transferBar } from "./flash-bar";
import { runFlashRuntime } from "./flash-runtime";
import { addLinkOptions, reportingFaults, withBoard } from "./link";
import type { LinkOptions } from "./link";

interface FlashOptions extends LinkOptions {
  readonly platform: string;
  readonly transport: string;
  /** The runtime's image to write, in place of an app. */
  readonly runtime?: string;
}

/** One line that a terminal writes over and over. */
function progressOf({ output }: Context): InstallProgress {
  const began = Date.now();
  return {
    step: (text) => output.note(text),
    bytes: (done, total) => output.progress(transferBar(done, total, Date.now() - began)),
  };
}

async function runFlash(context: Context, app: string, options: FlashOptions): Promise<void> {
  const { output, root } = context;
  const board = loadBoard(root, options.board);
  if (board.runtime !== "espruino") throw new LinkError("board", `Motet does not write to NodeMCU yet: build with "motet build --board ${board.id}" and put the files on the board with the firmware's own tools (docs/ENGINES.md).`);
  const choice = choiceOf(context, app, options);
  const boards = boardIds(root).map((id) => loadBoard(root, id));
  const { flashed, port, ms } = await withBoard(board, options, async (link, name) => {
    // Before the compiler runs: whoever has the wrong board or port need not wait for it.
    checkBoard(await link.hello(), board, boards);
    const { image } = await buildDevice(root, choice, board, join(".motet", "build", `${choice.name}-${board.id}`));
    keepMaps(KEPT_MAPS, image);
    const began = Date.now();
    return { port: name, flashed: await flashApp(link, image, board, boards, progressOf(context)), ms: Date.now() - began };
  });
  const { hash, unchanged, sentBytes, boot, hello } = flashed;
  const lines = [
    unchanged ? `${choice.name} ${hash} was on the board already, and was started again` : `${choice.name} ${hash} is on the board: ${sentBytes} bytes sent and read back in ${(ms / 1000).toFixed(1)} s`,
    boot === undefined ? `It has not said yet that it booted: look with "motet monitor --board ${board.id} --port ${port}".` : `booted: ${boot}`,
  ];
  output.report({ event: "flashed", board: board.id, port, runtime: hello.version, hash, unchanged, sentBytes, ms, booted: boot !== undefined, boot }, lines);
}

export function addFlash(program: Command, context: Context): void {
  const command = program
    .command("flash")
    .description("build an app and put it on a board, or its runtime; what the device has stored stays")
    .argument("[app]", "an app's TypeScript file, or the name of an example", "weather-station");
  addLinkOptions(command)
    .option("--platform <name>", "thethings, evrythng or thingsboard", "thethings")
    .option("--transport <name>", "mqtt or coap", "mqtt")
    .option("--runtime <image>", "write the runtime's own image, a folder or .tgz as its maker publishes it (motet boards show)")
    .option("--json", "print one event per line as JSON")
    .action((app: string, options: FlashOptions) =>
      reportingFaults(context, () => (options.runtime === undefined ? runFlash(context, app, options) : runFlashRuntime(context, { ...options, runtime: options.runtime }))),
    );
}
