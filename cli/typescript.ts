/**
 * TypeScript, as the command loads it: by `require`. An `import` would first search the nine megabytes for names that they might
 * export, which takes longer than to run them.
 */
import { createRequire } from "node:module";
import type ts from "typescript";

export default createRequire(import.meta.url)("typescript") as typeof ts;
