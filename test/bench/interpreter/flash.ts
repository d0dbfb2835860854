/** How long an upload takes on the real interpreter, over its own console on the network, verified by its own checksums. */
import { loadBoard } from "../../../boards/toolchain/board";
import { ConsoleLink } from "../../../boards/toolchain/link/console-link";
import { install } from "../../../boards/toolchain/link/install";
import { openPort } from "../../../boards/toolchain/link/open";
import { imageOf } from "../../boards/app-image";
import { InterpreterBoard } from "../../boards/interpreter";
import { BOARD_ID } from "./subjects";

export interface Upload {
  readonly bytes: number;
  readonly uploads: number;
  readonly failures: number;
  /** Of one upload: from its first packet until everything was read back. */
  readonly medianMs: number;
  readonly worstMs: number;
}

const UPLOADS = 20;
/** Makes 12 KB of the two files of an app. */
const CHARS = 8000;

/** Uploads apps one after the other, each another one. */
export async function uploads(root: string, binary: string): Promise<Upload> {
  const described = loadBoard(root, BOARD_ID);
  const board = new InterpreterBoard(binary);
  const times: number[] = [];
  let bytes = 0;
  let failures = 0;
  try {
    await board.powerOn();
    const link = new ConsoleLink(await openPort(`tcp://127.0.0.1:${described.link.telnetPort}`, 0));
    await link.hello();
    for (let turn = 0; turn < UPLOADS; turn += 1) {
      const began = performance.now();
      const outcome = await install(link, imageOf(described, turn.toString(16).padStart(8, "0"), CHARS), { step: () => undefined, bytes: () => undefined }).catch(() => undefined);
      times.push(performance.now() - began);
      bytes = outcome?.sentBytes ?? bytes;
      if (outcome === undefined) failures += 1;
    }
    link.close();
  } finally {
    await board.close();
  }
  times.sort((one, other) => one - other);
  return { bytes, uploads: UPLOADS, failures, medianMs: Math.round(times[UPLOADS / 2]!), worstMs: Math.round(times.at(-1)!) };
}
