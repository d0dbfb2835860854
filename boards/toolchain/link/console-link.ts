/**
 * A console of Espruino spoken to in packets: asked who it is, told to evaluate, given files. One thing at a time; each has a
 * limit, after which the link is of no more use, because what is sent next could be taken for the rest of a packet.
 */
import { crc32 } from "../checksum";
import { isUnsafeLength, packet, PacketReader, PacketType, textPacket } from "./packets";
import { LinkError, realTimer } from "./transport";
import type { Timer, Transport } from "./transport";
import { unquote } from "./unquote";

export interface LinkLimits {
  /** Until the banner of a console that was just opened has passed. */
  readonly settleMs: number;
  /** For the answer to "who are you". */
  readonly helloMs: number;
  /** For the acknowledgement of a packet; a write to flash may compact it first. */
  readonly ackMs: number;
  /** How long the other side may hold us; less than an acknowledgement may take. */
  readonly heldMs: number;
}

export const linkLimits: LinkLimits = { settleMs: 150, helloMs: 2000, ackMs: 10000, heldMs: 5000 };

/** Bytes of a file in one packet: the input buffer of a board holds four. */
const CHUNK_BYTES = 1024;
/** What a board may print while it is asked who it is. */
const PRINTED_MAX = 4096;
/** The last one is behind the 5 s that the firmware waits for the rest of a packet: until then it takes what it hears for that. */
const HELLO_TRIES = 4;

const enum Key {
  enquiry = "\x05",
  clearLine = "\x15",
  quiet = "\x10",
}

/** What the runtime says of itself. */
export interface Hello {
  /** e.g. "2v29.277". */
  readonly version: string;
  /** e.g. "ESP32". */
  readonly name: string;
}

interface Waiting {
  acknowledged(isGood: boolean): void;
  received(payload: string): void;
  fail(problem: LinkError): void;
}

/** The answer of an expression that was made to catch what it throws. */
interface Outcome {
  readonly v?: unknown;
  readonly e?: string;
}

export class ConsoleLink {
  /** Hears what the board prints. */
  onText: ((bytes: string) => void) | undefined;
  /** Called once when the link is gone without having been closed. */
  onLost: (() => void) | undefined;
  private readonly reader = new PacketReader({
    acknowledged: (isGood) => this.waiting?.acknowledged(isGood),
    received: (_type, payload) => this.waiting?.received(payload),
    text: (bytes) => {
      this.onText?.(bytes);
      this.heard?.(bytes);
    },
    flow: (isOpen) => this.setFlow(isOpen),
  });
  private waiting: Waiting | undefined;
  private heard: ((bytes: string) => void) | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private gone: LinkError | undefined;
  private held: string[] | undefined;
  private unhold: (() => void) | undefined;

  constructor(
    private readonly transport: Transport,
    private readonly limits: LinkLimits = linkLimits,
    private readonly timer: Timer = realTimer,
  ) {
    transport.onData = (bytes) => this.reader.push(bytes);
    transport.onClose = () => {
      this.end(new LinkError("lost", "The connection to the board is gone: check the cable and its power, and run the command again."));
      this.onLost?.();
    };
  }

  /** Asks the console who it is. A program that runs there runs on. */
  hello(): Promise<Hello> {
    return this.alone(async () => {
      await this.pause(this.limits.settleMs);
      for (let tries = 1; ; tries += 1) {
        const answer = await this.ask();
        if (answer !== undefined) return answer;
        if (tries === HELLO_TRIES) throw this.end(new LinkError("silent", "The board does not answer: check that it is powered, runs Espruino 2v25 or newer, has no password on its console, and that the port and --baud are its own."));
      }
    });
  }

  /** Evaluates an expression and answers its value, as JSON carries it. Rejects with what it threw. */
  call(expression: string): Promise<unknown> {
    const wrapped = `(function(){try{return JSON.stringify({v:${expression}})}catch(e){return JSON.stringify({e:e.toString()})}})()`;
    return this.alone(async () => {
      const answer = await this.exchange(textPacket(PacketType.eval, wrapped), true);
      const outcome = parseOutcome(answer);
      if (outcome === undefined) throw new LinkError("board", "The board answered what cannot be read: reset it and run the command again.");
      if (outcome.e !== undefined) throw new LinkError("board", `The board could not do it: ${outcome.e}`);
      return outcome.v;
    });
  }

  /** Types a line that is not echoed; what it does is not waited for. */
  type(line: string): Promise<void> {
    return this.alone(async () => this.write(`${Key.quiet}${line}\n`));
  }

  /**
   * Writes a file of Storage, and has the board compute the checksum of what is there then: an acknowledgement says only that bytes
   * arrived. `name` has at most 28 characters, `content` is not empty.
   */
  async putFile(name: string, content: string, onProgress: (bytes: number) => void = () => undefined): Promise<void> {
    await this.alone(async () => {
      await this.exchange(textPacket(PacketType.fileSend, JSON.stringify({ fn: name, s: content.length })), false);
      for (let offset = 0; offset < content.length; ) {
        const count = pieceLength(content.length - offset);
        await this.exchange(packet(PacketType.data, content.slice(offset, offset + count)), false);
        offset += count;
        onProgress(offset);
      }
    });
    if ((await this.checksum(name)) !== crc32(content)) throw new LinkError("verify", `The file ${name} is not on the board as it was sent: run the command again, with a shorter cable or a lower --baud if it stays so.`);
  }

  /** The checksum of a file of Storage; undefined when there is none. */
  async checksum(name: string): Promise<number | undefined> {
    const found = await this.call(`(function(t){return t===undefined?-1:E.CRC32(t)})(require("Storage").read(${JSON.stringify(name)}))`);
    return found === -1 ? undefined : (found as number);
  }

  /** Pulses the reset line; false where there is none. */
  async reset(): Promise<boolean> {
    if (this.transport.reset === undefined) return false;
    await this.transport.reset();
    return true;
  }

  close(): void {
    this.end(new LinkError("lost", "The link was closed."));
  }

  /** One at a time: each begins when the one before is done. */
  private alone<T>(run: () => Promise<T>): Promise<T> {
    const result = this.queue.then(() => {
      if (this.gone !== undefined) throw this.gone;
      return run();
    });
    this.queue = result.catch(() => undefined);
    return result;
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.timer.after(ms, resolve));
  }

  /** Who is there; undefined when nobody says so in time. */
  private ask(): Promise<Hello | undefined> {
    return new Promise((resolve, reject) => {
      let printed = "";
      const done = (settle: () => void): void => {
        cancel();
        this.heard = undefined;
        this.waiting = undefined;
        settle();
      };
      const cancel = this.timer.after(this.limits.helloMs, () => done(() => (isNoise(printed) ? reject(this.end(new LinkError("silent", "What comes from the board makes no sense: its console has another speed, so try --baud 115200, 9600 or 460800."))) : resolve(undefined))));
      this.waiting = { acknowledged: () => undefined, received: () => undefined, fail: (problem) => done(() => reject(problem)) };
      this.heard = (bytes) => {
        printed = (printed + bytes).slice(-PRINTED_MAX);
        const match = /Espruino (\S+) (\S+)\r?\n/.exec(printed);
        if (match !== null) done(() => resolve({ version: match[1]!, name: match[2]! }));
      };
      this.write(Key.clearLine + Key.enquiry);
    });
  }

  /** Sends a packet and waits until it is acknowledged, and for the answer where there will be one. */
  private exchange(bytes: string, hasAnswer: boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      const done = (settle: () => void): void => {
        cancel();
        this.waiting = undefined;
        settle();
      };
      const cancel = this.timer.after(this.limits.ackMs, () => this.end(new LinkError("silent", "The board stopped answering: reset it and run the command again.")));
      this.waiting = {
        acknowledged: (isGood) => {
          if (!isGood) done(() => reject(new LinkError("board", "The board refused a packet: it may be out of memory or its Storage full; reset it and run the command again.")));
          else if (!hasAnswer) done(() => resolve(""));
        },
        received: (payload) => done(() => resolve(payload)),
        fail: (problem) => done(() => reject(problem)),
      };
      this.write(bytes);
    });
  }

  private write(bytes: string): void {
    if (this.held !== undefined) this.held.push(bytes);
    else this.transport.write(bytes);
  }

  /** The board holds us while its buffer is full; one that never lets go is not waited for. */
  private setFlow(isOpen: boolean): void {
    if (!isOpen && this.held === undefined) {
      this.held = [];
      this.unhold = this.timer.after(this.limits.heldMs, () => this.setFlow(true));
    } else if (isOpen && this.held !== undefined) {
      const kept = this.held;
      this.held = undefined;
      this.unhold?.();
      for (const bytes of kept) this.transport.write(bytes);
    }
  }

  /** Ends the link for that reason; whoever waits is told. */
  private end(problem: LinkError): LinkError {
    if (this.gone !== undefined) return this.gone;
    this.gone = problem;
    this.unhold?.();
    this.transport.onData = undefined;
    this.transport.onClose = undefined;
    this.transport.close();
    this.waiting?.fail(problem);
    return problem;
  }
}

/** How much of `left` bytes goes into the next packet. */
function pieceLength(left: number): number {
  const count = Math.min(left, CHUNK_BYTES);
  return isUnsafeLength(count) ? Math.max(1, count - 2) : count;
}

function parseOutcome(answer: string): Outcome | undefined {
  try {
    return JSON.parse(unquote(answer)) as Outcome;
  } catch {
    return undefined;
  }
}

/** Bytes of a line at the wrong speed: few of them are letters. */
function isNoise(printed: string): boolean {
  const isPlain = (char: string): boolean => (char >= " " && char <= "~") || "\t\r\n\x1b".includes(char);
  const odd = [...printed].filter((char) => !isPlain(char)).length;
  return odd > 4 && odd > printed.length / 4;
}
