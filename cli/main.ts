/**
 * The `motet` command. Parsing and printing only: every verb is a function elsewhere.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, CommanderError } from "commander";
import { addBoards } from "./boards";
import { addBuild } from "./build";
import { addCloud } from "./cloud";
import { addFaults } from "./faults";
import { addFlash } from "./flash";
import { addFleet } from "./fleet";
import { createOutput } from "./output";
import { addMonitor } from "./monitor";
import { addPorts } from "./ports";
import { addProvision } from "./provision";
import { addSend } from "./send";
import { addSim } from "./sim";
import { addSize } from "./size";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };

const json = process.argv.includes("--json");
const output = createOutput(json, (text) => process.stdout.write(text), (text) => process.stderr.write(text), process.stderr.isTTY ? (text) => process.stderr.write(text) : undefined);

const program = new Command("motet")
  .description("Run, test and flash small connected devices written once in TypeScript.")
  .version(version)
  .showHelpAfterError("Run it with --help to see its options.")
  .exitOverride();
const context = { root, version, output };
addSim(program, context);
addSend(program, context);
addCloud(program, context);
addBoards(program, context);
addBuild(program, context);
addSize(program, context);
addPorts(program, context);
addFlash(program, context);
addProvision(program, context);
addMonitor(program, context);
addFleet(program, context);
addFaults(program, context);

// A reader that has seen enough closes the pipe: that is no failure of ours.
process.stdout.on("error", () => process.exit(0));

try {
  await program.parseAsync();
} catch (problem) {
  if (problem instanceof CommanderError) process.exitCode = problem.exitCode;
  else {
    output.problem(problem instanceof Error ? problem.message : String(problem));
    process.exitCode = 1;
  }
}
