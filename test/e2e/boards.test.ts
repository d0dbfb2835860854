/** What a person asks before a board is built for: which there are, how one looks, and whether the app's pins fit. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { motet, scratch } from "./command";

const TIMEOUT_MS = 120000;

test("the boards are listed, checked and drawn", async () => {
  const list = motet(["boards", "list", "--json"]);
  expect(await list.ended).toBe(0);
  expect(list.events).toContainEqual({ event: "board", id: "esp32c3-espruino", runtime: "espruino", chip: "esp32c3", title: "ESP32-C3-DevKitM-1 with Espruino, 4 MB flash" });
  const check = motet(["boards", "check", "--json"]);
  expect([await check.ended, check.events.filter(({ ok }) => ok !== true)]).toEqual([0, []]);
  const show = motet(["boards", "show", "esp8266-d1mini-espruino"]);
  expect([await show.ended, show.output()]).toEqual([0, expect.stringContaining("  D14 fan | D5          D2 | D4 i2c SDA\n")]);
}, TIMEOUT_MS);

test("a pin that the board does not have ends a build, with its place", async () => {
  const folder = scratch();
  try {
    const app = join(folder.path, "app.ts");
    writeFileSync(app, 'import { defineThing } from "motet";\nexport default defineThing(({ board }) => {\n  board.analog.open({ pin: "A1" });\n});\n');
    const run = motet(["build", app, "--board", "esp8266-espruino", "--out", join(folder.path, "out")]);
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain('app.ts:3:28: esp8266-espruino has no pin "A1": take A0, or one of its functions (led, button, fan, relay). (pin-absent)');
  } finally {
    folder.remove();
  }
}, TIMEOUT_MS);
