import { createHash } from "node:crypto";
import { newRom } from "../../../test/support/rom-loader";
import type { Rom, RomChip, RomFaults } from "../../../test/support/rom-loader";
import { LinkError } from "../link/transport";
import type { Part } from "./parts";
import { writeImage } from "./write";
import type { ImageEvent } from "./write";

beforeEach(() => jest.useFakeTimers({ doNotFake: ["nextTick", "queueMicrotask", "setImmediate"] }));
afterEach(() => jest.useRealTimers());

/** Bytes that do not compress, so that a part takes several blocks. */
const noise = (length: number, seed: number): Uint8Array => createHash("shake128", { outputLength: length }).update(`${seed}`).digest();

const parts: readonly Part[] = [
  { file: "bootloader.bin", address: 0x1000, bytes: noise(20001, 1) },
  { file: "partitions.bin", address: 0x8000, bytes: noise(3072, 2) },
  { file: "runtime.bin", address: 0x10000, bytes: noise(50000, 3) },
];

interface Outcome {
  readonly rom: Rom;
  readonly events: readonly ImageEvent[];
  readonly error: unknown;
}

/** Lets the loader's waits pass at once. */
async function write(chip: RomChip, faults: RomFaults = {}, options: { readonly usb?: Rom["line"]["usb"]; readonly board?: { id: string; chip: RomChip }; readonly baud?: number; readonly parts?: readonly Part[]; readonly rom?: Rom } = {}): Promise<Outcome> {
  const rom = options.rom ?? newRom(chip, faults, options.usb);
  const events: ImageEvent[] = [];
  let ended = false;
  let error: unknown;
  const running = writeImage({ line: rom.line, board: options.board ?? { id: `${chip}-espruino`, chip }, parts: options.parts ?? parts, baud: options.baud ?? 921600, onEvent: (event) => void events.push(event) }).then(
    () => (ended = true),
    (cause: unknown) => {
      error = cause;
      ended = true;
    },
  );
  for (let turns = 0; !ended; turns++) {
    if (turns > 100000) throw new Error("it goes on for ever");
    await jest.advanceTimersByTimeAsync(50);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await running;
  return { rom, events, error };
}

const isWritten = (rom: Rom): boolean => parts.every(({ address, bytes }) => Buffer.compare(rom.flash.subarray(address, address + bytes.length), bytes) === 0);

test.each(["esp32", "esp8266", "esp32c3", "esp32s3"] as const)("an %s gets every part, verified, and then runs its program", async (chip) => {
  const { rom, events, error } = await write(chip);
  expect(error).toBeUndefined();
  expect(isWritten(rom)).toBe(true);
  expect(rom.mode()).toBe("program");
  expect(rom.isOpen()).toBe(false);
  expect(rom.bauds).toEqual([115200, 921600]);
  expect(events[0]).toMatchObject({ event: "chip", chip, flashBytes: 4194304 });
  expect(events.filter(({ event }) => event !== "progress").map(({ event }) => event)).toEqual(["chip", "part", "verified", "part", "verified", "part", "verified", "reset"]);
  const progress = events.filter((event) => event.event === "progress" && event.file === "runtime.bin") as { bytes: number; of: number }[];
  expect(progress[0]).toMatchObject({ bytes: 0, of: 50000 });
  expect(progress.at(-1)).toMatchObject({ bytes: 50000, of: 50000 });
  expect(progress.length).toBeGreaterThan(3);
  expect(rom.counts["SPI_MD5"]).toBe(parts.length);
});

test("the rest of the flash keeps what it holds", async () => {
  const rom = newRom("esp32");
  rom.flash.fill(0x5a);
  const { error } = await write("esp32", {}, { rom });
  expect(error).toBeUndefined();
  expect(isWritten(rom)).toBe(true);
  // Erased up to the end of its last block, and no further.
  for (const at of [0xfff, 0x1000 + 0x5000, 0x9000, 0xffff, 0x10000 + 0xd000, 0x310000, 0x3fffff]) expect([at, rom.flash[at]]).toEqual([at, 0x5a]);
});

test("a chip on its own USB is reset in its own way", async () => {
  const { rom, error } = await write("esp32c3", {}, { usb: { vid: 0x303a, pid: 0x1001 } });
  expect(error).toBeUndefined();
  expect(isWritten(rom)).toBe(true);
  expect(rom.mode()).toBe("program");
});

test.each<[string, RomFaults]>([
  ["two lost beginnings", { "SYNC#1": "drop", "SYNC#2": "drop" }],
  ["a block that was refused once", { "DEFL_DATA#2": "nack" }],
  ["a block that was refused twice", { "DEFL_DATA#3": "nack", "DEFL_DATA#4": "nack" }],
  ["a block whose answer was lost", { "DEFL_DATA#3": "drop" }],
])("%s hurts nothing", async (_, faults) => {
  const { rom, error } = await write("esp32", faults);
  expect(error).toBeUndefined();
  expect(isWritten(rom)).toBe(true);
  expect(rom.mode()).toBe("program");
});

test("no answer: the person hears which buttons to press", async () => {
  const faults = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`SYNC#${n + 1}`, "drop"])) as unknown as RomFaults;
  const { rom, error, events } = await write("esp32", faults);
  expect(error).toBeInstanceOf(LinkError);
  expect((error as Error).message).toMatch(/^No chip answers in its loader on \/dev\/ttyTEST0 \(.*\): hold the button BOOT or FLASH \(GPIO0\), press EN or RST/);
  expect(events).toEqual([]);
  expect(rom.isOpen()).toBe(false);
});

test("another chip than the board's is left as it is", async () => {
  const { rom, error } = await write("esp8266", {}, { board: { id: "esp32-espruino", chip: "esp32" } });
  expect((error as Error).message).toBe('There is an esp8266 on /dev/ttyTEST0, and esp32-espruino is an esp32: choose a board with that chip by --board ("motet boards list" shows them).');
  expect(rom.counts["DEFL_BEGIN"]).toBeUndefined();
  expect(rom.flash.every((byte) => byte === 0xff)).toBe(true);
});

test("a part behind the end of the flash that is there is refused before anything is written", async () => {
  const { rom, error } = await write("esp32", {}, { parts: [...parts, { file: "blank.bin", address: 0x400000, bytes: noise(4096, 4) }] });
  expect((error as Error).message).toBe("The flash of this esp32 has 4096 KB, and blank.bin ends behind it: choose a board with that flash.");
  expect(rom.counts["DEFL_BEGIN"]).toBeUndefined();
});

test("flash that reads back differently is not called written", async () => {
  const { rom, error, events } = await write("esp32", { "SPI_MD5#2": "badmd5" });
  expect((error as Error).message).toMatch(/^partitions\.bin reads back differently from what was written: run the command again/);
  expect(events.some(({ event }) => event === "reset")).toBe(false);
  expect(rom.isOpen()).toBe(false);
});

test("a block that is refused again and again ends it", async () => {
  const { error } = await write("esp32", { "DEFL_DATA#1": "nack", "DEFL_DATA#2": "nack", "DEFL_DATA#3": "nack" });
  expect((error as Error).message).toMatch(/^bootloader\.bin could not be written \(.*\): run the command again, with a lower --baud/);
});

test("the cable pulled at any command: the person hears what to do, and the next run writes all of it", async () => {
  const whole = await write("esp32");
  const commands = Object.entries(whole.rom.counts).flatMap(([name, count]) => (name === "READ_REG" || name === "WRITE_REG" ? [1] : Array.from({ length: count }, (_, n) => n + 1)).map((n) => `${name}#${n}`));
  expect(commands.length).toBeGreaterThan(20);
  for (const command of commands) {
    const { rom, error, events } = await write("esp32", { [command]: "pull" } as RomFaults);
    const begun = events.some(({ event }) => event === "part");
    expect([command, (error as Error).message]).toEqual([command, expect.stringMatching(begun ? /^The connection to \/dev\/ttyTEST0 was lost while [a-z]+\.bin was written; the board does not start until/ : /^The connection to \/dev\/ttyTEST0 was lost before anything was written/)]);
    expect(rom.isOpen()).toBe(false);
    if (!begun) continue;
    const again = newRom("esp32");
    again.flash.set(rom.flash);
    expect((await write("esp32", {}, { rom: again })).error).toBeUndefined();
    expect(isWritten(again)).toBe(true);
  }
}, 60000);
