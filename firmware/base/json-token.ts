/** What the JSON reader answers. */
export const enum JsonToken {
  /** The document is over, and it was well-formed as a whole. Every later call answers `end` again. */
  end = 0,
  /** The document is refused; `fault` of the reader says why. Every later call answers `error` again. */
  error = 1,
  openObject = 2,
  closeObject = 3,
  openArray = 4,
  closeArray = 5,
  /** A member's name, in `text`; its value follows. */
  key = 6,
  /** A string, in `text`: decoded, UTF-8. */
  string = 7,
  /** A number, in `text` as it was written; `parseScaled` reads it. */
  number = 8,
  true = 9,
  false = 10,
  null = 11,
}

/** Why the JSON reader refused a document. */
export const enum JsonFault {
  none = 0,
  /** The document is longer than `bytesMax`. */
  tooLong = 1,
  /** The document ends too early. */
  truncated = 2,
  /** A byte that may not stand there, a raw control character in a string, a malformed number or word. */
  syntax = 3,
  /** Nested deeper than `depthMax`. */
  tooDeep = 4,
  /** A string, key or number is longer than `tokenBytesMax`. */
  tokenTooLong = 5,
  /** An object has more than `keysMax` members. */
  tooManyKeys = 6,
  /** An object names a member twice. */
  duplicateKey = 7,
  /** Bytes in a string are not UTF-8, or an escape names half a surrogate pair. */
  encoding = 8,
  /** Something follows the document. */
  trailing = 9,
}
