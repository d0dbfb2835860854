/** The same on the real interpreter, over its own console on the network: a hundred uploads, and the cable pulled at every packet. */
import { readFileSync, writeFileSync } from "node:fs";
import { boardIds, loadBoard } from "../../boards/toolchain/board";
import { ConsoleLink } from "../../boards/toolchain/link/console-link";
import { flashApp } from "../../boards/toolchain/link/flash";
import type { Flashed } from "../../boards/toolchain/link/flash";
import { openPort } from "../../boards/toolchain/link/open";
import type { LinkError } from "../../boards/toolchain/link/transport";
import type { Image } from "../../sim/engines/image";
import { imageOf } from "./app-image";
import { root } from "./desk-board";
import { InterpreterBoard } from "./interpreter";

const onEspruino = process.env["ESPRUINO"] ? test : test.skip;
const TIMEOUT_MS = 600000;
/** Less than the shortest packet that matters. */
const STEP_BYTES = 61;
const id = "linux-espruino";
const appImage = (hash: string, chars: number): Image => imageOf(loadBoard(root, id), hash, chars);
const boards = boardIds(root).map((each) => loadBoard(root, each));
const quiet = { step: () => undefined, bytes: () => undefined };
let board: InterpreterBoard;
let port = 0;

beforeEach(async () => {
  board = new InterpreterBoard(process.env["ESPRUINO"] ?? "");
  if (!process.env["ESPRUINO"]) return;
  port = await board.cable.listen();
  await board.powerOn();
});

afterEach(() => board.close());

async function flash(image: Image): Promise<Flashed> {
  const link = new ConsoleLink(await openPort(`tcp://127.0.0.1:${port}`, 115200));
  try {
    return await flashApp(link, image, loadBoard(root, id), boards, quiet);
  } finally {
    link.close();
  }
}

/** What boots after the power was away. */
async function booted(): Promise<string> {
  await board.powerOff();
  await board.powerOn();
  await board.printed.until(/motet boot/);
  return /app \w+ cold \w+/.exec(board.printed.text)?.[0] ?? board.printed.text;
}

onEspruino("[espruino] a hundred uploads of 12 KB in a row, none fails", async () => {
  for (let turn = 0; turn < 100; turn += 1) {
    const hash = turn.toString(16).padStart(8, "0");
    expect(await flash(appImage(hash, 8000))).toMatchObject({ hash, boot: hash });
  }
}, TIMEOUT_MS);

onEspruino("[espruino] pulled at every packet, the old app boots or the new one, never a mix", async () => {
  const [older, newer] = ["0000aaaa", "1111bbbb"] as const;
  await flash(appImage(older, 1200));
  await board.powerOff();
  const kept = readFileSync(board.flashFile);
  await board.powerOn();
  const before = board.cable.bytesReceived;
  await flash(appImage(newer, 1200));
  const total = board.cable.bytesReceived - before;
  const outcomes = new Set<string>();
  for (let bytes = 0; bytes < total; bytes += STEP_BYTES) {
    await board.powerOff();
    writeFileSync(board.flashFile, kept);
    await board.powerOn();
    board.cable.bytesToPull = bytes;
    expect(["lost", "nothing heard"]).toContain(await flash(appImage(newer, 1200)).then(({ boot }) => boot ?? "nothing heard", ({ fault }: LinkError) => fault));
    const after = await booted();
    outcomes.add(after);
    expect([`app ${older} cold ${older}`, `app ${newer} cold ${newer}`]).toContain(after);
  }
  expect(outcomes.size).toBe(2);
}, TIMEOUT_MS);
