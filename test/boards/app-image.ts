/** A small image that says at its boot which it is, from each of its files. */
import type { Board } from "../../boards/toolchain/board";
import { LOADER, SELECTORS, selectorText } from "../../boards/toolchain/compile/espruino/boot";
import { tokenOf } from "../../sim/engines/espruino/tokens";
import type { Image } from "../../sim/engines/image";

/** Every byte that a tokenised script may have. */
const highBytes = Array.from({ length: 128 }, (_unused, i) => String.fromCharCode(128 + i)).join("");

/** An app, tokenised, that says who it is, with a cold part that must be its own; `chars` makes it longer. */
export function imageOf({ id, constants }: Board, hash: string, chars = 0): Image {
  const app = `${tokenOf("if")}(1${tokenOf("===")}1)print("app ${hash} "+eval(require("Storage").read("${hash}.cold")));print('motet boot 1 "${hash}"');/*${highBytes}*/${"/* filler */".repeat(Math.ceil(chars / 12))}`;
  const files = new Map([[".bootcde", LOADER], [SELECTORS[0] as string, selectorText({ hash, sequence: 1 })], [`${hash}.app`, app], [`${hash}.cold`, `"cold ${hash}"${" ".repeat(chars / 2)}`]]);
  return { board: id, runtime: "espruino", constants, files, main: ".bootcde", maps: new Map(), modules: [] };
}
