/** The real interpreter as a board on the network: its console at its own port, its Storage a folder of this desk. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cable } from "./cable";
import { Printed } from "./printed";

/** Where the interpreter on a PC listens, whatever one wants. */
const TELNET_PORT = 2323;
const TRIES = 20000;

export class InterpreterBoard {
  readonly dir = mkdtempSync(join(tmpdir(), "motet-telnet-"));
  /** Its flash; to be touched only while it is off. */
  readonly flashFile = join(this.dir, "espruino.flash");
  /** A way to its console that can be pulled. */
  readonly cable = new Cable((socket) => this.plug(socket));
  /** On whatever console. */
  readonly printed = new Printed();
  private child: ChildProcess | undefined;

  constructor(private readonly binary: string) {}

  /** Switches it on, and waits until its console answers. */
  async powerOn(): Promise<void> {
    this.printed.clear();
    const child = spawn(this.binary, ["--telnet"], { cwd: this.dir, stdio: ["pipe", "pipe", "ignore"] });
    this.child = child;
    child.stdout.on("data", (bytes: Buffer) => this.printed.add(bytes.toString("latin1")));
    // Its greeting, or that of the app that boots in its place; a moment later it listens.
    await this.printed.until(/Donate|motet boot/);
    for (let tries = 0; !(await answers()); tries += 1) if (tries === TRIES) throw new Error("the interpreter does not listen");
    // It takes one guest at a time, and says when the last one has gone.
    await this.printed.until(/<- Telnet/);
  }

  /** Its death is the loss of its power. */
  async powerOff(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGKILL");
    await gone;
  }

  private plug(socket: Socket): (bytes: string) => void {
    const console = connect(TELNET_PORT, "127.0.0.1");
    console.setNoDelay(true);
    console.on("error", () => undefined);
    console.on("data", (bytes) => {
      this.printed.add(bytes.toString("latin1"));
      socket.write(bytes);
    });
    console.on("close", () => socket.destroy());
    socket.on("close", () => console.end());
    return (bytes) => void console.write(bytes, "latin1");
  }

  async close(): Promise<void> {
    await this.cable.close();
    await this.powerOff();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

function answers(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(TELNET_PORT, "127.0.0.1");
    socket.on("connect", () => resolve(true));
    socket.on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}
