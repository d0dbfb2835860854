/** What a program is compiled for. */

export type LuaVersion = "5.1" | "5.3";

/** What stands for the board and its Lua. */
export interface LuaBoard {
  readonly lua: LuaVersion;
  /** Members of the global `BOARD`, replaced by their values. */
  readonly constants: Readonly<Record<string, string | number | boolean>>;
}
