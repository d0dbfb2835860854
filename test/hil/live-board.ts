/**
 * A board that is not there, live: Espruino's API emulated over real sockets, with a clock that runs faster, flash in a folder, a console
 * on TCP that speaks packets, and power that a command switches. What desk-board.ts is for an upload, this is for a device that runs.
 */
import { loadBoard } from "../../boards/toolchain/board";
import { createEspruino } from "../../sim/engines/espruino-api/index";
import type { Espruino } from "../../sim/engines/espruino-api/index";
import { areasOf } from "../../sim/engines/espruino/flash-folder";
import { openDevice } from "../../sim/device/device";
import type { Device } from "../../sim/device/device";
import { withTimeServer } from "../../sim/desk/time-server";
import { root } from "../boards/desk-board";
import { PacketConsole } from "../boards/packet-console";
import { LiveDesk, SPEED } from "./live-desk";

export class LiveBoard extends LiveDesk {
  readonly board = loadBoard(root, "esp32-espruino");
  private files: ReadonlyMap<string, string> = new Map();
  private espruino: Espruino | undefined;
  private device: Device | undefined;
  private packets: PacketConsole | undefined;

  powerOn(runs = true): void {
    this.boots += 1;
    this.printed.clear();
    const { dir, wifi } = this.options;
    const { constants } = this.board;
    this.device = openDevice({ stateDir: dir, wifi, speed: SPEED, flashAreas: areasOf(constants), onReset: () => this.reboot() });
    const events = { console: (line: string) => this.print(line), failed: () => undefined };
    const ports = withTimeServer(this.device, () => this.nowMs());
    const espruino = createEspruino({ ports, constants, events, files: this.files });
    this.espruino = espruino;
    Object.assign(espruino.globals, { load: () => void setImmediate(() => this.reboot()), reset: () => void setImmediate(() => this.reboot(false)) });
    this.packets = new PacketConsole("ESP32", (text) => espruino.evaluate(text), (bytes) => this.write(bytes), (data) => data);
    if (this.says !== "") this.print(this.says);
    if (runs && this.files.has(".bootcde")) espruino.run(".bootcde");
  }

  powerOff(): void {
    const { espruino } = this;
    if (espruino === undefined) return;
    const names = (espruino.evaluate('require("Storage").list().join("\\n")') as string).split("\n").filter((name) => name !== "");
    this.files = new Map(names.map((name) => [name, espruino.evaluate(`require("Storage").read(${JSON.stringify(name)})`) as string]));
    espruino.stop();
    this.device?.close();
    this.espruino = undefined;
  }

  protected get hasPower(): boolean {
    return this.espruino !== undefined;
  }

  protected receive(bytes: string): void {
    this.packets!.receive(bytes);
  }

  private reboot(runs = true): void {
    this.powerOff();
    this.powerOn(runs);
  }
}
