/**
 * Which part of the project may import which: the table of the design, and what it forbids. Tests are free.
 */
import { builtinModules } from "node:module";
import { type Import, isTest } from "./graph";

interface Part {
  /** Files whose path begins so belong to the part; the first part that fits counts. */
  readonly prefix: string;
  /** Parts that it may import, itself included without saying. */
  readonly may: readonly string[];
  /** Parts of which it may import types alone. */
  readonly types?: readonly string[];
}

/** Narrow parts stand before wide ones. Every part may import hal/ports. */
const parts: readonly Part[] = [
  { prefix: "firmware/base/", may: [] },
  { prefix: "firmware/protocol/", may: ["firmware/base/"] },
  { prefix: "firmware/store/", may: ["firmware/base/"] },
  { prefix: "firmware/platform/", may: ["firmware/base/"] },
  { prefix: "firmware/drivers/", may: ["firmware/base/"] },
  // A platform's contract is one file, types and codes; the platforms themselves are handed to the agent.
  {
    prefix: "firmware/agent/",
    may: ["firmware/base/", "firmware/protocol/", "firmware/store/", "firmware/platform/profile.ts"],
    types: ["firmware/platform/"],
  },
  { prefix: "firmware/apps/", may: ["firmware/index.ts", "firmware/agent/", "firmware/drivers/", "firmware/platform/"] },
  { prefix: "firmware/index.ts", may: ["firmware/agent/", "firmware/base/", "firmware/platform/profile.ts"], types: ["firmware/platform/"] },
  { prefix: "hal/ports/", may: [] },
  { prefix: "hal/espruino/", may: ["firmware/base/"] },
  { prefix: "hal/nodemcu/", may: ["firmware/base/"] },
  { prefix: "hal/contract/", may: ["firmware/base/", "test/"] },
  { prefix: "sim/world/", may: ["firmware/"] },
  { prefix: "sim/device/", may: ["sim/world/", "firmware/"] },
  { prefix: "sim/engines/", may: ["sim/world/", "sim/device/", "firmware/"] },
  { prefix: "sim/cloud/", may: [] },
  { prefix: "sim/lab/", may: ["sim/world/", "sim/cloud/", "firmware/"], types: ["sim/engines/program.ts"] },
  { prefix: "sim/faults/", may: ["sim/world/", "sim/lab/", "firmware/"], types: ["sim/engines/program.ts"] },
  { prefix: "sim/fleet/", may: ["sim/world/", "sim/lab/", "sim/faults/", "firmware/"], types: ["sim/engines/program.ts"] },
  { prefix: "sim/desk/", may: ["sim/world/", "sim/device/", "sim/engines/", "sim/cloud/", "sim/lab/", "sim/faults/", "boards/", "firmware/"] },
  // The bench of hardware-in-the-loop tests puts a desk's devices, clouds and boards at the end of a cable side by side.
  { prefix: "sim/hil/", may: ["sim/world/", "sim/device/", "sim/engines/", "sim/cloud/", "sim/lab/", "sim/desk/", "boards/", "firmware/"] },
  { prefix: "boards/", may: ["firmware/", "sim/engines/"] },
  { prefix: "cli/", may: ["firmware/", "hal/", "sim/", "boards/"] },
  { prefix: "test/", may: ["firmware/", "hal/", "sim/", "boards/", "cli/", "eslint.config.js"] },
];

function partOf(path: string): Part | undefined {
  return parts.find((part) => path.startsWith(part.prefix));
}

/** Imports that point the wrong way, and files of no part. */
export function wrongArrows(imports: readonly Import[]): string[] {
  const wrong: string[] = [];
  for (const { from, to, isType } of imports) {
    if (isTest(from) || to === undefined) continue;
    const part = partOf(from);
    if (part === undefined) {
      wrong.push(`${from} belongs to no part`);
      continue;
    }
    const allowed = [part.prefix, "hal/ports/", ...part.may, ...(isType ? (part.types ?? []) : [])];
    if (!allowed.some((prefix) => to.startsWith(prefix))) wrong.push(`${from} imports ${to}`);
  }
  return [...new Set(wrong)];
}

/** Code that runs on a device: it has neither Node nor packages. */
function isDevice(path: string): boolean {
  return /^(firmware|hal\/(ports|espruino|nodemcu))\//.test(path) && !isTest(path);
}

/** Modules that are inside the engine of an adapter, which asks for them by `require`. */
const inEngine: readonly (readonly [prefix: string, modules: readonly string[]])[] = [
  ["hal/espruino/", ["net", "tls", "dgram", "fs", "Wifi", "Storage", "Flash", "ESP8266", "TelnetServer"]],
];

/** Imports of built-in modules and packages that a file may not have. */
export function wrongPackages(imports: readonly Import[], declared: { readonly shipped: readonly string[]; readonly all: readonly string[] }): string[] {
  const wrong: string[] = [];
  for (const { from, specifier, to } of imports) {
    if (to !== undefined || inEngine.some(([prefix, modules]) => from.startsWith(prefix) && modules.includes(specifier))) continue;
    const name = specifier.startsWith("@") ? specifier.split("/").slice(0, 2).join("/") : (specifier.split("/")[0] ?? "");
    const isBuiltin = specifier.startsWith("node:") || builtinModules.includes(specifier);
    if (isDevice(from)) wrong.push(`${from} imports ${specifier}: a device has neither Node nor packages`);
    else if (isBuiltin && !specifier.startsWith("node:")) wrong.push(`${from} imports ${specifier}: write node:${specifier}`);
    else if (!isBuiltin && !(isTest(from) || /^(test|hal\/contract)\//.test(from) ? declared.all : declared.shipped).includes(name)) {
      wrong.push(`${from} imports ${specifier}: not among the dependencies that it may use`);
    }
  }
  return wrong;
}

/** Imports that name no file. */
export function danglingImports(imports: readonly Import[], exists: (path: string) => boolean): string[] {
  return imports.filter(({ to }) => to !== undefined && !exists(to)).map(({ from, specifier }) => `${from} imports ${specifier}: no such file`);
}

/** Circles of imports, those of types included: files in a circle can only be read, moved and understood together. Tests are free. */
export function circles(imports: readonly Import[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) {
    if (to !== undefined && !from.startsWith("test/") && !isTest(from)) next.set(from, [...(next.get(from) ?? []), to]);
  }
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
    else if (!done.has(path)) {
      for (const to of next.get(path) ?? []) visit(to, [...trail, path]);
      done.add(path);
    }
  };
  for (const from of next.keys()) visit(from, []);
  return found;
}

/** Files that nothing reaches from the roots. */
export function deadFiles(paths: readonly string[], imports: readonly Import[], isRoot: (path: string) => boolean): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) if (to !== undefined) next.set(from, [...(next.get(from) ?? []), to]);
  const alive = new Set<string>();
  const waiting = paths.filter(isRoot);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (!alive.has(path)) waiting.push(...(next.get(path) ?? []));
    alive.add(path);
  }
  return paths.filter((path) => !alive.has(path));
}
