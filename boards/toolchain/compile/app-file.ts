/** Which files are an app's own. */
import { join, sep } from "node:path";

/** Folders of the framework: what stands in them is no app, but for the examples. */
const frameworkFolders = ["firmware", "hal", "sim", "boards", "cli", "test", "node_modules"];

/** True for files of apps: what does not belong to the framework itself. */
export function isAppFile(root: string, path: string): boolean {
  const isIn = (folder: string): boolean => path.startsWith(`${join(root, folder)}${sep}`);
  if (path.endsWith(".d.ts") || path.includes(`${sep}node_modules${sep}`)) return false;
  return isIn(join("firmware", "apps")) || !frameworkFolders.some(isIn);
}
