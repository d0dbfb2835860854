/**
 * A board at the end of a cable, as its runtime lets it be handled: an app is put on it, its program stands still, its flash is reached, and
 * it starts. One for each opened console; it knows nothing of tests, of power, or of what the board says.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Board } from "../../../boards/toolchain/board";
import { ConsoleLink } from "../../../boards/toolchain/link/console-link";
import { flashApp, stopProgram } from "../../../boards/toolchain/link/flash";
import { LuaConsole } from "../../../boards/toolchain/link/lua-console";
import { checkLuaBoard, flashLua } from "../../../boards/toolchain/link/lua-flash";
import { stopLuaProgram } from "../../../boards/toolchain/link/lua-program";
import { compilerAt, storeImage } from "../../../boards/toolchain/link/store-image";
import type { Transport } from "../../../boards/toolchain/link/transport";
import { espruinoFlash } from "../../../boards/toolchain/provision/espruino-flash";
import { nodemcuFlash } from "../../../boards/toolchain/provision/nodemcu-flash";
import type { RemoteFlash } from "../../../boards/toolchain/provision/remote-flash";
import type { BoardConsole } from "../../../boards/toolchain/provision/standing";
import type { Image } from "../../engines/image";

export interface Seat {
  readonly link: BoardConsole;
  /** Its console echoes what is typed, secrets among it. */
  readonly echoes: boolean;
  /** What a line begins with that tells of an error which nothing caught. */
  readonly uncaught: RegExp;
  /** Makes its program stand still. */
  stand(): Promise<void>;
  /** Puts an app on it, which runs afterwards: the bytes that were sent, and what the board is. */
  load(image: Image): Promise<{ readonly sentBytes: number; readonly is: string }>;
  flash(): RemoteFlash;
  start(): Promise<void>;
}

export interface SeatOptions {
  readonly board: Board;
  /** All boards that there are, to name the right one. */
  readonly boards: readonly Board[];
  /** The compiler of NodeMCU's Lua Flash Store; undefined where there is none. */
  readonly luac: string | undefined;
  /** Told what is being done. */
  readonly step: (text: string) => void;
}

function espruinoSeat(link: ConsoleLink, { board, boards, step }: SeatOptions): Seat {
  return {
    link,
    echoes: false,
    uncaught: /^Uncaught /,
    stand: async () => {
      await link.hello();
      await stopProgram(link, board);
    },
    load: async (image) => {
      const { sentBytes, hello } = await flashApp(link, image, board, boards, { step, bytes: () => undefined });
      return { sentBytes, is: `${hello.name} with Espruino ${hello.version}` };
    },
    flash: () => espruinoFlash(link, board),
    start: async () => {
      // A chip that was not reset is still in the network of the boot before.
      if (board.constants.radio) await link.call('(require("Wifi").disconnect(),1)');
      await link.type("load()");
    },
  };
}

/** The image of a store, made in a folder that is gone afterwards. */
async function storeOf(image: Image, luac: string | undefined): ReturnType<typeof storeImage> {
  const dir = mkdtempSync(join(tmpdir(), "motet-luac-"));
  try {
    for (const [name, content] of image.files) writeFileSync(join(dir, name), content, "latin1");
    return await storeImage(image, dir, compilerAt(luac));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function luaSeat(link: LuaConsole, { board, boards, luac, step }: SeatOptions): Seat {
  return {
    link,
    echoes: true,
    uncaught: /^[0-9a-f]{8}\.lua:\d+: /,
    stand: async () => {
      checkLuaBoard(await link.hello(), board, boards);
      await stopLuaProgram(link);
    },
    load: async (image) => {
      const { sentBytes, hello } = await flashLua(link, await storeOf(image, luac), board, boards, { step, bytes: () => undefined });
      return { sentBytes, is: `${hello.chip} with NodeMCU and Lua ${hello.lua}` };
    },
    flash: () => nodemcuFlash(link, board, step),
    start: () => link.type("node.restart()"),
  };
}

/** Takes a board over an open way to its console. */
export function takeSeat(transport: Transport, options: SeatOptions): Seat {
  return options.board.runtime === "lua" ? luaSeat(new LuaConsole(transport), options) : espruinoSeat(new ConsoleLink(transport), options);
}
