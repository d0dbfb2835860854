/**
 * What a change costs: the same app built from the sources of another revision, by the present toolchain, module by module.
 * The sources come out of the repository; nothing is fetched and nothing is checked out.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { ModuleSize } from "../../../sim/engines/image";
import { loadBoard } from "../board";
import { compileDevice } from "../compile/device";
import { ChoiceError } from "../compile/entry";
import type { BuildChoice } from "../compile/entry";
import { sizeReport } from "./report";
import type { SizeReport } from "./report";

/** What device code is made of, and what describes a board. */
const SOURCES = ["firmware", "hal", "boards", "package.json", "tsconfig.json"];

/** A module whose size differs; 0 where it is absent. */
export interface ModuleChange {
  readonly path: string;
  readonly before: number;
  readonly after: number;
}

function git(root: string, args: readonly string[]): Buffer {
  return execFileSync("git", ["-C", root, ...args], { maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "ignore"] });
}

/** Puts the sources of a revision into a folder. */
function extract(root: string, revision: string, dir: string): void {
  let commit: string;
  try {
    commit = git(root, ["rev-parse", "--verify", "--end-of-options", `${revision}^{commit}`]).toString().trim();
  } catch (cause) {
    throw new ChoiceError(`There is no revision "${revision}" here: give a commit, a branch or a tag, e.g. --diff HEAD~1.`, { cause });
  }
  execFileSync("tar", ["-x", "-C", dir], { input: git(root, ["archive", "--format=tar", commit, ...SOURCES]) });
  symlinkSync(join(root, "node_modules"), join(dir, "node_modules"));
}

/** The report of the same build at another revision. An app outside of the framework's folder is taken as it is now. */
export async function reportAt(root: string, revision: string, choice: BuildChoice, boardId: string): Promise<SizeReport> {
  const dir = mkdtempSync(join(tmpdir(), "motet-revision-"));
  try {
    extract(root, revision, dir);
    const path = relative(root, choice.app);
    const app = path.startsWith("..") ? choice.app : join(dir, path);
    const board = loadBoard(dir, boardId);
    return sizeReport(await compileDevice(dir, { ...choice, app }, board), board);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The modules that differ, the largest change first. */
export function moduleChanges(before: readonly ModuleSize[], after: readonly ModuleSize[]): ModuleChange[] {
  const sizes = new Map<string, { before: number; after: number }>();
  for (const { path, bytes } of before) sizes.set(path, { before: bytes, after: 0 });
  for (const { path, bytes } of after) sizes.set(path, { before: sizes.get(path)?.before ?? 0, after: bytes });
  const changes = [...sizes].map(([path, size]) => ({ path, ...size })).filter((change) => change.before !== change.after);
  const by = (change: ModuleChange): number => Math.abs(change.after - change.before);
  return changes.sort((one, other) => by(other) - by(one) || (one.path < other.path ? -1 : 1));
}
