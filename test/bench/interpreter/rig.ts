/**
 * A device on the real interpreter, against a local cloud on loopback, and a way to ask the interpreter how many of its
 * variables are in use.
 *
 * One method for everything that is measured, ours and others': behind the loader stands a timer that collects garbage and
 * prints the count. What the timer itself takes is found by putting two of them behind an empty loader, and is taken off.
 */
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Program, ProvisionSettings } from "../../../sim/engines/program";
import type { Image } from "../../../sim/engines/image";
import { areasOf, writeFolder } from "../../../sim/engines/espruino/flash-folder";
import { startInterpreter } from "../../../sim/engines/espruino/interpreter";
import type { Ports } from "../../../hal/ports";
import { checksum } from "../../../sim/world/checksum";
import { createFlash } from "../../../sim/world/flash";

export interface Said {
  readonly event: string;
  readonly number: number;
  readonly text: string;
}

export interface Bench {
  /** Everything that the device said of itself. */
  readonly said: Said[];
  /** Everything else on its console. */
  readonly lines: string[];
  /** Resolves when `done` holds; rejects when the interpreter fails first, or when it takes too long. */
  until(what: string, done: () => boolean): Promise<void>;
  /** Variables in use after a collection. */
  used(): Promise<number>;
  /** Processor time that the interpreter has taken so far, milliseconds: what it needs, however busy the machine is. */
  cpuMs(): number;
  stop(): Promise<void>;
}

export interface Interpreter {
  readonly version: string;
  readonly variables: number;
  /** 12 on the boards with fewer than 2,048. */
  readonly bytesPerVariable: number;
}

/** For anything that is waited for: a busy machine takes its time. */
const PATIENCE_MS = 300000;

const TRACE_MS = 500;

/** What the interpreter says when it had no variable left, and found one. */
const COLLECTED = "New interpreter error: LOW_MEMORY";

/** What prints the count, four times a second. */
const PROBE = '\nsetInterval(function(){print("used",process.memory(true).usage)},250);';

/** What the interpreter says of itself: version, number of variables, bytes of one. */
export async function describe(binary: string, image: Image): Promise<Interpreter> {
  const loader = 'print("is",process.env.VERSION,process.memory().total,process.memory().blocksize)';
  const bench = boot(binary, { ...image, files: new Map([[image.main, loader]]) }, undefined, 0);
  await bench.until("the version", () => bench.lines.some((line) => line.startsWith("is ")));
  await bench.stop();
  const [, version, variables, bytes] = bench.lines.find((line) => line.startsWith("is "))!.split(" ");
  return { version: version!, variables: Number(variables), bytesPerVariable: Number(bytes) };
}

/** What Linux counts processor time in, a second. */
const TICKS_PER_SEC = 100;

/** Processor time of the process that runs in a folder, milliseconds. */
function cpuMsOf(dir: string): number {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (readlinkSync(`/proc/${pid}/cwd`) !== dir) continue;
      // The fields behind the name, which ends with the last bracket: the 12th and 13th are the user's and the kernel's ticks.
      const fields = readFileSync(`/proc/${pid}/stat`, "latin1").replace(/^.*\) /s, "").split(" ");
      if (readlinkSync(`/proc/${pid}/exe`).endsWith("sh") || readlinkSync(`/proc/${pid}/exe`).endsWith("cat")) continue;
      return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SEC;
    } catch {
      // Gone, or somebody else's.
    }
  }
  return 0;
}

/** Boots an image on the interpreter in a fresh folder, with `probes` probes behind its loader. */
export function boot(binary: string, image: Image, contents: ReadonlyMap<string, Uint8Array> = new Map(), probes = 1, patienceMs = PATIENCE_MS): Bench {
  const dir = mkdtempSync(join(tmpdir(), "motet-interpreter-"));
  const loader = (image.files.get(image.main) ?? "") + PROBE.repeat(probes);
  writeFolder(dir, { ...image, files: new Map([...image.files, [image.main, loader]]) }, contents);
  const said: Said[] = [];
  const lines: string[] = [];
  let failure: string | undefined;
  let heard: (() => void)[] = [];
  const wake = (): void => {
    for (const one of heard.splice(0)) one();
  };
  const interpreter = startInterpreter(
    { binary, dir },
    {
      record: (event, number, text) => (said.push({ event, number, text }), wake()),
      console: (line) => (lines.push(line), wake()),
      failed: (message) => {
        // It had to collect garbage, and went on.
        if (lines[lines.length - 1] === COLLECTED) return;
        // What led to it follows on the console.
        setTimeout(() => ((failure ??= message), wake()), TRACE_MS);
      },
      restarted: () => ((failure = "The device restarted."), wake()),
    },
  );
  const until = async (what: string, done: () => boolean): Promise<void> => {
    const end = Date.now() + patienceMs;
    const timer = setTimeout(wake, patienceMs);
    while (!done()) {
      if (failure !== undefined || Date.now() >= end) throw new Error(`${failure ?? `waited too long for ${what}`}\n${lines.filter((line) => !line.startsWith("used ")).slice(-20).join("\n")}\n${said.slice(-20).map((one) => JSON.stringify(one)).join("\n")}`);
      await new Promise<void>((resolve) => (heard = [...heard, resolve]));
    }
    clearTimeout(timer);
  };
  return {
    said,
    lines,
    until,
    used: async () => {
      const from = lines.length;
      await until("the number of variables in use", () => lines.slice(from).some((line) => line.startsWith("used ")));
      return Number(lines.slice(from).find((line) => line.startsWith("used "))!.slice(5));
    },
    cpuMs: () => cpuMsOf(dir),
    stop: async () => {
      interpreter.stop();
      await interpreter.gone;
      rmSync(dir, { recursive: true });
    },
  };
}

/** Flash as a person provisions it on the host, for `boot`. */
export function provisioned(program: Program, image: Image, settings: ProvisionSettings): ReadonlyMap<string, Uint8Array> {
  const flash = createFlash({ areas: areasOf(image.constants), strict: false });
  const code = program.provision({ flash: flash.port, checksum } as Ports, settings);
  if (code !== 0) throw new Error(`provisioning failed with ${code}`);
  return flash.snapshot();
}

/** Counts that are compared with as many before them. */
const WINDOW = 6;

/** The smallest count once it does not change any more, the probe's own included. */
export async function atRest(bench: Bench): Promise<number> {
  for (let before = -1; ; ) {
    const counts: number[] = [];
    while (counts.length < WINDOW) counts.push(await bench.used());
    const least = Math.min(...counts);
    if (least === before) return least;
    before = least;
  }
}

/** What the idle interpreter takes, and a probe. */
export async function idle(binary: string, image: Image): Promise<{ readonly used: number; readonly probe: number }> {
  const [one, two] = await Promise.all(
    [1, 2].map(async (probes) => {
      const bench = boot(binary, { ...image, files: new Map() }, undefined, probes);
      const used = await atRest(bench);
      await bench.stop();
      return used;
    }),
  );
  return { used: 2 * one! - two!, probe: two! - one! };
}
