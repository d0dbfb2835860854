/**
 * What one boot of the emulated interpreter stands on: its realm, the machine's ports, and the idle loop.
 *
 * Device code runs in turns: a timer, a port's callback, the main file. What it throws is an exception of the device and
 * goes to its `uncaughtException` listeners. What a port throws (a power cut, a misuse that a test must see) is the
 * machine's: device code may swallow it on the way, so it is kept and thrown again at the end of the turn, where the
 * machine catches it.
 */
import type { Ports } from "../../../hal/ports";
import type { EngineEvents } from "../engine";
import type { BoardConstants } from "../image";
import { guardPorts } from "./guard";
import type { Profile } from "./profile";
import { type ErrorType, Realm } from "./realm";

/** A function of the device, or whatever it gave as one. */
export type DeviceFunction = (this: unknown, ...values: unknown[]) => unknown;

const LINE_MAX = 1000;

export interface HostOptions {
  readonly ports: Ports;
  readonly events: EngineEvents;
  readonly constants: BoardConstants;
  readonly profile: Profile;
  /** The text of /etc/hosts, on a PC. */
  readonly hosts: string;
  /** Whether a connection to this address and port would be refused; only a blocking `connect` asks. */
  readonly refuses?: ((address: string, port: number) => boolean) | undefined;
}

interface QueuedCall {
  readonly self: unknown;
  readonly run: unknown;
  readonly values: readonly unknown[];
}

/** A listener may be the property itself, or stand in a list there. */
function listenersOf(target: object, event: string): unknown[] {
  const listeners = (target as Record<string, unknown>)[`#on${event}`];
  if (listeners === undefined) return [];
  return Array.isArray(listeners) ? [...(listeners as unknown[])] : [listeners];
}

export class Host {
  readonly realm = new Realm();
  readonly ports: Ports;
  readonly profile: Profile;
  readonly constants: BoardConstants;
  private readonly calls: QueuedCall[] = [];
  private fatal: { readonly error: unknown } | undefined;
  private thrown: { readonly error: unknown } | undefined;
  private running = true;
  private inTurn = false;
  private drainAsked = false;
  private partialLine = "";

  constructor(readonly options: HostOptions) {
    this.profile = options.profile;
    this.constants = options.constants;
    this.ports = guardPorts(options.ports, {
      enter: () => {
        if (this.fatal !== undefined) throw this.fatal.error;
      },
      failed: (error) => {
        this.fatal = { error };
        throw error;
      },
    });
  }

  get alive(): boolean {
    return this.running;
  }

  /** Ends the boot: no device code runs any more. */
  stop(): void {
    this.running = false;
    this.calls.length = 0;
  }

  /** Runs what the machine called back for, and then what it queued. */
  turn(run: () => void): void {
    if (!this.running) return;
    const outer = this.inTurn;
    this.inTurn = true;
    try {
      run();
      if (!outer) this.idle();
    } finally {
      this.inTurn = outer;
    }
    this.surface();
  }

  /** Calls a function of the device; what it throws is its own affair. Text is evaluated, as timers and listeners allow. */
  call(run: unknown, self: unknown, values: readonly unknown[]): void {
    if (!this.running) return;
    try {
      if (typeof run === "function") Reflect.apply(run, self, values);
      else if (typeof run === "string") this.realm.evaluate(run, "event");
    } catch (error) {
      this.surface();
      this.uncaught(error);
    }
  }

  /** Calls all listeners of an event now. */
  callListeners(target: object, event: string, values: readonly unknown[]): boolean {
    const listeners = listenersOf(target, event);
    for (const listener of listeners) this.call(listener, target, values);
    return listeners.length > 0;
  }

  /** Queues a call for the idle loop. */
  queue(run: unknown, self: unknown, values: readonly unknown[]): void {
    if (!this.running) return;
    this.calls.push({ self, run, values });
    if (this.inTurn || this.drainAsked) return;
    this.drainAsked = true;
    this.later(() => {
      this.drainAsked = false;
    });
  }

  /** Queues the listeners of an event. */
  emit(target: object, event: string, values: readonly unknown[]): void {
    for (const listener of listenersOf(target, event)) this.queue(listener, target, values);
  }

  /** Runs work of the engine in a turn of its own. */
  later(run: () => void): void {
    this.ports.clock.after(0, () => this.turn(run));
  }

  throw(type: ErrorType, message: string): never {
    throw this.realm.error(type, message);
  }

  /** Prints; lines go to the console one by one. */
  print(text: string): void {
    const lines = `${this.partialLine}${text}`.split("\n");
    this.partialLine = lines.pop() ?? "";
    for (const line of lines) this.options.events.console(line.substring(0, LINE_MAX));
  }

  /** The interpreter itself dies, as an assertion or a broken heap would make it: nothing catches that. */
  crash(reason: string): never {
    this.options.events.failed(reason);
    this.stop();
    throw this.realm.error("InternalError", reason);
  }

  /** What the device threw and did not catch; it is told when the idle loop comes round. Of several the last is. */
  uncaught(error: unknown): void {
    this.thrown = { error };
  }

  private tell(error: unknown): void {
    const process = this.realm.globals["process"] as object;
    const listeners = listenersOf(process, "uncaughtException");
    if (listeners.length === 0) return this.report(error);
    for (const listener of listeners) {
      try {
        Reflect.apply(listener as DeviceFunction, process, [error]);
      } catch (second) {
        this.surface();
        this.report(second);
      }
    }
  }

  private report(error: unknown): void {
    const { type, message } = (typeof error === "object" && error !== null ? error : {}) as { type?: unknown; message?: unknown };
    const what = typeof type === "string" ? `${type}: ${String(message)}` : "a value that is no error";
    this.print(`Uncaught ${what}\n`);
    this.options.events.failed(`Uncaught ${what}`.substring(0, LINE_MAX));
  }

  /** Runs what was queued, and then tells what was thrown; either may bring more of both. */
  private idle(): void {
    while (this.running && (this.calls.length > 0 || this.thrown !== undefined)) {
      for (let next = this.calls.shift(); next !== undefined; next = this.calls.shift()) this.call(next.run, next.self, next.values);
      const { thrown } = this;
      this.thrown = undefined;
      if (thrown !== undefined) this.tell(thrown.error);
    }
  }

  /** Throws what a port threw, though device code may have caught it. */
  private surface(): void {
    if (this.fatal !== undefined) {
      this.stop();
      throw this.fatal.error;
    }
  }
}
