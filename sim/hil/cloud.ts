/**
 * The cloud of a test: a local thethings.iO of its own, on an address that the device can reach, and what a test asks of it. What it
 * sees goes into the test's log.
 */
import { startThethings } from "../cloud/thethings/index";
import type { StartedThethings } from "../cloud/thethings/index";
import type { HostEvent } from "../cloud/host";
import { deskHost } from "../desk/time";
import type { DeskTime } from "../desk/time";
import { Expectation } from "./faults";
import type { Journal } from "./journal";

/** One value that the cloud holds. */
export interface Held {
  readonly value: unknown;
  /** What time the cloud has for it, ms since 1970. */
  readonly ms: number;
}

export interface CloudOptions {
  readonly journal: Journal;
  readonly time: DeskTime;
  readonly stateDir: string;
  /** The address that it listens on. */
  readonly host: string;
}

const ACTIVATION_DELAY_MS = 0;

export class BenchCloud {
  private cloud: StartedThethings | undefined;
  private ports: StartedThethings["ports"] | undefined;
  private running = false;
  private readonly watched = new Map<string, () => void>();
  /** Connections of devices that ended, of whatever kind. */
  private connections = 0;
  private writes = 0;

  constructor(private readonly options: CloudOptions) {}

  /** Starts it; again on the same ports, with all that it knew. */
  async start(): Promise<void> {
    const { journal, time, stateDir, host } = this.options;
    const machine = deskHost(time, (event) => this.hear(event));
    this.cloud = await startThethings({ host, stateDir, machine, activationDelayMs: ACTIVATION_DELAY_MS, ...this.ports });
    this.ports = this.cloud.ports;
    this.running = true;
    this.watch();
    journal.add("bench", `the cloud is up at ${host}`);
  }

  /** As by a crash: connections end, what it knew stays. Idempotent. */
  async stop(): Promise<void> {
    if (!this.running) return;
    this.running = false;
    for (const stop of this.watched.values()) stop();
    this.watched.clear();
    await this.cloud?.close();
    this.options.journal.add("bench", "the cloud is down");
  }

  /** Where a device finds it. */
  target(transport: "mqtt" | "coap"): { readonly host: string; readonly port: number } {
    return { host: this.options.host, port: this.ports![transport] };
  }

  /** A new activation code. A secret. */
  code(): string {
    const code = this.model.createCodes(1)[0]!;
    this.options.journal.hide(code);
    return code;
  }

  /** How many devices have activated. */
  get things(): number {
    return this.model.things().length;
  }

  /** How many connections it has seen end. */
  get ended(): number {
    return this.connections;
  }

  /** How often a device has written values. */
  get arrivals(): number {
    return this.writes;
  }

  /** The thing token of the one device; "" before its activation. A secret. */
  get token(): string {
    const id = this.model.things()[0];
    return id === undefined ? "" : (this.model.tokenOf(id) ?? "");
  }

  /** What it holds of a key, oldest first. */
  held(key: string): Held[] {
    return this.model.history(this.token, key).map(({ value, datetime }) => ({ value, ms: Date.parse(datetime) }));
  }

  /** The values of a key, oldest first. */
  values(key: string): unknown[] {
    return this.held(key).map(({ value }) => value);
  }

  /** A command to the device, as an app of its owner sends it. */
  send(key: string, value: boolean | number | string): void {
    this.options.journal.add("cloud", `sends ${key} ${JSON.stringify(value)}`);
    if (!this.model.write(this.token, { values: [{ key, value }] }, { via: "rest" }).ok) throw new Expectation(`the cloud did not take the command ${key}: has the device activated?`);
  }

  private get model(): StartedThethings["model"] {
    return this.cloud!.model;
  }

  private hear(event: HostEvent): void {
    const { event: name, ...fields } = event;
    if (name === "mqtt-closed") this.connections += 1;
    // The thing of an activation is there only when the call that made it has ended.
    if (name === "activation") queueMicrotask(() => this.watch());
    this.options.journal.add("cloud", `${name} ${Object.entries(fields).map(([field, value]) => `${field}=${value}`).join(" ")}`.trimEnd());
  }

  /** Has what devices write told in the log. */
  private watch(): void {
    for (const id of this.model.things()) {
      const token = this.model.tokenOf(id) ?? "";
      this.options.journal.hide(token);
      if (this.watched.has(id)) continue;
      const stop = this.model.watch(token, (elements, { via }) => {
        if (via === "mqtt" || via === "coap") this.writes += 1;
        for (const { key, value } of elements) this.options.journal.add("cloud", `has ${key} ${JSON.stringify(value)} (${via})`);
      });
      if (stop !== undefined) this.watched.set(id, stop);
    }
  }
}
