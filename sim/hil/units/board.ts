/**
 * A board at the end of a cable as a device under test: the app goes over its console, settings into its flash, its console is listened
 * to, and its power is switched as its bench can.
 */
import { openPort } from "../../../boards/toolchain/link/open";
import { LinkError } from "../../../boards/toolchain/link/transport";
import type { Transport } from "../../../boards/toolchain/link/transport";
import type { Board } from "../../../boards/toolchain/board";
import { eraseFlash, provisionFlash } from "../../../boards/toolchain/provision/provision";
import type { RemoteFlash } from "../../../boards/toolchain/provision/remote-flash";
import { createConsole } from "../../engines/espruino/console";
import type { Image } from "../../engines/image";
import { parseLogLine } from "../../engines/log-line";
import type { ProvisionSettings } from "../../engines/program";
import { BenchError } from "../faults";
import { holdReset, runCommand } from "./power";
import type { PowerCommands } from "./power";
import { takeSeat } from "./seat";
import type { Seat } from "./seat";
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
  /** For NodeMCU, the compiler of its Lua Flash Store. */
  readonly luac: string | undefined;
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
  private seat: Seat | undefined;
  private isOff = false;
  /** What it prints now is of a boot that belongs to no test. */
  private isMuted = true;

  constructor(private readonly options: BoardUnitOptions) {
    this.network = options.wired.network;
    this.timeHost = options.wired.timeHost;
  }

  load(app?: string): Promise<number> {
    return this.standing(async (seat) => {
      const { wired, events, imageOf } = this.options;
      const { sentBytes, is } = await seat.load(await imageOf(app));
      // The upload listened for the end of the link itself.
      seat.link.onLost = () => this.lost(seat);
      events.note(`${wired.name} is ${is}`);
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
    await this.guarded(async () => {
      if (this.isOff) await this.powerOn();
      else await (await this.reach()).start();
    });
  }

  async powerOff(): Promise<void> {
    if (this.isOff) return;
    const { power } = this.options.wired;
    this.isOff = true;
    await this.guarded(async () => {
      if (power === undefined) return holdReset((await this.reached()).transport, true);
      this.letGo();
      await runCommand(power.off);
    });
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
    return this.standing((seat) => use(seat.flash()));
  }

  /** Does something while the program of the board stands still, and leaves it so. */
  private standing<T>(use: (seat: Seat) => Promise<T>): Promise<T> {
    return this.guarded(async () => {
      if (this.isOff) await this.powerOn();
      const seat = await this.reach();
      this.isMuted = true;
      await seat.stand();
      const result = await use(seat);
      await seat.stand();
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

  private async reach(): Promise<Seat> {
    return (await this.reached()).seat;
  }

  /** The open console, opened now if it is not. */
  private async reached(): Promise<{ readonly transport: Transport; readonly seat: Seat }> {
    const { wired, boards, events } = this.options;
    if (this.seat === undefined || this.transport === undefined) {
      const { port, baud, board, luac } = wired;
      const transport = await openPort(port, baud, board.link.telnetPort);
      const seat = takeSeat(transport, { board, boards, luac, step: (text) => events.note(text) });
      const feed = createConsole((line) => this.hear(line, seat));
      seat.link.onText = (bytes) => feed(bytes);
      seat.link.onLost = () => this.lost(seat);
      this.transport = transport;
      this.seat = seat;
    }
    return { transport: this.transport, seat: this.seat };
  }

  private hear(line: string, { echoes, uncaught }: Seat): void {
    const { events } = this.options;
    const record = parseLogLine(line);
    if (record === undefined) {
      if (this.isMuted && echoes) return;
      events.console(line);
      if (uncaught.test(line) && !this.isMuted) events.failed(line);
    } else if (!this.isMuted) events.record(record.event, record.number, record.text);
  }

  private lost(seat: Seat): void {
    if (this.seat !== seat) return;
    this.letGo();
    const { wired, events } = this.options;
    if (!this.isOff && !this.isMuted) events.lost(`${wired.name}: the console at ${wired.port} is gone: check cable and power.`);
  }

  private letGo(): void {
    const { seat } = this;
    this.seat = undefined;
    this.transport = undefined;
    if (seat === undefined) return;
    seat.link.onLost = undefined;
    seat.link.onText = undefined;
    seat.link.close();
  }
}
