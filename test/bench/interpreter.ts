/**
 * How much memory a device takes on the real interpreter.
 *
 *     npm run bench:interpreter -- [app] [--transport mqtt|coap] [--globals]      with ESPRUINO=path of an Espruino for Linux
 *
 * The interpreter should be built like a board's: without Unicode strings, with 1,600 or 1,700 variables. `app` is the name
 * of an example or a path; without one, it is the device without a driver. --globals lists what stands at the top level, largest first, under its minified name.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadBoard } from "../../boards/toolchain/board";
import { compileDevice } from "../../boards/toolchain/compile/device";
import { compileNative, findApp } from "../../boards/toolchain/compile/native";
import { startThethings } from "../../sim/cloud/thethings/index";
import { atRest, boot, idle, provisioned } from "./interpreter/rig";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Prints the size of everything at the top level, once, some seconds after the boot. */
const GLOBALS = '\nsetTimeout(function(){E.getSizeOf(global,1).forEach(function(e){print("size",e.size,e.name)});print("sizes end")},6000);';

async function measure(binary: string, app: string, transport: string, globals: boolean): Promise<void> {
  const choice = { app: findApp(root, app).replace(/\.ts$/, ""), platform: "thethings", transport, name: "device", version: "1.0.0" };
  const image = await compileDevice(root, choice, loadBoard(root, "linux-espruino"));
  const bytes = [...image.files.values()].reduce((sum, content) => sum + content.length, 0);
  const cloud = await startThethings({ activationDelayMs: 0 });
  const settings = { host: "127.0.0.1", port: cloud.ports[transport === "coap" ? "coap" : "mqtt"], tls: 0 as const, timeHost: "", ssid: "", password: "", code: cloud.model.createCodes(1)[0]!, token: "" };
  const program = await compileNative(root, choice);
  const loader = image.files.get(image.main)! + (globals ? GLOBALS : "");
  const bench = boot(binary, { ...image, files: new Map([...image.files, [image.main, loader]]) }, provisioned(program, image, settings));
  try {
    const empty = await idle(binary, image);
    await bench.until("the first publish", () => bench.said.some(({ event }) => event === "published"));
    const used = (await atRest(bench)) - empty.probe;
    const sizes = [...image.files].map(([name, content]) => ({ name, bytes: content.length })).sort((one, other) => other.bytes - one.bytes);
    console.log(`${app === device ? "device without a driver" : app} over ${transport}: ${used} variables at rest (idle interpreter ${empty.used}), ${bytes} bytes in ${image.files.size} files`);
    console.log(`  ${sizes.slice(0, 8).map(({ name, bytes }) => `${name} ${bytes}`).join(", ")} ...`);
    if (!globals) return;
    await bench.until("the sizes", () => bench.lines.includes("sizes end"));
    const lines = bench.lines.filter((line) => line.startsWith("size ")).map((line) => line.split(" "));
    lines.sort((one, other) => Number(other[1]) - Number(one[1]));
    console.log(lines.map(([, size, name]) => `${name} ${size}`).join("  "));
  } finally {
    await bench.stop();
    await cloud.close();
  }
}

const device = "test/bench/interpreter/apps/device.ts";
const { values, positionals } = parseArgs({ allowPositionals: true, options: { transport: { type: "string", default: "mqtt" }, globals: { type: "boolean", default: false } } });
const binary = process.env["ESPRUINO"];
if (binary === undefined) console.log("skipped: ESPRUINO names no interpreter");
else await measure(binary, positionals[0] ?? device, values.transport, values.globals);
