/** The faults of virtual datagrams. What holds without faults is in contract.test.ts. */
import type { Conditions } from "./conditions";
import { SERVER_ADDRESS } from "./network";
import { createWorld } from "./world";

/** Sends the numbers up and, as echo, down again; both as they arrived. */
function exchange(conditions: Partial<Conditions>, count: number): { up: number[]; down: number[] } {
  const world = createWorld({ seed: 3, conditions });
  const machine = world.createDevice();
  const up: number[] = [];
  const down: number[] = [];
  const server = world.bindUdp(5683, (bytes, address, port) => {
    up.push(Number(bytes));
    server.send(bytes, address, port);
  });
  const socket = machine.ports.udp.open({ port: 0, onReadable: (bytes) => down.push(Number(bytes)), onError: () => undefined });
  for (let i = 0; i < count; i += 1) machine.ports.udp.write(socket, String(i), SERVER_ADDRESS, 5683);
  world.run(10000);
  return { up, down };
}

const steady = { latencyMs: { min: 20, max: 20 } };

test("a good network brings everything once, in order", () => {
  const { up, down } = exchange(steady, 1000);
  expect(up).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  expect(down).toEqual(up);
});

test("loss takes its share in each direction", () => {
  const { up, down } = exchange({ ...steady, udpLossRate: 0.3 }, 10000);
  expect(up.length).toBeGreaterThan(6700);
  expect(up.length).toBeLessThan(7300);
  expect(down.length / up.length).toBeCloseTo(0.7, 1);
  expect(exchange({ udpLossRate: 1 }, 100).up).toEqual([]);
});

test("duplicates arrive twice and no more", () => {
  const { up } = exchange({ ...steady, udpDuplicateRate: 1 }, 100);
  expect(up).toHaveLength(200);
  expect(new Set(up).size).toBe(100);
});

test("held-back datagrams are overtaken", () => {
  const { up } = exchange({ ...steady, udpReorderRate: 0.5 }, 100);
  expect([...up].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect(up).not.toEqual([...up].sort((a, b) => a - b));
});

test("a server's port is bound once, and a machine's dies with its boot", () => {
  const world = createWorld({ seed: 1 });
  world.bindUdp(7, () => undefined);
  expect(() => world.bindUdp(7, () => undefined)).toThrow("bound");
  const machine = world.createDevice();
  machine.ports.udp.open({ port: 5683, onReadable: () => undefined, onError: () => undefined });
  expect(world.network.udp.has(`${machine.address}:5683`)).toBe(true);
  machine.powerCut();
  expect(world.network.udp.has(`${machine.address}:5683`)).toBe(false);
});
