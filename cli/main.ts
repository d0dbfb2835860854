/**
 * The `motet` command. Parsing and printing only: every verb is a function elsewhere.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, CommanderError } from "commander";
import type { Context } from "./context";
import { createOutput } from "./output";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };

const json = process.argv.includes("--json");
const output = createOutput(json, (text) => process.stdout.write(text), (text) => process.stderr.write(text), process.stderr.isTTY ? (text) => process.stderr.write(text) : undefined);

const program = new Command("motet")
  .description("Run, test and flash small connected devices written once in TypeScript.")
  .version(version)
  .showHelpAfterError("Run it with --help to see its options.")
  .exitOverride();
const context: Context = { root, version, output };

/** Every verb, in the order of the help. A command loads its own: the clouds and searches of the others take longer than most of it. */
const verbs: Readonly<Record<string, () => Promise<(program: Command, context: Context) => void>>> = {
  sim: async () => (await import("./sim")).addSim,
  send: async () => (await import("./send")).addSend,
  cloud: async () => (await import("./cloud")).addCloud,
  boards: async () => (await import("./boards")).addBoards,
  build: async () => (await import("./build")).addBuild,
  size: async () => (await import("./size")).addSize,
  ports: async () => (await import("./ports")).addPorts,
  flash: async () => (await import("./flash")).addFlash,
  provision: async () => (await import("./provision")).addProvision,
  monitor: async () => (await import("./monitor")).addMonitor,
  fleet: async () => (await import("./fleet")).addFleet,
  faults: async () => (await import("./faults")).addFaults,
  test: async () => (await import("./test")).addTest,
};
const verb = process.argv[2] ?? "";
// Whoever names none of them is shown them all.
for (const load of Object.hasOwn(verbs, verb) ? [verbs[verb]!] : Object.values(verbs)) (await load())(program, context);

// A reader that has seen enough closes the pipe: that is no failure of ours. A disk that is full is one.
process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
  if (code === "EPIPE") process.exit();
  output.problem(`What the command says cannot be written (${code ?? "unknown error"}): look at the place that its output goes to.`);
  process.exit(1);
});
process.stderr.on("error", () => undefined);

try {
  await program.parseAsync();
} catch (problem) {
  if (problem instanceof CommanderError) process.exitCode = problem.exitCode;
  else {
    // A bar that is still shown would stand before the sentence.
    output.progress("");
    output.problem(problem instanceof Error ? problem.message : String(problem));
    process.exitCode = 1;
  }
}
