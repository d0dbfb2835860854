/** `motet flash --runtime`: writes Espruino's or NodeMCU's own image to a chip, through the loader in its ROM. */
import { loadBoard } from "../boards/toolchain/board";
import { partsOf } from "../boards/toolchain/image/parts";
import { portLine } from "../boards/toolchain/image/port-line";
import type { ImageEvent } from "../boards/toolchain/image/write";
import { listPorts } from "../boards/toolchain/link/ports";
import type { Context } from "./context";
import { transferBar } from "./flash-bar";
import { choosePort } from "./link";
import type { LinkOptions } from "./link";

interface RuntimeOptions extends LinkOptions {
  readonly runtime: string;
}

const hex = (address: number): string => `0x${address.toString(16)}`;

/** Prints what happens; progress only to people. */
function printerOf({ output }: Context): (event: ImageEvent) => void {
  let began = Date.now();
  return (event) => {
    if (event.event === "progress") return output.progress(transferBar(event.bytes, event.of, Date.now() - began));
    if (event.event === "chip") output.report(event, [`chip ${event.chip}, ${event.mac}, flash of ${event.flashBytes / 1024} KB`]);
    else if (event.event === "verified") output.report(event, [`verified: ${event.file}, MD5 ${event.md5}`]);
    else if (event.event === "reset") output.report(event, ["the chip was reset, and starts what was written"]);
    else {
      began = Date.now();
      output.report(event, [`${hex(event.address)} ${event.file}, ${event.bytes} bytes`]);
    }
  };
}

/** The bridge at a port, as far as the computer knows it. */
async function usbAt(port: string): Promise<{ vid: number; pid: number } | undefined> {
  const found = port.startsWith("/") ? (await listPorts()).find(({ path }) => path === port) : undefined;
  return found?.vid === undefined || found.pid === undefined ? undefined : { vid: parseInt(found.vid, 16), pid: parseInt(found.pid, 16) };
}

export async function runFlashRuntime(context: Context, options: RuntimeOptions): Promise<void> {
  const board = loadBoard(context.root, options.board);
  const parts = partsOf(board, options.runtime);
  const port = await choosePort(board, options.port);
  const began = Date.now();
  const { writeImage } = await import("../boards/toolchain/image/write");
  await writeImage({ line: portLine(port, await usbAt(port)), board, parts, baud: options.baud ?? board.image!.baud, onEvent: printerOf(context) });
  const bytes = parts.reduce((sum, part) => sum + part.bytes.length, 0);
  const ms = Date.now() - began;
  context.output.report({ event: "written", board: board.id, port, parts: parts.length, bytes, ms }, [`${parts.length} parts, ${bytes} bytes in ${(ms / 1000).toFixed(1)} s; next: motet flash --board ${board.id} --port ${port}`]);
}
