/** What the desk adds to the ports: state in files, time at a speed, chips in the weather. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBme280, sampleBme280 } from "../../firmware/drivers/bme280";
import { Fault } from "../../hal/ports/fault";
import { ResetReason } from "../../hal/ports/system";
import { type Device, type DeviceOptions, openDevice } from "./device";
import { StateError } from "./state";
import { createRealTimeline } from "./timeline";

let dir: string;
const open: Device[] = [];

function device(options: Partial<DeviceOptions> = {}): Device {
  const one = openDevice({ stateDir: join(dir, "state"), ...options });
  open.push(one);
  return one;
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "motet-device-"));
});

afterEach(() => {
  for (const one of open.splice(0)) one.close();
  rmSync(dir, { recursive: true });
});

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

test("flash and identity survive, and only their owner may read them", () => {
  const first = device();
  const area = first.flash.open("records")!;
  expect(first.flash.write(area, 0, "token\xfe\x00")).toBe(0);
  const id = first.system.uniqueId();
  // Not closed: a killed process does not close either.
  const second = device({ resetReason: ResetReason.software });
  expect(second.flash.read(area, 0, 8)).toBe("token\xfe\x00\xff");
  expect(second.system.uniqueId()).toBe(id);
  expect(second.system.resetReason()).toBe(ResetReason.software);
  const state = join(dir, "state");
  expect(mode(state)).toBe("700");
  for (const name of ["records.flash", "log.flash", "unique-id"]) expect(mode(join(state, name))).toBe("600");
});

test("in a folder that others may enter, the files are still closed to them; the folder is left as it is", () => {
  const state = join(dir, "state");
  mkdirSync(state, { mode: 0o755 });
  chmodSync(state, 0o755);
  writeFileSync(join(state, "log.flash"), "old", { mode: 0o644 });
  device();
  expect(mode(state)).toBe("755");
  for (const name of ["records.flash", "log.flash", "unique-id"]) expect(mode(join(state, name))).toBe("600");
});

test("an erase reaches the file, and a shortened file reads as erased behind its end", () => {
  const first = device();
  const area = first.flash.open("records")!;
  first.flash.write(area, 0, "old");
  first.flash.write(area, area.blockBytes, "next");
  first.flash.eraseBlock(area, 0);
  first.close();
  expect(first.flash.write(area, 0, "x")).toBe(Fault.hardware);
  const second = device();
  expect(second.flash.read(area, 0, 3)).toBe("\xff\xff\xff");
  expect(second.flash.read(area, area.blockBytes, 4)).toBe("next");
  second.close();
  truncateSync(join(dir, "state", "records.flash"), 2);
  expect(device().flash.read(area, area.blockBytes, 4)).toBe("\xff\xff\xff\xff");
});

test("a damaged identity is made anew", () => {
  const first = device();
  const id = first.system.uniqueId();
  writeFileSync(join(dir, "state", "unique-id"), "NO!");
  const again = device().system.uniqueId();
  expect(again).not.toBe(id);
  expect(again).toMatch(/^[0-9a-f]{16}$/);
});

test("a folder that cannot be used gives one sentence with the path and the remedy", () => {
  writeFileSync(join(dir, "file"), "");
  const inFile = join(dir, "file", "state");
  expect(() => device({ stateDir: inFile })).toThrow(StateError);
  expect(() => device({ stateDir: inFile })).toThrow(`The device state at ${inFile} cannot be used (ENOTDIR): make it`);
  mkdirSync(join(dir, "blocked", "log.flash"), { recursive: true });
  expect(() => device({ stateDir: join(dir, "blocked") })).toThrow(/log\.flash cannot be used \(EISDIR\)/);
});

test("certificates that are not there are named, and speeds are above 0", () => {
  expect(() => device({ caFile: join(dir, "none.pem") })).toThrow(/none\.pem cannot be read \(ENOENT\)/);
  for (const speed of [0, -1, NaN]) expect(() => device({ speed })).toThrow("speed");
});

test("at a speed, uptime, timers, world time and sensors run together", async () => {
  const start = 1760000000000;
  const one = device({
    speed: 1000,
    startTimeMs: start,
    clockIsSet: true,
    sensorSource: (timeMs) => ({ temperature: (timeMs - start) / 1000, pressure: 100000, humidity: 50 }),
  });
  const sensor = openBme280(one.i2c, { bus: "default", address: 0x76 });
  let temperature = 0;
  one.clock.after(20000, () => void sampleBme280(sensor, one.clock, (fault, sample) => (temperature = fault === 0 ? sample.temperature : -1)));
  await until(() => temperature !== 0);
  expect(one.clock.uptime()).toBeGreaterThanOrEqual(20000);
  // Time goes on between two lines, so what is read in between lies in between.
  const seconds = ({ sec, ms }: { sec: number; ms: number }): number => sec - start / 1000 + ms / 1000;
  const before = seconds(one.worldTime());
  const epoch = seconds(one.clock.epoch()!);
  const after = seconds(one.worldTime());
  expect(epoch).toBeGreaterThanOrEqual(before);
  expect(epoch).toBeLessThanOrEqual(after);
  expect(temperature).toBeGreaterThanOrEqual(19.99);
  expect(temperature).toBeLessThanOrEqual(after);
});

test("pins and chips that are handed on outlive the boot", () => {
  const first = device();
  first.pins.drive("button", 1);
  first.close();
  first.close();
  const second = device({ pins: first.pins, buses: first.buses });
  const pin = second.digital.open({ pin: "button", mode: 0, initialValue: 0, onReadable: undefined });
  expect(second.digital.read(pin)).toBe(1);
});

test("a timeline that is always behind still lets sockets and others run", async () => {
  const timeline = createRealTimeline(1e6);
  let ran = 0;
  const again = (): void => {
    ran += 1;
    timeline.schedule(0, again);
  };
  timeline.schedule(0, again);
  await until(() => ran > 100);
  timeline.close();
  const count = ran;
  await new Promise((resolve) => setImmediate(resolve));
  expect(ran).toBe(count);
});

test("a wait beyond Node's longest timer does not run early", async () => {
  const timeline = createRealTimeline(1);
  let ran = false;
  timeline.schedule(2 ** 33, () => (ran = true));
  let other = false;
  timeline.schedule(5, () => (other = true));
  await until(() => other);
  expect(ran).toBe(false);
  timeline.close();
});
