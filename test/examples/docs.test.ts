/** The examples of the documentation are files that run. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..", "..");

test("docs/TESTING.md shows the example as it runs", () => {
  const example = readFileSync(join(__dirname, "weather-station.test.ts"), "utf8").split("\n").slice(1).join("\n");
  expect(readFileSync(join(root, "docs", "TESTING.md"), "utf8")).toContain(`\`\`\`ts\n${example}\`\`\``);
});
