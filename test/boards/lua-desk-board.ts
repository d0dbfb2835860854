/**
 * A board with NodeMCU that is not there: the engine of Lua with a console in front of it as the firmware has one, and files and a Lua
 * Flash Store that outlive a boot. A server on loopback carries the console; the cable can be pulled at any byte, the power at any time.
 */
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { loadBoard } from "../../boards/toolchain/board";
import type { Board } from "../../boards/toolchain/board";
import { startLua } from "../../sim/engines/lua/engine";
import type { LuaBoot } from "../../sim/engines/lua/engine";
import type { Image } from "../../sim/engines/image";
import { createWorld } from "../../sim/world/world";
import { root } from "./desk-board";

/** The firmware's buffer of a line. */
const LINE_CHARS_MAX = 255;
/** Time for a program to say that it booted. */
const BOOT_MS = 5000;

/** What this board takes for the image of a store: the firmware's own is a matter of its compiler. */
export function storeBytes(hash: string, source: string): string {
  return `LFS ${hash} ${source.length}\n${source}`;
}

export class LuaDeskBoard {
  readonly files = new Map<string, string>();
  readonly store = new Map<string, string>();
  /** What was printed since the last boot. */
  readonly lines: string[] = [];
  boots = 0;
  /** Digits of bytes arrive wrong. */
  corrupts = false;
  /** The most bytes of the other side that a connection lets through before the cable is pulled. */
  bytesToPull: number | undefined;
  /** Of all connections. */
  bytesReceived = 0;
  bytesMax = 200000;
  readonly board: Board;
  private running: LuaBoot | undefined;
  private socket: Socket | undefined;
  private server: Server | undefined;
  private line = "";

  constructor(board: string) {
    this.board = loadBoard(root, board);
  }

  /** Powers it on, or takes the power away and gives it back: runs what boots. */
  boot(): void {
    this.running?.stop();
    this.boots += 1;
    this.lines.length = 0;
    this.line = "";
    const world = createWorld({ seed: 1 });
    const { ports } = world.createDevice({ bootMs: 0 });
    const system = { ...ports.system, restart: () => void setImmediate(() => this.boot()) };
    const image = { board: this.board.id, runtime: "lua", constants: this.board.constants, files: this.files, main: "init.lua", maps: new Map(), modules: [] } satisfies Image;
    const events = { console: (text: string) => this.print(text), failed: () => undefined };
    if (!this.files.has("init.lua")) this.files.set("init.lua", 'print("NodeMCU")');
    this.running = startLua(this.board.lua!, root, image, { ...ports, system }, events, undefined, { files: this.files, store: this.store, bytesMax: this.bytesMax });
    world.runUntil(() => this.lines.some((each) => each.startsWith("motet boot")), BOOT_MS);
  }

  private print(text: string): void {
    this.lines.push(text);
    this.socket?.write(`${text}\r\n`, "latin1");
  }

  /** Opens its console on loopback; the port. */
  async listen(): Promise<number> {
    this.server = createServer((socket) => this.attach(socket));
    await new Promise<void>((resolve) => this.server!.listen(0, "127.0.0.1", resolve));
    return (this.server.address() as AddressInfo).port;
  }

  /** Bytes are echoed; a line that is longer than the buffer loses its end, as the firmware loses it. */
  private receive(bytes: string): void {
    for (const char of bytes) {
      this.socket?.write(char === "\n" ? "\r\n" : char, "latin1");
      if (char !== "\n") {
        if (this.line.length < LINE_CHARS_MAX) this.line += char;
        continue;
      }
      const line = this.corrupts ? this.line.replace(/_w"..../, '_w"0000') : this.line;
      this.line = "";
      this.running!.type(line);
      this.socket?.write("> ");
    }
  }

  private attach(socket: Socket): void {
    this.socket?.destroy();
    this.socket = socket;
    this.line = "";
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      const bytes = chunk.toString("latin1");
      const passes = Math.max(0, Math.min(bytes.length, this.bytesToPull ?? bytes.length));
      if (this.bytesToPull !== undefined) this.bytesToPull -= passes;
      this.bytesReceived += passes;
      this.receive(bytes.slice(0, passes));
      if (passes === bytes.length) return;
      this.bytesToPull = undefined;
      socket.destroy();
    });
  }

  async close(): Promise<void> {
    this.socket?.destroy();
    this.running?.stop();
    const { server } = this;
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }
}
