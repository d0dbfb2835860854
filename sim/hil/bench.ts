/**
 * What a test has before it: one device, one cloud, one log. It brings the device to where tests begin, and tells a bench that
 * failed from a device that failed.
 */
import { durationMs } from "../lab/duration";
import type { ProvisionSettings } from "../engines/program";
import type { BenchCloud } from "./cloud";
import { BenchError, Expectation } from "./faults";
import type { Journal } from "./journal";
import type { Lane, Unit, UnitEvents } from "./units/unit";

/** One thing that the device said of itself; `ms` is of this computer's clock. */
export interface Said {
  readonly ms: number;
  readonly event: string;
  readonly number: number;
  readonly text: string;
}

export interface BenchOptions {
  readonly lane: Lane;
  readonly journal: Journal;
  readonly cloud: BenchCloud;
  readonly transport: "mqtt" | "coap";
  readonly nowMs: () => number;
  /** Added to every limit: how long this computer may keep a test waiting. */
  readonly slackMs: number;
}

/** From its start to its first connection, an activation included. */
const BEGIN = "3m";
/** How long a device that is not told the time keeps the readings of a boot back, and some more. */
const UNTIMED_MS = 75000;
/** Codes of `offline` that a device tells which did not get into its network. */
const NO_NETWORK = [4, 5, 7];

/** What a test does with its device. */
export interface BenchDevice {
  /** All that it said, over all boots. */
  readonly said: readonly Said[];
  /** What it said under one name: "boot", "activated", "connected", "reading", "published", "command", "offline", "drained" … */
  told(event: string): readonly Said[];
  /** Provisions it: for the test's cloud, with a code of its own, unless told otherwise. It stands still afterwards. */
  provision(changes?: Partial<ProvisionSettings>): Promise<void>;
  /** Lets it run. */
  start(): Promise<void>;
  /** Puts the app on it once more, or another (its file, or an example's name); the bytes that had to be sent. It stands still afterwards. */
  load(app?: string): Promise<number>;
  /** Factory reset. It stands still afterwards. */
  erase(): Promise<void>;
  /** What its flash holds of settings and readings, one char a byte. It stands still afterwards. */
  contents(): Promise<string>;
  /** Takes its power away at once. */
  powerOff(): Promise<void>;
  /** Gives its power back. */
  powerOn(): Promise<void>;
  /** The level at a pin, by its function. */
  level(pin: string): number;
  setNetwork(present: boolean): void;
}

export class Bench {
  readonly cloud: BenchCloud;
  readonly device: BenchDevice;
  private readonly said: Said[] = [];
  private readonly failures: string[] = [];
  private unit: Unit | undefined;
  /** What the cloud had got when a device that could not be heard was given its power back. */
  private arrivalsUnheard: number | undefined;
  /** The code that the device was provisioned with first. */
  private code = "";

  constructor(private readonly options: BenchOptions) {
    this.cloud = options.cloud;
    this.device = {
      said: this.said,
      told: (event) => this.said.filter((one) => one.event === event),
      provision: (changes) => this.provision(changes ?? {}),
      start: () => this.doing("the device starts", () => this.theUnit.start()),
      load: (app) => this.doing(`${app ?? "the app"} is put on the device`, () => this.theUnit.load(app)),
      erase: () => this.doing("the device is erased", () => this.theUnit.erase()),
      contents: () => this.doing("its flash is read", () => this.theUnit.contents()),
      powerOff: () => this.doing("power off", () => this.theUnit.powerOff()),
      powerOn: () => this.doing("power on", () => this.powerOn()),
      level: (pin) => this.theUnit.level(pin),
      setNetwork: (present) => {
        this.note(present ? "the network is back" : "the network is gone");
        this.theUnit.setNetwork(present);
      },
    };
  }

  /** What the unit tells goes here. */
  readonly ears: UnitEvents = {
    record: (event, number, text) => {
      this.said.push({ ms: this.options.nowMs(), event, number, text });
      this.options.journal.add("device", `${event} ${number} ${JSON.stringify(text)}`);
    },
    console: (line) => this.options.journal.add("console", line),
    failed: (message) => {
      this.failures.push(message);
      this.options.journal.add("bench", `the engine complains: ${message}`);
    },
    lost: (message) => this.options.journal.fail(new BenchError(message)),
    note: (text) => this.note(text),
  };

  /** Takes the unit into use: the app is on it, and nothing else. */
  async adopt(unit: Unit): Promise<void> {
    this.unit = unit;
    if (unit.network !== undefined) this.options.journal.hide(unit.network.password);
    await this.device.load();
    await this.doing("the device is made new", () => unit.wipe());
  }

  /** Writes a line of the test into the log. */
  note(text: string): void {
    this.options.journal.add("bench", text);
  }

  /** What this computer's clock says, as the device's world has it, ms since 1970. */
  now(): number {
    return this.options.nowMs();
  }

  /**
   * Resolves as soon as `done` holds; it is asked whenever the device, its console or the cloud says something. `limit` is device
   * time ("30s", "5m"). Rejects with `what` when it does not come, and at once when the device's engine dies.
   */
  until(what: string, limit: string | number, done: () => boolean): Promise<void> {
    const ms = durationMs(limit);
    if (ms === undefined) throw new Expectation(`"${limit}" is no duration: write 90s, 10m or 8h, or milliseconds as a number`);
    const look = (): boolean => {
      if (this.failures.length > 0) throw new Expectation(`the device's engine failed: ${this.options.journal.masked(this.failures[0]!)}`);
      return done();
    };
    const { lane, slackMs, journal } = this.options;
    const limitMs = (ms + (lane.lacks.has("clock") ? UNTIMED_MS : 0)) / lane.speed + slackMs;
    return journal.until(look, limitMs, `${what} (within ${limit})`);
  }

  /** Provisions a fresh device, starts it, and waits until it is activated and connected. */
  async begin(changes: Partial<ProvisionSettings> = {}): Promise<void> {
    await this.provision(changes);
    await this.device.start();
    await this.connected();
  }

  /** Waits for the next connection after those that it has told of; `before` of them when given. */
  async connected(before = 0): Promise<void> {
    // One that was not heard when it booted may have told of it meanwhile: then what arrives tells.
    const unheard = (): boolean => this.arrivalsUnheard !== undefined && this.cloud.arrivals > this.arrivalsUnheard;
    try {
      await this.until(before === 0 ? "the device connects" : `the device connects, for the ${before + 1}th time`, BEGIN, () => this.device.told("connected").length > before || unheard());
    } catch (problem) {
      throw this.isOutside(before) ? new BenchError("The device did not get into its network: check the access point, and ssid and password of this board.", { cause: problem }) : problem;
    }
  }

  /** What must hold at the end of every test. */
  conclude(): void {
    if (this.failures.length > 0) throw new Expectation(`the device's engine failed: ${this.options.journal.masked(this.failures[0]!)}`);
    const { leaking } = this.options.journal;
    if (leaking.length > 0) throw new Expectation(`a secret was let out by the ${leaking.join(" and the ")}; it is masked in the log`);
  }

  async close(): Promise<void> {
    try {
      await this.unit?.close();
    } finally {
      await this.cloud.stop();
    }
  }

  /** A radio that was never in its network is the bench's affair: nothing of the device was seen at all. */
  private isOutside(before: number): boolean {
    const last = this.device.told("offline").at(-1);
    return this.options.lane.isHardware && before === 0 && this.theUnit.network !== undefined && this.cloud.things === 0 && this.cloud.ended === 0 && last !== undefined && NO_NETWORK.includes(last.number);
  }

  private get theUnit(): Unit {
    if (this.unit === undefined) throw new BenchError("The bench has no device yet.");
    return this.unit;
  }

  private async powerOn(): Promise<void> {
    const { arrivals } = this.cloud;
    await this.theUnit.start();
    this.arrivalsUnheard = this.theUnit.wasAway ? arrivals : undefined;
  }

  private doing<T>(what: string, run: () => Promise<T>): Promise<T> {
    this.note(what);
    return run();
  }

  private async provision(changes: Partial<ProvisionSettings>): Promise<void> {
    const { network, timeHost } = this.theUnit;
    const { host, port } = this.cloud.target(this.options.transport);
    this.code ||= this.cloud.code();
    const own = { host, port, tls: 0, timeHost, ssid: network?.ssid ?? "", password: network?.password ?? "", code: this.code, token: "" } as const;
    const settings: ProvisionSettings = { ...own, ...changes };
    for (const secret of [settings.password, settings.code, settings.token]) this.options.journal.hide(secret);
    this.note(`the device is provisioned for ${settings.host}:${settings.port}`);
    await this.theUnit.provision(settings);
  }
}
