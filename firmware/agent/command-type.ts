/** What type the value of a command has, or one that is watched. */
export const enum CommandType {
  boolean = 1,
  number = 2,
  string = 3,
}
