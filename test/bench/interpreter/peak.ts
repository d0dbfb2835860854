/**
 * How many variables a device needs at its peak. A look at the count is no measure of it: nobody can look while the device is at
 * work, and what a count shows before a collection is not all needed. So variables are taken away from the device before it
 * boots, more and less of them, until the most is found with which it still does all that it is asked to: what is left then is
 * what it needs.
 */
import { compileNative } from "../../../boards/toolchain/compile/native";
import type { Image } from "../../../sim/engines/image";
import { openCloud, settingsFor } from "./clouds";
import type { Subject } from "./clouds";
import { choiceOf, imageOf } from "./subjects";
import type { Peak } from "./measure";
import { boot, provisioned } from "./rig";
import type { Bench } from "./rig";
import { openSilentBroker } from "./silent-broker";

/** How close two numbers of variables come in the search. */
const STEP = 4;
/** The device is done sooner, or it never is. */
const PATIENCE_MS = 60000;
/** Bytes of the command that comes at the peak, and of its value. */
const COMMAND_BYTES = 500;
const TEXT_BYTES = 200;
/** Batches on their way, and readings in all. */
const WINDOW = 4;
const READINGS = 24;

/** Takes `count` variables away, and says how many those were. No program has a variable of that name, and gives them back. */
function fill(count: number): string {
  return `(function(){var u=process.memory().usage;global["#F"]="";while(process.memory(false).usage<u+${count})global["#F"]+="12345678";print("filled",process.memory().usage-u)})();\n`;
}

/** Runs a device that has `count` variables less; the number of those, or undefined when it did not do its work. */
type Attempt = (count: number) => Promise<number | undefined>;

/** What is left to the device when as much as possible is taken from it. */
async function leastOf(variables: number, attempt: Attempt): Promise<number> {
  let works = 0;
  let fails = variables;
  let least = variables;
  while (fails - works > STEP) {
    const count = Math.floor((works + fails) / 2);
    const filled = await attempt(count);
    if (filled === undefined) fails = count;
    else {
      works = count;
      least = variables - filled;
    }
  }
  return least;
}

/** Boots the image with variables taken away, and lets `work` see it through. */
async function attempt(binary: string, image: Image, contents: ReadonlyMap<string, Uint8Array>, count: number, work: (bench: Bench) => Promise<void>): Promise<number | undefined> {
  const files = new Map([...image.files, [image.main, fill(count) + image.files.get(image.main)!]]);
  const bench = boot(binary, { ...image, files }, contents, 0, PATIENCE_MS);
  try {
    await work(bench);
    return Number(bench.lines.find((line) => line.startsWith("filled "))!.slice(7));
  } catch {
    return undefined;
  } finally {
    await bench.stop();
  }
}

async function published(bench: Bench): Promise<void> {
  await bench.until("the first publish", () => bench.said.some(({ event }) => event === "published"));
}

/** The peak of a boot, with a code or with a token. */
async function bootPeak(root: string, binary: string, subject: Subject, variables: number, withCode: boolean): Promise<number> {
  const image = await imageOf(root, subject);
  const program = await compileNative(root, choiceOf(root, subject));
  return leastOf(variables, async (count) => {
    const cloud = await openCloud(subject, withCode);
    try {
      return await attempt(binary, image, provisioned(program, image, settingsFor(cloud)), count, published);
    } finally {
      await cloud.close();
    }
  });
}

/** A command of COMMAND_BYTES, of which the device knows the first value. */
function longCommand(): string {
  const open = `{"values":[{"key":"text","value":"${"x".repeat(TEXT_BYTES)}","datetime":"2026-01-01T00:00:00.000Z"},{"key":"other","value":"`;
  const close = '"}]}';
  return open + "y".repeat(COMMAND_BYTES - open.length - close.length) + close;
}

/** The peak with a full window, a backlog and a long command. */
async function fullPeak(root: string, binary: string, variables: number): Promise<number> {
  const subject = { app: "test/bench/interpreter/apps/peak.ts", transport: "mqtt" } as const;
  const image = await imageOf(root, subject);
  const program = await compileNative(root, choiceOf(root, subject));
  const arrived = (bench: Bench): number => bench.said.filter(({ event }) => event === "published").reduce((sum, { number }) => sum + number, 0);
  return leastOf(variables, async (count) => {
    const broker = await openSilentBroker();
    broker.hold("device.boot");
    try {
      return await attempt(binary, image, provisioned(program, image, settingsFor({ port: broker.port, code: "", token: "peak" })), count, async (bench) => {
        // The device's own report of its boot is a reading, too.
        await bench.until("the readings", () => bench.said.filter(({ event }) => event === "reading").length > READINGS);
        if (broker.held !== WINDOW) throw new Error(`${broker.held} batches are on their way.`);
        broker.say(longCommand());
        await bench.until("the command", () => bench.said.some(({ event, number }) => event === "obeyed" && number === TEXT_BYTES));
        broker.release();
        await bench.until("all readings", () => arrived(bench) === READINGS + 1);
      });
    } finally {
      await broker.close();
    }
  });
}

/** The peaks of the device without a driver, over one transport. */
export async function peakOf(root: string, binary: string, subject: Subject, variables: number): Promise<Peak> {
  const connect = await bootPeak(root, binary, subject, variables, false);
  // A platform without an activation is provisioned, and a full window is the MQTT device's.
  if (subject.platform === "evrythng") return { connect };
  const boots = { connect, activation: await bootPeak(root, binary, subject, variables, true) };
  return subject.transport === "mqtt" ? { ...boots, full: await fullPeak(root, binary, variables) } : boots;
}
