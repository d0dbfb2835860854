/** Machines in the virtual world: boots, power, and the same run from the same seed. */
import { createHash } from "node:crypto";
import type { Ports } from "../../hal/ports/index";
import { ResetReason } from "../../hal/ports/system";
import { budget } from "../../test/support/budget";
import { SERVER_ADDRESS } from "./network";
import { createWorld } from "./world";

test("a program starts at power-on and after every reset, with the reason, and keeps its flash", () => {
  const world = createWorld({ seed: 1 });
  const seen: [ResetReason, string][] = [];
  const machine = world.createDevice({
    bootMs: 300,
    main: (ports) => {
      const area = ports.flash.open("records")!;
      seen.push([ports.system.resetReason(), ports.flash.read(area, 0, seen.length)]);
      ports.flash.write(area, seen.length - 1, String(seen.length));
      ports.system.watchdogStart(5000);
      if (seen.length === 1) ports.clock.after(1000, () => ports.system.restart());
      if (seen.length === 2) ports.clock.after(1000, () => ports.system.deepSleep(60000));
    },
  });
  world.run(66000);
  expect(seen).toHaveLength(3);
  world.run(10000);
  expect(seen.slice(0, 4)).toEqual([
    [ResetReason.powerOn, ""],
    [ResetReason.software, "1"],
    [ResetReason.deepSleep, "12"],
    [ResetReason.watchdog, "123"],
  ]);
  expect(machine.boots.slice(0, 4)).toEqual(seen.slice(0, 4).map(([reason]) => reason));
});

test("a cut inside a flash write switches the machine off until it gets its power back", () => {
  const world = createWorld({ seed: 1 });
  const heard: string[] = [];
  const machine = world.createDevice({
    main: (ports) => {
      const area = ports.flash.open("records")!;
      heard.push(`boot ${ports.flash.read(area, 0, 4).replace(/\xff/g, ".")}`);
      if (heard.length > 1) return;
      ports.clock.after(5, () => heard.push("never"));
      ports.flash.write(area, 0, "abcd");
      heard.push("never");
    },
  });
  machine.flash.cutInProgram(2, "none");
  world.run(1000);
  expect([machine.on, heard]).toEqual([false, ["boot ...."]]);
  expect(() => machine.ports).toThrow("off");
  machine.powerOn();
  machine.powerOn();
  world.run(1000);
  expect([machine.on, heard]).toEqual([true, ["boot ....", "boot ab.."]]);
  expect(machine.boots).toEqual([ResetReason.powerOn, ResetReason.powerOn]);
});

test("what a program throws reaches whoever runs the world", () => {
  const world = createWorld({ seed: 1 });
  world.createDevice({
    main: () => {
      throw new Error("a broken promise");
    },
  });
  expect(() => world.run(1)).toThrow("a broken promise");
});

test("a power cut while asleep or while booting keeps the machine off", () => {
  const world = createWorld({ seed: 1 });
  let boots = 0;
  const machine = world.createDevice({
    main: (ports) => {
      boots += 1;
      if (boots === 1) ports.system.deepSleep(1000);
    },
  });
  world.run(500);
  machine.powerCut();
  world.run(100000);
  expect([boots, machine.on]).toEqual([1, false]);
});

test("uptime wraps after 2^31 ms, and timers run across it", () => {
  const world = createWorld({ seed: 1 });
  const { clock } = world.createDevice({ uptimeAtBootMs: 2147483648 - 10 }).ports;
  const uptimes: number[] = [];
  clock.every(4, () => uptimes.push(clock.uptime()));
  world.run(17);
  expect(uptimes).toEqual([2147483642, 2147483646, 2, 6]);
});

test("a jump of world time moves the epoch and nothing else", () => {
  const world = createWorld({ seed: 1, startTimeMs: 1000500 });
  const machine = world.createDevice({ clockIsSet: true });
  const { clock } = machine.ports;
  expect(clock.epoch()).toEqual({ sec: 1000, ms: 500 });
  machine.jumpEpoch(-600);
  expect(clock.epoch()).toEqual({ sec: 999, ms: 900 });
  expect(clock.uptime()).toBe(0);
});

test("names of machines are theirs alone", () => {
  const world = createWorld({ seed: 1 });
  world.createDevice({ name: "kitchen" });
  expect(() => world.createDevice({ name: "kitchen" })).toThrow("already");
  for (const name of ["abc", "a".repeat(33), "Kitchen", "kit chen"]) expect(() => world.createDevice({ name })).toThrow("name");
  for (const name of ["abcd", "a".repeat(32)]) world.createDevice({ name });
});

test("access points belong to worlds that have some", () => {
  expect(() => createWorld({ seed: 1 }).setAccessPoint("attic", { present: false })).toThrow("attic");
});

/** Reports every second over a bad network, to a server that answers each line; reconnects when it breaks. */
function chatter(ports: Ports): void {
  const { clock, log, random, tcp } = ports;
  let socket = 0;
  let writable = false;
  const open = (): void => {
    socket = tcp.connect({
      address: SERVER_ADDRESS,
      port: 1,
      tls: undefined,
      onWritable: () => (writable = true),
      onReadable: (bytes) => log.record("got", bytes.length, ""),
      onError: (fault) => {
        log.record("lost", fault, "");
        writable = false;
        clock.after(100 + random.bytes(1).charCodeAt(0), open);
      },
    });
  };
  open();
  clock.every(1000, () => {
    if (writable) writable = tcp.write(socket, random.bytes(20)) !== 0;
  });
}

/** A hash of everything that machines logged, with the times. */
function run(seed: number, machines: number, seconds: number): { hash: string; events: number; wallMs: number } {
  const hash = createHash("sha256");
  const world = createWorld({
    seed,
    conditions: { tcpLossRate: 0.01, tcpSegmentBytes: { min: 1, max: 30 } },
    log: (time, machine, event, number) => hash.update(`${time} ${machine} ${event} ${number}\n`),
  });
  world.listenTcp(1, (stream) => ({ onBytes: (bytes) => stream.send(bytes), onEnded: () => undefined }));
  for (let i = 0; i < machines; i += 1) world.createDevice({ main: chatter });
  const started = process.hrtime.bigint();
  for (let i = 0; i < seconds; i += 10) {
    world.run(10000);
    const links = [...world.network.links];
    links[world.random.below(links.length)]?.cut();
  }
  return { hash: hash.digest("hex"), events: world.clock.events, wallMs: Number(process.hrtime.bigint() - started) / 1e6 };
}

test("the same seed gives the same run, bit for bit; another seed another", () => {
  const [machines, seconds] = [20, budget(60, 3600)];
  const first = run(5, machines, seconds);
  expect(run(5, machines, seconds).hash).toBe(first.hash);
  expect(run(6, machines, seconds).hash).not.toBe(first.hash);
  expect(first.events).toBeGreaterThan(seconds * machines);
});
