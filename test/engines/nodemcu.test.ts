/**
 * What the contract of the ports cannot ask of hal/nodemcu because it takes days or is the firmware's own: counters that wrap,
 * timers longer than NodeMCU's, and connections that a chip cannot close yet. On both chips, by their emulation.
 */
import { portCalls, portsEntry } from "../support/port-calls";
import { elapsed } from "../../firmware/base/time";
import type { Ports } from "../../hal/ports";
import { loadBoard } from "../../boards/toolchain/board";
import { compileLua } from "../../boards/toolchain/compile/lua";
import { startLua } from "../../sim/engines/lua/engine";
import { SERVER_ADDRESS } from "../../sim/world/network";
import { createWorld, type World } from "../../sim/world/world";
import { root } from "./engines";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
/** A tick of the ESP32's scheduler is 10 ms, and a timer may wait for two. */
const lateMs = 20;

interface Device {
  readonly world: World;
  readonly ports: Ports;
}

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

const images = new Map<string, ReturnType<typeof compileLua>>();

async function begin(id: string): Promise<Device> {
  const { constants, lua } = loadBoard(root, id);
  const image = images.get(id) ?? compileLua(root, portsEntry(root, "nodemcu"), { id, constants, lua: lua! });
  images.set(id, image);
  const world = createWorld({ seed: id, conditions: { latencyMs: { min: 50, max: 50 } } });
  const machine = world.createDevice({ bootMs: 0 });
  const calls = portCalls((name, values) => boot.call(name, values));
  const events = { console: () => undefined, failed: (message: string) => expect(message).toBe("") };
  const boot = startLua(lua!, root, await image, machine.ports, events, calls);
  stops.push(() => boot.stop());
  expect(world.runUntil(calls.isServed, second)).toBe(true);
  return { world, ports: calls.ports };
}

describe.each(["esp8266-lua", "esp32-lua"])("%s", (id) => {
  test("uptime and world time run on over every wrap of the chip's counter, to the millisecond", async () => {
    const { world, ports: { clock } } = await begin(id);
    const uptime = clock.uptime();
    const start = world.clock.now();
    clock.setEpoch({ sec: 1760000000, ms: 990 });
    // 31 bits of microseconds are 35.8 minutes, and 31 bits of milliseconds are 24.9 days.
    for (const span of [1, 35 * minute, 2 * minute, 3 * hour, 20 * day, 5 * day, 7]) {
      world.run(span);
      const ran = world.clock.now() - start;
      expect(elapsed(clock.uptime(), uptime)).toBe(ran % 2147483648);
      const total = 990 + ran;
      expect(clock.epoch()).toEqual({ sec: 1760000000 + Math.floor(total / 1000), ms: total % 1000 });
    }
  });

  test("a timer may be longer than any of the firmware's, and is not early", async () => {
    const { world, ports: { clock } } = await begin(id);
    const start = world.clock.now();
    const ran: number[] = [];
    for (const span of [3 * hour, 2 * day]) clock.after(span, () => ran.push(world.clock.now() - start - span));
    world.run(3 * hour - 1);
    expect(ran).toEqual([]);
    world.run(2 * day);
    expect(ran).toHaveLength(2);
    for (const late of ran) expect(late >= 0 && late <= lateMs).toBe(true);
  });

  test("a beat of a second is kept for an hour", async () => {
    const { world, ports: { clock } } = await begin(id);
    const start = world.clock.now();
    const late: number[] = [];
    clock.every(second, () => late.push(world.clock.now() - start - (late.length + 1) * second));
    world.run(hour + lateMs);
    expect(late).toHaveLength(3600);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...late)).toBeLessThanOrEqual(lateMs);
  });

  test("as many timers as there are, and not one more; a cancelled one is free again", async () => {
    const { ports: { clock } } = await begin(id);
    const timers = Array.from({ length: 64 }, () => clock.after(minute, () => undefined));
    expect(new Set(timers).size).toBe(64);
    expect(timers).not.toContain(0);
    expect([clock.after(1, () => undefined), clock.every(1, () => undefined)]).toEqual([0, 0]);
    clock.cancel(timers[30]!);
    expect(clock.after(1, () => undefined)).toBeGreaterThan(0);
  });

  test("a connection that is closed before it stands is closed when it does", async () => {
    const { world, ports } = await begin(id);
    const ended: boolean[] = [];
    world.listenTcp(1000, () => {
      const mine = ended.push(false) - 1;
      return { onBytes: () => undefined, onEnded: () => (ended[mine] = true) };
    });
    const heard: string[] = [];
    const hear = (what: string) => (): void => void heard.push(what);
    const socket = ports.tcp.connect({
      address: SERVER_ADDRESS, port: 1000, tls: undefined, onWritable: hear("writable"), onReadable: hear("readable"), onError: hear("error"),
    });
    world.run(10);
    ports.tcp.close(socket);
    world.run(10 * second);
    expect(heard).toEqual([]);
    expect(ended.filter((one) => !one)).toEqual([]);
  });

  test("a write inside onWritable waits for its own turn, and none is lost", async () => {
    const { world, ports } = await begin(id);
    let received = "";
    world.listenTcp(1000, () => ({ onBytes: (bytes) => (received += bytes), onEnded: () => undefined }));
    const pieces = ["a".repeat(1024), "b", "c".repeat(700), "d"];
    const left = [...pieces];
    const socket = ports.tcp.connect({
      address: SERVER_ADDRESS, port: 1000, tls: undefined, onReadable: () => undefined, onError: () => undefined,
      onWritable: () => {
        const next = left.shift();
        if (next !== undefined) expect(ports.tcp.write(socket, next)).toBe(0);
      },
    });
    world.run(10 * second);
    expect(received).toBe(pieces.join(""));
  });
});
