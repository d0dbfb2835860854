/**
 * Images and programs of earlier builds, kept beside the packages: a build takes seconds, and most builds are of what was built before.
 * What was built is taken only if all that went into it is the same to the byte: the framework and its compilers, the board, the
 * choice, and every file of the app. Nothing here can fail a build; what cannot be kept is built again.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Image } from "../../sim/engines/image";
import type { Program } from "../../sim/engines/program";
import { compileDevice } from "./compile/device";
import type { TargetBoard } from "./compile/device";
import type { BuildChoice } from "./compile/entry";
import { compileScript, programOf } from "./compile/native";

/** As many as there are boards, platforms and transports, several times over; one has some 200 KB with its maps. */
const KEPT_MAX = 200;

/** What decides over a build besides the app: sources, the compilers' own versions, and the program that is running. */
const FRAMEWORK = ["firmware", "hal", "boards/toolchain", "sim/engines/espruino", "dist/motet.js", "dist/chunks", "package-lock.json"];

/** What came of a build. `made` is plain data. */
interface Build<Made> {
  /** Absolute path to text of what it was made from, besides the framework. */
  readonly sources: ReadonlyMap<string, string>;
  readonly made: Made;
}

interface Kept<Made> {
  /** What `sources` were when it was made. */
  readonly digest: string;
  readonly sources: readonly string[];
  readonly made: Made;
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
function keyOf(root: string, what: readonly unknown[]): string {
  const hash = createHash("sha256").update(JSON.stringify([what, process.versions.node]));
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

/** What is kept at that path, if the app is what it was. */
function take<Made>(path: string): Made | undefined {
  try {
    const { digest, sources, made } = JSON.parse(readFileSync(path, "utf8")) as Kept<Made>;
    if (digestOf(new Map(sources.map((source) => [source, textOf(source)]))) !== digest) return undefined;
    const now = new Date();
    utimesSync(path, now, now);
    return made;
  } catch {
    return undefined;
  }
}

/** Keeps what was built, whole or not at all, and lets go of those that nobody has used for longest. */
function keep<Made>(path: string, { sources, made }: Build<Made>): void {
  const folder = dirname(path);
  const draft = `${path}.${process.pid}`;
  try {
    const kept: Kept<Made> = { digest: digestOf(sources), sources: [...sources.keys()], made };
    mkdirSync(folder, { recursive: true });
    writeFileSync(draft, JSON.stringify(kept));
    renameSync(draft, path);
    const all = readdirSync(folder).map((name) => ({ name, usedAt: statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }));
    for (const { name } of all.sort((one, other) => other.usedAt - one.usedAt).slice(KEPT_MAX)) rmSync(join(folder, name), { force: true });
  } catch {
    // A draft that stays is let go of with the rest.
  }
}

/** What `build` makes of what `what` names in full, or made of the very same before. */
async function builtOnce<Made>(root: string, what: readonly unknown[], build: () => Promise<Build<Made>>): Promise<Made> {
  const key = keyOf(root, what);
  const path = join(root, "node_modules", ".cache", "motet", `${key}.json`);
  const before = take<Made>(path);
  if (before !== undefined) return before;
  const built = await build();
  // Whoever works on the framework may have saved a file meanwhile.
  if (keyOf(root, what) === key) keep(path, built);
  return built.made;
}

/** The image that `compile` makes of a choice. */
export async function builtDevice(root: string, choice: BuildChoice, board: TargetBoard, compile = compileDevice): Promise<Image> {
  const made = await builtOnce(root, [choice, board], async () => {
    const { sources, ...image } = await compile(root, choice, board);
    return { sources, made: { ...image, files: [...image.files], maps: [...image.maps] } };
  });
  return { ...made, files: new Map(made.files), maps: new Map(made.maps) };
}

/** The program of a choice for this process. */
export async function builtProgram(root: string, choice: BuildChoice, compile = compileScript): Promise<Program> {
  const script = await builtOnce(root, [choice, "this process"], async () => {
    const { sources, script: made } = await compile(root, choice);
    return { sources, made };
  });
  return programOf(root, script, choice);
}
