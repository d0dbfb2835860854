/**
 * Firmware that breaks one promise each, on purpose: what the watch over a day must find. Each changes what the agent gets from
 * below (ports, link) or meddles with it from outside; the agent's own code is the one that ships.
 */
import { bootThing } from "../../firmware/agent/boot";
import type { Definition } from "../../firmware/agent/thing";
import { CommandCode } from "../../firmware/agent/command-code";
import type { Link, LinkDriver, LinkSink } from "../../firmware/agent/link";
import { eraseThing, provisionState, provisionThing } from "../../firmware/agent/provision";
import type { Thing } from "../../firmware/agent/thing";
import { Origin } from "../../firmware/platform/profile";
import { logEach, Visit } from "../../firmware/store/log-each";
import type { EpochTime } from "../../hal/ports/clock";
import { Fault } from "../../hal/ports/fault";
import type { I2cPort } from "../../hal/ports/i2c";
import type { Ports } from "../../hal/ports";
import type { Program } from "../../sim/engines/program";
import type { PromiseId } from "../../sim/faults/promises";
import { routes } from "../../sim/lab/platforms";
import type { Route } from "../../sim/lab/platforms";
import { driverOf } from "../../sim/lab/program";

export interface Mutation {
  readonly promise: PromiseId;
  readonly says: string;
  readonly scenario: string;
  /** The one of thethings.iO; on other platforms it is tried on every transport. */
  readonly transport: "mqtt" | "coap";
  /** How long its days are; 24 on thethings.iO and 12 elsewhere unless given. */
  readonly hours?: number;
  /** The platforms that it is one on; all unless given. */
  readonly platforms?: readonly string[];
  /** The parts that one device's firmware gets instead of its own. */
  make(): Parts;
}

interface Parts {
  readonly ports?: (ports: Ports) => Ports;
  readonly driver?: (driver: LinkDriver) => LinkDriver;
  readonly booted?: (thing: Thing) => void;
}

/** The same ports but for some; those that nobody asks for stay unmade. */
function but(ports: Ports, changed: Partial<Ports>): Ports {
  return Object.create(ports, Object.fromEntries(Object.entries(changed).map(([name, value]) => [name, { value }]))) as Ports;
}

function withText(driver: LinkDriver, formatValue: LinkDriver["platform"]["formatValue"]): LinkDriver {
  return { ...driver, platform: { ...driver.platform, formatValue } };
}

const HOUR_SEC = 3600;
const LOOK_MS = 60000;
/** Longer than anything that waits takes to come. */
const DEAF_MS = 10000;

/** Holds every second reading of a key back until the fourth: 1, 1, 3, 2. */
function swapping(driver: LinkDriver): LinkDriver {
  const { formatValue } = driver.platform;
  const pieces = new Map<string, string[]>();
  return withText(driver, (name, value, time, geo) => {
    const held = pieces.get(name) ?? [];
    pieces.set(name, held);
    held.push(formatValue(name, value, time, geo));
    const place = held.length - 1;
    return held[place % 2 === 0 ? place : Math.max(0, place - 2 + (place % 4 === 1 ? 1 : 0))]!;
  });
}

/** Says that a batch has arrived as soon as it is sent, and waits for no echo. */
function hasty(driver: LinkDriver): LinkDriver {
  return {
    ...driver,
    echoes: false,
    send: (link, ref, payload) => {
      const code = driver.send(link, ref, payload);
      if (code === 0) link.ports.clock.after(0, () => link.open && link.sink.acknowledged(ref));
      return code;
    },
  };
}

/** Connects three times, and then never again. */
function tiring(): Parts {
  let opened = 0;
  const dead = new Set<Link>();
  return {
    driver: (driver) => ({
      ...driver,
      open: (ports, target, sink, before) => {
        opened += 1;
        const usable = before !== undefined && dead.has(before) ? undefined : before;
        if (opened <= 3) return driver.open(ports, target, sink, usable);
        const link = { ports, sink, open: true };
        dead.add(link);
        return link;
      },
      close: (link) => (dead.has(link) ? undefined : driver.close(link)),
    }),
  };
}

/** The same link with a sink between. */
function withSink(driver: LinkDriver, between: (sink: LinkSink, ports: Ports) => Partial<LinkSink>): LinkDriver {
  return { ...driver, open: (ports, target, sink, before) => driver.open(ports, target, { ...sink, ...between(sink, ports) }, before) };
}

/** Hears nothing at the beginning of a connection: what waited for it is lost. */
function deafAtFirst(sink: LinkSink, ports: Ports): Partial<LinkSink> {
  let sinceMs = Infinity;
  const isDeaf = (): boolean => !(ports.clock.uptime() - sinceMs > DEAF_MS);
  return {
    ready: () => {
      sinceMs = ports.clock.uptime();
      sink.ready();
    },
    data: (payload) => (isDeaf() ? undefined : sink.data(payload)),
    told: (payload, origin) => (isDeaf() ? CommandCode.unknown : sink.told(payload, origin)),
  };
}

/** Says that it has obeyed a call, and does not. */
function boasting(sink: LinkSink): Partial<LinkSink> {
  return { told: (payload, origin) => (origin === Origin.rpc ? CommandCode.ok : sink.told(payload, origin)) };
}

/** Obeys its last command again after a boot. */
function repeating(): Parts {
  const last = new Map<number, never>();
  return {
    booted: (thing) => {
      for (const command of thing.commands as { place: number; obey: (value: never) => void }[]) {
        const { obey } = command;
        if (last.has(command.place)) obey(last.get(command.place)!);
        command.obey = (value) => {
          last.set(command.place, value);
          obey(value);
        };
      }
    },
  };
}

/** Begins every boot but the first with an empty log. */
function wiping(): Parts {
  let boots = 0;
  return {
    ports: (ports) => {
      const log = ports.flash.open("log")!;
      if (boots > 0) for (let block = 0; block < log.blocks; block += 1) ports.flash.eraseBlock(log, block);
      boots += 1;
      return ports;
    },
  };
}

/** Gives a sensor up with its first failure. */
function resigning(i2c: I2cPort): I2cPort {
  let isOver = false;
  return {
    ...i2c,
    write: (device, bytes) => {
      const code = isOver ? Fault.hardware : i2c.write(device, bytes);
      isOver ||= code !== 0;
      return code;
    },
  };
}

/** Takes the last answer for one that does not come. */
function remembering(i2c: I2cPort): I2cPort {
  const answers = new Map<string, string>();
  return {
    ...i2c,
    write: (device, bytes) => {
      i2c.write(device, bytes);
      return 0;
    },
    writeRead: (device, bytes, count) => {
      const answer = i2c.writeRead(device, bytes, count) ?? answers.get(bytes);
      if (answer !== undefined) answers.set(bytes, answer);
      return answer;
    },
  };
}

function anHourLate(now: EpochTime | undefined): EpochTime | undefined {
  return now === undefined ? undefined : { sec: now.sec + HOUR_SEC, ms: now.ms };
}

export const mutations: readonly Mutation[] = [
  {
    promise: "S1",
    says: "readings that wait are forgotten",
    scenario: "bad-wifi",
    transport: "mqtt",
    make: () => ({ booted: (thing) => void thing.ports.clock.every(LOOK_MS, () => logEach(thing.publisher.log, () => Visit.acknowledge)) }),
  },
  {
    promise: "S2",
    says: "all readings bear one time",
    scenario: "bad-wifi",
    transport: "coap",
    make: () => ({ driver: (driver) => withText(driver, (name, value, _time, geo) => driver.platform.formatValue(name, value, { sec: 1767225600, ms: 0 }, geo)) }),
  },
  { promise: "S3", says: "readings overtake each other", scenario: "bad-wifi", transport: "coap", make: () => ({ driver: swapping }) },
  { promise: "S4", says: "a batch that was sent counts as arrived", scenario: "bad-wifi", transport: "coap", make: () => ({ driver: hasty }) },
  {
    promise: "S5",
    says: "memory grows",
    scenario: "bad-wifi",
    transport: "mqtt",
    make: () => ({ booted: (thing) => void thing.ports.clock.every(LOOK_MS, () => void thing.publisher.held.push(0)) }),
  },
  { promise: "S6", says: "after three connections there are no more", scenario: "broker-restarts", transport: "mqtt", make: tiring },
  {
    promise: "S7",
    says: "chance always answers the same",
    scenario: "broker-restarts",
    transport: "mqtt",
    // Without chance there is no wait, and an outage is thousands of tries.
    hours: 4,
    make: () => ({ ports: (ports) => but(ports, { random: { bytes: (count) => "\0".repeat(count) } }) }),
  },
  { promise: "S8", says: "the last command runs again after a boot", scenario: "power-cuts", transport: "mqtt", make: repeating },
  {
    promise: "S8",
    says: "a command that waited is not heard",
    scenario: "power-cuts",
    transport: "mqtt",
    platforms: ["evrythng", "thingsboard"],
    make: () => ({ driver: (driver) => withSink(driver, deafAtFirst) }),
  },
  {
    promise: "S8",
    says: "a call is answered and not obeyed",
    scenario: "bad-wifi",
    transport: "mqtt",
    platforms: ["thingsboard"],
    make: () => ({ driver: (driver) => withSink(driver, boasting) }),
  },
  {
    promise: "S9",
    says: "the clock is an hour late",
    scenario: "bad-wifi",
    transport: "mqtt",
    make: () => ({ ports: (ports) => but(ports, { clock: { ...ports.clock, epoch: () => anHourLate(ports.clock.epoch()) } }) }),
  },
  { promise: "S10", says: "a boot begins with an empty log", scenario: "power-cuts", transport: "mqtt", make: wiping },
  {
    promise: "S11",
    says: "a sensor that failed is not asked again",
    scenario: "bad-sensors",
    transport: "mqtt",
    make: () => ({ ports: (ports) => but(ports, { i2c: resigning(ports.i2c) }) }),
  },
  {
    promise: "S12",
    says: "an old sample stands in for one that failed",
    scenario: "bad-sensors",
    transport: "mqtt",
    make: () => ({ ports: (ports) => but(ports, { i2c: remembering(ports.i2c) }) }),
  },
];

/** The routes on which a mutation has to be found. */
export function routesOf({ transport, platforms }: Mutation): readonly Route[] {
  return routes.filter((route) => (platforms === undefined || platforms.includes(route.platform)) && (route.platform !== "thethings" || route.transport === transport));
}

/** Makes programs of the broken firmware. */
export function breaking(mutation: Mutation): (definition: Definition, route: Route) => Program {
  return (definition, route) => {
    const { ports: below = (ports) => ports, driver: link = (driver) => driver, booted } = mutation.make();
    return {
      boot: (ports) => {
        const running = bootThing(below(ports), link(driverOf(route)), { name: "broken", version: "1.0.0", inMemory: true }, definition);
        if (typeof running !== "number") booted?.(running);
        return running;
      },
      provision: provisionThing,
      state: provisionState,
      erase: eraseThing,
    };
  };
}
