/**
 * Images of earlier builds, kept beside the packages: a build takes seconds, and most builds are of what was built before.
 * An image is taken only if all that went into it is the same to the byte: the framework and its compilers, the board, the
 * choice, and every file of the app. Nothing here can fail a build; what cannot be kept is built again.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Image } from "../../sim/engines/image";
import { compileDevice } from "./compile/device";
import type { DeviceImage, TargetBoard } from "./compile/device";
import type { BuildChoice } from "./compile/entry";

/** As many as there are boards, platforms and transports, several times over; an image has some 200 KB with its maps. */
const KEPT_MAX = 200;

/** What decides over an image besides the app: sources, the compilers' own versions, and the program that is running. */
const FRAMEWORK = ["firmware", "hal", "boards/toolchain", "sim/engines/espruino", "dist/motet.js", "dist/chunks", "package-lock.json"];

interface Kept {
  /** What `sources` were when the image was made. */
  readonly digest: string;
  readonly sources: readonly string[];
  readonly image: Omit<Image, "files" | "maps"> & { readonly files: readonly (readonly [string, string])[]; readonly maps: readonly (readonly [string, string])[] };
}

const isSource = (name: string): boolean => /\.(ts|js|json|lua)$/.test(name) && !name.endsWith(".test.ts");

/** The files below a path, in one order on every computer; nothing if there is no such path. */
function filesBelow(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (!found.isDirectory()) return [path];
  const entries = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory() || isSource(entry.name));
  return entries.map(({ name }) => name).sort().flatMap((name) => filesBelow(join(path, name)));
}

/** The key of what is built: one for all versions of an app. */
function keyOf(root: string, choice: BuildChoice, board: TargetBoard): string {
  const hash = createHash("sha256").update(JSON.stringify([choice, board, process.versions.node]));
  for (const path of FRAMEWORK.flatMap((part) => filesBelow(join(root, part)))) hash.update(`\n${path}\n`).update(readFileSync(path));
  return hash.digest("hex");
}

/** What an app's files say, and which others lie beside them: a new one can take the place of another in an import. */
function digestOf(sources: ReadonlyMap<string, string>): string {
  const hash = createHash("sha256");
  for (const [path, text] of sources) hash.update(`\n${path}\n`).update(text);
  for (const folder of new Set([...sources.keys()].map(dirname))) hash.update(`\n${folder}\n${readdirSync(folder).filter(isSource).sort().join("\n")}`);
  return hash.digest("hex");
}

/** A file as the compiler reads it, which passes over a byte order mark. */
const textOf = (path: string): string => readFileSync(path, "utf8").replace(/^\uFEFF/, "");

/** The image of that key, if the app is what it was. */
function take(path: string): Image | undefined {
  try {
    const { digest, sources, image } = JSON.parse(readFileSync(path, "utf8")) as Kept;
    if (digestOf(new Map(sources.map((source) => [source, textOf(source)]))) !== digest) return undefined;
    const now = new Date();
    utimesSync(path, now, now);
    return { ...image, files: new Map(image.files), maps: new Map(image.maps) };
  } catch {
    return undefined;
  }
}

/** Keeps an image, whole or not at all, and lets go of those that nobody has used for longest. */
function keep(path: string, { sources, ...image }: DeviceImage): void {
  const folder = dirname(path);
  const draft = `${path}.${process.pid}`;
  try {
    const kept: Kept = { digest: digestOf(sources), sources: [...sources.keys()], image: { ...image, files: [...image.files], maps: [...image.maps] } };
    mkdirSync(folder, { recursive: true });
    writeFileSync(draft, JSON.stringify(kept));
    renameSync(draft, path);
    const all = readdirSync(folder).map((name) => ({ name, usedAt: statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }));
    for (const { name } of all.sort((one, other) => other.usedAt - one.usedAt).slice(KEPT_MAX)) rmSync(join(folder, name), { force: true });
  } catch {
    // A draft that stays is let go of with the rest.
  }
}

/** What `compile` makes of a choice, or made of the very same before. */
export async function builtDevice(root: string, choice: BuildChoice, board: TargetBoard, compile = compileDevice): Promise<Image> {
  const key = keyOf(root, choice, board);
  const path = join(root, "node_modules", ".cache", "motet", `${key}.json`);
  const before = take(path);
  if (before !== undefined) return before;
  const image = await compile(root, choice, board);
  // Whoever works on the framework may have saved a file meanwhile.
  if (keyOf(root, choice, board) === key) keep(path, image);
  return image;
}
