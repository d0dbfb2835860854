/** `motet size`: what an app takes of a board, module by module, and what a change costs. */
import type { Command } from "commander";
import { boardIds, loadBoard } from "../boards/toolchain/board";
import { builtDevice } from "../boards/toolchain/kept";
import { moduleChanges, reportAt } from "../boards/toolchain/size/difference";
import { sizeReport } from "../boards/toolchain/size/report";
import type { SizeReport } from "../boards/toolchain/size/report";
import { TRANSPORTS, choiceOf } from "./context";
import type { Context } from "./context";
import { budgetLines, changeLines, moduleLines } from "./size-table";

interface SizeOptions {
  readonly board?: string;
  readonly platform: string;
  readonly transport: string;
  readonly byModule?: boolean;
  readonly diff?: string;
}

async function sizeOn(context: Context, app: string, options: SizeOptions, boardId: string): Promise<SizeReport> {
  const choice = choiceOf(context, app, options);
  const board = loadBoard(context.root, boardId);
  // First, because a revision that there is not needs no compilation to be refused.
  const before = options.diff === undefined ? undefined : await reportAt(context.root, options.diff, choice, board.id);
  const report = sizeReport(await builtDevice(context.root, choice, board), board);
  const { flashBytes, flashBudget, memory, modules, excess } = report;
  const event = { event: "size", board: board.id, flashBytes, flashBudget, memory, ...(options.byModule === true ? { modules } : {}) };
  const lines = [`${choice.name} over ${choice.transport} on ${board.id}`, ...budgetLines(report), ...(options.byModule === true ? moduleLines(modules, modules.length) : [])];
  if (before === undefined) context.output.report(event, [...lines, ...excess.map((sentence) => `  ${sentence}`)]);
  else {
    const changes = moduleChanges(before.modules, modules);
    const since = { revision: options.diff, flashBytes: before.flashBytes, memoryUsed: before.memory.used, modules: changes };
    const sum = `  since ${options.diff}: flash ${before.flashBytes} to ${flashBytes}, memory ${before.memory.used} to ${memory.used}`;
    context.output.report({ ...event, since }, [...lines, sum, ...changeLines(changes)]);
  }
  return report;
}

async function runSize(context: Context, app: string, options: SizeOptions): Promise<void> {
  for (const id of options.board === undefined ? boardIds(context.root) : [options.board]) {
    const { excess } = await sizeOn(context, app, options, id);
    if (excess.length > 0) process.exitCode = 1;
  }
}

export function addSize(program: Command, context: Context): void {
  program
    .command("size")
    .description("show what an app takes of a board's flash and memory; fails when a budget is exceeded")
    .argument("[app]", "an app's TypeScript file, or the name of an example", "weather-station")
    .option("--board <id>", "one board; without it, all of them")
    .option("--platform <name>", "thethings, evrythng or thingsboard", "thethings")
    .option("--transport <name>", TRANSPORTS, "mqtt")
    .option("--by-module", "list every module")
    .option("--diff <revision>", "compare with the sources of another revision, e.g. HEAD~1")
    .option("--json", "print one event per line as JSON")
    .action((app: string, options: SizeOptions) => runSize(context, app, options));
}
