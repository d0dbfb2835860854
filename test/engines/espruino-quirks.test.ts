/**
 * What is odd about Espruino, case by case: the emulation against answers that the real interpreter gave, and the real
 * interpreter, where ESPRUINO names one, against the same answers. What the emulation cannot say is a table of its own.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TlsLevel } from "../../hal/ports/tls";
import { writeFolder } from "../../sim/engines/espruino/flash-folder";
import { startInterpreter } from "../../sim/engines/espruino/interpreter";
import { createEspruino } from "../../sim/engines/espruino-api";
import { createWorld } from "../../sim/world/world";
import { differences } from "./quirks/differences";
import { engineCases } from "./quirks/engine";
import { jsonTexts } from "./quirks/json";
import { loopCases } from "./quirks/loop";
import { networkCases } from "./quirks/network";
import { objects } from "./quirks/objects";
import { peersIn, startPeers } from "./quirks/peers";
import { Answers, casesOf, type QuirkCase, type QuirkTable, quirkImage } from "./quirks/program";
import { storageCases } from "./quirks/storage";
import { texts } from "./quirks/text";
import { tlsCases } from "./quirks/tls";

const binary = process.env["ESPRUINO"] ?? "";
const onEspruino = binary === "" ? test.skip : test;

const tables: readonly (readonly [name: string, table: QuirkTable])[] = [
  ["texts and numbers", texts],
  ["objects, lists and errors", objects],
  ["JSON", jsonTexts],
  ["the engine's own functions", engineCases],
  ["Storage", storageCases],
  ["timers, events and exceptions", loopCases],
  ["sockets", networkCases],
];

/** Variables that a TLS connection and the cases need. */
const TLS_JSVARS = 4000;
/** Above all the times that the cases wait, together, ms. */
const CASES_MS = 100000;
const REAL_TIMEOUT_MS = 120000;

/** Answers by title, so that a difference shows its case. */
function named(cases: readonly QuirkCase[], answers: Answers): string[] {
  return cases.map(({ title }, i) => `${title}: ${answers.lines[i] ?? "(nothing)"}`);
}

function expected(cases: readonly QuirkCase[]): string[] {
  return cases.map(({ title, prints }) => `${title}: ${prints}`);
}

function emulate(cases: readonly QuirkCase[]): Answers {
  const world = createWorld({ seed: 1 });
  const ports = peersIn(world);
  const image = quirkImage(cases, ports);
  const machine = world.createDevice({ bootMs: 0, tlsLevel: TlsLevel.encryptedUnverified });
  const answers = new Answers();
  const espruino = createEspruino({
    ports: machine.ports,
    constants: image.constants,
    files: image.files,
    events: { console: (line) => answers.hear(line), failed: (message) => answers.other.push(message) },
    refuses: (_address, port) => port === ports["CLOSED"],
  });
  espruino.run(image.main);
  world.runUntil(() => answers.ended, CASES_MS);
  espruino.stop();
  return answers;
}

/** Runs the cases on the real interpreter, over real sockets; it ends with the last case, or by itself. */
async function interpret(cases: readonly QuirkCase[]): Promise<Answers> {
  const peers = await startPeers();
  const dir = mkdtempSync(join(tmpdir(), "motet-quirks-"));
  writeFolder(dir, quirkImage(cases, peers.ports), new Map());
  const answers = new Answers();
  const interpreter = startInterpreter(
    { binary, dir },
    {
      console: (line) => {
        answers.hear(line);
        if (answers.ended) interpreter.stop();
      },
      failed: (message) => answers.other.push(message),
      record: () => undefined,
      restarted: () => undefined,
    },
  );
  await interpreter.gone;
  peers.close();
  rmSync(dir, { recursive: true });
  return answers;
}

describe("the emulation answers as the interpreter did", () => {
  test.each([...tables, ["TLS", tlsCases] as const])("%s", (_name, table) => {
    const cases = casesOf(table);
    const answers = emulate(cases);
    expect(named(cases, answers)).toEqual(expected(cases));
    expect(answers.ended).toBe(true);
  });

  test("what it cannot say is known", () => {
    const cases = differences.map(([title, code, , here]) => ({ title, code, prints: here }));
    expect(named(cases, emulate(cases))).toEqual(expected(cases));
  });
});

describe("the interpreter answers as it did", () => {
  for (const [name, table] of tables) {
    onEspruino(`[espruino] ${name}`, async () => {
      const cases = casesOf(table);
      expect(named(cases, await interpret(cases))).toEqual(expected(cases));
    }, REAL_TIMEOUT_MS);
  }

  onEspruino("[espruino] TLS, where there is memory for it", async () => {
    const [total] = (await interpret([{ title: "variables", code: "process.memory().total", prints: "" }])).lines;
    const cases = casesOf(tlsCases);
    const answers = await interpret(cases);
    // A board of the small kind dies of its first connection.
    if (Number(total) < TLS_JSVARS) expect(answers.other.join()).toContain("interpreter");
    else expect(named(cases, answers)).toEqual(expected(cases));
  }, REAL_TIMEOUT_MS);

  onEspruino("[espruino] what the emulation cannot say", async () => {
    const cases = differences.map(([title, code, there]) => ({ title, code, prints: there }));
    expect(named(cases, await interpret(cases))).toEqual(expected(cases));
  }, REAL_TIMEOUT_MS);
});
