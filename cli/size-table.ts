/** Sizes as lines for people. */
import type { SizeReport } from "../boards/toolchain/size/report";
import type { ModuleChange } from "../boards/toolchain/size/difference";
import type { ModuleSize } from "../sim/engines/image";

const unitNames = { jsvars: "variables", bytes: "bytes" };

function column(value: number | string, width: number): string {
  return String(value).padStart(width);
}

/** Flash and memory against their budgets. */
export function budgetLines({ flashBytes, flashBudget, memory }: SizeReport): string[] {
  const line = (name: string, used: number, budget: number, unit: string): string =>
    `  ${name.padEnd(8)}${column(used, 7)} of ${column(budget, 6)} ${unit} (${Math.round((100 * used) / budget)} %)`;
  return [line("flash", flashBytes, flashBudget, "bytes"), line("memory", memory.used, memory.budget, `${unitNames[memory.unit]}, estimated, at rest`)];
}

/** The largest modules, at most `most` of them and one line for the rest. */
export function moduleLines(modules: readonly ModuleSize[], most: number): string[] {
  const rest = modules.slice(most);
  const bytes = rest.reduce((sum, module) => sum + module.bytes, 0);
  const shown = modules.slice(0, most).map((module) => `  ${column(module.bytes, 7)}  ${module.path}`);
  return rest.length === 0 ? shown : [...shown, `  ${column(bytes, 7)}  in ${rest.length} more`];
}

/** What each module gained or lost. */
export function changeLines(changes: readonly ModuleChange[]): string[] {
  const signed = (bytes: number): string => (bytes > 0 ? `+${bytes}` : String(bytes));
  return changes.map(({ path, before, after }) => `  ${column(signed(after - before), 7)}  ${path} (${before} to ${after})`);
}
