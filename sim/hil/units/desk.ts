/**
 * Engines of this computer as devices under test: the simulator's own code, an image on an emulated engine over a machine of the
 * desk, and an image on the real interpreter.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { loadBoard } from "../../../boards/toolchain/board";
import { openDevice } from "../../device/device";
import type { Device } from "../../device/device";
import { runDevice } from "../../desk/device-loop";
import type { DeviceLoop } from "../../desk/device-loop";
import { failureOf } from "../../desk/events";
import { runInterpreter } from "../../desk/interpreter-loop";
import { bootableOf } from "../../desk/runner";
import type { InterpreterRunner, Runner } from "../../desk/runner";
import { TIME_HOST, withTimeServer } from "../../desk/time-server";
import { areasOf } from "../../engines/espruino/flash-folder";
import type { Program, ProvisionSettings } from "../../engines/program";
import { defaultAreas } from "../../world/flash-areas";
import { BenchError, Expectation } from "../faults";
import type { Network, Place, Unit, UnitEvents } from "./unit";

/** An app made ready for an engine. */
export interface Compiled {
  readonly program: Program;
  readonly runner: Runner;
}

interface DeskUnitOptions {
  readonly root: string;
  readonly compiled: Compiled;
  readonly place: Place;
  readonly speed: number;
  readonly events: UnitEvents;
}

const SSID = "bench";

/** What both kinds have in common: their flash is a folder, which the firmware's own code provisions while they are off. */
abstract class FolderUnit implements Unit {
  abstract readonly network: Network | undefined;
  abstract readonly timeHost: string;
  protected readonly stateDir: string;

  constructor(protected readonly options: DeskUnitOptions) {
    this.stateDir = join(options.place.dir, "device");
  }

  readonly wasAway = false;

  load(app?: string): Promise<number> {
    if (app !== undefined) throw new BenchError("An engine of this computer has one app.");
    return Promise.resolve(0);
  }

  /** Its folder is new. */
  wipe(): Promise<void> {
    return Promise.resolve();
  }

  async provision(settings: ProvisionSettings): Promise<void> {
    await this.powerOff();
    const code = this.onBench((device) => this.options.compiled.program.provision(device, settings));
    if (code !== 0) throw new Expectation(`the settings were not stored (code ${code})`);
  }

  async erase(): Promise<void> {
    await this.powerOff();
    const code = this.onBench((device) => this.options.compiled.program.erase(device));
    if (code !== 0) throw new Expectation(`the flash was not erased (code ${code})`);
  }

  async contents(): Promise<string> {
    await this.powerOff();
    return this.onBench((device) => this.areas().map((area) => device.flash.read(area, 0, area.blockBytes * area.blocks)).join(""));
  }

  abstract start(): Promise<void>;
  abstract powerOff(): Promise<void>;
  abstract level(pin: string): number;
  abstract setNetwork(present: boolean): void;

  close(): Promise<void> {
    return this.powerOff();
  }

  protected abstract areas(): ReturnType<typeof areasOf>;

  /** The machine without its program. */
  private onBench<T>(use: (device: Device) => T): T {
    const device = openDevice({ stateDir: this.stateDir, flashAreas: this.areas() });
    try {
      return use(device);
    } finally {
      device.close();
    }
  }
}

class MachineUnit extends FolderUnit {
  readonly network: Network = { ssid: SSID, password: randomBytes(9).toString("hex") };
  readonly timeHost: string;
  private loop: DeviceLoop | undefined;

  constructor(options: DeskUnitOptions) {
    super(options);
    // This process knows the time; the engines boot without it, as boards do.
    this.timeHost = options.compiled.runner.kind === "native" ? "" : TIME_HOST;
  }

  async start(): Promise<void> {
    // One that runs already boots anew, as a board does: two would share its flash.
    await this.powerOff();
    const { compiled, place, speed, events } = this.options;
    const { runner, program } = compiled;
    const { record: log } = events;
    const failed = (problem: unknown): void => {
      const place = program.placeOf?.(problem);
      events.failed(place === undefined ? failureOf(problem) : `${place}: ${failureOf(problem)}`);
    };
    const bootable = bootableOf(program, runner, { log, failed, console: (line) => events.console(line) });
    this.loop = runDevice(
      { boot: (device) => bootable.boot(withTimeServer(device, place.nowMs)) },
      () => ({ stateDir: this.stateDir, speed, startTimeMs: place.nowMs(), clockIsSet: runner.kind === "native", wifi: this.network, log }),
      () => 0,
      failed,
    );
  }

  powerOff(): Promise<void> {
    this.loop?.stop();
    this.loop = undefined;
    return Promise.resolve();
  }

  level(pin: string): number {
    if (this.loop === undefined) throw new BenchError("The level of a pin can be read while the device has power.");
    return this.loop.device().pins.level(this.nameOf(pin));
  }

  setNetwork(present: boolean): void {
    this.loop?.device().setNetwork(present);
  }

  protected areas(): ReturnType<typeof areasOf> {
    return [...defaultAreas];
  }

  /** An image has the names of its board in place of functions; what NodeMCU calls 23 is D23 on the machine. */
  private nameOf(pin: string): string {
    const { root, compiled } = this.options;
    if (compiled.runner.kind === "native") return pin;
    const name = loadBoard(root, compiled.runner.image.board).pins.functions.find((each) => each.name === pin)?.pin ?? pin;
    return /^\d+$/.test(name) ? `D${name}` : name;
  }
}

class InterpreterUnit extends FolderUnit {
  readonly network = undefined;
  readonly timeHost = "";
  private loop: ReturnType<typeof runInterpreter> | undefined;

  constructor(options: DeskUnitOptions, private readonly runner: InterpreterRunner) {
    super(options);
  }

  async start(): Promise<void> {
    await this.powerOff();
    const { events } = this.options;
    this.loop = runInterpreter(this.stateDir, this.runner, () => 0, {
      log: (event, number, text) => events.record(event, number, text),
      console: (line) => events.console(line),
      failed: (problem) => events.failed(failureOf(problem)),
    });
  }

  async powerOff(): Promise<void> {
    await this.loop?.stop();
    this.loop = undefined;
  }

  level(): number {
    throw new BenchError("A PC has no pins.");
  }

  setNetwork(): void {
    throw new BenchError("A PC has no radio.");
  }

  protected areas(): ReturnType<typeof areasOf> {
    return areasOf(this.runner.image.constants);
  }
}

/** A device under test on an engine of this computer. */
export function openDeskUnit(options: DeskUnitOptions): Unit {
  const { runner } = options.compiled;
  return runner.kind === "interpreter" ? new InterpreterUnit(options, runner) : new MachineUnit(options);
}
