/**
 * What a device takes and how fast it is on the real interpreter. ESPRUINO names it: an Espruino for Linux that is built like a
 * board's, with 32 bits, without Unicode strings, with 1,600 or 1,700 variables. MQTTJS and TINYMQTT name the modules of others
 * that are measured in the same run.
 *
 *     npm run bench:interpreter                         everything
 *     npm run bench:interpreter -- --only memory        variables at rest (memory), at their peak (peak), speed, burst, or flash
 *     npm run bench:interpreter -- --write              the same, and keeps the figures in boards/measured.json
 *     npm run bench:interpreter -- APP [--transport T] [--platform P]
 *                                                       one app at rest, by its path in the project
 *     npm run bench:interpreter -- APP --globals        what it has at the top level, largest first, by its minified name
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Subject } from "./interpreter/clouds";
import { uploads } from "./interpreter/flash";
import { measure, withDevice } from "./interpreter/measure";
import type { Measured } from "./interpreter/measure";
import { peakOf } from "./interpreter/peak";
import { measurePeer } from "./interpreter/peers";
import type { Peer } from "./interpreter/peers";
import { describe } from "./interpreter/rig";
import type { Interpreter } from "./interpreter/rig";
import { burstAtDevice, burstAtPeer, speedOfDevice, speedOfPeer } from "./interpreter/speed";
import type { Speed } from "./interpreter/speed";
import { imageOf, nameOf, subjects } from "./interpreter/subjects";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const measuredPath = join(root, "boards", "measured.json");

/** Prints the size of everything at the top level, once, some seconds after the boot. */
const GLOBALS = '\nsetTimeout(function(){E.getSizeOf(global,1).forEach(function(e){print("size",e.size,e.name)});print("sizes end")},6000);';

/** Messages that a peer publishes each time that its socket has drained: whichever suits it best is its figure. */
const PER_DRAIN: readonly number[] = [1, 4, 8];

function show(measured: Measured): void {
  const { atRest, estimated, flashBytes } = measured;
  console.log(`  ${nameOf(measured)}: ${atRest} variables at rest (the build says ${estimated}), ${flashBytes} bytes`);
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

/** The modules of others that are here; says which are not. */
function peersHere(): Peer[] {
  const here: Peer[] = [];
  for (const [name, variable] of [["MQTT.js", "MQTTJS"], ["tinyMQTT.js", "TINYMQTT"]] as const) {
    const path = process.env[variable];
    if (path === undefined) console.log(`  ${name}: skipped, ${variable} names no file`);
    else here.push({ name, path });
  }
  return here;
}

/** What boards/measured.json holds. */
interface Figures {
  readonly interpreter: Interpreter;
  readonly devices: readonly Measured[];
  readonly [kind: string]: unknown;
}

/** Each kind of figure, in the order of the file. */
const kinds: Readonly<Record<string, (binary: string, peers: readonly Peer[], before: Figures) => Promise<Partial<Figures>>>> = {
  memory: async (binary, peers, before) => {
    const devices: Measured[] = [];
    for (const subject of subjects) {
      const measured = await measure(root, binary, subject);
      show(measured);
      const peak = before.devices.find((one) => nameOf(one) === nameOf(subject))?.peak;
      devices.push(peak === undefined ? measured : { ...measured, peak });
    }
    const alone: Record<string, number> = {};
    for (const peer of peers) {
      alone[peer.name] = await measurePeer(root, binary, peer);
      console.log(`  ${peer.name} alone: ${alone[peer.name]} variables at rest`);
    }
    return { devices, peers: alone };
  },
  peak: async (binary, _peers, { devices, interpreter }) => {
    const measured: Measured[] = [];
    for (const device of devices) {
      const peak = device.app === subjects[0]!.app ? await peakOf(root, binary, device, interpreter.variables) : undefined;
      if (peak !== undefined) console.log(`  ${nameOf(device)}: at its peak ${JSON.stringify(peak)} variables`);
      measured.push(peak === undefined ? device : { ...device, peak });
    }
    return { devices: measured };
  },
  speed: async (binary, peers) => {
    const runs: ((perDrain: number) => Promise<Speed>)[] = [];
    for (const peer of peers) for (const listens of [false, true]) runs.push((perDrain) => speedOfPeer(root, binary, peer, perDrain, listens));
    for (const platform of ["thethings", "thingsboard"] as const) runs.push(() => speedOfDevice(root, binary, platform));
    // In turn, so that what the machine does besides meets them all; of each the best counts.
    const tried = runs.map((): Speed[] => []);
    for (const perDrain of PER_DRAIN) for (const [i, run] of runs.entries()) tried[i]!.push(await run(perDrain));
    const speed = tried.map((each) => each.reduce((one, other) => (other.readingsPerSec > one.readingsPerSec ? other : one)));
    for (const one of speed) console.log(`  ${one.name}: ${one.readingsPerSec} readings a second in ${one.publishesPerSec} messages, ${one.cpuUsPerReading} us of processor time each, ${one.missing} missing`);
    return { speed };
  },
  burst: async (binary, peers) => {
    const burst = [];
    for (const peer of peers) burst.push(await burstAtPeer(root, binary, peer));
    burst.push(await burstAtDevice(root, binary));
    for (const one of burst) console.log(`  ${one.name}: ${one.received} of a burst of ${one.sent}, ${one.wrong} wrong, ${one.cpuUsPerMessage} us of processor time each`);
    return { burst };
  },
  flash: async (binary) => {
    const flash = await uploads(root, binary);
    console.log(`  ${flash.uploads} uploads of ${flash.bytes} bytes, ${flash.failures} failed: ${flash.medianMs} ms in the middle, ${flash.worstMs} ms at worst`);
    return { flash };
  },
};

async function all(binary: string, write: boolean, only: string | undefined): Promise<void> {
  if (only !== undefined && kinds[only] === undefined) throw new Error(`There is no "${only}" to measure: ${Object.keys(kinds).join(", ")}.`);
  const interpreter = await describe(binary, await imageOf(root, subjects[0]!));
  console.log(`Espruino ${interpreter.version}, ${interpreter.variables} variables of ${interpreter.bytesPerVariable} bytes`);
  if (write && interpreter.bytesPerVariable !== 12) throw new Error("These figures are not a board's: take an interpreter built with 32 bits and fewer than 2,048 variables.");
  const peers = peersHere();
  let figures: Figures = { ...(JSON.parse(readFileSync(measuredPath, "utf8")) as Figures), interpreter };
  for (const [name, kind] of Object.entries(kinds)) {
    if (only === undefined || only === name) figures = { ...figures, ...(await kind(binary, peers, figures)) };
  }
  if (write) writeFileSync(measuredPath, `${JSON.stringify(figures, undefined, 2)}\n`);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { transport: { type: "string", default: "mqtt" }, platform: { type: "string" }, only: { type: "string" }, globals: { type: "boolean", default: false }, write: { type: "boolean", default: false } },
});
const binary = process.env["ESPRUINO"];
const app = positionals[0];
if (binary === undefined) console.log("Figures of the interpreter: skipped, ESPRUINO names no interpreter");
else if (app === undefined) await all(binary, values.write, values.only);
else {
  const platform = values.platform === undefined ? {} : { platform: values.platform as NonNullable<Subject["platform"]> };
  const subject: Subject = subjects.find((one) => one.app === app && one.transport === values.transport && (one.platform ?? "thethings") === (values.platform ?? "thethings")) ?? { app, transport: values.transport as Subject["transport"], ...platform };
  if (values.globals) await globals(binary, subject);
  else show(await measure(root, binary, subject));
}
