/** What all verbs that speak to a board share: which port, how fast, and how a failure ends the command. */
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import type { Board } from "../boards/toolchain/board";
import { ConsoleLink } from "../boards/toolchain/link/console-link";
import { LuaConsole } from "../boards/toolchain/link/lua-console";
import { openPort } from "../boards/toolchain/link/open";
import { boardsAt, listPorts } from "../boards/toolchain/link/ports";
import { LinkError } from "../boards/toolchain/link/transport";
import type { LinkFault, Transport } from "../boards/toolchain/link/transport";
import type { Context } from "./context";
import { ask, Secrets } from "./secret";

export interface LinkOptions {
  readonly board: string;
  readonly port?: string;
  readonly baud?: number;
  /** Where the password of a locked console is: "@FILE". */
  readonly consolePassword?: string;
}

const BAUD_MAX = 4000000;

/** Exit codes by what failed, so that a script can tell a missing board from a bad cable. */
const codes: Readonly<Record<LinkFault, number>> = { port: 3, silent: 4, lost: 4, verify: 5, board: 6, storage: 6 };

export function parseBaud(text: string): number {
  const baud = Number(text);
  if (!/^\d{3,7}$/.test(text) || baud > BAUD_MAX) throw new InvalidArgumentError(`A speed is a number from 100 to ${BAUD_MAX}, e.g. 115200.`);
  return baud;
}

export function addLinkOptions(command: Command): Command {
  return command
    .requiredOption("--board <id>", "the board, e.g. esp32-espruino")
    .option("--port <port>", "a serial port's path, tcp://HOST:PORT, or exec:PROGRAM; without it, the only port that may be the board's")
    .option("--baud <n>", "the speed of the port (default: the board's own)", parseBaud)
    .option("--console-password <source>", "the password of a locked console: @FILE; at a terminal it is asked for");
}

/** The port that a person named, or the only one that it can be. */
export async function choosePort(board: Board, port: string | undefined): Promise<string> {
  if (port !== undefined) return port;
  const fitting = (await listPorts()).filter((each) => boardsAt(each, [board]).length > 0);
  if (fitting.length === 1) return fitting[0]!.path;
  if (fitting.length === 0) throw new LinkError("port", `No port looks like ${board.id}: plug it in, or name its port with --port (see "motet ports").`);
  throw new LinkError("port", `Several ports may be ${board.id}: name one of ${fitting.map(({ path }) => path).join(", ")} with --port.`);
}

export interface OpenedPort {
  readonly name: string;
  readonly transport: Transport;
}

export async function openBoard(board: Board, { port, baud }: LinkOptions): Promise<OpenedPort> {
  const name = await choosePort(board, port);
  return { name, transport: await openPort(name, baud ?? board.link.baud, board.link.telnetPort) };
}

/** Opens a console of any kind for `use`, and lets go of it afterwards. */
async function withLink<L extends { close(): void }, T>(board: Board, options: LinkOptions, make: (transport: Transport) => L, use: (link: L, port: string) => Promise<T>): Promise<T> {
  const { name, transport } = await openBoard(board, options);
  const link = make(transport);
  try {
    return await use(link, name);
  } finally {
    link.close();
  }
}

/** Opens the console of a board with NodeMCU for `use`, and lets go of it afterwards. */
export function withLuaBoard<T>(board: Board, options: LinkOptions, use: (link: LuaConsole, port: string) => Promise<T>): Promise<T> {
  if (options.consolePassword !== undefined) return Promise.reject(new Error("NodeMCU's console takes no password: leave --console-password out."));
  return withLink(board, options, (transport) => new LuaConsole(transport), use);
}

/** What Espruino prompts with while its console is locked, and what it says to a password that is not its own. */
const LOCKED = "password>";
const WRONG = "Invalid password";
/** Enough of what a console prints to find either. */
const PROMPT_CHARS = 400;

/** A console that takes everything for a password. */
class LockedError extends LinkError {}

/** Opens the console of a board with Espruino for `use`, types its password where there is one, and lets go of it afterwards. */
async function withConsole<T>(board: Board, options: LinkOptions, password: string, use: (link: ConsoleLink, port: string) => Promise<T>): Promise<T> {
  let printed = "";
  let isLocked = false;
  let isWrong = false;
  const make = (transport: Transport): ConsoleLink => {
    const link = new ConsoleLink(transport);
    link.onText = (text) => {
      printed = (printed + text).slice(-PROMPT_CHARS);
      isLocked ||= printed.includes(LOCKED);
      isWrong ||= printed.includes(WRONG);
    };
    // A line of its own before it, because whatever was typed already would be taken for its beginning.
    if (password !== "") transport.write(`\n${password}\n`);
    return link;
  };
  try {
    return await withLink(board, options, make, use);
  } catch (problem) {
    if (!(problem instanceof LinkError) || problem.fault !== "silent" || !isLocked) throw problem;
    if (password !== "" && isWrong) throw new LinkError("board", "The password is not the one of this console: check --console-password.", { cause: problem });
    throw new LockedError("board", "The console of the board is locked: add --console-password @FILE with its password.", { cause: problem });
  }
}

/** The same; of a console that is locked a person at a terminal is asked the password. */
export async function withBoard<T>(board: Board, options: LinkOptions, use: (link: ConsoleLink, port: string) => Promise<T>): Promise<T> {
  const { consolePassword } = options;
  if (consolePassword === "-") throw new Error("Standard input is for what is provisioned: give --console-password as @FILE.");
  const password = consolePassword === undefined ? "" : new Secrets([]).read(consolePassword, "console-password").trim();
  try {
    return await withConsole(board, options, password, use);
  } catch (problem) {
    if (!(problem instanceof LockedError) || !process.stdin.isTTY) throw problem;
    return withConsole(board, options, (await ask("Password of the console: ", true)).trim(), use);
  }
}

/** Runs a verb; a board that fails ends it with one sentence and the class's exit code. */
export async function reportingFaults(context: Context, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (problem) {
    if (!(problem instanceof LinkError)) throw problem;
    context.output.progress("");
    context.output.problem(problem.message);
    process.exitCode = codes[problem.fault];
  }
}
