/** `motet build`: an app becomes the files that run on a board, and a report of what they take. */
import { join } from "node:path";
import type { Command } from "commander";
import { loadBoard } from "../boards/toolchain/board";
import { buildDevice } from "../boards/toolchain/build";
import { storeSteps } from "../boards/toolchain/compile/lua/lfs";
import { keepMaps, KEPT_MAPS } from "../boards/toolchain/link/kept-maps";
import { TRANSPORTS, choiceOf } from "./context";
import type { Context } from "./context";
import { budgetLines, moduleLines } from "./size-table";

interface BuildOptions {
  readonly board: string;
  readonly platform: string;
  readonly transport: string;
  readonly out?: string;
}

async function runBuild(context: Context, app: string, options: BuildOptions): Promise<void> {
  const choice = choiceOf(context, app, options);
  const board = loadBoard(context.root, options.board);
  const out = options.out ?? join(".motet", "build", `${choice.name}-${board.id}`);
  const { artifacts, report, image } = await buildDevice(context.root, choice, board, out);
  const { flashBytes, flashBudget, memory, modules } = report;
  keepMaps(KEPT_MAPS, image);
  context.output.report({ event: "built", board: board.id, out, artifacts, flashBytes, flashBudget, memory, modules }, [
    `${choice.name} for ${board.title}: ${artifacts.length} files in ${out}`,
    ...(board.runtime === "lua" ? storeSteps(image).map((step) => `  next: ${step}`) : []),
    ...budgetLines(report),
    ...moduleLines(modules, 10),
  ]);
}

export function addBuild(program: Command, context: Context): void {
  program
    .command("build")
    .description("build the files that run on a board")
    .argument("[app]", "an app's TypeScript file, or the name of an example", "weather-station")
    .requiredOption("--board <id>", "the board, e.g. esp32-espruino")
    .option("--platform <name>", "thethings, evrythng or thingsboard", "thethings")
    .option("--transport <name>", TRANSPORTS, "mqtt")
    .option("--out <dir>", "where the files go: a folder that is new or empty, or a build's, which is replaced (default: one of the app and the board under .motet/build)")
    .option("--json", "print one event per line as JSON")
    .action((app: string, options: BuildOptions) => runBuild(context, app, options));
}
