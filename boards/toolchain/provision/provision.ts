/**
 * `motet provision` without its printing: settings go into a device's record store over its console, are shown, or are erased. The program
 * that runs is stopped meanwhile, as for flashing, and boots again at the end, whatever happened.
 */
import { recordsErase, recordsOpen } from "../../../firmware/store/records";
import { logErase, logOpen } from "../../../firmware/store/log";
import type { FlashPort } from "../../../hal/ports/flash";
import type { Board } from "../board";
import { LinkError, realTimer } from "../link/transport";
import type { Timer } from "../link/transport";
import { checksum, onFlash } from "./mirror";
import type { RemoteFlash } from "./remote-flash";
import { boardProblem, settingsProblem, SettingsError } from "./settings";
import type { DeviceSettings } from "./settings";
import { standStill } from "./standing";
import type { BoardConsole, Started, Unit } from "./standing";
import { readStored, secretsIn, writeStored } from "./stored";
import type { StoredSettings } from "./stored";

/** What an erased block of an area begins with, once its store has said that all before is gone. */
const HEADER_BYTES_MAX = 26;
/** A shorter secret could stand anywhere by chance. */
const SOUGHT_BYTES_MIN = 6;

/** What is done may take a while. */
export interface ProvisionOptions {
  /** All boards that there are, to name the right one. */
  readonly boards?: readonly Board[];
  readonly timer?: Timer;
  /** Told what is being done, for a person. */
  readonly step?: (text: string) => void;
}

/** Of a device whose program was started again. */
export interface Restarted extends Unit, Started {}

export interface Provisioned extends Restarted {
  readonly stored: StoredSettings;
}

export interface Erased extends Restarted {
  /** Bytes of the chip that were read back afterwards, and hold nothing of the device. */
  readonly scannedBytes: number;
}

/** Throws one sentence for settings that are wrong by themselves, or that the board can never live up to. */
export function checkSettings(board: Board, settings: DeviceSettings): void {
  const problem = settingsProblem(settings) ?? boardProblem(board, settings);
  if (problem !== undefined) throw new SettingsError(problem);
}

/** Stores settings in areas of flash; what is there then. */
export async function provisionFlash(flash: RemoteFlash, settings: DeviceSettings): Promise<StoredSettings> {
  const problem = settingsProblem(settings);
  if (problem !== undefined) throw new SettingsError(problem);
  return onFlash(flash, ["records"], (port) => {
    writeStored(port, settings);
    return readStored(port);
  });
}

/** What is stored in areas of flash. */
export function showFlash(flash: RemoteFlash): Promise<StoredSettings> {
  return onFlash(flash, ["records"], readStored);
}

function eraseStores(port: FlashPort): void {
  const records = recordsErase(recordsOpen(port, checksum, port.open("records")!));
  const log = logErase(logOpen(port, checksum, port.open("log")!));
  if (records !== 0 || log !== 0) throw new LinkError("verify", "The device's flash could not be erased: it may be worn out, so destroy the board if it held secrets.");
}

/** Whether the areas hold nothing but the headers that say that they are empty, read byte by byte; and how many bytes those are. */
async function scanAreas(flash: RemoteFlash): Promise<{ readonly isEmpty: boolean; readonly bytes: number }> {
  let isEmpty = true;
  let scanned = 0;
  for (const area of flash.areas) {
    const bytes = await flash.read(area, 0, area.blocks * area.blockBytes);
    scanned += bytes.length;
    for (let block = 0; block < area.blocks; block += 1) isEmpty &&= /^\xff*$/.test(bytes.slice(block * area.blockBytes + HEADER_BYTES_MAX, (block + 1) * area.blockBytes));
  }
  return { isEmpty, bytes: scanned };
}

/** Whether one of the secrets is where remains of erased blocks can be; and how many bytes were looked at. */
async function scanRemains(flash: RemoteFlash, secrets: readonly string[]): Promise<{ readonly isFound: boolean; readonly bytes: number }> {
  const overlap = Math.max(0, ...secrets.map(({ length }) => length - 1));
  let isFound = false;
  let scanned = 0;
  for await (const piece of flash.remains(overlap)) {
    scanned += piece.length - (scanned === 0 ? 0 : overlap);
    isFound ||= secrets.some((secret) => piece.includes(secret));
  }
  return { isFound, bytes: scanned };
}

/** Erases token, settings and log, and reads the flash back: how many bytes that were. Rejects when anything is left. */
export async function eraseFlash(flash: RemoteFlash): Promise<number> {
  const secrets = (await onFlash(flash, ["records"], secretsIn)).filter(({ length }) => length >= SOUGHT_BYTES_MIN);
  await onFlash(flash, ["records", "log"], eraseStores);
  await flash.scrub();
  const areas = await scanAreas(flash);
  const remains = await scanRemains(flash, secrets);
  if (!areas.isEmpty || remains.isFound) throw new LinkError("verify", "The flash still holds what was to be erased: run the command again, and destroy the board if it stays so.");
  return areas.bytes + remains.bytes;
}

/** Lets `use` have the flash of the board at a link, while its program stands still; then the program boots again. */
async function whileStopped<T>(link: BoardConsole, board: Board, { boards = [board], timer = realTimer, step = () => undefined }: ProvisionOptions, use: (flash: RemoteFlash, unit: string) => Promise<T>): Promise<Restarted & { readonly result: T }> {
  const standing = await standStill(link, board, { boards, timer, step });
  const { runtime, unit, flash } = standing;
  let result: T;
  try {
    result = await use(flash, unit);
  } catch (problem) {
    await standing.letGo().catch(() => undefined);
    throw problem;
  }
  return { runtime, unit, ...(await standing.start()), result };
}

/**
 * Hands the device at a link settings that are chosen by who it is and what it holds; undefined leaves all as it is. Rejects with
 * SettingsError for a mistake of the person, LinkError for one of the board.
 */
export async function provisionUnit(link: BoardConsole, board: Board, choose: (unit: string, stored: StoredSettings) => DeviceSettings | undefined, options: ProvisionOptions = {}): Promise<Provisioned> {
  const { result, ...restarted } = await whileStopped(link, board, options, async (flash, unit) => {
    const before = await showFlash(flash);
    const settings = choose(unit, before);
    if (settings === undefined) return before;
    checkSettings(board, settings);
    return provisionFlash(flash, settings);
  });
  return { ...restarted, stored: result };
}

/** Hands the device at a link its settings. Rejects as `provisionUnit`. */
export async function provisionDevice(link: BoardConsole, board: Board, settings: DeviceSettings, options: ProvisionOptions = {}): Promise<Provisioned> {
  checkSettings(board, settings);
  const { result, ...restarted } = await whileStopped(link, board, options, (flash) => provisionFlash(flash, settings));
  return { ...restarted, stored: result };
}

/** What the device at a link holds. Its program is started again afterwards. */
export async function showSettings(link: BoardConsole, board: Board, options: ProvisionOptions = {}): Promise<Provisioned> {
  const { result, ...restarted } = await whileStopped(link, board, options, showFlash);
  return { ...restarted, stored: result };
}

/** Makes the device at a link forget token, settings and log, and proves it. The app stays. */
export async function eraseDevice(link: BoardConsole, board: Board, options: ProvisionOptions = {}): Promise<Erased> {
  const { result, ...restarted } = await whileStopped(link, board, options, eraseFlash);
  return { ...restarted, scannedBytes: result };
}
