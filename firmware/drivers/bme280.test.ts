import { Fault } from "../../hal/ports/fault";
import { budget, generator, seed } from "../../test/support/budget";
import {
  type Bme280Chip, type Calibration, type Climate, compensateHumidity as humidityByBosch, compensatePressure as pressureByBosch,
  createBme280Chip, exampleCalibration, fineTemperature, measureRaw,
} from "../../sim/world/bme280";
import { type Machine } from "../../sim/world/machine";
import { createWorld, type World } from "../../sim/world/world";
import { type Bme280, type Bme280Sample, closeBme280, openBme280, sampleBme280 } from "./bme280";
import { compensateFine, compensateHumidity, compensatePressure, hundredths, isPlausible } from "./bme280-compensate";

/** The chip's parameters as the driver reads them. */
function read(calibration: Calibration): string {
  const chip = createBme280Chip({ now: () => 0 }, () => ({ temperature: 0, pressure: 0, humidity: 0 }), calibration);
  chip.write("\x88");
  const first = chip.read(26);
  chip.write("\xe1");
  return first + chip.read(7);
}

/** Parameters spread as those of real chips are. */
function drawCalibration(below: (limit: number) => number): Calibration {
  const near = (value: number, spread: number): number => value - spread + below(2 * spread + 1);
  return {
    t: [near(27900, 700), near(26200, 700), near(50, 1050)],
    p: [near(36800, 1500), near(-10650, 200), near(3024, 20), near(6000, 4000), near(100, 250), -7, near(12500, 3500), near(-12000, 3000), near(5000, 1200)],
    h: [75, near(365, 20), 0, near(320, 30), near(25, 30), 30],
  };
}

test("the data sheet's worked example: 25.08 degrees, 100653 Pa (BMP280 data sheet 3.12, same formulas)", () => {
  const bytes = read(exampleCalibration);
  const fine = compensateFine(bytes, 519888)!;
  expect(fine).toBe(128422);
  expect(hundredths(fine)).toBe(2508);
  expect(compensatePressure(bytes, 415148, fine)).toBe(100653);
  expect(pressureByBosch(exampleCalibration, 415148, 128422)).toBeCloseTo(100653.27, 1);
});

test("agrees with the double-precision formulas over the whole range, for chips of any make", () => {
  const below = generator(seed);
  const worst = { temperature: 0, pressure: 0, humidity: 0 };
  for (let i = 0; i < budget(1500, 400000); i += 1) {
    const calibration = i === 0 ? exampleCalibration : drawCalibration(below);
    const bytes = read(calibration);
    expect(isPlausible(bytes)).toBe(true);
    const climate = { temperature: below(12501) / 100 - 40, pressure: 30000 + below(80001), humidity: below(10001) / 100 };
    const raw = measureRaw(calibration, climate);
    const exactFine = fineTemperature(calibration, raw.temp);
    const fine = compensateFine(bytes, raw.temp)!;
    const exactHumidity = Math.min(100, Math.max(0, humidityByBosch(calibration, raw.hum, exactFine)));
    const errors = {
      temperature: Math.abs(hundredths(fine) / 100 - exactFine / 5120),
      pressure: Math.abs(compensatePressure(bytes, raw.press, fine)! - pressureByBosch(calibration, raw.press, exactFine)),
      humidity: Math.abs(compensateHumidity(bytes, raw.hum, fine) / 100 - exactHumidity),
    };
    worst.temperature = Math.max(worst.temperature, errors.temperature);
    worst.pressure = Math.max(worst.pressure, errors.pressure);
    worst.humidity = Math.max(worst.humidity, errors.humidity);
  }
  expect(worst.temperature).toBeLessThan(0.01);
  expect(worst.pressure).toBeLessThan(1.2);
  expect(worst.humidity).toBeLessThan(0.02);
});

test("any parameters and raw values give a value in range or none, and no product leaves 31 bits", () => {
  // idiv asserts its operands in this build, so a product beyond 31 bits throws.
  const below = generator(seed + 1);
  for (let i = 0; i < budget(5000, 1000000); i += 1) {
    let bytes = "";
    for (let k = 0; k < 33; k += 1) bytes += String.fromCharCode(below(4) === 0 ? [0, 127, 128, 255][below(4)]! : below(256));
    if (!isPlausible(bytes)) continue;
    const fine = compensateFine(bytes, below(1048576));
    if (fine === undefined) continue;
    const pressure = compensatePressure(bytes, below(1048576), fine);
    if (pressure !== undefined) expect(Math.abs(pressure)).toBeLessThan(400000);
    const humidity = compensateHumidity(bytes, below(65536), fine);
    expect(Number.isInteger(humidity) && humidity >= 0 && humidity <= 10000).toBe(true);
  }
});

interface Bench {
  readonly world: World;
  readonly machine: Machine;
  readonly chip: Bme280Chip;
  readonly sensor: Bme280;
}

function bench(climate: Climate): Bench {
  const world = createWorld({ seed });
  const machine = world.createDevice({ sensorSource: () => climate });
  const chip = machine.buses.get("default")!.chips.get(0x76) as Bme280Chip;
  return { world, machine, chip, sensor: openBme280(machine.ports.i2c, { bus: "default", address: 0x76 }) };
}

interface Result {
  code: number;
  heard: [fault: number, sample: Bme280Sample][];
}

function sample({ machine, sensor }: Bench): Result {
  const result: Result = { code: -1, heard: [] };
  result.code = sampleBme280(sensor, machine.ports.clock, (fault, value) => result.heard.push([fault, value]));
  expect(result.heard).toEqual([]);
  return result;
}

const zeros = { temperature: 0, pressure: 0, humidity: 0 };
const mild: Climate = { temperature: 21.37, pressure: 101325, humidity: 45.5 };

test.each<Climate>([
  mild,
  { temperature: -40, pressure: 30000, humidity: 0 },
  { temperature: 85, pressure: 110000, humidity: 100 },
  { temperature: -0.01, pressure: 98000, humidity: 99.99 },
])("reads the climate that the chip is in: %j", (climate) => {
  const on = bench(climate);
  const { heard } = sample(on);
  on.world.run(100);
  const [fault, value] = heard[0]!;
  expect(fault).toBe(0);
  expect(Math.abs(value.temperature - climate.temperature)).toBeLessThan(0.011);
  expect(Math.abs(value.pressure - climate.pressure)).toBeLessThanOrEqual(2);
  expect(Math.abs(value.humidity - climate.humidity)).toBeLessThan(0.03);
  expect(heard).toHaveLength(1);
});

test("a sample takes no longer than the data sheet's maximum, and one is under way at a time", () => {
  const on = bench(mild);
  const first = sample(on);
  const second = sample(on);
  expect([first.code, second.code]).toEqual([0, Fault.busy]);
  on.world.run(9);
  expect(first.heard).toHaveLength(0);
  on.world.run(1);
  expect(first.heard).toHaveLength(1);
  expect(second.heard).toHaveLength(0);
  expect(sample(on).code).toBe(0);
});

test("a chip that does not acknowledge, or a stuck bus, is a hardware fault, and passes", () => {
  const on = bench(mild);
  const bus = on.machine.buses.get("default")!;
  for (const set of [(bad: boolean) => void (bus.stuck = bad), (bad: boolean) => void (bad ? bus.nack.add(0x76) : bus.nack.clear())]) {
    set(true);
    const absent = sample(on);
    on.world.run(100);
    expect(absent.heard).toEqual([[Fault.hardware, zeros]]);
    set(false);
    const during = sample(on);
    set(true);
    on.world.run(100);
    expect(during.heard).toEqual([[Fault.hardware, zeros]]);
    set(false);
    const after = sample(on);
    on.world.run(100);
    expect(after.heard[0]![0]).toBe(0);
  }
});

test("a measurement that never ends is a timeout, within 30 ms", () => {
  const on = bench(mild);
  on.chip.neverReady = true;
  const { heard } = sample(on);
  on.world.run(30);
  expect(heard).toEqual([[Fault.timeout, zeros]]);
  on.chip.neverReady = false;
  const again = sample(on);
  on.world.run(30);
  expect(again.heard[0]![0]).toBe(0);
});

test("another chip at the address, and a bus that is not there, are not found", () => {
  const on = bench(mild);
  on.chip.id = 0x58;
  const other = sample(on);
  on.world.run(1);
  expect(other.heard).toEqual([[Fault.notFound, zeros]]);
  const nowhere = sample({ ...on, sensor: openBme280(on.machine.ports.i2c, { bus: "nowhere", address: 0x76 }) });
  on.world.run(1);
  expect(nowhere.heard).toEqual([[Fault.notFound, zeros]]);
});

test("answers that are damaged on the way are a fault or the truth, never another climate", () => {
  const codes = new Set<number>();
  for (const rate of [0.05, 0.3]) {
    const on = bench(mild);
    on.machine.sensors.damage(rate, `${seed}`);
    for (let i = 0; i < budget(400, 40000); i += 1) {
      // Now and then the driver has to learn who the chip is, too.
      const sensor = i % 3 === 0 ? openBme280(on.machine.ports.i2c, { bus: "default", address: 0x76 }) : on.sensor;
      const { heard } = sample({ ...on, sensor });
      on.world.run(100);
      const [fault, value] = heard[0]!;
      codes.add(fault);
      if (fault === 0) expect([Math.abs(value.temperature - 21.37) < 0.011, Math.abs(value.pressure - 101325) < 3, Math.abs(value.humidity - 45.5) < 0.03]).toEqual([true, true, true]);
      if (sensor !== on.sensor) closeBme280(sensor);
    }
  }
  expect([...codes].sort()).toEqual([Fault.none, Fault.hardware, Fault.notFound].sort());
});

test("a chip that lost its settings meanwhile, as after a dip of its supply, gives no sample", () => {
  const on = bench(mild);
  const first = sample(on);
  on.world.run(100);
  expect(first.heard[0]![0]).toBe(0);
  const during = sample(on);
  on.world.run(5);
  on.chip.write("\xe0\xb6");
  on.world.run(100);
  expect(during.heard).toEqual([[Fault.hardware, zeros]]);
});

test("a closed sensor gives a fault", () => {
  const on = bench(mild);
  const during = sample(on);
  closeBme280(on.sensor);
  closeBme280(on.sensor);
  on.world.run(100);
  expect(during.heard).toEqual([[Fault.hardware, zeros]]);
});

test("without a free timer a sample is refused, and the next one can go", () => {
  const on = bench(mild);
  const { clock } = on.machine.ports;
  const timers: number[] = [];
  for (let timer = clock.after(1000, () => undefined); timer !== 0; timer = clock.after(1000, () => undefined)) timers.push(timer);
  expect(sample(on).code).toBe(Fault.busy);
  clock.cancel(timers[0]!);
  const next = sample(on);
  on.world.run(100);
  expect(next.heard[0]![0]).toBe(0);
});
