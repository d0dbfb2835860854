/**
 * The engines `lua5.1` and `lua5.3`: an image of a NodeMCU board, run by an ordinary Lua interpreter over the ports of any
 * machine. The shim beside this file gives it NodeMCU's API; time, network, flash and chips are the machine's. A call of a port
 * into the engine runs the script until it is idle again, before it returns.
 */
import { join } from "node:path";
import type { Ports } from "../../../hal/ports";
import type { Boot, EngineEvents, MachineEngine } from "../engine";
import type { Image } from "../image";
import { type Channel, LuaError, openChannel } from "./channel";
import { diskOf, fileServices } from "./files";
import type { BoardDisk } from "./files";
import { networkServices } from "./network";
import { pinServices } from "./pins";
import type { Services } from "./service";
import { systemServices, timeServices } from "./time";
import type { Field } from "./wire";

export { LuaError };

/** A test that calls functions of the image by name, and is called back (shim/bench.lua). */
export interface Bench {
  told(id: string, values: readonly string[]): void;
}

export interface LuaBoot extends Boot {
  /** Calls what the image has served under a name; values have their type first. Throws when the boot is over. */
  call(name: string, values: readonly string[]): string;
  /** A line is typed on the console; what it prints goes where everything goes. Nothing happens when the boot is over. */
  type(line: string): void;
  /** Bytes that the image holds in this interpreter, after a collection. */
  heap(): number;
}

const CONSOLE_CHARS_MAX = 1000;
const idle = "idle";
const result = ">";

class LuaMachine implements LuaBoot {
  private readonly services: Services;
  private ended = false;
  private stopped = false;
  private depth = 0;
  private heapBytes = 0;

  constructor(
    private readonly channel: Channel,
    image: Image,
    private readonly ports: Ports,
    private readonly events: EngineEvents,
    bench: Bench | undefined,
    disk: BoardDisk,
  ) {
    const machine = { ports, push: (event: string, ...fields: Field[]) => this.deliver(event, ...fields) };
    this.services = {
      ...timeServices(machine),
      ...systemServices(machine, () => this.end()),
      ...networkServices(machine, image.constants.chip),
      ...fileServices(ports.flash, disk),
      ...pinServices(machine),
      print: (text) => this.print(text!),
      failed: (message) => this.events.failed(`The program failed: ${message!}.`),
      defect: (message) => this.fail(`The program does what a board does not survive: ${message!}.`),
      broken: (message) => this.fail(`The engine failed: ${message!}.`),
      heap: (bytes) => void (this.heapBytes = Number(bytes)),
      ...(bench === undefined ? {} : { told: (id, ...values) => bench.told(id!, values) }),
    };
    const { i2cSda, i2cScl, chip, tlsLevel } = image.constants;
    this.deliver("boot", chip, image.main, i2cSda, i2cScl, tlsLevel > 0 ? 1 : 0, bench === undefined ? 0 : 1);
  }

  call(name: string, values: readonly string[]): string {
    if (this.stopped) throw new LuaError("The boot is over.");
    this.channel.send("call", name, ...values);
    const answer = this.pump(result) ?? "";
    if (answer.startsWith("e")) throw new LuaError(answer.substring(1));
    return answer;
  }

  type(line: string): void {
    this.deliver("type", line);
  }

  heap(): number {
    if (this.stopped) throw new LuaError("The boot is over.");
    this.deliver("heap");
    return this.heapBytes;
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    if (this.depth === 0) this.channel.release();
    else this.channel.kill();
  }

  private deliver(event: string, ...fields: Field[]): void {
    if (this.stopped || this.ended) return;
    this.channel.send(event, ...fields);
    this.pump(idle);
    if (this.ended && this.depth === 0) this.stop();
  }

  /** The machine restarts or sleeps; what stands on the stack of the script still runs to its end. */
  private end(): void {
    this.ended = true;
    if (this.depth === 0) this.stop();
  }

  /** Serves the script until it says `until`; answers the field behind it. */
  private pump(until: string): string | undefined {
    this.depth += 1;
    try {
      while (!this.stopped) {
        const fields = this.channel.receive();
        if (fields === undefined) {
          this.fail("The Lua interpreter ended.");
          break;
        }
        if (fields[0] === until) return fields[1];
        this.serve(fields);
      }
      return undefined;
    } catch (error) {
      // The power went inside a call, or a test failed: nothing of this boot runs any more.
      this.stop();
      throw error;
    } finally {
      this.depth -= 1;
    }
  }

  private serve([kind, name, ...values]: string[]): void {
    const service = this.services[name!];
    if (service === undefined) throw new LuaError(`The shim asked for "${name!}".`);
    const answer = service(...values);
    if (kind === "?" && !this.stopped) this.channel.send("=", ...(answer ?? []));
  }

  private print(text: string): void {
    for (const line of text.split("\n")) this.events.console(line.substring(0, CONSOLE_CHARS_MAX));
  }

  private fail(message: string): void {
    this.stop();
    this.events.failed(message);
  }
}

/**
 * Starts one boot of an image. `root` is the folder of the framework; `disk` outlives the boot where one is given.
 *
 * @throws LuaError when the interpreter is not installed
 */
export function startLua(version: "5.1" | "5.3", root: string, image: Image, ports: Ports, events: EngineEvents, bench?: Bench, disk: BoardDisk = diskOf(image.files)): LuaBoot {
  const channel = openChannel(`lua${version}`, join(root, "sim", "engines", "lua", "shim", "main.lua"));
  return new LuaMachine(channel, image, ports, events, bench, disk);
}

/** The engine of a Lua version; `root` is the folder of the framework, where its Lua part lies. */
export function luaEngine(version: "5.1" | "5.3", root: string): MachineEngine {
  return { name: `lua${version}`, start: (image, ports, events) => startLua(version, root, image, ports, events) };
}
