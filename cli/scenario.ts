/** What `--faults` means: the name of a scenario, or a file. */
import { readFileSync } from "node:fs";
import type { Scenario } from "../sim/faults/fault";
import { readScenario, ScenarioError } from "../sim/faults/file";
import { namedScenario, scenarioNames } from "../sim/faults/scenarios";

/** A scenario by its name, or from a file. Throws one sentence. */
export function scenarioOf(choice: string): Scenario {
  const named = namedScenario(choice);
  if (named !== undefined) return named;
  let text: string;
  try {
    text = readFileSync(choice, "utf8");
  } catch {
    throw new Error(`There is no scenario "${choice}": name a file, or one of ${scenarioNames.join(", ")}.`);
  }
  try {
    return readScenario(text);
  } catch (problem) {
    if (problem instanceof ScenarioError) throw new Error(`${choice}, ${problem.message}.`, { cause: problem });
    throw problem;
  }
}
