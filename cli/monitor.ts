/** `motet monitor`: what the device at a port says, and what else its console prints. */
import type { Command } from "commander";
import { loadBoard } from "../boards/toolchain/board";
import { findPlaces, KEPT_MAPS } from "../boards/toolchain/link/kept-maps";
import { startMonitor } from "../boards/toolchain/link/monitor";
import { endedByUser } from "./context";
import type { Context } from "./context";
import { addLinkOptions, openBoard, reportingFaults } from "./link";
import type { LinkOptions } from "./link";

const NAME_WIDTH = 13;
/** Records that tell of something wrong, by their names. */
const BAD = /^(offline|dropped|refused|tokenSuspect|safeMode|failed|storeFailed)$/;
/** Lines in which an engine or an adapter tells of an error that nothing caught. */
const FAILURE = /^(Uncaught |ERROR: |.*: attempt to )/;
const colours = { good: 32, bad: 31, plain: 2 } as const;

/** Text in a colour, where a person looks at a terminal. */
function coloured(kind: keyof typeof colours, text: string): string {
  return process.stdout.isTTY && process.env["NO_COLOR"] === undefined ? `\u001b[${colours[kind]}m${text}\u001b[0m` : text;
}

/** The text of a record or a line without what would move a terminal's cursor. */
function printable(text: string): string {
  return text.replace(/[^\t -~]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

async function runMonitor(context: Context, options: LinkOptions): Promise<void> {
  const { output } = context;
  const board = loadBoard(context.root, options.board);
  const clock = (): string => new Date().toISOString();
  const say = (event: { readonly event: string; readonly [field: string]: unknown }, text: string): void => {
    const time = clock();
    output.report({ time, ...event }, [`${time.slice(11, 23)}  ${text}`]);
  };
  let port = options.port;
  const open = async (): ReturnType<typeof openBoard> => {
    const opened = await openBoard(board, port === undefined ? options : { ...options, port });
    port = opened.name;
    return opened;
  };
  const signal = endedByUser();
  const monitor = await startMonitor(async () => (await open()).transport, findPlaces(KEPT_MAPS, context.root), {
    record: ({ event, number, text }) => say({ event: "record", name: event, number, text }, `${coloured(BAD.test(event) ? "bad" : "good", event.padEnd(NAME_WIDTH))} ${number} ${printable(text)}`),
    line: (text, places) => say({ event: "console", text, ...(places.length > 0 ? { places } : {}) }, coloured(FAILURE.test(text) ? "bad" : "plain", printable(text))),
    unmapped: (hash) => say({ event: "unmapped", hash }, coloured("plain", `-- this trace is of build ${hash}, whose map is not in ${KEPT_MAPS}: build it here to see lines of TypeScript`)),
    connected: () => say({ event: "connected", board: board.id, port }, coloured("plain", `-- listening to ${board.id} at ${port}; Ctrl-C ends`)),
    lost: () => say({ event: "lost", port }, coloured("bad", "-- the console is gone; looking for it")),
  });
  signal.addEventListener("abort", () => monitor.stop());
  await monitor.ended;
}

export function addMonitor(program: Command, context: Context): void {
  const command = program.command("monitor").description("show what the device at a port says, and what else its console prints");
  addLinkOptions(command)
    .option("--json", "print one event per line as JSON")
    .action((options: LinkOptions) => reportingFaults(context, () => runMonitor(context, options)));
}
