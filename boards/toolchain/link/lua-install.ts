/**
 * Puts an app on a board with NodeMCU, so that at every moment one whole app boots: the old one, or, once all of the new one was read back
 * right, the new one. An app is the image of a Lua Flash Store under the hash of its build; the firmware takes it over at the next boot.
 */
import { BOOT_FILE, FIRST_SEQUENCE, LOADER, readSelector, SELECTORS, selectorText, SEQUENCE_MAX, STILL_FILE, STORE_FILE, storeFile } from "../compile/lua/boot";
import type { Selection } from "../compile/lua/boot";
import type { InstallProgress, Outcome } from "./install";
import { LuaFiles } from "./lua-files";
import type { LuaConsole } from "./lua-console";
import { LinkError } from "./transport";

/** An app as a store takes it: what `luac.cross` makes of the program. */
export interface StoreImage {
  readonly hash: string;
  /** One char a byte. */
  readonly bytes: string;
}

/** Records, the loader, and what the file system keeps to itself. */
const SPARE_BYTES = 4096;
/** A file system that was full once is slow, and damages what it does not touch: so much of it stays free. */
const FREE_PART = 3;

/** What is on a board. */
export interface LuaInstalled {
  /** By the place of the record. */
  readonly records: readonly (Selection | undefined)[];
  /** The build that boots. */
  readonly active: Selection | undefined;
  /** Sizes of stores' images. */
  readonly images: ReadonlyMap<string, number>;
  readonly hasLoader: boolean;
}

/** Reads what is on a board. */
export async function readLuaInstalled(files: LuaFiles): Promise<LuaInstalled> {
  const records: (Selection | undefined)[] = [];
  for (const name of SELECTORS) records.push(readSelector(await files.read(name)));
  const images = await files.list("^%x+%.img$");
  const whole = records.filter((each): each is Selection => each !== undefined && images.has(storeFile(each.hash)));
  const active = whole.sort((one, other) => other.sequence - one.sequence)[0];
  return { records, active, images, hasLoader: await files.is(BOOT_FILE, LOADER) };
}

/** Removes images that neither boot nor are to boot. */
async function sweep(files: LuaFiles, { images, active }: LuaInstalled, hash: string): Promise<void> {
  for (const name of images.keys()) {
    const owner = STORE_FILE.exec(name)?.[1];
    if (owner !== undefined && owner !== hash && owner !== active?.hash) await files.remove(name);
  }
}

async function checkRoom(files: LuaFiles, needed: number): Promise<void> {
  const { freeBytes, allBytes } = await files.space();
  const left = freeBytes - Math.ceil(allBytes / FREE_PART);
  if (left < needed) {
    throw new LinkError("storage", `The board's file system has ${Math.max(0, left)} bytes for an app besides the third that stays free, and the app needs ${needed}: erase files that are not Motet's, or build a smaller app.`);
  }
}

/** Writes the record that makes a build boot into the place of the older one. */
async function select(files: LuaFiles, { active, records }: LuaInstalled, hash: string): Promise<void> {
  const place = active === undefined ? 0 : 1 - records.indexOf(active);
  const sequence = active === undefined ? FIRST_SEQUENCE : active.sequence + 1;
  if (sequence > SEQUENCE_MAX) throw new LinkError("storage", `The board has counted all the apps that it can: remove the files ${SELECTORS.join(" and ")} from it and flash it anew.`);
  const name = SELECTORS[place]!;
  await files.remove(name);
  await files.put(name, selectorText({ hash, sequence }), 0);
}

/** Installs an app; it boots at the next restart. When this rejects, what booted before boots again. */
export async function installLua(link: LuaConsole, { hash, bytes }: StoreImage, progress: InstallProgress): Promise<Outcome> {
  const files = new LuaFiles(link);
  await files.prepare();
  // Of somebody who wanted the board to stand still, and has gone.
  await files.remove(STILL_FILE);
  const before = await readLuaInstalled(files);
  await sweep(files, before, hash);
  const name = storeFile(hash);
  const size = before.images.get(name) ?? 0;
  const isThere = size === bytes.length && (await files.holds(name, bytes));
  let sentBytes = 0;
  if (!isThere) {
    await checkRoom(files, SPARE_BYTES + Math.max(0, bytes.length - size));
    progress.step(`sending ${name}, ${bytes.length} bytes${size > 0 ? `, of which ${size} are there` : ""}`);
    sentBytes = await files.put(name, bytes, size, (done) => progress.bytes(done, bytes.length));
  }
  const isActive = before.active?.hash === hash;
  if (!isActive) await select(files, before, hash);
  if (!before.hasLoader) {
    await files.remove(BOOT_FILE);
    await files.put(BOOT_FILE, LOADER, 0);
  }
  const after = await readLuaInstalled(files);
  if (after.active?.hash !== hash || !after.hasLoader) throw new LinkError("verify", "The board did not take the new app over: run the command again.");
  return { hash, unchanged: isActive && before.hasLoader && sentBytes === 0, sentBytes };
}
