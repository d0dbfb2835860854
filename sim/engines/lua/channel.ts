/**
 * The Lua child and the two pipes to it. Both directions block, so that a call into the engine runs to its end before it
 * returns: this is what makes the engine deterministic in the virtual world.
 *
 * A child that dies is seen at once, as the end of its pipe. A child that hangs would hang this process: the shim ends an
 * event that runs too long (shim/main.lua).
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeLine, encodeLine, type Field } from "./wire";

/** The interpreter cannot be used; the message says what to do. */
export class LuaError extends Error {}

export interface Channel {
  send(...fields: Field[]): void;
  /** The next line of the child; undefined when it has died or was killed. */
  receive(): string[] | undefined;
  /** Idempotent. */
  kill(): void;
  /** Hands back a child that is idle, for the next boot; the caller uses this channel no more. */
  release(): void;
}

interface Pipe {
  readonly read: number;
  readonly write: number;
}

/**
 * Opens both ends of a named pipe, both blocking. Opening the second end of a pipe never waits, and a reader that does not
 * wait for a writer can be opened first.
 */
function openPipe(path: string): Pipe {
  const first = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const write = openSync(path, constants.O_WRONLY);
  const read = openSync(path, constants.O_RDONLY);
  closeSync(first);
  return { read, write };
}

/** Two pipes whose names are gone again when it returns: nothing stays behind, however the process ends. */
function openPipes(): readonly [down: Pipe, up: Pipe] {
  const dir = mkdtempSync(join(tmpdir(), `motet-lua-${process.pid}-`));
  try {
    const paths = [join(dir, "down"), join(dir, "up")] as const;
    const made = spawnSync("mkfifo", ["-m", "600", ...paths]);
    if (made.status !== 0) throw new LuaError("No named pipe can be made: the Lua engines need the program mkfifo.");
    return [openPipe(paths[0]), openPipe(paths[1])];
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const READ_BYTES = 65536;
const SPARE_MAX = 2;

/** Idle children by what they run: a boot costs twenty times less with one of them. They end with this process. */
const spare = new Map<string, Channel[]>();

/** An idle child of the interpreter on the shim, started if there is none. Throws LuaError when it is not installed. */
export function openChannel(interpreter: string, shim: string): Channel {
  const key = `${interpreter} ${shim}`;
  const idle = spare.get(key) ?? [];
  spare.set(key, idle);
  const channel = idle.pop();
  if (channel !== undefined) return channel;
  const started = startChild(interpreter, shim);
  return {
    ...started,
    release() {
      if (idle.length < SPARE_MAX) idle.push(this);
      else started.kill();
    },
  };
}

function startChild(interpreter: string, shim: string): Omit<Channel, "release"> {
  const [down, up] = openPipes();
  const child: ChildProcess = spawn(interpreter, [shim], { stdio: [down.read, up.write, "ignore"], env: {} });
  // Told by the end of the pipe instead.
  child.on("error", () => undefined);
  child.unref();
  closeSync(down.read);
  closeSync(up.write);
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  let text = "";
  let from = 0;
  let open = true;
  const kill = (): void => {
    if (!open) return;
    open = false;
    closeSync(down.write);
    closeSync(up.read);
    // One that could not be started has no process id, and Node then sends the signal to its own process group.
    if (child.pid !== undefined) child.kill("SIGKILL");
  };
  const receive = (): string[] | undefined => {
    while (open) {
      const end = text.indexOf("\n", from);
      if (end >= 0) {
        const line = text.substring(from, end);
        from = end + 1;
        return decodeLine(line);
      }
      const count = readSync(up.read, buffer);
      if (count === 0) return undefined;
      text = text.substring(from) + buffer.latin1Slice(0, count);
      from = 0;
    }
    return undefined;
  };
  const send = (...fields: Field[]): void => {
    const bytes = Buffer.from(encodeLine(fields), "latin1");
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(down.write, bytes, at);
    } catch (error) {
      // The child is dead; the next `receive` tells.
      if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
    }
  };
  if (receive()?.[0] !== "ready") {
    kill();
    throw new LuaError(`The interpreter ${interpreter} cannot be started: install the package ${interpreter}.`);
  }
  return { send, receive, kill };
}
