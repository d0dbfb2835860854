/**
 * The files of a NodeMCU image. Its program runs from the Lua Flash Store (LFS), because compiled code of this size fits no
 * board's memory: `luac.cross` of the firmware makes the store's image out of the program, which has the hash of its text as its name,
 * so that a trace says which build it is of.
 */
import { createHash } from "node:crypto";
import type { Image } from "../../../../sim/engines/image";
import { BOOT_FILE, FIRST_SEQUENCE, LOADER, programFile, selectorText, SELECTORS, storeFile } from "./boot";

/** The build of an image for NodeMCU; undefined for any other image. */
export function luaBuildOf(image: Image): { readonly hash: string; readonly program: string } | undefined {
  const found = [...image.files].find(([name]) => /^[0-9a-f]{8}\.lua$/.test(name));
  return found === undefined ? undefined : { hash: found[0].slice(0, 8), program: found[1] };
}

/** What a person does with the files who does not use `motet flash`, one sentence for each step. */
export function storeSteps(image: Image): readonly string[] {
  const { hash } = luaBuildOf(image)!;
  return [
    `compile it with the luac.cross of your firmware: ${storeCommand(hash).join(" ")}`,
    `put ${storeFile(hash)}, ${BOOT_FILE} and at last ${SELECTORS[0]} on the board, and restart it`,
  ];
}

/** How `luac.cross` is called, in the folder of the files. */
export function storeCommand(hash: string): readonly string[] {
  return ["luac.cross", "-f", "-o", storeFile(hash), programFile(hash)];
}

/** The same image with its program where the store takes it from. */
export function forFlashStore(image: Image): Image {
  const program = image.files.get(image.main)!;
  const map = image.maps.get(image.main);
  const hash = createHash("sha256").update(program, "latin1").digest("hex").slice(0, 8);
  const name = programFile(hash);
  const selector = selectorText({ hash, sequence: FIRST_SEQUENCE });
  return {
    ...image,
    files: new Map([[BOOT_FILE, LOADER], [SELECTORS[0] as string, selector], [name, program]]),
    main: BOOT_FILE,
    maps: new Map(map === undefined ? [] : [[name, map.replace(`"file":"${image.main}"`, `"file":"${name}"`)]]),
    modules: [...image.modules, { path: "(loader)", bytes: LOADER.length + selector.length }],
  };
}
