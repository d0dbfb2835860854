/** The `motet` command as a child process, as a person runs it: its events as they come, and everything that it printed. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const entry = join(__dirname, "..", "..", "dist", "motet.js");

export interface Event {
  readonly event: string;
  readonly [field: string]: unknown;
}

export interface Running {
  readonly child: ChildProcess;
  /** Everything printed so far, on both streams. */
  output(): string;
  readonly events: Event[];
  /** The first event, of those to come or there already, for which `wanted` holds. Rejects when the command ends before. */
  until(wanted: (event: Event) => boolean): Promise<Event>;
  /** Ends it and waits; the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  readonly ended: Promise<number | null>;
}

/** Starts the command. `input` goes to its standard input, `environment` is added to this process's own. */
export function motet(args: readonly string[], input = "", environment: Readonly<Record<string, string>> = {}): Running {
  if (!existsSync(entry)) throw new Error('The command is not built: run "make build" first.');
  const child = spawn(process.execPath, [entry, ...args], { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ...environment } });
  // A command that ends before it has read all is no failure of this process.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const events: Event[] = [];
  let printed = "";
  let rest = "";
  let heard: (() => void)[] = [];
  // Once it has exited there may still be output on its way.
  let isClosed = false;
  const ended = new Promise<number | null>((resolve) =>
    child.on("close", (code) => {
      isClosed = true;
      resolve(code);
    }),
  );
  const wake = (): void => {
    const waiting = heard;
    heard = [];
    for (const one of waiting) one();
  };
  child.stderr.setEncoding("utf8").on("data", (text: string) => (printed += text));
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
    rest += text;
    const lines = rest.split("\n");
    rest = lines.pop()!;
    for (const line of lines) if (line.startsWith("{")) events.push(JSON.parse(line) as Event);
    wake();
  });
  void ended.then(wake);
  const until = async (wanted: (event: Event) => boolean): Promise<Event> => {
    for (let seen = 0; ; ) {
      for (; seen < events.length; seen += 1) if (wanted(events[seen]!)) return events[seen]!;
      if (isClosed) throw new Error(`the command ended without it: ${printed}`);
      await new Promise<void>((resolve) => heard.push(resolve));
    }
  };
  const stop = (signal: NodeJS.Signals = "SIGINT"): Promise<number | null> => {
    child.kill(signal);
    return ended;
  };
  return { child, events, output: () => printed, until, stop, ended };
}

/** A folder that is gone after the test. */
export function scratch(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "motet-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** What the tests of one file have at their desk: a folder, and commands that print events. Both are gone after each test. */
export function atDesk(): { readonly folder: { readonly path: string }; start(this: void, ...args: string[]): Running } {
  const running: Running[] = [];
  let folder: ReturnType<typeof scratch>;
  beforeEach(() => {
    folder = scratch();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.stop("SIGKILL")));
    folder.remove();
  });
  return {
    folder: {
      get path() {
        return folder.path;
      },
    },
    start: (...args) => {
      const one = motet([...args, "--json"]);
      running.push(one);
      return one;
    },
  };
}
