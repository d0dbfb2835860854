/** Programs of a few lines, specialised, linked and run: what a field of a singleton stands for afterwards. */
import { join } from "node:path";
import { bundleModules } from "../espruino/bundle";
import { emitModules, entryFile } from "../espruino/program";

// A small program is type-checked with the whole library of the device.
jest.setTimeout(60000);

const root = join(__dirname, "..", "..", "..", "..");

/** What the entry told `said`, of a framework that is one file or two. */
async function run(texts: Readonly<Record<string, string>>, entry: string): Promise<unknown[]> {
  const files = new Map(Object.entries(texts).map(([name, text]) => [join(root, "firmware", "agent", `${name}.ts`), text]));
  const modules = emitModules(root, `declare const said: { push(value: unknown): number };\n${entry}`, files);
  expect(modules.has(entryFile(root))).toBe(true);
  const { code } = await bundleModules(root, modules, {});
  const said: unknown[] = [];
  new Function("said", code)(said);
  return said;
}

const near = `
export interface Pulse {
  beat(this: void, count: number): number;
  rest(this: void, count: number): number;
  stop(this: void): number;
}
let beats = 0;
function beatNow(count: number): number {
  beats += count;
  return beats;
}
function stopNow(): number {
  return -beats;
}
export function makePulse(): Pulse {
  return { beat: (count) => beatNow(count), rest: beatNow, stop: () => stopNow() };
}
`;

test("a function that only passes its arguments on is the one that it calls: in its own module as in others", async () => {
  const probe = `${near}
export function runNear(pulse: Pulse): number {
  return pulse.beat(1) + pulse.rest(1) + pulse.stop();
}
export function pulseHandler(pulse: Pulse): (count: number) => number {
  return (count) => pulse.beat(count);
}`;
  const far = `
import type { Pulse } from "./probe";
export function runFar(pulse: Pulse): number {
  return pulse.beat(10) + pulse.rest(10) + pulse.stop();
}
export function farHandler(pulse: Pulse): (count: number) => number {
  return (count) => pulse.beat(count);
}`;
  const entry = `
import { makePulse, pulseHandler, runNear } from "./firmware/agent/probe";
import { farHandler, runFar } from "./firmware/agent/far";
const pulse = makePulse();
said.push(runNear(pulse));
said.push(runFar(pulse));
said.push(pulseHandler(pulse)(100));
said.push(farHandler(pulse)(100));`;
  expect(await run({ probe, far }, entry)).toEqual([1 + 2 - 2, 12 + 22 - 22, 122, 222]);
});

test("it may be another module's function, or a field that passes on to another field", async () => {
  const probe = `
import { beatElsewhere } from "./elsewhere";
export interface Pulse {
  beat(this: void, count: number): number;
}
export interface Host {
  beat(this: void, count: number): number;
}
export function makePulse(): Pulse {
  return { beat: (count) => beatElsewhere(count) };
}
export function makeHost(pulse: Pulse): Host {
  return { beat: (count) => pulse.beat(count) };
}
export function runBoth(pulse: Pulse, host: Host): number {
  return pulse.beat(1) + host.beat(2);
}`;
  const elsewhere = "export function beatElsewhere(count: number): number {\n  return count * 3;\n}\n";
  const entry = `
import { makeHost, makePulse, runBoth } from "./firmware/agent/probe";
const pulse = makePulse();
said.push(runBoth(pulse, makeHost(pulse)));`;
  expect(await run({ probe, elsewhere }, entry)).toEqual([9]);
});

test("a condition over constants of a profile leaves no field behind: negated, or of several", async () => {
  const probe = `
export interface PlatformText {
  readonly single: boolean;
  readonly named: boolean;
  readonly wide: boolean;
  readonly name: string;
}
export interface Host {
  readonly wanted: string;
  readonly kept: string;
}
export function makeText(): PlatformText {
  return { single: true, named: false, wide: true, name: "x" };
}
export function makeHost(text: PlatformText, given: string): Host {
  return { wanted: !text.single || text.named ? given : "", kept: !text.named && text.wide ? given : "" };
}
export function tellAll(host: Host): string {
  return host.wanted + "," + host.kept;
}`;
  const entry = `
import { makeHost, makeText, tellAll } from "./firmware/agent/probe";
said.push(tellAll(makeHost(makeText(), "y")));`;
  expect(await run({ probe }, entry)).toEqual([",y"]);
  const file = join(root, "firmware", "agent", "probe.ts");
  const { text } = emitModules(root, `declare const said: { push(value: unknown): number };\n${entry}`, new Map([[file, probe]])).get(file)!;
  expect(text).not.toContain("Host$wanted");
  expect(text).toContain("Host$kept");
});

test("a field that is only ever set to the constant that it begins with is that constant", async () => {
  const probe = `
export interface Host {
  reader: string | undefined;
  count: number;
}
export function makeHost(): Host {
  return { reader: undefined, count: 0 };
}
export function ask(host: Host): void {
  host.reader = "somebody";
}
export function answer(host: Host): string {
  if (host.reader === undefined) return "nobody asked " + host.count;
  const reader = host.reader;
  host.reader = undefined;
  host.count += 0;
  return reader;
}`;
  const entry = (call: string): string => `
import { answer, ask, makeHost } from "./firmware/agent/probe";
const host = makeHost();
${call}
said.push(answer(host));
said.push(answer(host));`;
  const file = join(root, "firmware", "agent", "probe.ts");
  const textOf = (call: string): string => emitModules(root, `declare const said: { push(value: unknown): number };\n${entry(call)}`, new Map([[file, probe]])).get(file)!.text;
  expect(await run({ probe }, entry(""))).toEqual(["nobody asked 0", "nobody asked 0"]);
  expect(await run({ probe }, entry("ask(host);"))).toEqual(["somebody", "nobody asked 0"]);
  expect(textOf("")).not.toMatch(/Host\$+reader/);
  expect(textOf("ask(host);")).toMatch(/Host\$+reader/);
  // What a sum gives is no constant.
  expect(textOf("ask(host);")).toContain("Host$$count");
});

test("what nothing leads to sets no field: a function of an API that the program does not call, or calls in a branch that never runs", async () => {
  const probe = `
export interface Host {
  asleep: number;
  name: string;
}
export interface PlatformText {
  readonly tired: boolean;
}
export function makeText(): PlatformText {
  return { tired: false };
}
export function makeHost(): Host {
  return { asleep: 0, name: "x" };
}
export function sleep(host: Host, ms: number): void {
  host.asleep = ms;
}
export function rename(host: Host, name: string): void {
  host.name = name;
}
function rest(host: Host): string {
  return "rests " + host.asleep;
}
export function tellAll(host: Host, text: PlatformText): string {
  if (text.tired) sleep(host, 5);
  if (host.asleep === 0 || text.tired) return "awake " + host.name;
  return rest(host);
}`;
  const entry = (call: string): string => `
import { makeHost, makeText, rename, sleep, tellAll } from "./firmware/agent/probe";
const host = makeHost();
${call}
said.push(tellAll(host, makeText()));`;
  const file = join(root, "firmware", "agent", "probe.ts");
  const textOf = (call: string): string => emitModules(root, `declare const said: { push(value: unknown): number };\n${entry(call)}`, new Map([[file, probe]])).get(file)!.text;
  expect(await run({ probe }, entry('rename(host, "y");'))).toEqual(["awake y"]);
  expect(await run({ probe }, entry("sleep(host, 7);"))).toEqual(["rests 7"]);
  expect(textOf('rename(host, "y");')).not.toMatch(/Host\$\$asleep|rests/);
  expect(textOf('rename(host, "y");')).toContain("Host$name");
  expect(textOf("sleep(host, 7);")).toContain("Host$$asleep");
});
