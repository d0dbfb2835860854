/** The first lines of every image: what happens to an error that nobody caught, the radio, and then the program. */
import { later } from "./clock";
import { system } from "./system";
import { startRadio } from "./wifi";

/** NodeMCU's own handler goes on for two seconds in a device that has failed. */
function crashed(text: string): void {
  print(text);
  system.restart();
}

/** Runs `run` on a turn of its own, where an error reaches `crashed`. */
export function start(run: (this: void) => void): void {
  node.setonerror(crashed);
  startRadio();
  later(run);
}
