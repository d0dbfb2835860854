/**
 * Searching bytes in bytes. `indexOf` itself serves for one byte only: Espruino 2v29 also answers where the text ends with
 * a beginning of what is wanted ("abc".indexOf("cd") is 2 there).
 */

/** The index of the first place in `bytes` where all of `wanted` stands, or -1. `wanted` is not empty. */
export function find(bytes: string, wanted: string): number {
  const index = bytes.indexOf(wanted);
  // The engine's error lies at the end alone, where what is wanted has no room.
  return index + wanted.length > bytes.length ? -1 : index;
}
