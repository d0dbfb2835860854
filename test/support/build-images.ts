/**
 * Builds the images of `images.ts` that are not kept yet, in two processes: `npm run images`. One begins with those of Espruino and the
 * other with those of Lua, because a compiler that is warm is faster, and who is done first helps the other. What cannot be built is left
 * to the suite that wants it, which says why.
 */
import { fork } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { builtDevice, builtProgram } from "../../boards/toolchain/kept";
import { wanted } from "./images";
import type { Wanted } from "./images";

const root = join(fileURLToPath(import.meta.url), "..", "..");
const all = wanted(root);

async function build({ choice, board }: Wanted): Promise<void> {
  try {
    await (board === undefined ? builtProgram(root, choice) : builtDevice(root, choice, board));
  } catch (problem) {
    console.error(`not built before the tests: ${choice.app} for ${board?.id ?? "the simulator"}: ${(problem as Error).message}`);
  }
}

/** Places in `all`: those of Espruino first. */
function inOrder(): number[] {
  const places = [...all.keys()];
  const isEspruino = (place: number): boolean => all[place]!.board?.runtime === "espruino";
  return [...places.filter(isEspruino), ...places.filter((place) => !isEspruino(place))];
}

/** Gives each process what it builds next, to one from the front and to the other from the back. */
function lead(): void {
  const left = inOrder();
  for (const next of [() => left.shift(), () => left.pop()]) {
    const worker = fork(process.argv[1]!, ["work"]);
    const give = (): void => {
      const place = next();
      if (place === undefined) worker.disconnect();
      else worker.send(place);
    };
    worker.on("message", give);
    give();
  }
}

function work(): void {
  process.on("message", (place: number) => void build(all[place]!).then(() => process.send!("built")));
  // The bundler's own process would keep this one.
  process.on("disconnect", () => process.exit());
}

if (process.argv[2] === "work") work();
else lead();
