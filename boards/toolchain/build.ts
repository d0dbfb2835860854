/**
 * `motet build` without its printing: an app becomes the files of a board, in a folder, with what a flasher needs to know of
 * them. Nothing is written when a budget is exceeded.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { detokenise } from "../../sim/engines/espruino/tokens";
import type { Image } from "../../sim/engines/image";
import type { Board } from "./board";
import { makeFolder } from "./folder";
import { builtDevice } from "./kept";
import { ChoiceError } from "./compile/entry";
import type { BuildChoice } from "./compile/entry";
import { sizeReport } from "./size/report";
import type { SizeReport } from "./size/report";

/** A file of the board, as it lies in the output folder. */
export interface Artifact {
  /** Its name on the board, and in the folder. */
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface Built {
  readonly artifacts: readonly Artifact[];
  readonly report: SizeReport;
  readonly image: Image;
}

/** The name of the file that describes the others. */
export const MANIFEST = "image.json";
const MAPS = "maps";
/** Scripts that are tokenised on the board, as text for people. */
const PLAIN = "plain";

function artifactOf([name, content]: readonly [string, string]): Artifact {
  return { name, bytes: content.length, sha256: createHash("sha256").update(content, "latin1").digest("hex") };
}

/** What lies in the folder, if there is one. Throws one sentence when that is something else than a build. */
function formerBuild(out: string): string[] {
  const names = existsSync(out) ? readdirSync(out) : [];
  if (names.length > 0 && !names.includes(MANIFEST)) throw new ChoiceError(`The folder ${out} holds something else than a build, and a build replaces all that is in its folder: name one that is empty or new with --out.`);
  return names;
}

/** Does something with the folder. Throws one sentence when the system does not let it. */
function inFolder<T>(out: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    if (cause instanceof ChoiceError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown error";
    throw new ChoiceError(`The folder ${out} cannot be written (${code}): choose another with --out.`, { cause });
  }
}

/** Replaces the contents of the folder, which is made if it is absent. */
function write(out: string, image: Image, artifacts: readonly Artifact[]): void {
  makeFolder(out);
  const former = formerBuild(out);
  const { board, runtime, main } = image;
  // First, so that what an interrupted build leaves is known for one.
  writeFileSync(join(out, MANIFEST), `${JSON.stringify({ board, runtime, main, files: artifacts }, undefined, 2)}\n`);
  for (const name of former) if (name !== MANIFEST) rmSync(join(out, name), { recursive: true, force: true });
  mkdirSync(join(out, MAPS));
  for (const [name, content] of image.files) writeFileSync(join(out, name), content, "latin1");
  for (const [name, map] of image.maps) writeFileSync(join(out, MAPS, `${name}.map`), map);
  if (image.runtime === "espruino") {
    mkdirSync(join(out, PLAIN));
    for (const name of image.maps.keys()) writeFileSync(join(out, PLAIN, `${name}.js`), detokenise(image.files.get(name)!));
  }
}

/**
 * Builds an app for a board into the folder `out`, where it replaces a build. Rejects with the compiler's problems, with one sentence
 * for each budget that is exceeded, or with one for a folder that holds anything else than a build.
 */
export async function buildDevice(root: string, choice: BuildChoice, board: Board, out: string): Promise<Built> {
  // Told before the compilers run; what is in the way may have come meanwhile, so it is looked at again.
  inFolder(out, () => formerBuild(out));
  const image = await builtDevice(root, choice, board);
  const report = sizeReport(image, board);
  if (report.excess.length > 0) throw new ChoiceError(report.excess.join("\n"));
  const artifacts = [...image.files].map(artifactOf);
  inFolder(out, () => write(out, image, artifacts));
  return { artifacts, report, image };
}
