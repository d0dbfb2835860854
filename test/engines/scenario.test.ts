/**
 * The same behaviour on every engine: one scenario, run from the image of each, makes the same calls of every resource with the
 * same bytes, and leaves the same bytes at the peers.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import type { Ports } from "../../hal/ports";
import { imageEngines, programOf, root } from "./engines";
import { nativeScenario, runScenario, scenarioEntry } from "./scenario-bench";
import type { Run } from "./scenario-bench";
import { faults } from "./scenario-faults";
import { stopEngines } from "./rig";
import { allowances, differences } from "./traces";

jest.setTimeout(120000);
afterEach(stopEngines);

const native = runScenario(nativeScenario);
const texts = (run: Run): string[] => run.lines.map(({ text }) => text);

/** Functions of the ports and callbacks of their options, as "port member". */
function members(): string[] {
  const found: string[] = [];
  for (const file of readdirSync(join(root, "hal", "ports")).filter((name) => !["index.ts", "fault.ts", "tls.ts"].includes(name))) {
    const source = ts.createSourceFile(file, readFileSync(join(root, "hal", "ports", file), "utf8"), ts.ScriptTarget.ES2022, true);
    const port = file.replace(".ts", "");
    for (const node of source.statements) {
      if (!ts.isInterfaceDeclaration(node)) continue;
      for (const member of node.members) {
        const isCallback = ts.isPropertySignature(member) && /^on[A-Z]/.test(member.name.getText());
        if (ts.isMethodSignature(member) || isCallback) found.push(`${port} ${member.name!.getText()}`);
      }
    }
  }
  return found;
}

test("the scenario calls every function of every port, and hears every callback", () => {
  const wanted = members();
  expect(wanted.length).toBeGreaterThan(45);
  // The name of a pin stands between the resource and the member.
  const heard = new Set(texts(native).map((line) => line.replace(/^(tcp|udp)\d+/, "$1").replace(/^(digital|analog) (\S+) (open|onReadable)/, "$1 $3").split(" ").slice(0, 2).join(" ")));
  expect(wanted.filter((member) => !heard.has(member))).toEqual([]);
  expect(texts(native).filter((line) => /^timer\d+ run$/.test(line)).length).toBeGreaterThan(20);
  expect(texts(native).some((line) => line.startsWith("dns done"))).toBe(true);
});

test.each(faults.map(({ name, line }) => [name, line] as const))("the scenario meets %s", (_name, line) => {
  expect(texts(native).filter((text) => line.test(text)).length).toBeGreaterThan(0);
});

test("silence and loss are met too: nothing comes back", () => {
  expect(texts(native).filter((text) => text.startsWith("tcp8 onReadable") || text.startsWith("udp4 onReadable"))).toEqual([]);
  expect(native.wire.filter((line) => line.includes(Buffer.from("lost").toString("hex")))).toEqual([]);
  expect(native.wire.filter((line) => line.includes(Buffer.from("silence").toString("hex")))).toHaveLength(1);
});

/** How much earlier or later a step may be: timers of 10 ms on an ESP32, names asked one after the other, and boots. */
const toleranceMs = 200;

describe.each(imageEngines)("%s", (engine) => {
  test("behaves as native does: resource by resource, byte by byte, at the same times", async () => {
    const changes = allowances.filter(({ engines }) => engines.includes(engine));
    const run = runScenario(await programOf(engine, scenarioEntry));
    expect(run.failures).toEqual([]);
    expect(differences(native.lines, run.lines, changes, toleranceMs)).toEqual([]);
    expect(run.wire).toEqual(native.wire);
    const boots = (of: Run): readonly number[] => (changes.some(({ name }) => name === "no watchdog") ? of.boots.map((reason) => (reason === 3 ? 2 : reason)) : of.boots);
    expect(boots(run)).toEqual(boots(native));
    // An allowance that is not needed any more is one too many.
    const idle = changes.filter((one) => differences(native.lines, run.lines, changes.filter((other) => other !== one), toleranceMs).length === 0);
    expect(idle.map(({ name }) => name)).toEqual([]);
  });
});

test("every allowed difference is explained", () => {
  const section = readFileSync(join(root, "docs", "ENGINES.md"), "utf8").split("# Allowed differences")[1] ?? "";
  const named = [...section.matchAll(/^\| ([^|]+) \|/gm)].map((match) => match[1]!.trim()).filter((name) => name !== "what" && !name.startsWith("-"));
  const inherent = ["the pieces of a stream", "what comes in and what goes out", "times", "what no two machines share"];
  expect([...named].sort()).toEqual([...allowances.map(({ name }) => name), ...inherent].sort());
});

/** Adapters with one mistake each. */
const mistakes: readonly (readonly [string, (ports: Ports) => Ports])[] = [
  ["drops a byte", (ports) => ({ ...ports, tcp: { ...ports.tcp, write: (socket, bytes) => ports.tcp.write(socket, bytes.length > 500 ? bytes.slice(1) : bytes) } })],
  ["answers another code", (ports) => ({ ...ports, flash: { ...ports.flash, eraseBlock: (area, block) => ports.flash.eraseBlock(area, block) === 0 ? 0 : 2 } })],
  ["runs a timer late", (ports) => ({ ...ports, clock: { ...ports.clock, after: (ms, run) => ports.clock.after(ms === 250 ? 500 : ms, run) } })],
  ["tells an error twice", (ports) => ({ ...ports, tcp: { ...ports.tcp, connect: (options) => ports.tcp.connect({ ...options, onError: (fault) => [fault, fault].forEach((each) => options.onError(each)) }) } })],
  ["loses a name", (ports) => ({ ...ports, dns: { resolve: (host, done) => (host === "no name!" ? undefined : ports.dns.resolve(host, done)) } })],
];

test.each(mistakes)("an adapter that %s is found", (_name, change) => {
  const run = runScenario((ports, watcher) => nativeScenario(change(ports), watcher));
  expect(differences(native.lines, run.lines, allowances, toleranceMs).length).toBeGreaterThan(0);
});

test("a trace that was changed anywhere is another one; the pieces of a stream are not", () => {
  const { lines } = native;
  expect(differences(lines, lines)).toEqual([]);
  for (let i = 0; i < lines.length; i += 1) expect(differences(lines, lines.filter((_, at) => at !== i))).toHaveLength(1);
  const trace = (...all: string[]): { ms: number; text: string }[] => all.map((text) => ({ ms: 0, text }));
  expect(differences(trace("tcp1 onReadable x6161"), trace("tcp1 onReadable x61", "tcp1 onReadable x61"))).toEqual([]);
  expect(differences(trace("tcp1 onReadable x6161"), trace("tcp1 onReadable x61", "tcp1 onWritable", "tcp1 onReadable x61"))).toHaveLength(1);
  expect(differences(trace("udp1 onReadable a 1 x6161"), trace("udp1 onReadable a 1 x61", "udp1 onReadable a 1 x61"))).toHaveLength(1);
  expect(differences([{ ms: 0, text: "timer1 run" }], [{ ms: 201, text: "timer1 run" }], [], 200)).toHaveLength(1);
  expect(differences([{ ms: 0, text: "timer1 run" }], [{ ms: 200, text: "timer1 run" }], [], 200)).toEqual([]);
});
