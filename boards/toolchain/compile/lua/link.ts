/**
 * One program out of modules: their statements in the order of their imports, each import the very variable that it names.
 */
import { INTRINSICS } from "./program";
import type { SourceModule, Translation } from "./program";
import { readModule } from "./read";
import type { Binding, Top } from "./tree";

/** Modules before those that import them. */
function inOrder(translation: Translation): SourceModule[] {
  const byPath = new Map(translation.modules.map((module) => [module.path, module]));
  const done = new Set<string>();
  const order: SourceModule[] = [];
  const visit = (path: string): void => {
    const module = byPath.get(path);
    if (module === undefined || done.has(path)) return;
    done.add(path);
    for (const imported of module.imports.values()) visit(imported);
    order.push(module);
  };
  visit(translation.entry);
  return order;
}

/** Links a translation. */
export function link(translation: Translation): Top[] {
  const exported = new Map<string, Map<string, Binding>>();
  const tops: Top[] = [];
  for (const { path, file, imports, places } of inOrder(translation)) {
    const own = new Map<string, Binding>();
    exported.set(path, own);
    const make = (name: string): Binding => {
      const binding = { name, top: path };
      own.set(name, binding);
      return binding;
    };
    const stats = readModule(
      path,
      file,
      {
        find: (module, name) => exported.get(module)?.get(name),
        own: (name) => own.get(name) ?? make(name),
        forward: (name, binding) => binding !== undefined && own.set(name, binding),
        forwardAll: (module) => exported.get(module)?.forEach((binding, name) => own.set(name, binding)),
        resolve: (specifier) => imports.get(specifier) ?? INTRINSICS,
      },
      translation.facts,
      places,
    );
    tops.push(...stats.map((stat) => ({ module: path, stat })));
  }
  return tops;
}
