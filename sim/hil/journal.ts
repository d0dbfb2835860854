/**
 * The one log of a test: what the device says, what its console prints, what the cloud sees and what the bench does, in the order of
 * time. Whoever waits for something is woken by each entry. Secrets of the test are never in it, and who let one out is remembered.
 */
import { BenchError, Expectation } from "./faults";

export type Source = "device" | "console" | "cloud" | "bench";

/** The most entries that are kept; the oldest go first, and their number is said. */
export const ENTRIES_MAX = 20000;
const ENTRY_CHARS_MAX = 1000;
const SECRET_CHARS_MIN = 6;
const SOURCE_WIDTH = 8;
const SECONDS_WIDTH = 8;

/** The forms in which a secret may be let out. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, "latin1");
  return [secret, encodeURIComponent(secret), bytes.toString("hex"), bytes.toString("base64").replace(/=+$/, "")];
}

export class Journal {
  private readonly lines: string[] = [];
  private readonly sleepers = new Set<() => void>();
  private readonly secrets = new Set<string>();
  private readonly leaks = new Set<Source>();
  private dropped = 0;
  private broken: BenchError | undefined;
  private readonly startMs: number;

  constructor(private readonly nowMs: () => number = () => Date.now()) {
    this.startMs = nowMs();
  }

  /** Never to be let out from here on; texts below six characters are no secrets. */
  hide(secret: string): void {
    if (secret.length < SECRET_CHARS_MIN) return;
    for (const form of formsOf(secret)) this.secrets.add(form);
  }

  /** A text without the secrets of the test. */
  masked(text: string): string {
    let shown = text;
    for (const secret of this.secrets) shown = shown.replaceAll(secret, "***");
    return shown;
  }

  /** Adds an entry, and wakes whoever waits. */
  add(source: Source, text: string): void {
    const shown = this.masked(text);
    if (shown !== text) this.leaks.add(source);
    const seconds = ((this.nowMs() - this.startMs) / 1000).toFixed(3).padStart(SECONDS_WIDTH);
    const printable = shown.slice(0, ENTRY_CHARS_MAX).replace(/[^\t -~]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
    this.lines.push(`${seconds}  ${source.padEnd(SOURCE_WIDTH)}${printable}`);
    if (this.lines.length > ENTRIES_MAX) {
      this.lines.shift();
      this.dropped += 1;
    }
    this.wake();
  }

  /** The bench failed: whoever waits now or later is told. */
  fail(problem: BenchError): void {
    this.broken ??= problem;
    this.add("bench", problem.message);
  }

  /** Who let a secret out; they are masked all the same. */
  get leaking(): readonly Source[] {
    return [...this.leaks];
  }

  /** The whole log; `last` entries of it when given. */
  text(last?: number): string {
    const head = this.dropped === 0 ? [] : [`(${this.dropped} entries before these were dropped)`];
    return [...head, ...(last === undefined ? this.lines : this.lines.slice(-last))].join("\n");
  }

  /**
   * Resolves when `done` holds; it is asked at once and after every entry. Rejects with `Expectation` when it did not come in
   * `limitMs` of this computer's time, with what `done` throws, and with `BenchError` when the bench fails meanwhile.
   */
  until(done: () => boolean, limitMs: number, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => finish(() => reject(new Expectation(this.masked(`this did not come: ${what}`)))), limitMs);
      const finish = (settle: () => void): void => {
        clearTimeout(limit);
        this.sleepers.delete(look);
        settle();
      };
      const look = (): void => {
        try {
          if (this.broken !== undefined) throw this.broken;
          if (done()) finish(resolve);
        } catch (problem) {
          finish(() => reject(problem as Error));
        }
      };
      this.sleepers.add(look);
      look();
    });
  }

  private wake(): void {
    for (const look of [...this.sleepers]) look();
  }
}
