/** The suite on the real interpreter as a board at the end of a cable: its own console on TCP, its own flash, no switch for its power. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { boardLane } from "../../sim/hil/board-lanes";
import { suite } from "../../sim/hil/cases";
import { wire } from "../../sim/hil/map";
import { runTests } from "../../sim/hil/run";
import { root } from "../boards/desk-board";
import { InterpreterBoard } from "../boards/interpreter";

const onEspruino = process.env["ESPRUINO"] ? test : test.skip;
const TIMEOUT_MS = 900000;
/** What only a console and a flash can show; the rest runs on the interpreter without a cable (suite.test.ts). */
const TRIED = /activates once|obeys|is erased|its app again|its pin/;

onEspruino("[espruino] the real interpreter is given its app and its settings over its console, and does what a device does", async () => {
  const board = new InterpreterBoard(process.env["ESPRUINO"] ?? "");
  const folder = mkdtempSync(join(tmpdir(), "motet-hil-interpreter-"));
  try {
    const port = await board.cable.listen();
    await board.powerOn();
    const lane = boardLane(wire(root, { name: "pc", board: "linux-espruino", port: `tcp://127.0.0.1:${port}` }, folder), { root, version: "1.0.0", transport: "mqtt", interpreter: "" });
    const results = await runTests(suite.filter(({ name }) => TRIED.test(name)), [[lane]], { transport: "mqtt", logDir: folder, keepLogs: false });
    expect(results.map(({ test: name, status, reason, retries }) => ({ name, status, reason, retries }))).toEqual([
      { name: expect.stringMatching(/activates once/), status: "pass", reason: "", retries: [] },
      { name: expect.stringMatching(/obeys/), status: "pass", reason: "", retries: [] },
      { name: expect.stringMatching(/is erased/), status: "pass", reason: "", retries: [] },
      { name: expect.stringMatching(/its pin/), status: "unable", reason: "pins: nothing here reads the pins of a board", retries: [] },
      { name: expect.stringMatching(/its app again/), status: "pass", reason: "", retries: [] },
    ]);
  } finally {
    await board.close();
    rmSync(folder, { recursive: true });
  }
}, TIMEOUT_MS);
