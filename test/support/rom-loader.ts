/**
 * A chip with its ROM loader behind a serial line, as esptool-js meets it: reset lines, SLIP frames, the ROM's commands, the stub that is
 * loaded into its memory, and flash whose bits only an erase sets. It stands in for a board and knows nothing of what is tested with it.
 *
 * Facts: Espressif, "Serial Protocol" of esptool's documentation, and "Boot Mode Selection" of each chip.
 */
import { createHash } from "node:crypto";
import { constants, inflateSync } from "node:zlib";
import type { Line, LineSink, LineState } from "../../boards/toolchain/image/line";
import { LinkError } from "../../boards/toolchain/link/transport";

export type RomChip = "esp32" | "esp32c3" | "esp32s3" | "esp8266";

/** What goes wrong: a command's name and the how-manieth of them, and what becomes of it. */
export type RomFaults = Readonly<Record<`${string}#${number}`, "drop" | "nack" | "badmd5" | "pull">>;

export interface Rom {
  readonly line: Line;
  readonly flash: Uint8Array;
  /** What the chip runs: its ROM's loader, the program in flash, or nothing, held in reset. */
  mode(): "loader" | "stub" | "program" | "reset";
  /** How often each command came. */
  readonly counts: Readonly<Record<string, number>>;
  /** Speeds that the line was opened with or set to. */
  readonly bauds: readonly number[];
  isOpen(): boolean;
}

const FLASH_BYTES = 4 * 1024 * 1024;
const SECTOR = 4096;
const END = 0xc0;
const ESCAPE = 0xdb;
const ops: Readonly<Record<number, string>> = {
  0x02: "FLASH_BEGIN", 0x03: "FLASH_DATA", 0x04: "FLASH_END", 0x05: "MEM_BEGIN", 0x06: "MEM_END", 0x07: "MEM_DATA", 0x08: "SYNC", 0x09: "WRITE_REG", 0x0a: "READ_REG",
  0x0b: "SPI_SET_PARAMS", 0x0d: "SPI_ATTACH", 0x0f: "CHANGE_BAUD", 0x10: "DEFL_BEGIN", 0x11: "DEFL_DATA", 0x12: "DEFL_END", 0x13: "SPI_MD5", 0x14: "SECURITY_INFO",
};
/** Of the second pair of status bytes in a ROM's answer to a command that it has not. */
const INVALID = 5;
const CHECKSUM_WRONG = 7;

/** Registers that tell the chip, its address and the size of its flash (0x16: 4 MB). */
const registers: Readonly<Record<RomChip, Readonly<Record<number, number>>>> = {
  esp32: { 0x40001000: 0x00f01d83, 0x3ff5a004: 0x11223344, 0x3ff5a008: 0x0000246f, 0x3ff5a00c: 0x8000, 0x3ff5a014: 1 << 20, 0x3ff42080: 0x1640ef, 0x3ff40014: 347 },
  esp8266: { 0x40001000: 0xfff0c101, 0x3ff00050: 0x33000000, 0x3ff00054: 0x00001122, 0x60000240: 0x1640ef, 0x60000014: 451 },
  esp32c3: { 0x60008844: 0x11223344, 0x60008848: 0x0000246f, 0x60002058: 0x1640ef },
  esp32s3: { 0x60007044: 0x11223344, 0x60007048: 0x0000246f, 0x60002058: 0x1640ef },
};
const chipIds: Readonly<Partial<Record<RomChip, number>>> = { esp32c3: 5, esp32s3: 9 };

const u32 = (bytes: Uint8Array, at: number): number => Buffer.from(bytes.buffer, bytes.byteOffset).readUInt32LE(at);

function slip(packet: Uint8Array): Buffer {
  const out = [END];
  for (const byte of packet) {
    if (byte === END) out.push(ESCAPE, 0xdc);
    else if (byte === ESCAPE) out.push(ESCAPE, 0xdd);
    else out.push(byte);
  }
  return Buffer.from([...out, END]);
}

/** A chip in its program, as it comes out of a drawer. */
export function newRom(chip: RomChip, faults: RomFaults = {}, usb?: Line["usb"]): Rom {
  const flash = new Uint8Array(FLASH_BYTES).fill(0xff);
  const counts: Record<string, number> = {};
  const bauds: number[] = [];
  let mode: "loader" | "stub" | "program" | "reset" = "program";
  let sink: LineSink | undefined;
  let isLow = false;
  /** The USB Serial/JTAG of newer chips remembers that DTR was set; a bridge with two transistors drives GPIO0 itself. */
  let asksForLoader = false;
  let frame: number[] | undefined;
  let isEscaped = false;
  let writing = { address: 0, size: 0, done: 0, next: 0, packed: Buffer.alloc(0) };

  const say = (bytes: Uint8Array): void => {
    if (sink !== undefined) queueMicrotask(() => sink?.data(bytes));
  };
  const answer = (op: number, value: number, data: Uint8Array, status: readonly [number, number]): void => {
    // Only the ROM of the ESP32 and later has two more bytes of status.
    const state = mode === "stub" || chip === "esp8266" ? [...status] : [...status, 0, 0];
    const packet = Buffer.alloc(8 + data.length + state.length);
    packet.set([1, op], 0);
    packet.writeUInt16LE(data.length + state.length, 2);
    packet.writeUInt32LE(value >>> 0, 4);
    packet.set([...data, ...state], 8);
    say(slip(packet));
  };
  const none = new Uint8Array(0);
  const done = (op: number): void => answer(op, 0, none, [0, 0]);

  const boot = (intoLoader: boolean): void => {
    mode = intoLoader ? "loader" : "program";
    say(Buffer.from(intoLoader ? "ets Jul 29 2019\r\nrst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT)\r\nwaiting for download\r\n" : "ets Jul 29 2019\r\nrst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n"));
  };
  const setState = ({ dtr, rts }: LineState): void => {
    const holds = rts && !dtr;
    if (dtr && !rts) asksForLoader = true;
    else if (usb?.pid !== 0x1001 && !holds) asksForLoader = false;
    if (holds && !isLow) mode = "reset";
    if (!holds && isLow) {
      boot(asksForLoader);
      asksForLoader = false;
    }
    isLow = holds;
  };

  const erase = (address: number, size: number): void => void flash.fill(0xff, Math.floor(address / SECTOR) * SECTOR, Math.ceil((address + size) / SECTOR) * SECTOR);
  const program = (address: number, bytes: Uint8Array): void => bytes.forEach((byte, index) => (flash[address + index]! &= byte));

  /** A block of a part: of the stream that is compressed, as much as it gives by now. */
  const block = (body: Uint8Array, check: number): boolean => {
    const data = body.subarray(16, 16 + u32(body, 0));
    if (data.reduce((sum, byte) => sum ^ byte, 0xef) !== (check & 0xff)) return false;
    if (u32(body, 4) === writing.next) {
      writing.next += 1;
      writing.packed = Buffer.concat([writing.packed, data]);
      const plain = inflateSync(writing.packed, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, writing.size);
      program(writing.address + writing.done, plain.subarray(writing.done));
      writing.done = plain.length;
    }
    return true;
  };

  const security = (op: number): void => {
    const id = chipIds[chip];
    if (id !== undefined) {
      const data = Buffer.alloc(20);
      data.writeUInt32LE(id, 12);
      return answer(op, 0, data, [0, 0]);
    }
    // A ROM that has no such command says so eight times, of no command in particular.
    for (let n = 0; n < 8; n++) answer(0, 0, none, [1, INVALID]);
  };

  const obey = (op: number, body: Uint8Array, check: number): void => {
    switch (ops[op]) {
      case "SYNC":
        for (let n = 0; n < 8; n++) answer(op, 0x20120707, none, [0, 0]);
        return;
      case "READ_REG":
        return answer(op, registers[chip][u32(body, 0)] ?? 0, none, [0, 0]);
      case "SECURITY_INFO":
        return security(op);
      case "MEM_END":
        done(op);
        mode = "stub";
        return say(slip(Buffer.from("OHAI")));
      case "DEFL_BEGIN":
        writing = { address: u32(body, 12), size: u32(body, 0), done: 0, next: 0, packed: Buffer.alloc(0) };
        erase(writing.address, writing.size);
        return done(op);
      case "DEFL_DATA":
        return answer(op, 0, none, block(body, check) ? [0, 0] : [1, CHECKSUM_WRONG]);
      case "SPI_MD5":
        return answer(op, 0, createHash("md5").update(flash.subarray(u32(body, 0), u32(body, 0) + u32(body, 4))).digest(), [0, 0]);
      case "WRITE_REG":
      case "MEM_BEGIN":
      case "MEM_DATA":
      case "SPI_ATTACH":
      case "SPI_SET_PARAMS":
      case "CHANGE_BAUD":
      case "DEFL_END":
        return done(op);
      default:
        return answer(op, 0, none, [1, INVALID]);
    }
  };

  const receive = (packet: Uint8Array): void => {
    if (mode !== "loader" && mode !== "stub") return;
    const op = packet[1]!;
    const name = ops[op] ?? `0x${op.toString(16)}`;
    const count = (counts[name] = (counts[name] ?? 0) + 1);
    const fault = faults[`${name}#${count}`];
    const body = packet.subarray(8);
    if (fault === "drop") return;
    if (fault === "nack") return answer(op, 0, none, [1, CHECKSUM_WRONG]);
    if (fault === "badmd5") return answer(op, 0, new Uint8Array(16), [0, 0]);
    if (fault === "pull") {
      const gone = sink;
      sink = undefined;
      return queueMicrotask(() => gone?.closed());
    }
    obey(op, body, u32(packet, 4));
  };

  const write = (bytes: Uint8Array): void => {
    for (const byte of bytes) {
      if (byte === END) {
        if (frame !== undefined && frame.length > 0) {
          receive(Uint8Array.from(frame));
          frame = undefined;
        } else {
          frame = [];
        }
      } else if (frame !== undefined) {
        if (isEscaped) frame.push(byte === 0xdc ? END : ESCAPE);
        else if (byte !== ESCAPE) frame.push(byte);
        isEscaped = !isEscaped && byte === ESCAPE;
      }
    }
  };

  const isOpen = (): boolean => sink !== undefined;
  const atOnce = (what: () => void): Promise<void> => {
    if (!isOpen()) return Promise.reject(new LinkError("lost", "The line is gone."));
    what();
    return Promise.resolve();
  };
  const line: Line = {
    name: "/dev/ttyTEST0",
    usb,
    open: (baud, to) => {
      sink = to;
      bauds.push(baud);
      frame = undefined;
      return Promise.resolve();
    },
    write: (bytes) => atOnce(() => write(bytes)),
    setBaud: (baud) => atOnce(() => bauds.push(baud)),
    setState: (state) => atOnce(() => setState(state)),
    close: () => Promise.resolve(void (sink = undefined)),
  };
  return { line, flash, mode: () => mode, counts, bauds, isOpen };
}
