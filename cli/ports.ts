/** `motet ports`: what is plugged in, and which boards it may be. */
import type { Command } from "commander";
import { boardIds, loadBoard } from "../boards/toolchain/board";
import { boardsAt, listPorts } from "../boards/toolchain/link/ports";
import type { Context } from "./context";

async function runPorts(context: Context): Promise<void> {
  const boards = boardIds(context.root).map((id) => loadBoard(context.root, id));
  const ports = await listPorts();
  for (const port of ports) {
    const ids = boardsAt(port, boards).map(({ id }) => id);
    const usb = port.vid === undefined ? "" : `  ${port.product ?? "USB"} ${port.vid}:${port.pid ?? "?"}`;
    const access = port.mayOpen ? "" : "  (not yours to open: sudo usermod -a -G dialout $USER, then log in again)";
    context.output.report({ event: "port", ...port, boards: ids }, [`${port.path}${usb}${access}`, ...(ids.length === 0 ? [] : [`  may be ${ids.join(", ")}`])]);
  }
  if (ports.length === 0) context.output.note("No serial port: check the cable, which must carry data, and the driver of the board's USB bridge.");
}

export function addPorts(program: Command, context: Context): void {
  program
    .command("ports")
    .description("list the serial ports, and which boards may be at them")
    .option("--json", "print one event per line as JSON")
    .action(() => runPorts(context));
}
