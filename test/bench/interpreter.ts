/**
 * How much memory a device takes on the real interpreter. ESPRUINO names it: an Espruino for Linux that is built like a board's,
 * with 32 bits, without Unicode strings, with 1,600 or 1,700 variables.
 *
 *     npm run bench:interpreter                         every device, beside the modules that MQTTJS and TINYMQTT name
 *     npm run bench:interpreter -- --write              the same, and keeps the figures in boards/measured.json
 *     npm run bench:interpreter -- APP [--transport T]  one app, by its path in the project
 *     npm run bench:interpreter -- APP --globals        what it has at the top level, largest first, by its minified name
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { imageOf, measure, measurePeer, subjects, withDevice } from "./interpreter/measure";
import type { Measured, Subject } from "./interpreter/measure";
import { describe } from "./interpreter/rig";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const measuredPath = join(root, "boards", "measured.json");

/** Prints the size of everything at the top level, once, some seconds after the boot. */
const GLOBALS = '\nsetTimeout(function(){E.getSizeOf(global,1).forEach(function(e){print("size",e.size,e.name)});print("sizes end")},6000);';

function show({ app, transport, atRest, estimated, flashBytes }: Measured): void {
  console.log(`  ${app} over ${transport}: ${atRest} variables at rest (the build says ${estimated}), ${flashBytes} bytes`);
}

async function globals(binary: string, subject: Subject): Promise<void> {
  const image = await imageOf(root, subject);
  const files = new Map([...image.files, [image.main, image.files.get(image.main)! + GLOBALS]]);
  await withDevice(root, binary, subject, { ...image, files }, async (bench) => {
    await bench.until("the sizes", () => bench.lines.includes("sizes end"));
    const sizes = bench.lines.filter((line) => line.startsWith("size ")).map((line) => line.split(" "));
    sizes.sort((one, other) => Number(other[1]) - Number(one[1]));
    console.log(sizes.map(([, size, name]) => `${name} ${size}`).join("  "));
  });
}

async function all(binary: string, write: boolean): Promise<void> {
  const interpreter = await describe(binary, await imageOf(root, subjects[0]!));
  console.log(`Espruino ${interpreter.version}, ${interpreter.variables} variables of ${interpreter.bytesPerVariable} bytes`);
  const devices: Measured[] = [];
  for (const subject of subjects) {
    const measured = await measure(root, binary, subject);
    show(measured);
    devices.push(measured);
  }
  const peers: Record<string, number> = {};
  for (const [name, variable] of [["MQTT.js", "MQTTJS"], ["tinyMQTT.js", "TINYMQTT"]] as const) {
    const path = process.env[variable];
    if (path === undefined) {
      console.log(`  ${name}: skipped, ${variable} names no file`);
      continue;
    }
    peers[name] = await measurePeer(root, binary, name, path);
    console.log(`  ${name} alone: ${peers[name]} variables at rest`);
  }
  if (!write) return;
  if (interpreter.bytesPerVariable !== 12) throw new Error("These figures are not a board's: take an interpreter built with 32 bits and fewer than 2,048 variables.");
  const kept = JSON.parse(readFileSync(measuredPath, "utf8")) as { readonly peers?: Record<string, number> };
  writeFileSync(measuredPath, `${JSON.stringify({ interpreter, devices, peers: { ...kept.peers, ...peers } }, undefined, 2)}\n`);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { transport: { type: "string", default: "mqtt" }, globals: { type: "boolean", default: false }, write: { type: "boolean", default: false } },
});
const binary = process.env["ESPRUINO"];
const app = positionals[0];
if (binary === undefined) console.log("Memory on the interpreter: skipped, ESPRUINO names no interpreter");
else if (app === undefined) await all(binary, values.write);
else {
  const subject = { app, transport: values.transport === "coap" ? "coap" : "mqtt" } as const;
  if (values.globals) await globals(binary, subject);
  else show(await measure(root, binary, subject));
}
