/**
 * The files of an image, of scripts that are done: the resident one is named by the hash of all bytes, and the pieces go by the same
 * hash, so that those of one build are never run by another.
 */
import { createHash } from "node:crypto";
import { appFile, BOOT_FILE, coldFile, FIRST_SEQUENCE, LOADER, SELECTORS, selectorText, UNNAMED } from "./boot";
import type { Cut } from "./cut";
import { countBySource } from "./maps";

export interface Files {
  readonly files: ReadonlyMap<string, string>;
  readonly maps: ReadonlyMap<string, string>;
  readonly main: string;
  /** Bytes by source file, over all files. */
  readonly sizes: ReadonlyMap<string, number>;
}

export function imageFiles({ app, cold }: Cut): Files {
  const hash = createHash("sha256").update(app.code + (cold?.code ?? ""), "latin1").digest("hex").slice(0, 8);
  const boot = [[BOOT_FILE, LOADER], [SELECTORS[0], selectorText({ hash, sequence: FIRST_SEQUENCE })]] as const;
  // Names are as long as the place that is kept for them.
  const named = [[appFile(hash), app.code.replaceAll(coldFile(UNNAMED), coldFile(hash))] as const, ...(cold === undefined ? [] : [[coldFile(hash), cold.code] as const])];
  const maps = new Map([[appFile(hash), app.map], ...(cold === undefined ? [] : [[coldFile(hash), cold.map] as const])]);
  const sizes = new Map<string, number>([["", boot.reduce((sum, [, { length }]) => sum + length, 0)]]);
  for (const script of cold === undefined ? [app] : [app, cold]) {
    for (const [source, count] of countBySource(script)) sizes.set(source, (sizes.get(source) ?? 0) + count);
  }
  return { files: new Map([...boot, ...named]), maps, main: BOOT_FILE, sizes };
}
