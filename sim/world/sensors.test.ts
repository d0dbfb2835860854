/** Sensors that fail and drift while the machine runs, seen by the driver that reads them. */
import { openBme280, sampleBme280 } from "../../firmware/drivers/bme280";
import type { Bme280, Bme280Sample } from "../../firmware/drivers/bme280";
import { Fault } from "../../hal/ports/fault";
import { BME280_ADDRESS, sensorFaults, tolerance } from "./sensors";
import type { SensorFault } from "./sensors";
import { createWorld } from "./world";

const HOUR = 3600000;

function bench() {
  const world = createWorld({ seed: 3 });
  const machine = world.createDevice();
  const sample = (sensor: Bme280): [fault: number, sample: Bme280Sample] | undefined => {
    let heard: [number, Bme280Sample] | undefined;
    sampleBme280(sensor, machine.ports.clock, (fault, value) => (heard = [fault, value]));
    world.run(1000);
    return heard;
  };
  const open = (): Bme280 => openBme280(machine.ports.i2c, { bus: "default", address: BME280_ADDRESS });
  return { world, machine, sample, open };
}

const told: Readonly<Record<SensorFault, number>> = {
  nack: Fault.hardware,
  stuck: Fault.hardware,
  "wrong-id": Fault.notFound,
  "never-ready": Fault.timeout,
  "all-ones": Fault.notFound,
};

test.each(sensorFaults)("%s is told as a fault, and is over when it is switched off", (fault) => {
  const { machine, sample, open } = bench();
  machine.sensors.fail(fault, true);
  const sensor = open();
  expect(sample(sensor)![0]).toBe(told[fault]);
  machine.sensors.fail(fault, false);
  expect(sample(sensor)![0]).toBe(Fault.none);
  expect(sample(open())![1].temperature).toBeCloseTo(21, 1);
});

test("a chip that falls silent while it is in use is told, too: its data is no climate", () => {
  const { machine, sample, open } = bench();
  const sensor = open();
  expect(sample(sensor)![0]).toBe(Fault.none);
  for (const fault of sensorFaults) {
    machine.sensors.fail(fault, true);
    // A driver that knows its chip does not ask again who it is.
    expect(sample(sensor)![0] === Fault.none).toBe(fault === "wrong-id");
    machine.sensors.fail(fault, false);
    expect(sample(sensor)![0]).toBe(Fault.none);
  }
});

test("drift grows from the moment it begins, and ends", () => {
  const { world, machine, sample, open } = bench();
  const sensor = open();
  machine.sensors.drift({ temperature: 0.5, humidity: -2 });
  world.run(4 * HOUR);
  const [, drifted] = sample(sensor)!;
  expect(drifted.temperature).toBeCloseTo(23, 1);
  expect(drifted.humidity).toBeCloseTo(37, 0);
  expect(drifted.pressure / 100).toBeCloseTo(1013.25, 0);
  machine.sensors.drift(undefined);
  expect(sample(sensor)![1].temperature).toBeCloseTo(21, 1);
});

test("drift ends where it was told to", () => {
  const { world, machine } = bench();
  machine.sensors.drift({ temperature: 0.5, pressure: -200, humidity: -2 }, tolerance);
  world.run(HOUR);
  expect(machine.sensors.felt()).toEqual({ temperature: 21.5, pressure: 101225, humidity: 43 });
  world.run(4 * HOUR);
  expect(machine.sensors.felt()).toEqual({ temperature: 22, pressure: 101225, humidity: 42 });
});

test("damaged answers have one to three bits flipped, never twice in a row the same; the share is the one that was asked for", () => {
  const { machine } = bench();
  machine.sensors.damage(0.25, "seed");
  const { damage } = machine.buses.get("default")!;
  const sent = "\x00\xff\x55";
  const got = Array.from({ length: 4000 }, () => damage!(sent));
  const damaged = got.filter((bytes) => bytes !== sent);
  expect(damaged.length / got.length).toBeCloseTo(0.25, 1);
  for (const [i, bytes] of got.entries()) if (bytes !== sent) expect(bytes).not.toBe(got[i - 1]);
  const flips = (bytes: string): number => [...bytes].reduce((sum, char, i) => sum + (char.charCodeAt(0) ^ sent.charCodeAt(i)).toString(2).replaceAll("0", "").length, 0);
  expect([...new Set(damaged.map(flips))].sort()).toEqual([1, 2, 3]);
  machine.sensors.damage(0, "");
  expect(machine.buses.get("default")!.damage).toBeUndefined();
});

test("what is wrong is known, and how often that changed", () => {
  const { machine } = bench();
  machine.sensors.fail("stuck", true);
  machine.sensors.damage(0.5, "seed");
  expect([machine.sensors.failing, machine.sensors.switched]).toEqual([["damage", "stuck"], 2]);
  machine.sensors.fail("stuck", false);
  machine.sensors.damage(0, "");
  expect([machine.sensors.failing, machine.sensors.switched]).toEqual([[], 4]);
});

test("sensors outlive a boot, with their faults", () => {
  const { world, machine, sample, open } = bench();
  machine.sensors.fail("nack", true);
  machine.powerCut();
  machine.powerOn();
  world.run(1000);
  expect(sample(open())![0]).toBe(Fault.hardware);
});
