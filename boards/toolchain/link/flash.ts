/**
 * `motet flash` without its printing: the board at a link is the one that the image is for, its program stands still while another is
 * written, and afterwards it says that it booted.
 */
import { createConsole } from "../../../sim/engines/espruino/console";
import type { Image } from "../../../sim/engines/image";
import { parseLogLine } from "../../../sim/engines/log-line";
import type { Board } from "../board";
import type { ConsoleLink, Hello } from "./console-link";
import { install } from "./install";
import type { InstallProgress, Outcome } from "./install";
import { LinkError, realTimer } from "./transport";
import type { Timer } from "./transport";

/** Packets are there from this version on. */
const OLDEST = [2, 25] as const;
/** The runtime feeds the watchdog meanwhile, which the stopped program had started. */
const WATCHDOG_S = 60;
/** From the start of a program to its first words: a boot reads the log of readings. */
const BOOT_MS = 20000;

export interface Flashed extends Outcome {
  readonly hello: Hello;
  /** What the device said of itself at its boot: name, version, reset reason; undefined when it said nothing in time. */
  readonly boot: string | undefined;
}

/** Refuses a board that the image is not for. `boards` are all that there are, to name the right one. */
export function checkBoard({ version, name }: Hello, board: Board, boards: readonly Board[]): void {
  const [, major, minor] = /^(\d+)v(\d+)/.exec(version) ?? [];
  if (Number(major) < OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) < OLDEST[1])) {
    throw new LinkError("board", `The board runs Espruino ${version}, which is too old: flash 2v25 or newer (${board.image?.page ?? "see its maker's page"}).`);
  }
  if (board.answers?.includes(name) !== false) return;
  const right = boards.filter((each) => each.answers?.includes(name) === true).map(({ id }) => id);
  const remedy = right.length === 0 ? "Motet has no board for that" : `take --board ${right.join(" or --board ")}`;
  throw new LinkError("board", `The board says that it is ${name}, and the app was built for ${board.id}: ${remedy}.`);
}

/** Stops the program that runs, so that nothing but the upload wants memory and flash. What is in flash stays. */
export async function stopProgram(link: ConsoleLink, board: Board): Promise<void> {
  await link.type("reset()");
  await link.hello();
  if (board.constants.watchdog) await link.call(`E.enableWatchdog(${WATCHDOG_S},true)`);
}

/** Starts what boots, and waits until it says so. */
export async function startProgram(link: ConsoleLink, timer: Timer): Promise<string | undefined> {
  const before = link.onText;
  const said = new Promise<string | undefined>((resolve) => {
    const cancel = timer.after(BOOT_MS, () => resolve(undefined));
    const feed = createConsole((line) => {
      const record = parseLogLine(line);
      if (record?.event !== "boot") return;
      cancel();
      resolve(record.text);
    });
    link.onText = (bytes) => {
      before?.(bytes);
      feed(bytes);
    };
    link.onLost = () => {
      cancel();
      resolve(undefined);
    };
  });
  await link.type("load()");
  const boot = await said;
  link.onText = before;
  return boot;
}

/** Installs an image on the board at the link and starts it. When it rejects, what booted before has been started again if it could be. */
export async function flashApp(link: ConsoleLink, image: Image, board: Board, boards: readonly Board[], progress: InstallProgress, timer: Timer = realTimer): Promise<Flashed> {
  const hello = await link.hello();
  checkBoard(hello, board, boards);
  progress.step(`Espruino ${hello.version} on ${hello.name}`);
  await stopProgram(link, board);
  let outcome: Outcome;
  try {
    outcome = await install(link, image, progress);
  } catch (problem) {
    await link.type("load()").catch(() => undefined);
    throw problem;
  }
  return { ...outcome, hello, boot: await startProgram(link, timer) };
}
