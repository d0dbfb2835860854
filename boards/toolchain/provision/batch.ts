/**
 * A bench of boards and a file of activation codes: which unit took which code is written down so that no code is ever given to two units.
 *
 * A line is added to the results before the code goes to the unit ("taking") and another behind it ("taken"), each forced to disk. Whatever
 * dies between the two, the code stays the unit's: it is given to the same unit again when that comes back, and to nobody else.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import type { DeviceSettings } from "./settings";
import { settingsProblem, SettingsError } from "./settings";
import type { StoredSettings } from "./stored";

const CODES_MAX = 100000;
const HEADER = "time,unit,code,state";
/** Its owner alone may read it: the codes stand in it. */
const MODE = 0o600;

/** How a unit came away. `kept`: it had its code from before. `foreign`: it holds a code or a token that did not come from here. */
export type Outcome = "provisioned" | "kept" | "foreign";

interface Row {
  readonly unit: string;
  readonly code: string;
  readonly state: "taking" | "taken";
}

/** One code a line, in the first column; a first line "code" is a heading, and empty lines are passed over. */
export function readCodes(text: string): string[] {
  const codes: string[] = [];
  const lines = new Map<string, number>();
  for (const [index, line] of text.replace(/^\ufeff/, "").split(/\r?\n/).entries()) {
    const code = (line.split(",")[0] ?? "").trim().replace(/^"(.*)"$/, "$1");
    if (code === "" || (codes.length === 0 && code.toLowerCase() === "code")) continue;
    const problem = settingsProblem({ code });
    if (problem !== undefined) throw new SettingsError(`Line ${index + 1} of the codes is none: ${problem}`);
    const first = lines.get(code);
    if (first !== undefined) throw new SettingsError(`Line ${index + 1} of the codes repeats line ${first}: a code is for one device.`);
    lines.set(code, index + 1);
    codes.push(code);
    if (codes.length > CODES_MAX) throw new SettingsError(`There are more than ${CODES_MAX} codes: split the file.`);
  }
  if (codes.length === 0) throw new SettingsError("The file of codes is empty: write one activation code a line.");
  return codes;
}

/** A line that was cut short is none. */
function parseRow(line: string): Row | undefined {
  const [, unit, code, state] = /^[^,]+,([0-9a-z]+),([^,]+),(taking|taken)$/.exec(line) ?? [];
  return unit === undefined ? undefined : { unit, code: code!, state: state as Row["state"] };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function unwritable(cause: unknown): SettingsError {
  return new SettingsError(`The results cannot be written (${(cause as NodeJS.ErrnoException).code ?? "unknown error"}): choose another file with --results.`, { cause });
}

/** Two runs at a time could give one code twice. A lock whose owner has died is taken over. */
function lock(path: string): void {
  for (let tries = 0; ; tries += 1) {
    try {
      const file = openSync(path, "wx", MODE);
      writeSync(file, `${process.pid}\n`);
      closeSync(file);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw unwritable(error);
      if (tries > 0 || isRunning(Number(readFileSync(path, "utf8")) || process.pid)) throw new SettingsError("Another run writes into these results: wait until it has ended, or choose other codes and another file with --results.", { cause: error });
      rmSync(path, { force: true });
    }
  }
}

/** Codes, and who took them. Close it at the end. */
export class CodeBook {
  private readonly byUnit = new Map<string, Row>();
  private readonly used = new Set<string>();
  private readonly file: number;
  private readonly lockPath: string;

  constructor(private readonly codes: readonly string[], path: string) {
    this.lockPath = `${path}.lock`;
    lock(this.lockPath);
    try {
      const before = existsSync(path) ? readFileSync(path, "utf8") : "";
      for (const line of before.split("\n")) {
        const row = parseRow(line.trim());
        if (row !== undefined) this.note(row);
      }
      this.file = openSync(path, "a", MODE);
      if (before === "") this.add(`${HEADER}\n`);
      else if (!before.endsWith("\n")) this.add("\n");
    } catch (cause) {
      rmSync(this.lockPath, { force: true });
      throw unwritable(cause);
    }
  }

  /** Codes that nobody took. */
  get left(): number {
    return this.codes.filter((code) => !this.used.has(code)).length;
  }

  /**
   * What a unit is to be told, beside what all are told: its code, which is written down as its own before this answers. Throws one
   * sentence when there is no code left.
   */
  choose(unit: string, stored: StoredSettings): { readonly outcome: Outcome; readonly settings: DeviceSettings | undefined } {
    const row = this.byUnit.get(unit);
    if (row?.state === "taken") return { outcome: "kept", settings: undefined };
    if (row !== undefined) return stored.state === "activated" ? { outcome: "kept", settings: undefined } : { outcome: "provisioned", settings: { code: row.code } };
    if (stored.code || stored.token) return { outcome: "foreign", settings: undefined };
    const code = this.codes.find((each) => !this.used.has(each));
    if (code === undefined) throw new SettingsError("All codes are taken: add more to the file of codes.");
    this.append({ unit, code, state: "taking" });
    return { outcome: "provisioned", settings: { code } };
  }

  /** The unit has its code in flash. */
  confirm(unit: string): void {
    const row = this.byUnit.get(unit);
    if (row?.state === "taking") this.append({ ...row, state: "taken" });
  }

  close(): void {
    closeSync(this.file);
    rmSync(this.lockPath, { force: true });
  }

  private append(row: Row): void {
    this.add(`${new Date().toISOString()},${row.unit},${row.code},${row.state}\n`);
    this.note(row);
  }

  private note(row: Row): void {
    this.byUnit.set(row.unit, row);
    this.used.add(row.code);
  }

  private add(text: string): void {
    writeSync(this.file, text);
    fsyncSync(this.file);
  }
}
