/**
 * Compiles an app for the simulator: one script, run once in this process, that makes any number of devices. The code is the
 * one that ships, with its checks switched on.
 */
import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { runInThisContext } from "node:vm";
import type { Plugin } from "esbuild";
import type { Program } from "../../../sim/engines/program";
import { ChoiceError, entrySource, watchedPlatforms } from "./entry";
import type { BuildChoice } from "./entry";
import { thrownAt } from "./thrown";

/** Finds the app's file: a path, or the name of one of the framework's own examples. */
export function findApp(root: string, app: string): string {
  const candidates = [resolve(app), resolve(`${app}.ts`), join(root, "firmware", "apps", `${app}.ts`)];
  const found = candidates.find((path) => path.endsWith(".ts") && statSync(path, { throwIfNoEntry: false })?.isFile() === true);
  if (found === undefined) throw new ChoiceError(`There is no app "${app}": give the path of a TypeScript file, or "weather-station".`);
  return found;
}

/** Serves the app's files as they were lowered. */
function lowered(texts: ReadonlyMap<string, string>): Plugin {
  return {
    name: "lowered",
    setup(bundler) {
      bundler.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const contents = texts.get(path);
        return contents === undefined ? undefined : { contents, loader: "ts" };
      });
    },
  };
}

/** What apps watch with, by the names that they import. */
function watchModules(root: string): Record<string, string> {
  return Object.fromEntries(watchedPlatforms.map((platform) => [`motet/watch/${platform}`, join(root, "firmware", "platform", platform, "watch.ts")]));
}

/** An app as one script. */
export interface NativeScript {
  readonly script: string;
  /** Absolute path to text of what it was compiled from, besides the framework. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Compiles the app to the script that `programOf` runs. Throws with the compiler's own messages when it has mistakes. */
export async function compileScript(root: string, choice: BuildChoice): Promise<NativeScript> {
  // Loaded here: a command that compiles nothing need not wait for the compilers.
  const [{ build }, { loweredApp }, { usesOf }] = await Promise.all([import("esbuild"), import("./lowered"), import("./uses")]);
  const { texts, sources } = loweredApp(root, choice.app);
  const result = await build({
    plugins: [lowered(texts)],
    stdin: { contents: entrySource(root, choice, usesOf(choice.app)), resolveDir: root, sourcefile: "entry.ts", loader: "ts" },
    // What the map names is then as seen from there, wherever the command runs: the script may be kept.
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: "iife",
    globalName: "program",
    target: "es2022",
    alias: { "motet/drivers": join(root, "firmware", "drivers"), ...watchModules(root), motet: join(root, "firmware", "index.ts") },
    define: { MOTET_CHECKED: "true" },
    logLevel: "silent",
    sourcemap: "inline",
  });
  return { script: result.outputFiles[0]!.text, sources };
}

/** The program that a script is, in this process. */
export function programOf(root: string, script: string, { name }: BuildChoice): Program {
  const filename = `${name}.js`;
  const program = runInThisContext(`(() => {${script}\nreturn program;})()`, { filename }) as Program;
  return { ...program, placeOf: thrownAt(root, script, filename) };
}

/** Compiles the app for this process. Throws with the compiler's own messages when it has mistakes. */
export async function compileNative(root: string, choice: BuildChoice): Promise<Program> {
  return programOf(root, (await compileScript(root, choice)).script, choice);
}
