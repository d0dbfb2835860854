/** Which engines and boards a run has: those that were asked for, or all that are here, and why the others are not. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { SetupError } from "./faults";
import { engineLane, engineLanes } from "./lanes";
import type { LaneOptions } from "./lanes";
import type { Lane } from "./units/unit";

/** What can be asked for. */
export const laneNames: readonly string[] = ["native", "espruino-api", "lua", "lua5.1", "espruino", "board"];

export interface Choice extends LaneOptions {
  /** Undefined: everything that is here. */
  readonly on: readonly string[] | undefined;
  /** What must be here: its absence is a failure. */
  readonly required: readonly string[];
  /** The lanes of boards, or why there are none. */
  readonly boards: readonly Lane[] | string;
}

export interface Chosen {
  /** The lanes of a row run one after the other, the rows side by side: a board waits most of the time, this computer's engines work. */
  readonly rows: readonly (readonly Lane[])[];
  /** What is not here, and why. */
  readonly absent: readonly { readonly name: string; readonly why: string }[];
}

/** Why there is no real interpreter; undefined when there is one. */
function interpreterProblem(path: string): string | undefined {
  if (path === "") return "set ESPRUINO to the path of an Espruino built for Linux";
  return existsSync(path) ? undefined : "ESPRUINO names no file: set it to the path of an Espruino built for Linux";
}

/** Why there is no Lua of that version; undefined when there is. */
function luaProblem(version: string): string | undefined {
  const name = `lua${version}`;
  return spawnSync(name, ["-v"], { stdio: "ignore" }).error === undefined ? undefined : `install ${name} (on Debian: apt-get install ${name})`;
}

/** Chooses lanes. Throws one sentence for a name that is none, and for what was asked for or required and is not here. */
export function chooseLanes(choice: Choice): Chosen {
  const { on, required, boards, interpreter } = choice;
  const stray = [...(on ?? []), ...required].find((name) => !laneNames.includes(name));
  if (stray !== undefined) throw new SetupError(`There is no engine "${stray}" to test on: choose of ${laneNames.join(", ")}.`);
  const names = on ?? [...engineLanes, "espruino", "board"];
  const looks: Readonly<Record<string, () => string | undefined>> = {
    lua: () => luaProblem("5.3"),
    "lua5.1": () => luaProblem("5.1"),
    espruino: () => interpreterProblem(interpreter),
    board: () => (typeof boards === "string" ? boards : undefined),
  };
  const absent = [...new Set(names)].flatMap((name) => {
    const why = looks[name]?.();
    return why === undefined ? [] : [{ name, why }];
  });
  const fatal = absent.find(({ name }) => on !== undefined || required.includes(name)) ?? required.filter((name) => !names.includes(name)).map((name) => ({ name, why: "MOTET_REQUIRE names it and --on does not" }))[0];
  if (fatal !== undefined) throw new SetupError(`Nothing can be tested on ${fatal.name}: ${fatal.why}.`);
  const here = [...new Set(names)].filter((name) => absent.every((each) => each.name !== name));
  const working = here.filter((name) => name !== "espruino" && name !== "board").map((name) => engineLane(name, choice));
  const waiting = here.includes("espruino") ? [[engineLane("espruino", choice)]] : [];
  const hardware = here.includes("board") && typeof boards !== "string" ? boards.map((lane) => [lane]) : [];
  return { rows: [working, ...waiting, ...hardware].filter((row) => row.length > 0), absent };
}
