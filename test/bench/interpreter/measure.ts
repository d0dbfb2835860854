/** What devices take on the interpreter at rest, against the local cloud. */
import { createHash } from "node:crypto";
import { compileNative } from "../../../boards/toolchain/compile/native";
import { estimateMemory } from "../../../boards/toolchain/size/estimate";
import { flashBytesOf } from "../../../boards/toolchain/size/report";
import { startThingsboard } from "../../../sim/cloud/thingsboard/index";
import type { Image } from "../../../sim/engines/image";
import { openCloud, settingsFor } from "./clouds";
import type { Subject } from "./clouds";
import { atRest, boot, idle, provisioned } from "./rig";
import type { Bench } from "./rig";
import { choiceOf, imageOf } from "./subjects";

/** A line of boards/measured.json. */
export interface Measured extends Subject {
  /** Of all files, by name; any change of the image changes it. */
  readonly sha256: string;
  readonly flashBytes: number;
  /** Variables: connected, subscribed, log empty, after a collection. */
  readonly atRest: number;
  /** What the build says of the same. */
  readonly estimated: number;
  /** Variables that it needs when it needs most, where that was measured. */
  readonly peak?: Peak;
}

/** What a device needs in each of these, in variables, with what the idle interpreter takes. */
export interface Peak {
  /** From a boot with a token until the first reading has arrived. */
  readonly connect: number;
  /** From a boot with an activation code until the first reading has arrived, where the platform has activations. */
  readonly activation?: number;
  /** MQTT: four batches without an answer, twenty readings waiting, and a command of 500 bytes. */
  readonly full?: number;
}

export function digestOf({ files }: Image): string {
  const hash = createHash("sha256");
  for (const [name, content] of [...files].sort(([one], [other]) => (one < other ? -1 : 1))) hash.update(`${name}\n${content.length}\n${content}`, "latin1");
  return hash.digest("hex");
}

/** What the local ThingsBoard's one user is called, and its password. */
const user = { email: "bench@motet.invalid", password: "bench-password" } as const;

/** Boots a device that only watches against a cloud of its own, and hands it on once it has been told a value. */
async function withWatcher<T>(root: string, binary: string, subject: Subject, image: Image, use: (bench: Bench) => Promise<T>): Promise<T> {
  const program = await compileNative(root, choiceOf(root, subject));
  const cloud = await startThingsboard({ users: [user] });
  const watch = { host: "127.0.0.1", port: cloud.ports.http, tls: 0 as const, loginHost: "", loginPort: 0, user: user.email, secret: user.password, app: "", thing: "" };
  const settings = { host: "", port: 0, tls: 0 as const, timeHost: "", ssid: "", password: "", code: "", token: "", watch };
  const bench = boot(binary, image, provisioned(program, image, settings));
  try {
    await bench.until("the first value", () => bench.said.some(({ event }) => event === "watched"));
    return await use(bench);
  } finally {
    await bench.stop();
    await cloud.close();
  }
}

/** Boots a device against a cloud of its own and hands it on once it has published, or been told a value. */
export async function withDevice<T>(root: string, binary: string, subject: Subject, image: Image, use: (bench: Bench) => Promise<T>): Promise<T> {
  if (subject.transport === "watch") return withWatcher(root, binary, subject, image, use);
  const program = await compileNative(root, choiceOf(root, subject));
  const cloud = await openCloud(subject, true);
  const bench = boot(binary, image, provisioned(program, image, settingsFor(cloud)));
  try {
    await bench.until("the first publish", () => bench.said.some(({ event }) => event === "published"));
    return await use(bench);
  } finally {
    await bench.stop();
    await cloud.close();
  }
}

/** Measures one device. */
export async function measure(root: string, binary: string, subject: Subject): Promise<Measured> {
  const image = await imageOf(root, subject);
  const { probe } = await idle(binary, image);
  const used = await withDevice(root, binary, subject, image, atRest);
  return { ...subject, sha256: digestOf(image), flashBytes: flashBytesOf(image), atRest: used - probe, estimated: estimateMemory(image) };
}
