/**
 * Espruino's Storage as an image: what the interpreter keeps in flash, built and read without it. It must never be written
 * while an interpreter runs on it.
 *
 * A file is a header of 32 bytes and its data. The header holds the size (24 bits, little endian), flags (8 bits) and the
 * name, padded with zeroes to 28 bytes; a name whose first four bytes are zero marks a file that was erased. The next header
 * follows at the next multiple of four; where a page has none, files may go on at the start of the next page. Erased flash
 * is 0xFF.
 */

const HEADER_BYTES = 32;
export const NAME_BYTES_MAX = 28;
const ALIGNMENT = 4;
const PAGE_BYTES = 1024;
const SIZE_MAX = 0xffffff;

/** Files that do not fit, or that Storage cannot hold. */
export class StorageError extends Error {}

function aligned(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}

/**
 * The image of a Storage of `bytes` bytes that holds `files` (name to content, one char per byte), in that order.
 * Throws StorageError for a name that is empty, longer than 28 bytes or not plain ASCII, for an empty file, and when they do
 * not fit.
 */
export function buildStorage(files: ReadonlyMap<string, string>, bytes: number): Buffer {
  const image = Buffer.alloc(bytes, 0xff);
  let offset = 0;
  for (const [name, content] of files) {
    if (!/^[!-~]+$/.test(name) || name.length > NAME_BYTES_MAX) throw new StorageError(`The name "${name}" does not fit Storage: 1 to ${NAME_BYTES_MAX} characters without blanks.`);
    if (content.length === 0 || content.length > SIZE_MAX) throw new StorageError(`The file "${name}" has ${content.length} bytes: Storage holds files of 1 to ${SIZE_MAX}.`);
    const end = offset + HEADER_BYTES + content.length;
    if (end > bytes) throw new StorageError(`The files do not fit into a Storage of ${bytes} bytes: "${name}" is too much.`);
    image.writeUInt32LE(content.length, offset);
    image.fill(0, offset + 4, offset + HEADER_BYTES);
    image.write(name, offset + 4, "latin1");
    image.write(content, offset + HEADER_BYTES, "latin1");
    offset = aligned(end);
  }
  return image;
}

/** The header at an offset: undefined where there is none. */
function headerAt(image: Buffer, offset: number): { readonly size: number; readonly flags: number; readonly name: string } | undefined {
  if (offset + HEADER_BYTES > image.length) return undefined;
  const word = image.readUInt32LE(offset);
  const size = word & SIZE_MAX;
  if (word === 0xffffffff || word === 0 || offset + HEADER_BYTES + size > image.length) return undefined;
  const name = image.subarray(offset + 4, offset + HEADER_BYTES).toString("latin1");
  return { size, flags: word >>> 24, name };
}

/** The files of an image, name to content; of a name that stands twice (a power cut left both) the first. */
export function parseStorage(image: Buffer): Map<string, string> {
  const files = new Map<string, string>();
  let offset = 0;
  while (offset + HEADER_BYTES <= image.length) {
    const header = headerAt(image, offset);
    if (header === undefined) {
      const next = (Math.floor(offset / PAGE_BYTES) + 1) * PAGE_BYTES;
      // A page without a header at its start ends the search, as it does for the interpreter.
      if (headerAt(image, next) === undefined) break;
      offset = next;
      continue;
    }
    const start = offset + HEADER_BYTES;
    const name = header.name.replace(/\0[^]*$/, "");
    if (header.flags === 0 && name !== "" && !files.has(name)) files.set(name, image.toString("latin1", start, start + header.size));
    offset = aligned(start + header.size);
  }
  return files;
}
