/** What a command came to. The numbers are part of the log's contract. */

/** Why a command was not obeyed, as the "commandRefused" event tells it. */
export const enum CommandCode {
  ok = 0,
  /** Not of the declared type. */
  type = 1,
  /** Outside the declared range or length. */
  range = 2,
  /** Obeyed before, or older than the last one obeyed. */
  repeated = 3,
  /** Its mark could not be stored. */
  storeFailed = 4,
  /** Not declared. */
  unknown = 5,
}
