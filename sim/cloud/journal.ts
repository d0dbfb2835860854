/**
 * The state of one cloud on disk: an append-only log of entries that begins with a snapshot.
 *
 * One file `<name>.journal` in the state folder, one line an entry: eight hex digits of its SHA-256, a space, the JSON text.
 * The first line names the cloud and the format. An entry is kept once its whole line is in the file, so a process that
 * is killed at any byte leaves entries up to some point and at most one torn last line, which the next start cuts off.
 * When the log has grown to several times its snapshot, a new file with a new snapshot replaces it by rename.
 *
 * Lines are handed to the operating system, not forced to the medium: they outlive the process, and a power cut of the
 * desk machine may cost the last ones. The folder is readable by its owner only; entries hold secrets.
 */
import { createHash } from "node:crypto";
import { closeSync, existsSync, fchmodSync, fstatSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Keeper } from "./keeper";

/** Refused at opening: one sentence for the user, saying what to do. */
export class JournalError extends Error {
  override readonly name = "JournalError";
}

/** The log is replaced by what `dump` of `settle` gives once that is worth while. */
export interface Journal extends Keeper {
  /** Idempotent. */
  close(): void;
}

export interface JournalOptions {
  /** Made when absent, with mode 0700. */
  readonly folder: string;
  /** Of the cloud, e.g. "thethings": the file's name and a check against mixing them up. */
  readonly name: string;
  /** The log is replaced when longer than this and than three snapshots; bytes. Default 4 MiB. */
  readonly compactBytes?: number;
}

const version = 1;
const compactBytesDefault = 4 * 1024 * 1024;

/** Opens the journal of a folder, which stays this process's own until `close`. Throws JournalError. */
export function openJournal(options: JournalOptions): Journal {
  const path = join(options.folder, `${options.name}.journal`);
  const unlock = attempt(`The state folder ${options.folder} cannot be used`, () => {
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    return lock(join(options.folder, `${options.name}.lock`), options.folder);
  });
  try {
    const found = attempt(`The state file ${path} cannot be read`, () => (existsSync(path) ? readFileSync(path) : Buffer.alloc(0)));
    const { entries, bytes } = readEntries(found, path, options.name);
    const file = attempt(`The state file ${path} cannot be written`, () => openFile(path, options.name, bytes));
    return journalOf(path, file, entries, unlock, options);
  } catch (error) {
    unlock();
    throw error;
  }
}

function journalOf(path: string, first: number, entries: readonly unknown[], unlock: () => void, options: JournalOptions): Journal {
  const compactBytes = options.compactBytes ?? compactBytesDefault;
  let file = first;
  let bytes = fstatSync(file).size;
  let snapshotBytes = 0;
  let open = true;
  return {
    entries,
    append: (entry) => {
      if (!open) throw new JournalError("The journal is closed.");
      bytes += appendLine(file, bytes, entry);
    },
    settle: (dump) => {
      if (bytes <= Math.max(compactBytes, 3 * snapshotBytes)) return;
      const replaced = replace(path, options.name, dump);
      // A disk that has no room for a snapshot is asked again when the log is twice as long.
      snapshotBytes = replaced?.bytes ?? bytes;
      if (replaced === undefined) return;
      closeSync(file);
      file = replaced.file;
      bytes = replaced.bytes;
    },
    close: () => {
      if (!open) return;
      open = false;
      closeSync(file);
      unlock();
    },
  };
}

/** Opens the file for appending after its first `bytes` bytes; a new one gets its first line. */
function openFile(path: string, name: string, bytes: number): number {
  const file = openSync(path, "a", 0o600);
  fchmodSync(file, 0o600);
  ftruncateSync(file, bytes);
  if (bytes === 0) appendLine(file, 0, header(name));
  return file;
}

/** Writes a whole line at the end of a file of `bytes` bytes, or nothing: the length of the line. */
function appendLine(file: number, bytes: number, entry: unknown): number {
  const line = encodeLine(entry);
  try {
    for (let done = 0; done < line.length; ) done += writeSync(file, line, done);
  } catch (error) {
    ftruncateSync(file, bytes);
    throw error;
  }
  return line.length;
}

function header(name: string): unknown {
  return { journal: name, version };
}

function encodeLine(entry: unknown): Buffer {
  const text = Buffer.from(JSON.stringify(entry));
  return Buffer.concat([Buffer.from(`${checksum(text)} `), text, Buffer.from("\n")]);
}

function checksum(text: Uint8Array): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

/** The entries of a file's bytes, and how many of the bytes are whole. */
function readEntries(found: Buffer, path: string, name: string): { entries: readonly unknown[]; bytes: number } {
  const lines: unknown[] = [];
  let from = 0;
  for (let end = found.indexOf(10); end >= 0; end = found.indexOf(10, from)) {
    const line = decodeLine(found.subarray(from, end));
    if (line === undefined) {
      // Only the last line can be torn; damage before it is none that a crash makes.
      if (end + 1 < found.length) throw new JournalError(`The state file ${path} is damaged at byte ${from}; move it away to start anew.`);
      break;
    }
    lines.push(line.entry);
    from = end + 1;
  }
  const [first, ...entries] = lines;
  const expected = encodeLine(header(name));
  // A file that was cut within its first line is a new one; anything else without that line is not ours.
  const ours = first === undefined ? expected.indexOf(found) === 0 : JSON.stringify(first) === JSON.stringify(header(name));
  if (!ours) {
    throw new JournalError(`The state file ${path} was not written by this version of the ${name} cloud; use another folder or move it away.`);
  }
  return { entries, bytes: from };
}

function decodeLine(line: Buffer): { entry: unknown } | undefined {
  const text = line.subarray(9);
  if (line.length < 10 || line.toString("latin1", 0, 9) !== `${checksum(text)} `) return undefined;
  try {
    return { entry: JSON.parse(text.toString("utf8")) as unknown };
  } catch {
    return undefined;
  }
}

/** Writes a new file with a snapshot and puts it in place of the old one, which stays until that moment. */
function replace(path: string, name: string, dump: () => Iterable<unknown>): { file: number; bytes: number } | undefined {
  const fresh = `${path}.new`;
  let file: number | undefined;
  try {
    rmSync(fresh, { force: true });
    file = openSync(fresh, "ax", 0o600);
    let bytes = appendLine(file, 0, header(name));
    for (const entry of dump()) bytes += appendLine(file, bytes, entry);
    fsyncSync(file);
    renameSync(fresh, path);
    return { file, bytes };
  } catch {
    if (file !== undefined) closeSync(file);
    return undefined;
  }
}

/** The locks that this process holds. */
const held = new Set<string>();

/** Takes the folder for this process, by a file with its number; that of a dead process does not count. */
function lock(path: string, folder: string): () => void {
  const own = String(process.pid);
  const name = resolve(path);
  for (let tries = 0; ; tries += 1) {
    try {
      writeFileSync(path, own, { flag: "wx", mode: 0o600 });
      held.add(name);
      return () => {
        held.delete(name);
        rmSync(path, { force: true });
      };
    } catch (error) {
      if (codeOf(error) !== "EEXIST" || tries > 0) throw error;
    }
    const holder = Number(readFileSync(path, "latin1"));
    // A file with our own number that we do not hold is of a process before us: in containers numbers repeat.
    if (holder === process.pid ? held.has(name) : isAlive(holder)) {
      throw new JournalError(`The state folder ${folder} is in use by process ${holder}: stop it, name another folder, or delete ${path} if that process is no cloud.`);
    }
    rmSync(path, { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

function attempt<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof JournalError) throw error;
    throw new JournalError(`${what} (${codeOf(error)}); check its owner, its rights and the space on the disk.`);
  }
}

function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "unknown";
}
