/**
 * Writes a runtime's image into the flash of a chip of the ESP32 family or an ESP8266, through the loader in its ROM (esptool-js).
 *
 * Every part is read back by its MD5 sum on the chip. Nothing is written before the chip is known to be the board's and everything
 * fits. The headers of images are left as they are: their maker knows the flash. The chip is reset by lines driven here, because the
 * library's own hard reset leaves GPIO0 held low.
 */
import { createHash } from "node:crypto";
import { ESPLoader, Transport } from "esptool-js";
import type { Board } from "../board";
import { LinkError } from "../link/transport";
import type { Line } from "./line";
import type { Part } from "./parts";
import { webSerial } from "./web-serial";

/** The speed of every ROM at first, bits a second. */
const ROM_BAUD = 115200;
/** How long EN is held low. */
const RESET_MS = 100;

export type ImageEvent =
  | { readonly event: "chip"; readonly chip: string; readonly mac: string; readonly flashBytes: number }
  | { readonly event: "part"; readonly file: string; readonly address: number; readonly bytes: number }
  /** `bytes` of the part are on their way; in proportion, since what is sent is compressed. */
  | { readonly event: "progress"; readonly file: string; readonly bytes: number; readonly of: number }
  | { readonly event: "verified"; readonly file: string; readonly md5: string }
  | { readonly event: "reset" };

export interface ImageJob {
  readonly line: Line;
  readonly board: Pick<Board, "id" | "chip">;
  /** As `partsOf` gave them. */
  readonly parts: readonly Part[];
  /** The speed of the transfer, bits a second. */
  readonly baud: number;
  readonly onEvent: (event: ImageEvent) => void;
}

const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");

const afterMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs the chip's program: EN low for a moment, GPIO0 high. */
async function reset(line: Line): Promise<void> {
  await line.setState({ dtr: false, rts: true });
  await afterMs(RESET_MS);
  await line.setState({ dtr: false, rts: false });
}

/** The loader's own words, which are for its programmers: nobody hears them. */
const silent = { clean: () => undefined, write: () => undefined, writeLine: () => undefined };

function newLoader(job: ImageJob, gone: () => void): { readonly loader: ESPLoader; readonly transport: Transport } {
  const transport = new Transport(webSerial(job.line, gone) as unknown as ConstructorParameters<typeof Transport>[0], false);
  // It prints some of its trace whether asked for or not.
  transport.trace = () => undefined;
  return { transport, loader: new ESPLoader({ transport, baudrate: job.baud, romBaudrate: ROM_BAUD, terminal: silent }) };
}

/** "4MB" in bytes; 0 for what the loader cannot tell. */
function sizeOf(text: string | undefined): number {
  const [, count, unit] = /^(\d+)(K|M)B/.exec(text ?? "") ?? [];
  return count === undefined ? 0 : Number(count) * (unit === "K" ? 1024 : 1024 * 1024);
}

/** Connects, and tells what is there. Refuses a chip that is not the board's, and a flash that is too small. */
async function meet(job: ImageJob, loader: ESPLoader): Promise<void> {
  try {
    await loader.main();
  } catch (cause) {
    if (cause instanceof LinkError) throw cause;
    throw new LinkError(
      "silent",
      `No chip answers in its loader on ${job.line.name} (${(cause as Error).message.split("\n")[0]}): hold the button BOOT or FLASH (GPIO0), press EN or RST, let go and try again; else try another cable, and close what else uses the port.`,
      { cause },
    );
  }
  const chip = loader.chip.CHIP_NAME.toLowerCase().replace(/[^a-z0-9]/g, "");
  if (chip !== job.board.chip) throw new LinkError("board", `There is an ${chip} on ${job.line.name}, and ${job.board.id} is an ${job.board.chip}: choose a board with that chip by --board ("motet boards list" shows them).`);
  const flashBytes = sizeOf(await loader.detectFlashSize());
  job.onEvent({ event: "chip", chip, mac: await loader.chip.readMac(loader), flashBytes });
  const last = job.parts.find(({ address, bytes }) => flashBytes > 0 && address + bytes.length > flashBytes);
  if (last !== undefined) throw new LinkError("board", `The flash of this ${chip} has ${flashBytes / 1024} KB, and ${last.file} ends behind it: choose a board with that flash.`);
}

/** Writes one part and compares. */
async function writePart(job: ImageJob, loader: ESPLoader, part: Part): Promise<void> {
  const { file, address, bytes } = part;
  job.onEvent({ event: "part", file, address, bytes: bytes.length });
  let sum = "";
  await loader.writeFlash({
    fileArray: [{ data: bytes, address }],
    flashMode: "keep",
    flashFreq: "keep",
    flashSize: "keep",
    eraseAll: false,
    compress: true,
    reportProgress: (_index, sent, total) => job.onEvent({ event: "progress", file, bytes: Math.round((bytes.length * sent) / total), of: bytes.length }),
    calculateMD5Hash: (image) => (sum = md5(image)),
  });
  job.onEvent({ event: "verified", file, md5: sum });
}

async function writeAll(job: ImageJob, loader: ESPLoader): Promise<void> {
  for (const part of job.parts) {
    try {
      await writePart(job, loader, part);
    } catch (cause) {
      const { message } = cause as Error;
      const differs = /md5/i.test(message);
      const what = differs ? `${part.file} reads back differently from what was written` : `${part.file} could not be written (${message.split("\n")[0]})`;
      throw new LinkError(differs ? "verify" : "lost", `${what}: run the command again, with a lower --baud if it repeats; the board does not start until it has run to its end.`, { cause });
    }
  }
}

/**
 * Writes and verifies `job.parts`, then starts the runtime. Rejects with a LinkError. The line is closed in the end.
 */
export async function writeImage(job: ImageJob): Promise<void> {
  let writing = "";
  let lose = (_: LinkError): void => undefined;
  const lost = new Promise<never>((_, reject) => (lose = reject));
  lost.catch(() => undefined);
  const { loader, transport } = newLoader(job, () => {
    const after = writing === "" ? "before anything was written" : `while ${writing} was written; the board does not start until this command has run to its end`;
    lose(new LinkError("lost", `The connection to ${job.line.name} was lost ${after}: check the cable and run it again.`));
  });
  const work = async (): Promise<void> => {
    await meet(job, loader);
    await writeAll({ ...job, onEvent: (event) => {
      if (event.event === "part") writing = event.file;
      job.onEvent(event);
    } }, loader);
    await reset(job.line);
    job.onEvent({ event: "reset" });
  };
  try {
    await Promise.race([work(), lost]);
  } finally {
    await transport.disconnect().catch(() => undefined);
    await job.line.close();
  }
}
