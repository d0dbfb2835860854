/**
 * Puts an image into the Storage of a board with Espruino, so that at every moment one whole app boots: the old one, or, once all of
 * the new one was read back right, the new one. What was interrupted goes on where it ended.
 */
import type { Image } from "../../../sim/engines/image";
import { crc32 } from "../checksum";
import { BOOT_FILE, BUILD_FILE, FIRST_SEQUENCE, LOADER, readSelector, SELECTORS, selectorText, SEQUENCE_MAX } from "../compile/espruino/boot";
import type { Selection } from "../compile/espruino/boot";
import type { ConsoleLink } from "./console-link";
import { LinkError } from "./transport";

/** What Storage adds to a file. */
const HEADER_BYTES = 32;
/** What is left free for the files that a device makes and the runtime needs. */
const SPARE_BYTES = 512;

/** What is on a board. */
export interface Installed {
  readonly freeBytes: number;
  /** By the place of the record. */
  readonly records: readonly (Selection | undefined)[];
  /** The build that boots; undefined for a board without one, or with a program of someone else. */
  readonly active: Selection | undefined;
  /** Its loader is ours, and of this version. */
  readonly hasLoader: boolean;
  /** Files of builds. */
  readonly files: readonly string[];
}

export interface InstallProgress {
  /** What is being done, for a person. */
  step(text: string): void;
  /** Bytes of the new app that are on the board, of how many. */
  bytes(done: number, total: number): void;
}

export interface Outcome {
  readonly hash: string;
  /** The app was there and booting already. */
  readonly unchanged: boolean;
  /** Bytes that were sent. */
  readonly sentBytes: number;
}

const text = (value: string): string => JSON.stringify(value);

/** Reads what is on a board. */
export async function readInstalled(link: ConsoleLink): Promise<Installed> {
  const records = SELECTORS.map((name) => `s.read(${text(name)})`).join(",");
  const found = await link.call(`(function(s){return[s.getFree(),E.CRC32(s.read(${text(BOOT_FILE)})||" "),s.list().filter(function(n){return n.endsWith(".app")||n.endsWith(".cold")}),[${records}]]})(require("Storage"))`);
  const [freeBytes, loader, files, texts] = found as [number, number, string[], (string | null)[]];
  const selections = texts.map((each) => readSelector(each ?? undefined));
  const bootable = selections.filter((each): each is Selection => each !== undefined && files.includes(`${each.hash}.app`));
  const active = bootable.sort((one, other) => other.sequence - one.sequence)[0];
  return { freeBytes, records: selections, active, hasLoader: loader === crc32(LOADER), files: files.filter((name) => BUILD_FILE.test(name)) };
}

/** The build of an image, and its own files: not those that every image has. */
function buildOf(image: Image): { readonly hash: string; readonly files: ReadonlyMap<string, string> } {
  const files = new Map([...image.files].filter(([name]) => BUILD_FILE.test(name)));
  const hash = BUILD_FILE.exec([...files.keys()][0] ?? "")?.[1];
  if (image.runtime !== "espruino" || hash === undefined) throw new LinkError("board", `The image is for ${image.board}, which has no Espruino: build it for the board that is at the port.`);
  return { hash, files };
}

function spaceOf(content: string): number {
  return HEADER_BYTES + Math.ceil(content.length / 8) * 8;
}

/** Erases builds that neither boot nor are to boot. */
async function sweep(link: ConsoleLink, { files, active }: Installed, hash: string): Promise<void> {
  for (const name of files) {
    const owner = BUILD_FILE.exec(name)![1];
    if (owner !== hash && owner !== active?.hash) await link.call(`require("Storage").erase(${text(name)})`);
  }
}

/** Makes room before anything is written, so that a full Storage leaves all as it was. */
async function makeRoom(link: ConsoleLink, needed: number): Promise<void> {
  const free = async (): Promise<number> => (await link.call('require("Storage").getFree()')) as number;
  if ((await free()) >= needed) return;
  await link.call('require("Storage").compact()');
  const left = await free();
  if (left < needed) throw new LinkError("storage", `The board's Storage has ${left} bytes free, and the app needs ${needed}: erase files that are not Motet's, or build a smaller app.`);
}

/** Writes a small file in one evaluation, so that a link cannot be cut inside of it, and reads it back. */
async function putAtOnce(link: ConsoleLink, name: string, content: string): Promise<void> {
  const isThere = await link.call(`(function(s){s.write(${text(name)},${text(content)});return s.read(${text(name)})==${text(content)}})(require("Storage"))`);
  if (isThere !== true) throw new LinkError("verify", `The file ${name} is not on the board as it was written: run the command again.`);
}

/** Sends the files of a build that are not there yet; the bytes that were sent. */
async function send(link: ConsoleLink, files: ReadonlyMap<string, string>, progress: InstallProgress): Promise<number> {
  const total = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  const missing: [string, string][] = [];
  for (const [name, content] of files) {
    const found = await link.checksum(name);
    if (found === crc32(content)) continue;
    if (found !== undefined) await link.call(`require("Storage").erase(${text(name)})`);
    missing.push([name, content]);
  }
  const toSend = missing.reduce((sum, [, { length }]) => sum + length, 0);
  await makeRoom(link, SPARE_BYTES + spaceOf(LOADER) + missing.reduce((sum, [, content]) => sum + spaceOf(content), 0));
  let sent = 0;
  for (const [name, content] of missing) {
    progress.step(`sending ${name}, ${content.length} bytes`);
    await link.putFile(name, content, (bytes) => progress.bytes(total - toSend + sent + bytes, total));
    sent += content.length;
  }
  return sent;
}

/** Writes the record that makes a build boot into the place of the older one. */
async function select(link: ConsoleLink, { active, records }: Installed, hash: string): Promise<void> {
  const place = active === undefined ? 0 : 1 - records.indexOf(active);
  const sequence = active === undefined ? FIRST_SEQUENCE : active.sequence + 1;
  if (sequence > SEQUENCE_MAX) throw new LinkError("storage", "The board has counted all the apps that it can: erase the files motet.a and motet.b from its Storage and flash it anew.");
  await putAtOnce(link, SELECTORS[place]!, selectorText({ hash, sequence }));
}

/**
 * Installs an image. The program on the board is stopped first, and begins anew at the end; when this rejects, what booted before
 * boots again.
 */
export async function install(link: ConsoleLink, image: Image, progress: InstallProgress): Promise<Outcome> {
  const { hash, files } = buildOf(image);
  const before = await readInstalled(link);
  await sweep(link, before, hash);
  const sentBytes = await send(link, files, progress);
  const isActive = before.active?.hash === hash;
  if (!isActive) await select(link, before, hash);
  if (!before.hasLoader) await putAtOnce(link, BOOT_FILE, LOADER);
  const after = await readInstalled(link);
  if (after.active?.hash !== hash || !after.hasLoader) throw new LinkError("verify", "The board did not take the new app over: run the command again.");
  return { hash, unchanged: isActive && before.hasLoader && sentBytes === 0, sentBytes };
}
