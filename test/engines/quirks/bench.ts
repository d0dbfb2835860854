/** One machine of the virtual world with the emulated interpreter on it, for tests that look at a single board's habits. */
import { loadBoard } from "../../../boards/toolchain/board";
import { createEspruino, type Espruino, type EspruinoOptions } from "../../../sim/engines/espruino-api";
import type { Machine, MachineOptions } from "../../../sim/world/machine";
import { createWorld, type World, type WorldOptions } from "../../../sim/world/world";
import { root } from "./program";

export interface Bench {
  readonly world: World;
  readonly machine: Machine;
  /** What the console said, over all boots. */
  readonly lines: string[];
  readonly failures: string[];
  /** The interpreter of the present boot. */
  espruino(): Espruino;
  /** Runs a script in a turn of its own, and then the world for so long. */
  run(script: string, ms?: number): void;
}

export interface BenchOptions {
  readonly world?: Partial<WorldOptions>;
  readonly machine?: MachineOptions;
  readonly espruino?: Partial<EspruinoOptions>;
}

/** A board by its id; every boot begins with an interpreter in which nothing has run, or `main` if the files have one. */
export function createBench(board: string, options: BenchOptions = {}): Bench {
  const { constants } = loadBoard(root, board);
  const world = createWorld({ seed: 1, ...options.world });
  const lines: string[] = [];
  const failures: string[] = [];
  let present: Espruino | undefined;
  const machine = world.createDevice({
    bootMs: 0,
    ...options.machine,
    main: (ports) => {
      const events = { console: (line: string) => void lines.push(line), failed: (message: string) => void failures.push(message) };
      present = createEspruino({ ports, constants, events, ...options.espruino });
      if (options.espruino?.files?.has("main") === true) present.run("main");
    },
  });
  world.run(0);
  const espruino = (): Espruino => present!;
  return {
    world,
    machine,
    lines,
    failures,
    espruino,
    run: (script, ms = 1000) => {
      machine.ports.clock.after(0, () => espruino().evaluate(`setTimeout(function(){${script}\n},0)`));
      world.run(ms);
    },
  };
}
