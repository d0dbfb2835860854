/** What a newcomer does: start the simulator, send a command, stop, start again. */
import { spawn } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expectSilent } from "../support/canary";
import { atDesk } from "./command";

const { folder, start } = atDesk();

/** Everything secret that the state folder holds. */
function secrets(): string[] {
  const session = JSON.parse(readFileSync(join(folder.path, "session.json"), "utf8")) as { sessionToken: string; password: string };
  return [readFileSync(join(folder.path, "thing-token"), "utf8"), readFileSync(join(folder.path, "cloud", "admin-token"), "utf8").trim(), session.sessionToken, session.password];
}

describe.each(["mqtt", "coap"])("the weather station over %s", (transport) => {
  test("activates, reports, obeys, and remembers its token; nothing secret is printed", async () => {
    const args = ["sim", "--transport", transport, "--speed", "60", "--state", folder.path];
    const first = start(...args);
    const ready = await first.until(({ event }) => event === "cloud");
    await first.until(({ event }) => event === "activated");
    await first.until(({ event }) => event === "published");
    expect(first.events.find(({ event, key }) => event === "reading" && key === "temperature")!["value"]).toEqual(expect.any(Number));

    const sent = start("send", "fan", "true", "--state", folder.path);
    expect(await sent.ended).toBe(0);
    expect(await first.until(({ event }) => event === "command")).toMatchObject({ key: "fan" });
    await first.until(({ event, key, value }) => event === "reading" && key === "fan.state" && value === true);

    // Any client can command the device on its channel, too.
    const token = readFileSync(join(folder.path, "thing-token"), "utf8");
    const body = JSON.stringify({ values: [{ key: "fan", value: false }] });
    const published = spawn("mosquitto_pub", ["-p", String(ready["mqtt"]), "-t", `v2/things/${token}`, "-m", body]);
    await new Promise((resolve) => published.on("close", resolve));
    await first.until(({ event, key, value }) => event === "reading" && key === "fan.state" && value === false);
    expect(await first.stop()).toBe(0);
    expect(first.events.at(-1)).toMatchObject({ event: "end", commands: 2 });

    const second = start(...args);
    await second.until(({ event }) => event === "published");
    expect(second.events.map(({ event }) => event)).not.toContain("activated");
    expect(second.events.find(({ event }) => event === "cloud")).toMatchObject({ mqtt: ready["mqtt"], http: ready["http"] });
    await second.stop();
    expectSilent(first.output() + second.output() + sent.output(), secrets());
  }, 60000);
});

test("what the state folder holds is its owner's alone", async () => {
  const one = start("sim", "--speed", "60", "--state", folder.path);
  await one.until(({ event }) => event === "activated");
  await one.stop();
  for (const file of ["session.json", "thing-token", "device/records.flash", "cloud/thethings.journal", "cloud/admin-token", "cloud/ca.key"]) {
    expect([file, statSync(join(folder.path, file)).mode & 0o077]).toEqual([file, 0]);
  }
}, 60000);

test("a cloud killed in the middle of a thousand readings loses none", async () => {
  const app = join(folder.path, "counter.ts");
  writeFileSync(
    app,
    `import { defineThing, measure, report } from "motet";
     export default defineThing((thing) => {
       measure(thing, { key: "count" });
       let n = 0;
       const timer = thing.board.clock.every(100, () => {
         if (n < 1000 && report(thing, "count", n + 1) === 0) n += 1;
         if (n === 1000) thing.board.clock.cancel(timer);
       });
     });`,
  );
  writeFileSync(join(folder.path, "code"), "fixture-code-1\n", { mode: 0o600 });
  const cloudState = join(folder.path, "cloud");
  const cloudArgs = ["cloud", "thethings", "--state", cloudState, "--activation-codes", "fixture-code-1", "--activation-delay", "0"];
  const cloud = start(...cloudArgs);
  const ready = await cloud.until(({ event }) => event === "ready");
  const device = start("sim", app, "--cloud", `mqtt://127.0.0.1:${String(ready["mqtt"])}`, "--code", `@${join(folder.path, "code")}`, "--speed", "20", "--state", join(folder.path, "device"));
  await device.until(({ event, key, value }) => event === "reading" && key === "count" && value === 300);
  await cloud.stop("SIGKILL");
  await device.until(({ event }) => event === "offline");
  await device.until(({ event, key, value }) => event === "reading" && key === "count" && value === 600);
  const again = start(...cloudArgs, "--mqtt", String(ready["mqtt"]), "--http", String(ready["http"]));
  await again.until(({ event }) => event === "ready");
  await device.until(({ event, key, value }) => event === "reading" && key === "count" && value === 1000);
  let published = 0;
  await device.until(({ event, count }) => {
    if (event === "published") published += Number(count);
    return published >= 1001;
  });
  await device.stop();
  const token = /"t":"thing".*?"token":"([^"]+)"/.exec(readFileSync(join(cloudState, "thethings.journal"), "utf8"))![1]!;
  const arrived = await readAll(Number(ready["http"]), token, "count");
  await again.stop();
  const first = [...new Set(arrived)];
  expect(first).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
  // What was in flight when the cloud died, four batches of twenty at most, may have arrived without its acknowledgement.
  expect(arrived.length - first.length).toBeLessThanOrEqual(80);
}, 120000);

/** All stored values of a key, oldest first, by pages of a hundred. */
async function readAll(http: number, token: string, key: string): Promise<number[]> {
  const values: number[] = [];
  for (let end = ""; ; ) {
    const page = (await (await fetch(`http://127.0.0.1:${http}/v2/things/${token}/resources/${key}?limit=100${end}`)).json()) as { value: number; datetime: string }[];
    if (!Array.isArray(page) || page.length === 0) return values;
    values.unshift(...page.map(({ value }) => value).reverse());
    end = `&endDate=${page.at(-1)!.datetime}`;
  }
}
