/**
 * The files of a NodeMCU image. Its program runs from the Lua Flash Store (LFS), because compiled code of this size fits no
 * board's memory: `luac.cross` of the firmware makes `motet.img` out of `motet.lua`, and `init.lua` starts what is in the
 * store, or has the firmware fill it first. A store that lost its contents, as one does when the power goes while it is
 * filled, is filled again at the next boot.
 */
import type { Image } from "../../../../sim/engines/image";

/** The program, and what it is called in the store. */
const MODULE = "motet";
export const PROGRAM = `${MODULE}.lua`;
const STORE = `${MODULE}.img`;

/** `reload` restarts the chip when the store is filled, and answers why when it cannot be. */
const LOADER = `local s=node.LFS
local f=s and s.get"${MODULE}"
if f then f()else print("motet: "..tostring(s and s.reload"${STORE}"or"this firmware has no LFS"))end
`;

/** What a person does with the files, one sentence for each step. */
export const LFS_STEPS: readonly string[] = [
  `compile it with the luac.cross of your firmware: luac.cross -f -o ${STORE} ${PROGRAM}`,
  `put ${STORE} and init.lua on the board and restart it; when ${STORE} has changed, run node.LFS.reload("${STORE}") there`,
];

/** The same image with its program where the store takes it from. */
export function forFlashStore(image: Image): Image {
  const map = image.maps.get(image.main);
  return {
    ...image,
    files: new Map([[image.main, LOADER], [PROGRAM, image.files.get(image.main)!]]),
    maps: new Map(map === undefined ? [] : [[PROGRAM, map.replace(`"file":"${image.main}"`, `"file":"${PROGRAM}"`)]]),
    modules: [...image.modules, { path: "(loader)", bytes: LOADER.length }],
  };
}
