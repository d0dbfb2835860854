/**
 * A board at the end of a cable as a device under test: the app goes over its console, settings into its flash, its console is listened
 * to, and its power is switched as its bench can.
 */
import { ConsoleLink, linkLimits } from "../../../boards/toolchain/link/console-link";
import { flashApp, stopProgram } from "../../../boards/toolchain/link/flash";
import { openPort } from "../../../boards/toolchain/link/open";
import { LinkError } from "../../../boards/toolchain/link/transport";
import type { Transport } from "../../../boards/toolchain/link/transport";
import type { Board } from "../../../boards/toolchain/board";
import { espruinoFlash } from "../../../boards/toolchain/provision/espruino-flash";
import { eraseFlash, provisionFlash } from "../../../boards/toolchain/provision/provision";
import type { RemoteFlash } from "../../../boards/toolchain/provision/remote-flash";
import { createConsole } from "../../engines/espruino/console";
import type { Image } from "../../engines/image";
import { parseLogLine } from "../../engines/log-line";
import type { ProvisionSettings } from "../../engines/program";
import { BenchError } from "../faults";
import { holdReset, runCommand } from "./power";
import type { PowerCommands } from "./power";
import type { Network, Unit, UnitEvents } from "./unit";

/** A board of a bench. */
export interface Wired {
  /** As the table and the logs call it. */
  readonly name: string;
  readonly board: Board;
  readonly port: string;
  readonly baud: number;
  readonly network: Network | undefined;
  readonly timeHost: string;
  /** Undefined: its reset line, if its port has one. */
  readonly power: PowerCommands | undefined;
}

export interface BoardUnitOptions {
  readonly wired: Wired;
  /** All boards that there are, to name the right one. */
  readonly boards: readonly Board[];
  readonly events: UnitEvents;
  /** Compiles an app for the board; its own unless named. */
  readonly imageOf: (app: string | undefined) => Promise<Image>;
}

/** How long a console may be away after its board got its power back. */
const BACK_MS = 20000;
const RETRY_MS = 200;

/** A fault of the link as one of the bench; another try may mend what was a matter of the cable. */
function benchError(name: string, problem: unknown): unknown {
  if (!(problem instanceof LinkError)) return problem;
  return new BenchError(`${name}: ${problem.message}`, { cause: problem, isPassing: problem.fault !== "board" && problem.fault !== "storage" });
}

export class BoardUnit implements Unit {
  readonly network: Network | undefined;
  readonly timeHost: string;
  wasAway = false;
  private transport: Transport | undefined;
  private link: ConsoleLink | undefined;
  private isOff = false;
  /** What it prints now is of a boot that belongs to no test. */
  private isMuted = true;

  constructor(private readonly options: BoardUnitOptions) {
    this.network = options.wired.network;
    this.timeHost = options.wired.timeHost;
  }

  load(app?: string): Promise<number> {
    return this.standing(async (link) => {
      const { wired, boards, events, imageOf } = this.options;
      const image = await imageOf(app);
      const { sentBytes, hello } = await flashApp(link, image, wired.board, boards, { step: (text) => events.note(text), bytes: () => undefined });
      // The upload listened for the end of the link itself.
      link.onLost = () => this.lost(link);
      events.note(`${wired.name} is ${hello.name} with Espruino ${hello.version}`);
      return sentBytes;
    });
  }

  wipe(): Promise<void> {
    return this.withFlash(async (flash) => {
      for (const area of flash.areas) {
        for (let block = 0; block < area.blocks; block += 1) {
          if (!(await flash.eraseBlock(area, block))) throw new LinkError("verify", `A block of the area "${area.name}" cannot be erased: it may be worn out.`);
        }
      }
    });
  }

  async provision({ host, port, tls, timeHost, ssid, password, code, token }: ProvisionSettings): Promise<void> {
    const wifi = ssid === "" ? {} : { wifi: { ssid, password } };
    const given = { ...(code === "" ? {} : { code }), ...(token === "" ? {} : { token }) };
    await this.withFlash((flash) => provisionFlash(flash, { cloud: { host, port, tls, timeHost }, ...wifi, ...given }));
  }

  async erase(): Promise<void> {
    const bytes = await this.withFlash(eraseFlash);
    this.options.events.note(`${bytes} bytes of flash were read back, and hold nothing of the device`);
  }

  contents(): Promise<string> {
    return this.withFlash(async (flash) => {
      let bytes = "";
      for (const area of flash.areas) bytes += await flash.read(area, 0, area.blocks * area.blockBytes);
      return bytes;
    });
  }

  async start(): Promise<void> {
    this.isMuted = false;
    if (this.isOff) return this.powerOn();
    await this.guarded(async () => {
      const link = await this.reach();
      // A chip that was not reset is still in the network of the boot before.
      if (this.options.wired.board.constants.radio) await link.call('(require("Wifi").disconnect(),1)');
      await link.type("load()");
    });
  }

  async powerOff(): Promise<void> {
    if (this.isOff) return;
    const { power } = this.options.wired;
    this.isOff = true;
    if (power === undefined) await holdReset((await this.reached()).transport, true);
    else {
      this.letGo();
      await runCommand(power.off);
    }
  }

  level(): number {
    throw new BenchError("Nothing here reads the pins of a board.", { isPassing: false });
  }

  setNetwork(): void {
    throw new BenchError("Nothing here takes the network of a board away.", { isPassing: false });
  }

  async close(): Promise<void> {
    try {
      // The next test finds a board that runs.
      if (this.isOff) await this.powerOn();
    } finally {
      this.letGo();
    }
  }

  /** Waits for a console that was away with its board. */
  private async powerOn(): Promise<void> {
    const { power, name } = this.options.wired;
    this.isOff = false;
    if (power === undefined) return holdReset((await this.reached()).transport, false);
    await runCommand(power.on);
    this.wasAway = true;
    const end = Date.now() + BACK_MS;
    for (;;) {
      try {
        await this.reach();
        return;
      } catch (problem) {
        if (Date.now() >= end) throw benchError(name, problem);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  private withFlash<T>(use: (flash: RemoteFlash) => Promise<T>): Promise<T> {
    return this.standing((link) => use(espruinoFlash(link, this.options.wired.board)));
  }

  /** Does something while the program of the board stands still, and leaves it so. */
  private standing<T>(use: (link: ConsoleLink) => Promise<T>): Promise<T> {
    return this.guarded(async () => {
      if (this.isOff) await this.powerOn();
      const link = await this.reach();
      this.isMuted = true;
      await link.hello();
      await stopProgram(link, this.options.wired.board);
      const result = await use(link);
      await stopProgram(link, this.options.wired.board);
      return result;
    });
  }

  private async guarded<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (problem) {
      this.letGo();
      throw benchError(this.options.wired.name, problem);
    }
  }

  private async reach(): Promise<ConsoleLink> {
    return (await this.reached()).link;
  }

  /** The open console, opened now if it is not. */
  private async reached(): Promise<{ readonly transport: Transport; readonly link: ConsoleLink }> {
    const { port, baud, board } = this.options.wired;
    if (this.link === undefined || this.transport === undefined) {
      const transport = await openPort(port, baud, board.link.telnetPort);
      const link = new ConsoleLink(transport, linkLimits);
      const feed = createConsole((line) => this.hear(line));
      link.onText = (bytes) => feed(bytes);
      link.onLost = () => this.lost(link);
      this.transport = transport;
      this.link = link;
    }
    return { transport: this.transport, link: this.link };
  }

  private hear(line: string): void {
    const { events } = this.options;
    const record = parseLogLine(line);
    if (record === undefined) {
      events.console(line);
      if (/^Uncaught /.test(line) && !this.isMuted) events.failed(line);
    } else if (!this.isMuted) events.record(record.event, record.number, record.text);
  }

  private lost(link: ConsoleLink): void {
    if (this.link !== link) return;
    this.letGo();
    const { wired, events } = this.options;
    if (!this.isOff && !this.isMuted) events.lost(`${wired.name}: the console at ${wired.port} is gone: check cable and power.`);
  }

  private letGo(): void {
    const { link } = this;
    this.link = undefined;
    this.transport = undefined;
    if (link === undefined) return;
    link.onLost = undefined;
    link.onText = undefined;
    link.close();
  }
}
