/**
 * What a device build leaves: the files that run on a board, as they are written to its flash. Engines run exactly these.
 */

/** What the adapters know of a board; the members of `BOARD` in hal/board.d.ts. */
export type BoardConstants = typeof BOARD;

/** A line of the size report. */
export interface ModuleSize {
  /** The module's path in the source tree. */
  readonly path: string;
  /** Bytes that stand in the files for it. */
  readonly bytes: number;
}

export interface Image {
  /** The board's id, e.g. "esp32-espruino". */
  readonly board: string;
  readonly runtime: "espruino" | "lua";
  readonly constants: BoardConstants;
  /** Name in the board's file system (28 characters at most on Espruino) to content, one char per byte. */
  readonly files: ReadonlyMap<string, string>;
  /** The name of the file that starts the device; it loads the others when it needs them. */
  readonly main: string;
  /** Source map (version 3, JSON) of each file that has one. */
  readonly maps: ReadonlyMap<string, string>;
  readonly modules: readonly ModuleSize[];
}
