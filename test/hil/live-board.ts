/**
 * A board that is not there, live: Espruino's API emulated over real sockets, in real time, with flash in a folder, a console on TCP that
 * speaks packets, and power that a command switches. What desk-board.ts is for an upload, this is for a device that runs.
 */
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { loadBoard } from "../../boards/toolchain/board";
import { createEspruino } from "../../sim/engines/espruino-api/index";
import type { Espruino } from "../../sim/engines/espruino-api/index";
import { areasOf } from "../../sim/engines/espruino/flash-folder";
import { openDevice } from "../../sim/device/device";
import type { Device } from "../../sim/device/device";
import { TIME_HOST, withTimeServer } from "../../sim/desk/time-server";
import { PacketConsole, root } from "../boards/desk-board";

export interface LiveBoardOptions {
  /** The folder of its flash. */
  readonly dir: string;
  readonly wifi: { readonly ssid: string; readonly password: string };
}

export class LiveBoard {
  readonly board = loadBoard(root, "esp32-espruino");
  /** Printed before every line of a boot, as a program that lets a secret out would. */
  says = "";
  /** How many consoles are yet to be cut when the board is asked who it is. */
  cuts = 0;
  boots = 0;
  private files: ReadonlyMap<string, string> = new Map();
  private espruino: Espruino | undefined;
  private device: Device | undefined;
  private packets: PacketConsole | undefined;
  private socket: Socket | undefined;
  private again: NodeJS.Timeout | undefined;
  private readonly servers: Server[] = [];

  constructor(private readonly options: LiveBoardOptions) {}

  /** Switches it on: what is in Storage boots. */
  powerOn(runs = true): void {
    this.boots += 1;
    const { dir, wifi } = this.options;
    const { constants } = this.board;
    this.device = openDevice({ stateDir: dir, wifi, flashAreas: areasOf(constants), onReset: () => this.reboot() });
    const events = { console: (line: string) => this.print(line), failed: () => undefined };
    const ports = withTimeServer(this.device, () => Date.now());
    const espruino = createEspruino({ ports, constants, events, files: this.files });
    this.espruino = espruino;
    Object.assign(espruino.globals, { load: () => void setImmediate(() => this.reboot()), reset: () => void setImmediate(() => this.reboot(false)) });
    this.packets = new PacketConsole("ESP32", (text) => espruino.evaluate(text), (bytes) => void this.socket?.write(bytes, "latin1"), (data) => data);
    if (this.says !== "") this.print(this.says);
    if (runs && this.files.has(".bootcde")) espruino.run(".bootcde");
  }

  /** Takes its power away at once; flash stays. */
  powerOff(): void {
    clearTimeout(this.again);
    const { espruino } = this;
    if (espruino === undefined) return;
    const names = (espruino.evaluate('require("Storage").list().join("\\n")') as string).split("\n").filter((name) => name !== "");
    this.files = new Map(names.map((name) => [name, espruino.evaluate(`require("Storage").read(${JSON.stringify(name)})`) as string]));
    espruino.stop();
    this.device?.close();
    this.espruino = undefined;
  }

  /** Opens its console, and the switch of its power: the ports. */
  async listen(): Promise<{ readonly console: number; readonly power: number }> {
    const listening = async (serve: (socket: Socket) => void): Promise<number> => {
      const server = createServer((socket) => {
        socket.on("error", () => undefined);
        serve(socket);
      });
      this.servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return (server.address() as AddressInfo).port;
    };
    return {
      console: await listening((socket) => this.attach(socket)),
      power: await listening((socket) => socket.once("data", (word) => this.switch(word.toString(), socket))),
    };
  }

  async close(): Promise<void> {
    this.powerOff();
    this.socket?.destroy();
    for (const server of this.servers) await new Promise((resolve) => server.close(resolve));
  }

  private switch(word: string, socket: Socket): void {
    if (word === "off") this.powerOff();
    else this.powerOn();
    // Its console has no power without it.
    if (word === "off") this.socket?.destroy();
    socket.end("done");
  }

  private reboot(runs = true): void {
    this.powerOff();
    this.powerOn(runs);
  }

  private attach(socket: Socket): void {
    if (this.espruino === undefined) return void socket.destroy();
    this.socket?.destroy();
    this.socket = socket;
    socket.on("data", (chunk) => {
      if (this.cuts > 0) {
        this.cuts -= 1;
        socket.destroy();
      } else this.packets!.receive(chunk.toString("latin1"));
    });
  }

  private print(line: string): void {
    this.socket?.write(`${line}\r\n`, "latin1");
  }
}

/** Where such a board learns the time. */
export const TIME = TIME_HOST;

/** A command that switches the power of a board, as a map of boards names it. */
export function powerCommand(port: number, word: "off" | "on"): string[] {
  const script = `const s=require("net").connect(${port},"127.0.0.1",()=>s.write("${word}"));s.on("data",()=>s.end())`;
  return [process.execPath, "-e", script];
}
