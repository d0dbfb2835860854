/** From a NodeMCU build to the image of a Lua Flash Store, by the `luac.cross` that was built along with the board's firmware. */
import { execFile } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { storeFile } from "../compile/lua/boot";
import { luaBuildOf, storeCommand } from "../compile/lua/lfs";
import type { Image } from "../../../sim/engines/image";
import type { StoreImage } from "./lua-install";
import { LinkError } from "./transport";

/** The largest store that a firmware can be given. */
const STORE_BYTES_MAX = 262144;
const COMPILE_MS = 60000;

function run(program: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((done, reject) => {
    execFile(program, args, { cwd, timeout: COMPILE_MS }, (error, _stdout, stderr) => {
      if (error === null) return done();
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "ENOENT" || code === "EACCES") reject(new LinkError("board", `There is no program ${program}: name the luac.cross that was built along with the board's firmware with --luac.`));
      else reject(new LinkError("board", `${program} did not compile the app (${stderr.split("\n")[0]!.slice(0, 200) || "it said nothing"}): take the luac.cross that was built along with the board's firmware.`));
    });
  });
}

/** The path of the compiler that a person named, or one sentence when nobody did: to be asked before an app is built. */
export function compilerAt(luac: string | undefined): string {
  if (luac === undefined) throw new LinkError("board", "NodeMCU runs an app from an image that the luac.cross of its firmware makes: name it with --luac PATH (docs/ENGINES.md tells where it comes from).");
  return luac;
}

/** Compiles the program that lies in `folder` with the compiler at a path. */
export async function storeImage(image: Image, folder: string, luac: string): Promise<StoreImage> {
  const { hash } = luaBuildOf(image)!;
  const [, ...args] = storeCommand(hash);
  const out = join(folder, storeFile(hash));
  rmSync(out, { force: true });
  await run(/[\\/]/.test(luac) ? resolve(luac) : luac, args, folder);
  let bytes = "";
  try {
    bytes = readFileSync(out, "latin1");
  } catch {
    // Told below, with an image that is empty.
  }
  if (bytes === "") throw new LinkError("board", `${luac} left no image: take the luac.cross that was built along with the board's firmware.`);
  if (bytes.length > STORE_BYTES_MAX) throw new LinkError("storage", `The app's image takes ${bytes.length} bytes, and no Lua Flash Store is larger than ${STORE_BYTES_MAX}: build a smaller app.`);
  return { hash, bytes };
}
