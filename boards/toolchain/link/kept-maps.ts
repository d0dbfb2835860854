/**
 * The source maps of builds, kept by the hash that is in their files' names: what a board prints weeks later still leads to the
 * line of TypeScript that it came from. It keeps the newest builds and no more.
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { Image } from "../../../sim/engines/image";
import { makeFolder } from "../folder";
import { openSourceMap } from "../scan/source-map";
import type { Place, SourceMap } from "../scan/source-map";
import type { Emitted } from "./frames";

/** Below the folder in which a person works. */
export const KEPT_MAPS = join(".motet", "build", "maps");

const BUILDS_MAX = 50;
const HASHED = /^([0-9a-f]{8})\.\w+$/;

/**
 * Keeps the maps of an image in `folder`, which is made if it is absent, and lets go of the oldest builds. No build fails for want of
 * that: where the maps cannot be kept, the monitor says that they are not there.
 */
export function keepMaps(folder: string, image: Image): void {
  const maps = [...image.maps].filter(([name]) => HASHED.test(name));
  if (maps.length === 0) return;
  try {
    keep(folder, maps);
  } catch {
    // A folder that cannot be written; or another build lets go of the same one.
  }
}

function keep(folder: string, maps: readonly (readonly [string, string])[]): void {
  const build = join(folder, HASHED.exec(maps[0]![0])![1]!);
  makeFolder(build);
  for (const [name, map] of maps) writeFileSync(join(build, `${name}.map`), map);
  // A build that was made again is a new one.
  const now = new Date();
  utimesSync(build, now, now);
  const builds = readdirSync(folder).map((name) => join(folder, name));
  const byAge = builds.map((path) => ({ path, age: statSync(path).mtimeMs })).sort((one, other) => other.age - one.age);
  for (const { path } of byAge.slice(BUILDS_MAX)) rmSync(path, { recursive: true });
}

/** Where places of builds came from. */
export interface PlaceFinder {
  /**
   * The lines of source that a place may come from, the likeliest first; none when there is nothing of the source at that place, and
   * undefined when the build's map is not there. Files are as seen from the folder in which a person works.
   */
  find(place: Emitted): readonly Place[] | undefined;
}

/** Looks places up in the maps that were kept in `folder`. Maps name files as seen from `root`, the folder of the framework. */
export function findPlaces(folder: string, root: string): PlaceFinder {
  const maps = new Map<string, SourceMap>();
  const open = ({ file, hash }: Emitted): SourceMap | undefined => {
    const known = maps.get(file);
    const path = join(folder, hash, `${file}.map`);
    if (known !== undefined || !existsSync(path)) return known;
    const map = openSourceMap(readFileSync(path, "utf8"));
    if (maps.size >= BUILDS_MAX) maps.clear();
    maps.set(file, map);
    return map;
  };
  const named = (place: Place): Place => ({ ...place, file: relative(".", resolve(root, place.file)) });
  return {
    find: (place) => {
      const map = open(place);
      if (map === undefined) return undefined;
      if (place.column === undefined) return map.of(place.line).map(named);
      const found = map.at(place.line, place.column);
      return found === undefined ? [] : [named(found)];
    },
  };
}
