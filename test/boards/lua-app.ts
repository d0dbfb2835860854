/** Small apps for a board with NodeMCU, which say at their boot which they are, and a board that has one. */
import { BOOT_FILE, LOADER, SELECTORS, selectorText, storeFile } from "../../boards/toolchain/compile/lua/boot";
import { storeBytes } from "./lua-desk-board";
import type { LuaDeskBoard } from "./lua-desk-board";

/** The image of an app that says who it is; `chars` makes it longer. */
export const luaAppImage = (hash: string, chars = 0) => ({ hash, bytes: storeBytes(hash, `print("app ${hash}")print('motet boot 1 "${hash}"')--${"filler\0\xff".repeat(Math.ceil(chars / 8))}`) });

/** Puts an app on a board, as an upload leaves it; the store is filled at the next boot. */
export function putLuaApp({ files }: LuaDeskBoard, hash: string): void {
  files.set(storeFile(hash), luaAppImage(hash).bytes);
  files.set(SELECTORS[0], selectorText({ hash, sequence: 1 }));
  files.set(BOOT_FILE, LOADER);
}
