/** What live boards that are not there have in common: a console on TCP that can be cut, a switch for their power, and somebody who lets secrets out. */
import type { Socket } from "node:net";
import type { Board } from "../../boards/toolchain/board";
import { Cable } from "../boards/cable";
import { Printed } from "../boards/printed";

/** A minute of a board takes six seconds of a test; the consoles and the sockets are as fast as they are. */
export const SPEED = 10;

export interface LiveBoardOptions {
  /** The folder of its flash. */
  readonly dir: string;
  readonly wifi: { readonly ssid: string; readonly password: string };
}

export abstract class LiveDesk {
  /** Printed before every line of a boot, as a program that lets a secret out would. */
  says = "";
  /** How many consoles are yet to be cut when the board is asked who it is. */
  cuts = 0;
  boots = 0;
  /** The time that its time server tells, ms since 1970: that of the cloud of the test, which runs at its speed. */
  nowMs: () => number = Date.now;
  readonly printed = new Printed();
  abstract readonly board: Board;
  private readonly cable = new Cable((socket) => this.plug(socket));
  private readonly power = new Cable((socket) => (word) => this.switch(word, socket));

  constructor(protected readonly options: LiveBoardOptions) {}

  /** Switches it on: what is in its flash boots. */
  abstract powerOn(): void;
  /** Takes its power away at once; flash stays. */
  abstract powerOff(): void;
  protected abstract get hasPower(): boolean;
  /** Takes what is typed. */
  protected abstract receive(bytes: string): void;

  /** Opens its console, and the switch of its power: the ports. */
  async listen(): Promise<{ readonly console: number; readonly power: number }> {
    return { console: await this.cable.listen(), power: await this.power.listen() };
  }

  async close(): Promise<void> {
    this.powerOff();
    await this.cable.close();
    await this.power.close();
  }

  private switch(word: string, socket: Socket): void {
    if (word === "off") this.powerOff();
    else this.powerOn();
    // Its console has no power without it.
    if (word === "off") this.cable.unplug();
    socket.end("done");
  }

  private plug(socket: Socket): (bytes: string) => void {
    if (!this.hasPower) socket.destroy();
    return (bytes) => {
      if (this.cuts > 0) {
        this.cuts -= 1;
        socket.destroy();
      } else this.receive(bytes);
    };
  }

  protected write(bytes: string): void {
    this.cable.write(bytes);
  }

  protected print(line: string): void {
    this.printed.add(`${line}\n`);
    this.write(`${line}\r\n`);
  }
}
