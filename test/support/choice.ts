/** What the commands make of an app, so that a suite that builds the same takes the same image. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { BuildChoice } from "../../boards/toolchain/compile/entry";

const thethings = { platform: "thethings", transport: "mqtt" };

/** The choice of `motet build` and `motet sim` for an app, given by its path in the project. */
export function choiceOf(root: string, app: string, { platform, transport }: { readonly platform: string; readonly transport: string } = thethings): BuildChoice {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  return { app: join(root, app), platform, transport, name: basename(app, ".ts"), version };
}

/** The boot report of what was built, whose end is a pattern. */
export function bootReport({ name, version }: BuildChoice, end: string): RegExp {
  return new RegExp(`^${name}/${version.replaceAll(".", "\\.")} ${end}$`);
}
