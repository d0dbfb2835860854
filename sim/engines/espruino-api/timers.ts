/** Timers over the clock port: text as a callback, arguments, ticks that are caught up, and the errors of `clearTimeout`. */
import type { Timer } from "../../../hal/ports/clock";
import type { Host } from "./host";
import type { Uptime } from "./uptime";

interface Running {
  timer: Timer;
  dueMs: number;
  /** Undefined for a timeout. */
  everyMs: number | undefined;
  readonly run: unknown;
  readonly values: readonly unknown[];
}

const MS_MAX = 2147483647;
const HUNDRED_YEARS_MS = 3155760000000;

class Timers {
  private readonly running = new Map<number, Running>();
  private lastId = 0;

  constructor(
    private readonly host: Host,
    private readonly uptime: Uptime,
  ) {}

  start(run: unknown, ms: unknown, values: readonly unknown[], repeats: boolean): number {
    const { host } = this;
    if (typeof run !== "function" && typeof run !== "string") host.throw("Error", "Function or String not supplied!");
    const span = atLeastOne(ms);
    if (span > HUNDRED_YEARS_MS) host.throw("Error", "Interval is too long (>100 years)");
    this.lastId += 1;
    const entry: Running = { timer: 0, dueMs: this.uptime() + span, everyMs: repeats ? span : undefined, run, values };
    this.running.set(this.lastId, entry);
    this.arm(this.lastId, entry);
    return this.lastId;
  }

  change(id: unknown, ms: unknown): void {
    const entry = this.running.get(id as number);
    if (entry === undefined) return this.host.throw("Error", "Unknown Interval");
    this.host.ports.clock.cancel(entry.timer);
    entry.everyMs = atLeastOne(ms);
    entry.dueMs = this.uptime() + entry.everyMs;
    this.arm(id as number, entry);
  }

  clear(name: string, ids: readonly unknown[]): void {
    if (ids.length > 0 && ids[0] === undefined) {
      this.host.throw("Error", `clear${name}(undefined) not allowed. Use clear${name}() instead`);
    }
    for (const id of ids.length === 0 ? [...this.running.keys()] : [Number(ids[0])]) {
      this.host.ports.clock.cancel(this.running.get(id)?.timer ?? 0);
      this.running.delete(id);
    }
  }

  private arm(id: number, entry: Running): void {
    const wait = Math.min(MS_MAX, Math.max(0, Math.ceil(entry.dueMs - this.uptime())));
    entry.timer = this.host.ports.clock.after(wait, () => this.host.turn(() => this.fire(id, entry)));
    if (entry.timer === 0 && this.host.alive) {
      this.running.delete(id);
      this.host.throw("Error", "Out of Memory!");
    }
  }

  private fire(id: number, entry: Running): void {
    if (entry.dueMs > this.uptime()) return this.arm(id, entry);
    if (entry.everyMs === undefined) this.running.delete(id);
    else {
      // From the moment it was due, not from now: ticks that were missed follow at once.
      entry.dueMs += entry.everyMs;
      this.arm(id, entry);
    }
    this.host.call(entry.run, undefined, entry.values);
  }
}

/** The machine's clock counts whole milliseconds. */
function atLeastOne(ms: unknown): number {
  const span = Number(ms);
  return Number.isNaN(span) || span < 0 ? 0 : Math.ceil(span);
}

export function addTimers(host: Host, uptime: Uptime): void {
  const timers = new Timers(host, uptime);
  host.realm.define({
    setTimeout: (run: unknown, ms: unknown, ...values: unknown[]) => timers.start(run, ms, values, false),
    setInterval: (run: unknown, ms: unknown, ...values: unknown[]) => timers.start(run, ms, values, true),
    clearTimeout: (...ids: unknown[]) => timers.clear("Timeout", ids),
    clearInterval: (...ids: unknown[]) => timers.clear("Interval", ids),
    changeInterval: (id: unknown, ms: unknown) => timers.change(id, ms),
  });
}
