/**
 * What an image takes of its board, against the board's budgets. It measures and compares; whether a build may go on is decided
 * by whoever asks.
 */
import type { Image, ModuleSize } from "../../../sim/engines/image";
import type { Board, MemoryBudget } from "../board";
import { estimateMemory } from "./estimate";

export interface SizeReport {
  readonly board: string;
  /** Bytes of all files, as they stand in the board's file system. */
  readonly flashBytes: number;
  readonly flashBudget: number;
  /** An estimate of what the running device takes at rest; see estimate.ts. */
  readonly memory: { readonly unit: MemoryBudget["unit"]; readonly used: number; readonly budget: number };
  /** Largest first. */
  readonly modules: readonly ModuleSize[];
  /** One sentence for each budget that is exceeded. */
  readonly excess: readonly string[];
}

/** The bytes of all files of an image. */
export function flashBytesOf(image: Image): number {
  return [...image.files.values()].reduce((sum, content) => sum + content.length, 0);
}

const unitNames = { jsvars: "variables", bytes: "bytes" };

function excessOf(what: string, board: string, used: number, budget: number, unit: string, remedy: string): string[] {
  if (used <= budget) return [];
  return [`The device takes ${used} ${unit} of ${what} on ${board}, ${used - budget} more than its budget of ${budget}: ${remedy}.`];
}

/** Weighs an image against its board. */
export function sizeReport(image: Image, board: Board): SizeReport {
  const flashBytes = flashBytesOf(image);
  const { unit, used: memoryBudget } = board.budgets.memory;
  const used = estimateMemory(image);
  const remedy = 'see where they are with "motet size --by-module"';
  return {
    board: board.id,
    flashBytes,
    flashBudget: board.budgets.flashBytes,
    memory: { unit, used, budget: memoryBudget },
    modules: [...image.modules].sort((one, other) => other.bytes - one.bytes || (one.path < other.path ? -1 : 1)),
    excess: [
      ...excessOf("flash", board.id, flashBytes, board.budgets.flashBytes, "bytes", remedy),
      ...excessOf("memory", board.id, used, memoryBudget, unitNames[unit], "declare less, or take a board with more"),
    ],
  };
}
