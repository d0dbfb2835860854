/**
 * What the command prints: one event per line, as JSON or as text for people. Nothing else in cli/ writes to the terminal.
 */

export interface Output {
  /** Prints one event. */
  event(event: { readonly event: string; readonly [field: string]: unknown }): void;
  /** Prints one event, or for people the lines that say the same. */
  report(event: { readonly event: string; readonly [field: string]: unknown }, lines: readonly string[]): void;
  /** Prints one sentence about a mistake, with its remedy, to standard error. */
  problem(message: string): void;
  /** Prints a line that only people want. */
  note(text: string): void;
  /** Shows how far a long command is, to people at a terminal; the next one takes its place, an empty one wipes it. */
  progress(text: string): void;
}

const width = 13;

function words(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** One line for people: the time (UTC), the event's name, its fields. */
function line(event: { readonly event: string; readonly [field: string]: unknown }): string {
  const { event: name, time, ...fields } = event;
  const clock = (typeof time === "string" ? time : new Date().toISOString()).slice(11, 19);
  const shown = name === "reading" ? `${words(fields["key"])} ${words(fields["value"])}` : Object.entries(fields).map(([key, value]) => `${key} ${words(value)}`).join(", ");
  return `${clock}  ${name.padEnd(width)} ${shown}`.trimEnd();
}

/** @param live a terminal that people look at, where one line can be written over and over; undefined when there is none */
export function createOutput(json: boolean, write: (text: string) => void, writeError: (text: string) => void, live?: (text: string) => void): Output {
  return {
    event: (event) => write(json ? `${JSON.stringify(event)}\n` : `${line(event)}\n`),
    report: (event, lines) => write(json ? `${JSON.stringify(event)}\n` : `${lines.join("\n")}\n`),
    problem: (message) => writeError(`motet: ${message}\n`),
    note: (text) => {
      if (!json) write(`${text}\n`);
    },
    progress: (text) => live?.(`\r${text}\u001b[K`),
  };
}
