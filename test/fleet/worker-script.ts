/** The built script of a fleet's worker threads. */
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Its path; throws when nothing is built. */
export function workerScript(): string {
  const path = join(__dirname, "..", "..", "dist", "fleet-worker.js");
  if (!existsSync(path)) throw new Error('The command is not built: run "make build" first.');
  return path;
}
