/**
 * A console of NodeMCU: lines of Lua are typed, and what they answer is told from the echo, from the prompt and from whatever else is
 * printed, because an answer has marks and the number of its question. One line at a time, each shorter than the firmware's buffer: there is no flow
 * control. It knows neither files nor apps.
 */
import { LinkError, realTimer } from "./transport";
import type { Timer, Transport } from "./transport";

export interface LuaLimits {
  /** Until the greeting of a console that was just opened has passed. */
  readonly settleMs: number;
  /** For the answer to "who are you". */
  readonly helloMs: number;
  /** For the answer to a line; a write to flash may clean it up first. */
  readonly answerMs: number;
}

export const luaLimits: LuaLimits = { settleMs: 150, helloMs: 2000, answerMs: 15000 };

/** The firmware's buffer holds 256 characters of a line, its end included. */
export const LINE_CHARS_MAX = 240;
const HELLO_TRIES = 3;
/** What is kept of what was printed while an answer is waited for. */
const PRINTED_MAX = 4096;

/** What the firmware says of itself. */
export interface LuaHello {
  /** e.g. "5.1". */
  readonly lua: string;
  /** "esp8266" or "esp32". */
  readonly chip: string;
  /** It was built with a Lua Flash Store. */
  readonly hasStore: boolean;
}

/** Behind this many characters a line of code finds no room for what is put around it. */
export const CODE_CHARS_MAX = LINE_CHARS_MAX - "_m(1000000,function()end)".length - 2;

/** Answers of a line, or why it failed, with the number that it was given. Its own text, which is echoed, is no answer. */
const DEFINE = '_m=function(n,f)local k,v=pcall(f)print("@"..n..(k and"="or"!")..tostring(v).."@")end';
const ASK = 'print("@".."0="..(table.unpack and"5.3"or"5.1")..","..(node.chipmodel and node.chipmodel()or"esp8266")..","..(node.LFS and 1 or 0).."@")';
const ANSWER = /@(\d+)([=!])([^\r\n]*?)@\r?\n/;

export class LuaConsole {
  /** Hears what the board prints, answers and echo included. */
  onText: ((bytes: string) => void) | undefined;
  /** Called once when the link is gone without having been closed. */
  onLost: (() => void) | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private gone: LinkError | undefined;
  private printed = "";
  private number = 0;
  private heard: (() => void) | undefined;
  private fail: ((problem: LinkError) => void) | undefined;

  constructor(
    private readonly transport: Transport,
    private readonly limits: LuaLimits = luaLimits,
    private readonly timer: Timer = realTimer,
  ) {
    transport.onData = (bytes) => {
      this.onText?.(bytes);
      this.printed = (this.printed + bytes).slice(-PRINTED_MAX);
      this.heard?.();
    };
    transport.onClose = () => {
      this.end(new LinkError("lost", "The connection to the board is gone: check the cable and its power, and run the command again."));
      this.onLost?.();
    };
  }

  /** Asks the console who it is. A program that runs there runs on. */
  hello(): Promise<LuaHello> {
    return this.alone(async () => {
      await new Promise<void>((resolve) => this.timer.after(this.limits.settleMs, resolve));
      for (let tries = 1; ; tries += 1) {
        // What somebody has left on the line ends with it.
        const answer = await this.exchange(`\n${ASK}`, 0, this.limits.helloMs);
        const match = /^(5\.[13]),([^,]*),([01])$/.exec(answer?.text ?? "");
        if (match !== null) {
          this.transport.write(`${DEFINE}\n`);
          return { lua: match[1]!, chip: match[2]!.toLowerCase().replace(/[^a-z0-9]/g, ""), hasStore: match[3] === "1" };
        }
        if (/=undefined|Uncaught /.test(this.printed)) throw this.end(new LinkError("board", "The board at this port runs Espruino, and the app would be for NodeMCU: take the --board that ends with -espruino."));
        if (tries === HELLO_TRIES) throw this.end(new LinkError("silent", "The board does not answer: check that it is powered, runs NodeMCU, and that the port and --baud are its own."));
      }
    });
  }

  /** Runs the body of a function, of up to `CODE_CHARS_MAX` characters; answers what it returns, as text, within `ms`. Rejects with what it raised. */
  call(body: string, ms: number = this.limits.answerMs): Promise<string> {
    return this.alone(async () => {
      this.number += 1;
      const line = `_m(${this.number},function()${body} end)`;
      if (line.length > LINE_CHARS_MAX) throw new Error(`a line of ${line.length} characters`);
      const answer = await this.exchange(line, this.number, ms);
      if (answer === undefined) throw this.end(new LinkError("silent", "The board stopped answering: reset it and run the command again."));
      if (!answer.isGood) throw new LinkError("board", `The board could not do it: ${answer.text}`);
      return answer.text;
    });
  }

  /** Types a line; what it does is not waited for. */
  type(line: string): Promise<void> {
    return this.alone(async () => this.transport.write(`${line}\n`));
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

  /** Types a line and waits for the answer with that number; undefined when none comes in time. */
  private exchange(line: string, number: number, ms: number): Promise<{ readonly isGood: boolean; readonly text: string } | undefined> {
    return new Promise((resolve, reject) => {
      const done = (settle: () => void): void => {
        cancel();
        this.heard = undefined;
        this.fail = undefined;
        settle();
      };
      const cancel = this.timer.after(ms, () => done(() => resolve(undefined)));
      this.fail = (problem) => done(() => reject(problem));
      this.printed = "";
      this.heard = () => {
        for (let match = ANSWER.exec(this.printed); match !== null; match = ANSWER.exec(this.printed)) {
          const [all, told, mark, text] = match;
          if (Number(told) === number) return done(() => resolve({ isGood: mark === "=", text: text! }));
          // The answer to a line that was given up, or a program's own.
          this.printed = this.printed.slice(match.index + all.length);
        }
      };
      this.transport.write(`${line}\n`);
    });
  }

  /** Ends the link for that reason; whoever waits is told. */
  private end(problem: LinkError): LinkError {
    if (this.gone !== undefined) return this.gone;
    this.gone = problem;
    this.transport.onData = undefined;
    this.transport.onClose = undefined;
    this.transport.close();
    this.fail?.(problem);
    return problem;
  }
}
