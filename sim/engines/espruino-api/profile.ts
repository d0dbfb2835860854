/** What differs between the builds of Espruino that are emulated; each figure stands in the interpreter's own source. */
import type { BoardConstants } from "../image";

export interface Profile {
  /** `process.env.BOARD`. */
  readonly board: string;
  /** The largest piece that a socket reads or sends at a time. */
  readonly chunkBytes: number;
  /** Datagrams above half a chunk never arrive (ESP8266); elsewhere they are cut to the receive buffer. */
  readonly dropsLongDatagrams: boolean;
  /** A connection that breaks is told with code -9; elsewhere a reset looks like an ordinary close. */
  readonly tellsResets: boolean;
  /** `connect` blocks until the peer has answered, so that a refusal is an exception; elsewhere it is an `error` event. */
  readonly connectThrows: boolean;
  readonly storageBytes: number;
  readonly jsVars: number;
  readonly pins: readonly string[];
  /** What `Flash.getFree` answers: traps included. */
  readonly freeFlash: readonly (readonly [address: number, length: number])[];
}

function digital(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `D${i}`);
}

const profiles: Readonly<Record<BoardConstants["chip"], Profile>> = {
  esp32: {
    board: "ESP32",
    chunkBytes: 536,
    dropsLongDatagrams: false,
    tellsResets: false,
    connectThrows: true,
    storageBytes: 224 * 4096,
    jsVars: 16383,
    pins: digital(40),
    // The first is taken on newer images, and the last lies inside Storage.
    freeFlash: [[0xe000, 0x2000], [0x310000, 0x10000], [0x360000, 0xa0000]],
  },
  esp8266: {
    board: "ESP8266_4MB",
    chunkBytes: 268,
    dropsLongDatagrams: true,
    tellsResets: true,
    connectThrows: false,
    storageBytes: 48 * 4096,
    jsVars: 1600,
    pins: [...digital(17), "A0"],
    freeFlash: [[0x200000, 0x100000], [0x300000, 0x40000], [0x340000, 0xbc000]],
  },
  linux: {
    board: "LINUX",
    chunkBytes: 536,
    dropsLongDatagrams: false,
    tellsResets: false,
    connectThrows: true,
    storageBytes: 262144,
    jsVars: 1700,
    pins: digital(33),
    freeFlash: [],
  },
};

export function profileOf(chip: BoardConstants["chip"]): Profile {
  return profiles[chip];
}
