/**
 * The real interpreter as a child process: Espruino built for Linux, with a folder as its flash. It boots whatever the
 * Storage image in that folder holds, in real time and over real sockets. Killing it is a power cut; starting it again in the
 * same folder is a power cycle.
 *
 * Its standard input is a pipe that is held open: at its end the interpreter would flood its own console and starve timers.
 */
import { spawn } from "node:child_process";
import type { Writable } from "node:stream";
import type { Boot, EngineEvents } from "../engine";
import { parseLogLine } from "../log-line";
import { complaintOf, isCheck } from "./complaint";
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
  /** The device restarted: the process has ended, and the next boot is a new one in the same folder. */
  restarted(): void;
}

export interface Interpreter extends Boot {
  /** Resolves when the process is gone and its folder may be touched. */
  readonly gone: Promise<void>;
}

const LINE_CHARS_MAX = 1000;

/**
 * The interpreter would outlive this process, whose end it takes for a person's typing; so a watcher, which reads a pipe that
 * ends with this process, kills it then.
 */
const GUARD = '(cat <&3 >/dev/null; kill -9 $$ 2>/dev/null) >/dev/null 2>&1 </dev/null & exec "$0" 3<&-';
/** What a shell answers for a program that it cannot run. */
const NOT_STARTED_CODES: readonly (number | null)[] = [126, 127];

/** How the process ends when the device restarts: this build cannot boot itself again. */
const REBOOT_CODE = 1;

/** Switches the interpreter on. */
export function startInterpreter(options: InterpreterOptions, events: InterpreterEvents): Interpreter {
  const child = spawn("sh", ["-c", GUARD, options.binary], { cwd: options.dir, stdio: ["pipe", "pipe", "pipe", "pipe"] });
  let stopped = false;
  let checked = false;
  const judge = (line: string): void => {
    const failure = complaintOf(line);
    checked ||= isCheck(line);
    if (failure !== undefined && !stopped) events.failed(failure);
  };
  const feed = createConsole((line) => {
    if (stopped) return;
    const record = parseLogLine(line);
    if (record !== undefined) return events.record(record.event, record.number, record.text);
    events.console(line.slice(0, LINE_CHARS_MAX));
    judge(line);
  });
  child.stdout.on("data", (bytes: Buffer) => feed(bytes.toString("latin1")));
  // Its greeting to a person, and what its own checks say before they stop it.
  child.stderr.on("data", (bytes: Buffer) => judge(bytes.toString("latin1")));
  // A process that is gone no longer reads; its end is told by "close".
  child.stdin.on("error", () => undefined);
  const gone = new Promise<void>((resolve) => {
    child.on("exit", () => (child.stdio[3] as Writable).destroy());
    child.on("error", (error) => {
      if (!stopped) events.failed(`The interpreter cannot be started: ${error.message}.`);
      stopped = true;
      resolve();
    });
    child.on("close", (code) => {
      if (!stopped && !checked) {
        if (code === REBOOT_CODE) events.restarted();
        else if (NOT_STARTED_CODES.includes(code)) events.failed("The interpreter cannot be started: set ESPRUINO to the path of an Espruino built for Linux.");
        else events.failed(`The interpreter ended with ${code === null ? "a signal" : `exit code ${code}`}.`);
      }
      stopped = true;
      resolve();
    });
  });
  return {
    stop: () => {
      stopped = true;
      // Without a process id Node would send it to its own process group.
      if (child.pid !== undefined) child.kill("SIGKILL");
    },
    gone,
  };
}
