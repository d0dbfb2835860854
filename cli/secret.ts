/**
 * Secrets on their way in: from a file, from standard input, or typed without an echo; never from the command line, where the shell's
 * history and the list of processes would keep them. Holds none longer than it takes to hand it on, and repeats none in an error.
 */
import { readFileSync } from "node:fs";

/** A secret's own lines end in no blanks of anybody's; a password may. */
const LINE_END = /\r?\n$/;
const BYTES_MAX = 4096;

/** Reads the sources of one command: "@FILE", or "-" for standard input. Several "-" take a line each, one alone takes all. */
export class Secrets {
  private lines: string[] | undefined;
  private readonly fromInput: number;

  constructor(sources: readonly (string | undefined)[], private readonly input: () => string = () => readFileSync(0, "utf8")) {
    this.fromInput = sources.filter((source) => source === "-").length;
  }

  /** The secret that an option names. Throws one sentence for a source that is none. */
  read(source: string, option: string): string {
    if (source !== "-" && !/^@./.test(source)) throw new Error(`Secrets are not taken from the command line, where the shell's history keeps them: write "--${option} @FILE", or "--${option} -" for standard input. If that was a real one, delete it from the history.`);
    const text = source === "-" ? this.nextLine(option) : this.file(source.slice(1), option);
    if (text.length > BYTES_MAX) throw new Error(`What --${option} names is longer than a secret can be: check the file.`);
    return text.replace(LINE_END, "");
  }

  private file(path: string, option: string): string {
    try {
      return readFileSync(path, "utf8");
    } catch (cause) {
      throw new Error(`The file of --${option} cannot be read (${(cause as NodeJS.ErrnoException).code ?? "unknown error"}): check its path behind the @.`, { cause });
    }
  }

  private nextLine(option: string): string {
    this.lines ??= this.fromInput === 1 ? [this.input()] : this.input().split(/\r?\n/);
    const line = this.lines.shift();
    if (line === undefined) throw new Error(`Standard input has no line left for --${option}: give one line for each "-", in the order password, code, token, watch-user, watch-secret.`);
    return line;
  }
}

/** What a person types at. */
export interface Keyboard {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
  on(event: "data", listener: (bytes: Buffer) => void): unknown;
  off(event: "data", listener: (bytes: Buffer) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

const enum Key {
  interrupt = "\x03",
  end = "\x04",
  backspace = "\x7f",
  erase = "\b",
  clear = "\x15",
}

/** Asks for one line at a terminal. Where it is hidden nothing that is typed is shown. Rejects when the person breaks off. */
export function ask(question: string, isHidden: boolean, keyboard: Keyboard = process.stdin, show: (text: string) => void = (text) => process.stderr.write(text)): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed: string[] = [];
    const echo = (text: string): void => {
      if (!isHidden) show(text);
    };
    const done = (settle: () => void): void => {
      keyboard.off("data", hear);
      keyboard.setRawMode?.(false);
      keyboard.pause();
      show("\n");
      settle();
    };
    /** False once the line is over. */
    const press = (key: string): boolean => {
      if (key === "\r" || key === "\n") done(() => resolve(typed.join("")));
      else if (key === Key.interrupt || key === Key.end) done(() => reject(new Error("Broken off: nothing was changed on the board.")));
      else if (key === Key.clear) {
        echo("\b \b".repeat(typed.length));
        typed = [];
      } else if (key === Key.backspace || key === Key.erase) echo(typed.pop() === undefined ? "" : "\b \b");
      else if (key >= " " && typed.length < BYTES_MAX) {
        typed.push(key);
        echo(key);
      }
      return key !== "\r" && key !== "\n" && key !== Key.interrupt && key !== Key.end;
    };
    const hear = (bytes: Buffer): void => void [...bytes.toString("utf8")].every(press);
    show(question);
    keyboard.setRawMode?.(true);
    keyboard.on("data", hear);
    keyboard.resume();
  });
}
