/**
 * The order of the test files: those that take longest begin first, on a clean checkout too, so that no core is left waiting for
 * the last of them. Behind the storm, which runs two processes, come those that wait for sockets and consoles in real time: what
 * one waits for, the other takes. Jest knows durations only after a first run.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import Sequencer from "@jest/test-sequencer";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const longest = JSON.parse(readFileSync(join(root, "test", "support", "longest.json"), "utf8")).map((path) => join(root, path));

export default class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => (longest.includes(path) ? longest.indexOf(path) : longest.length);
    return [...super.sort(tests)].sort((one, other) => rank(one) - rank(other));
  }
}
