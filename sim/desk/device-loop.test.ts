/** A boot that cannot begin is told, whichever it is. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runDevice } from "./device-loop";

test("a state folder that is gone at a restart does not end the process", async () => {
  const folder = mkdtempSync(join(tmpdir(), "motet-loop-"));
  const stateDir = join(folder, "device");
  let boots = 0;
  const problem = await new Promise((resolve) => {
    runDevice(
      {
        boot: (device) => {
          boots += 1;
          device.clock.after(0, () => {
            rmSync(folder, { recursive: true });
            writeFileSync(folder, "");
            device.system.restart();
          });
          return { stop: () => undefined };
        },
      },
      () => ({ stateDir }),
      () => 0,
      resolve,
    );
  });
  rmSync(folder);
  expect([boots, String(problem)]).toEqual([1, expect.stringMatching(/cannot be used \(ENOTDIR\)/)]);
});
