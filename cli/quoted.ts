/** Words of a line that a person copies into a shell. */

/** The word as it is where a shell takes it so, and in quotes otherwise. */
export function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
