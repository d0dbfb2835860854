/**
 * The real interpreter as a child process: Espruino built for Linux, with a folder as its flash. It boots whatever the
 * Storage image in that folder holds, in real time and over real sockets. Killing it is a power cut; starting it again in the
 * same folder is a power cycle.
 *
 * Its standard input is a pipe that is held open: at its end the interpreter would flood its own console and starve timers.
 */
import { spawn } from "node:child_process";
import type { Boot, EngineEvents } from "../engine";
import { createConsole } from "./console";

export interface InterpreterOptions {
  /** Path of the program. */
  readonly binary: string;
  /** The folder that holds `espruino.flash`. */
  readonly dir: string;
}

export interface InterpreterEvents extends EngineEvents {
  /** A record of the device's log port. */
  record(event: string, number: number, text: string): void;
  /** The process ended by itself, as after a restart of the device. */
  ended(): void;
}

export interface Interpreter extends Boot {
  /** Resolves when the process is gone and its folder may be touched. */
  readonly gone: Promise<void>;
  /** Types a line at its console, unechoed. ASCII without control characters. */
  type(line: string): void;
}

const LINE_CHARS_MAX = 1000;

/** The text of a record as bytes; undefined for a line that is none. */
function recordOf(line: string): { readonly event: string; readonly number: number; readonly text: string } | undefined {
  const match = /^motet (\w+) (-?\d+) (".*")$/.exec(line);
  if (match === null) return undefined;
  try {
    return { event: match[1]!, number: Number(match[2]), text: JSON.parse(match[3]!) as string };
  } catch {
    return undefined;
  }
}

/** What a line of the console says of the interpreter itself; the bytes of the program stay out of it. */
function failureOf(line: string): string | undefined {
  const uncaught = /^(?:Uncaught|ERROR:) ?(\w*)/.exec(line);
  if (uncaught !== null) return `Code on the interpreter threw what nothing caught${uncaught[1] === "" ? "" : ` (${uncaught[1]})`}.`;
  if (/^New interpreter error: .*MEMORY/.test(line) || line.startsWith("Out of Memory")) return "The interpreter ran out of memory.";
  return line.includes("ASSERT") ? "The interpreter stopped at one of its own checks." : undefined;
}

/** Switches the interpreter on. */
export function startInterpreter(options: InterpreterOptions, events: InterpreterEvents): Interpreter {
  const child = spawn(options.binary, [], { cwd: options.dir, stdio: ["pipe", "pipe", "pipe"] });
  // It would outlive this process: at the end of its input it goes on.
  const orphaned = (): void => void child.kill("SIGKILL");
  process.once("exit", orphaned);
  let stopped = false;
  const feed = createConsole((line) => {
    if (stopped) return;
    const record = recordOf(line);
    if (record !== undefined) return events.record(record.event, record.number, record.text);
    events.console(line.slice(0, LINE_CHARS_MAX));
    const failure = failureOf(line);
    if (failure !== undefined) events.failed(failure);
  });
  child.stdout.on("data", (bytes: Buffer) => feed(bytes.toString("latin1")));
  // Its greeting to a person, and what its own checks say before they stop it.
  child.stderr.on("data", (bytes: Buffer) => {
    const failure = failureOf(bytes.toString("latin1"));
    if (failure !== undefined && !stopped) events.failed(failure);
  });
  // A process that is gone no longer reads; its end is told by "close".
  child.stdin.on("error", () => undefined);
  const gone = new Promise<void>((resolve) => {
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (!stopped) events.failed(`The interpreter cannot be started (${error.code ?? "unknown error"}): set ESPRUINO to the path of an Espruino built for Linux.`);
      stopped = true;
      resolve();
    });
    child.on("close", (code) => {
      process.off("exit", orphaned);
      if (!stopped) {
        stopped = true;
        if (code !== 0) events.failed(`The interpreter ended with ${code === null ? "a signal" : `exit code ${code}`}.`);
        else events.ended();
      }
      resolve();
    });
  });
  return {
    stop: () => {
      stopped = true;
      child.kill("SIGKILL");
    },
    gone,
    type: (line) => void child.stdin.write(`\x10${line}\n`),
  };
}
