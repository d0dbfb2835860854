/**
 * Builds the images of `images.ts` that are not kept yet, those of each runtime in a process of their own: `npm run images`. What
 * cannot be built is left to the suite that wants it, which says why.
 */
import { fork } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { builtDevice, builtProgram } from "../../boards/toolchain/kept";
import { wanted } from "./images";
import type { Wanted } from "./images";

const root = join(fileURLToPath(import.meta.url), "..", "..");
const runtimes = ["espruino", "lua"];

/** Which process builds it; a program is soon built by either. */
const runtimeOf = ({ board }: Wanted): string => board?.runtime ?? "lua";

async function build(runtime: string): Promise<void> {
  for (const each of wanted(root).filter((one) => runtimeOf(one) === runtime)) {
    const { choice, board } = each;
    try {
      await (board === undefined ? builtProgram(root, choice) : builtDevice(root, choice, board));
    } catch (problem) {
      console.error(`not built before the tests: ${choice.app} for ${board?.id ?? "the simulator"}: ${(problem as Error).message}`);
    }
  }
}

const [runtime] = process.argv.slice(2);
if (runtime === undefined) {
  for (const each of runtimes) fork(process.argv[1]!, [each]);
} else {
  await build(runtime);
  // The bundler's own process would keep this one.
  process.exit();
}
