/** What the JSON reader answers. From `closeObject` on, a value is over. */
export const enum JsonToken {
  /** The document is over, and it was well-formed as a whole. Every later call answers `end` again. */
  end = 0,
  /** The document is refused: malformed, or beyond a limit. Every later call answers `error` again. */
  error = 1,
  /** A member's name, in `text`; its value follows. */
  key = 2,
  openObject = 3,
  openArray = 4,
  closeObject = 5,
  closeArray = 6,
  /** A string, in `text`: decoded, UTF-8. */
  string = 7,
  /** A number, in `text` as it was written; `parseScaled` reads it. */
  number = 8,
  /** `true` or `false`, which is in `text`. */
  boolean = 9,
  null = 10,
}
