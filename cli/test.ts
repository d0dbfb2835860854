/** `motet test`: one set of tests on every engine of this computer, and on the boards of a bench. */
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { chooseLanes, laneNames } from "../sim/hil/choose";
import type { Chosen } from "../sim/hil/choose";
import { SetupError } from "../sim/hil/faults";
import { boardLane } from "../sim/hil/board-lanes";
import { suite } from "../sim/hil/cases";
import { loadTests } from "../sim/hil/load";
import { DEFAULT_MAP, readMap, wire } from "../sim/hil/map";
import type { Mapped } from "../sim/hil/map";
import { runTests } from "../sim/hil/run";
import type { Result } from "../sim/hil/run";
import { countsOf, junitOf, tableOf } from "../sim/hil/table";
import { capabilities } from "../sim/hil/capabilities";
import type { HilTest } from "../sim/hil/test";
import { endedByUser } from "./context";
import type { Context } from "./context";
import { parseBaud } from "./link";

interface TestOptions {
  readonly on?: readonly string[];
  readonly transport: "mqtt" | "coap";
  readonly map: string;
  readonly board?: string;
  readonly port?: string;
  readonly baud?: number;
  readonly ssid?: string;
  readonly password?: string;
  readonly timeHost?: string;
  readonly luac?: string;
  readonly only?: string;
  readonly list?: boolean;
  readonly logs: string;
  readonly keepLogs?: boolean;
  readonly junit?: string;
}

/** Where logs stay unless told otherwise. */
const LOGS = join(".motet", "hil");

function parseTransport(text: string): string {
  if (text !== "mqtt" && text !== "coap") throw new InvalidArgumentError("Tests run over mqtt or coap.");
  return text;
}

function namesOf(text: string): string[] {
  return text.split(",").map((name) => name.trim()).filter((name) => name !== "");
}

/** The suite, or the tests of somebody's own files; those whose name holds `only`. */
async function testsOf({ root }: Context, files: readonly string[], { only }: TestOptions): Promise<HilTest[]> {
  const all = files.length === 0 ? [...suite] : (await Promise.all(files.map((file) => loadTests(root, file)))).flat();
  const tests = only === undefined ? all : all.filter(({ name }) => name.toLowerCase().includes(only.toLowerCase()));
  if (tests.length === 0) throw new SetupError(`No test's name holds "${only ?? ""}": see them with --list.`);
  const twice = tests.find(({ name }, i) => tests.findIndex((each) => each.name === name) !== i);
  if (twice !== undefined) throw new SetupError(`Two tests are called "${twice.name}": give each a name of its own.`);
  return tests;
}

/** The board that the command line names, or those of the map; a text says why there are none. */
async function boardsOf({ root }: Context, { map, board, port, baud, ssid, password, timeHost, luac }: TestOptions): Promise<readonly Mapped[] | string> {
  if (port !== undefined) {
    if (board === undefined) throw new SetupError("Which board is at the port? Add --board ID (see \"motet boards list\").");
    if ((ssid === undefined) !== (password === undefined)) throw new SetupError("A WiFi network has a name and a password: give both --ssid and --password @FILE.");
    if (password !== undefined && !password.startsWith("@")) throw new SetupError("Secrets are not taken from the command line: write the password into a file, and --password @FILE.");
    const wifi = ssid === undefined ? {} : { wifi: { ssid, password: password! } };
    return [wire(root, { name: board, board, port, ...wifi, ...(baud === undefined ? {} : { baud }), ...(timeHost === undefined ? {} : { timeHost }), ...(luac === undefined ? {} : { luac }) }, ".")];
  }
  const mapped = await readMap(root, map);
  if (mapped === undefined) return `name one with --board and --port, or write ${map} (docs/HIL.md)`;
  const named = board === undefined ? mapped : mapped.filter((each) => each.name === board || each.board.id === board);
  if (named.length === 0) throw new SetupError(`The map ${map} has no board "${board!}": it has ${mapped.map(({ name }) => name).join(", ")}.`);
  return named;
}

function tellList({ output }: Context, tests: readonly HilTest[]): void {
  for (const { name, needs = [] } of tests) output.report({ event: "test", name, needs }, [needs.length === 0 ? name : `${name}  (${needs.map((need) => `${need}: ${capabilities[need]}`).join("; ")})`]);
}

function tellEnd({ output }: Context, results: readonly Result[], { absent }: Chosen, isWhole: boolean): void {
  const counts = countsOf(results);
  const sum = `${counts.pass} passed, ${counts.fail} failed, ${counts.broken} broken by their bench, ${counts.unable} not able, ${counts.retries} tried again.`;
  output.report({ event: "end", ...counts, absent, whole: isWhole }, [...tableOf(results), "", ...absent.map(({ name, why }) => `not here: ${name} (${why})`), isWhole ? sum : `Ended before all had run: ${sum}`]);
  if (counts.fail + counts.broken > 0 || counts.pass === 0 || !isWhole) process.exitCode = 1;
}

function withReport(write: () => void): void {
  try {
    write();
  } catch (cause) {
    throw new SetupError(`The report cannot be written (${(cause as NodeJS.ErrnoException).code ?? "unknown error"}): give --junit a path in a folder that exists.`, { cause });
  }
}

async function runTestCommand(context: Context, files: readonly string[], options: TestOptions): Promise<void> {
  const { output, root, version } = context;
  const { junit } = options;
  const tests = await testsOf(context, files, options);
  if (options.list === true) return tellList(context, tests);
  // A report that cannot be written is told before an hour of tests.
  if (junit !== undefined) withReport(() => appendFileSync(junit, ""));
  const laneOptions = { root, version, transport: options.transport, interpreter: process.env["ESPRUINO"] ?? "" };
  // A mistake in the map is nobody's business who does not ask for boards.
  const mapped = options.on?.includes("board") === false ? "--on does not name it" : await boardsOf(context, options);
  const images = new Map();
  const boards = typeof mapped === "string" ? mapped : mapped.map((each) => boardLane(each, laneOptions, images));
  const chosen = chooseLanes({ ...laneOptions, on: options.on, required: namesOf(process.env["MOTET_REQUIRE"] ?? ""), boards });
  const signal = endedByUser();
  const results = await runTests(tests, chosen.rows, {
    transport: options.transport,
    logDir: options.logs,
    keepLogs: options.keepLogs === true,
    isOver: () => signal.aborted,
    onBegin: (test, lane) => output.progress(`${lane}: ${test}`),
    onResult: (result) => {
      output.progress("");
      output.report({ event: "result", ...result }, [`${result.status.padEnd(6)}  ${result.lane.padEnd(12)}  ${result.test}${result.status === "pass" ? ` (${(result.ms / 1000).toFixed(1)} s)` : ""}`]);
    },
  });
  tellEnd(context, results, chosen, !signal.aborted);
  if (junit !== undefined) withReport(() => writeFileSync(junit, junitOf(results)));
  // Compiled apps leave timers behind.
  process.exit();
}

export function addTest(program: Command, context: Context): void {
  program
    .command("test")
    .description("run one set of tests on every engine that is here, and on boards")
    .argument("[files...]", "test files of your own (docs/HIL.md); without them, Motet's own suite")
    .option("--on <engines>", `where, with commas between: ${laneNames.join(", ")}; without it, on all that are here`, namesOf)
    .option("--map <file>", "the boards of this bench", DEFAULT_MAP)
    .option("--board <id>", "with --port the board that is there; without it, the board of the map")
    .option("--port <port>", "a serial port's path, tcp://HOST:PORT, or exec:PROGRAM, of a board that no map has")
    .option("--baud <n>", "the speed of that port (default: the board's own)", parseBaud)
    .option("--ssid <name>", "the WiFi network of that board")
    .option("--password <source>", "its password: @FILE")
    .option("--time-host <host>", "a time server that this board reaches")
    .option("--luac <path>", "for NodeMCU: the luac.cross of that board's firmware")
    .option("--transport <name>", "mqtt or coap", parseTransport, "mqtt")
    .option("--only <text>", "only tests whose name holds this")
    .option("--list", "name the tests, and what they need")
    .option("--logs <dir>", "where the logs of tests that fail are kept", LOGS)
    .option("--keep-logs", "keep the logs of tests that pass, too")
    .option("--junit <file>", "write a report in JUnit's XML")
    .option("--json", "print one event per line as JSON")
    .action((given: string[], options: TestOptions) => runTestCommand(context, given, options));
}
