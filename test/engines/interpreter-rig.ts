/**
 * A device of the real interpreter on real sockets: provisioned into its folder as a person does it, then left alone. What it
 * says is searched for its secrets; its restart is the next boot in the same folder, its power cut the death of its process.
 *
 * Nothing here waits for a time: whoever waits is woken by what the device says or a peer hears. The limits of those waits
 * only end a test that would never end.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadBoard } from "../../boards/toolchain/board";
import { builtDevice } from "../../boards/toolchain/kept";
import { provisionThing } from "../../firmware/agent/provision";
import type { Provision } from "../../firmware/agent/settings";
import { openDevice } from "../../sim/device/device";
import { areasOf, writeFolder } from "../../sim/engines/espruino/flash-folder";
import { startInterpreter } from "../../sim/engines/espruino/interpreter";
import type { Interpreter } from "../../sim/engines/espruino/interpreter";
import type { Image } from "../../sim/engines/image";
import type { FlashImage } from "../../sim/world/flash";
import { choiceOf } from "../support/choice";
import { root } from "./engines";
import type { Saying } from "./rig";

/** What the board of the real interpreter is called. */
export const INTERPRETER_BOARD = "linux-espruino";

const WAIT_LIMIT_MS = 240000;

/** Wakes whoever waits, so that it looks again. */
export class Pulse {
  private readonly sleepers = new Set<() => void>();

  beat(): void {
    for (const wake of [...this.sleepers]) wake();
  }

  /** Resolves when `done` holds; it is asked again at every beat. Rejects with what `complain` says when it does not come about. */
  until(done: () => boolean, complain: () => string): Promise<void> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => finish(() => reject(new Error(`it never came to that\n${complain()}`))), WAIT_LIMIT_MS);
      const finish = (settle: () => void): void => {
        clearTimeout(limit);
        this.sleepers.delete(look);
        settle();
      };
      const look = (): void => {
        try {
          if (done()) finish(resolve);
        } catch (problem) {
          finish(() => reject(problem));
        }
      };
      this.sleepers.add(look);
      look();
    });
  }
}

/** The image of a test app for the interpreter. */
export function interpreterImage(app: string, transport: "mqtt" | "coap", platform = "thethings"): Promise<Image> {
  return builtDevice(root, choiceOf(root, app, { platform, transport }), loadBoard(root, INTERPRETER_BOARD));
}

/** The areas of a device that was provisioned, made by the same code as in the simulator. */
function provisioned(image: Image, provision: Provision): FlashImage {
  const stateDir = mkdtempSync(join(tmpdir(), "motet-provision-"));
  try {
    const areas = areasOf(image.constants);
    const desk = openDevice({ stateDir, flashAreas: areas });
    const code = provisionThing(desk, provision);
    const contents = areas.map((area) => [area.name, Buffer.from(desk.flash.read(area, 0, area.blockBytes * area.blocks), "latin1")] as const);
    desk.close();
    if (code !== 0) throw new Error(`provisioning failed with ${code}`);
    return new Map(contents);
  } finally {
    rmSync(stateDir, { recursive: true });
  }
}

export class InterpreterDevice {
  /** All that it said, over all boots; times are ms of this process. */
  readonly said: Saying[] = [];
  /** What the interpreter itself complained of. */
  readonly failures: string[] = [];
  /** How often it was switched on or began anew. */
  boots = 0;
  private readonly dir = mkdtempSync(join(tmpdir(), "motet-interpreter-"));
  private readonly secrets: readonly string[];
  private interpreter: Interpreter | undefined;

  /** A device without settings is one that a test program runs on. */
  constructor(image: Image, provision: Provision | undefined, private readonly pulse: Pulse) {
    this.secrets = [provision?.code, provision?.password, provision?.token].filter((secret) => secret !== undefined && secret !== "") as string[];
    writeFolder(this.dir, image, provision === undefined ? new Map() : provisioned(image, provision));
  }

  /** Things it said under that name. */
  told(event: string): Saying[] {
    return this.said.filter((one) => one.event === event);
  }

  powerOn(): void {
    this.boots += 1;
    this.interpreter = startInterpreter(
      { binary: process.env["ESPRUINO"] ?? "", dir: this.dir },
      {
        record: (event, number, text) => this.hear(event, number, text),
        console: (line) => this.search(line, "the console"),
        failed: (message) => {
          this.failures.push(message);
          this.pulse.beat();
        },
        restarted: () => {
          this.powerOn();
          this.pulse.beat();
        },
      },
    );
  }

  /** Kills the process, whatever it does; resolves when it is gone. Its flash stays in its folder. */
  async powerCut(): Promise<void> {
    this.interpreter?.stop();
    await this.interpreter?.gone;
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    await this.powerCut();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Resolves when `done` holds; throws when that does not come about, or the engine complains. */
  until(done: () => boolean): Promise<void> {
    return this.pulse.until(() => {
      if (this.failures.length > 0) throw new Error(`the interpreter failed\n${this.lastWords()}`);
      return done();
    }, () => this.lastWords());
  }

  private hear(event: string, number: number, text: string): void {
    this.search(text, `the event "${event}"`);
    this.said.push({ ms: Date.now(), event, number, text });
    this.pulse.beat();
  }

  private search(text: string, what: string): void {
    if (this.secrets.some((secret) => text.includes(secret))) this.failures.push(`${what} holds a secret`);
  }

  private lastWords(): string {
    const last = this.said.slice(-8).map(({ ms, event, number, text }) => `${ms} ${event} ${number} ${text}`);
    return [...this.failures.slice(0, 4), ...last].join("\n");
  }
}

/**
 * Runs that wait for their devices most of the time, several at once: they begin in their order when the first one is asked
 * for, and each answer is that of its own run.
 */
export function together<T>(runs: readonly (() => Promise<T>)[], atOnce: number): (index: number) => Promise<T> {
  const settles: (() => void)[] = [];
  const answers = runs.map((run) => {
    const answer = new Promise<void>((resolve) => settles.push(resolve)).then(run);
    // Whoever asks for it hears of a failure; nobody may ask before it has failed.
    answer.catch(() => undefined);
    return answer;
  });
  let begun = 0;
  const next = (): void => {
    const index = begun;
    if (index >= runs.length) return;
    begun += 1;
    settles[index]!();
    answers[index]!.then(next, next);
  };
  return (index) => {
    if (begun === 0) for (let i = 0; i < atOnce; i += 1) next();
    return answers[index]!;
  };
}
