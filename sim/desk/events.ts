/**
 * What a simulated device says of itself, as structured events: the contract of `motet sim --json`. The device's log gives a
 * name, a number and a text; here they get their names. No secret can be among them, because the device logs none.
 */
import type { Program } from "../engines/program";

/** One event; `time` is the desk's time, ISO 8601: the wall clock, or the faster one that was asked for. */
export interface DeskEvent {
  readonly event: string;
  readonly [field: string]: unknown;
}

const reasons: Readonly<Record<number, string>> = {
  0: "left in order",
  1: "closed by the peer",
  2: "invalid settings",
  3: "busy",
  4: "name or network not found",
  5: "connection refused",
  6: "connection broken",
  7: "no answer in time",
  8: "TLS handshake or certificate refused",
  9: "too large",
  10: "hardware failure",
  11: "not supported",
  64: "invalid declaration",
  65: "the store could not take it",
  66: "not provisioned",
  67: "the activation code was refused",
  68: "the token is not accepted",
  69: "the demanded TLS level is out of reach",
  70: "no answer in time",
  71: "busy",
  72: "not supported",
  73: "the subscription was refused: check that the token is this device's own and may read its values",
};

/** Words for a code of the device. */
export function reasonOf(code: number): string {
  if (code >= 256) return `WebSocket code ${code - 256}`;
  return reasons[code] ?? (code >= 128 ? `protocol code ${code - 128}` : `code ${code}`);
}

/** One sentence of what ended a boot: the code that a program answered with, what it threw, or what its engine says. */
export function failureOf(problem: unknown): string {
  if (typeof problem === "number") return `The device cannot boot: ${reasonOf(problem)} (code ${problem}).`;
  // An error may come of a program that has errors of its own.
  const message = typeof problem === "object" && problem !== null && "message" in problem ? problem.message : problem;
  return String(message);
}

/** What ended a boot at `ms` since 1970, with the line of the app if the program can tell it. */
export function failedEvent(ms: number, problem: unknown, { placeOf }: Pick<Program, "placeOf">): DeskEvent {
  const place = placeOf?.(problem);
  return { event: "failed", time: new Date(ms).toISOString(), message: failureOf(problem), ...(place === undefined ? {} : { place }) };
}

const shapes: Readonly<Record<string, (number: number, text: string) => Record<string, unknown>>> = {
  boot: (number, text) => ({ boot: number, identity: text }),
  activated: (number) => ({ token: "***", stored: number === 0 }),
  connected: (_number, text) => ({ transport: text }),
  reading: (number, text) => ({ sequence: number, key: text.slice(0, text.indexOf(" ")), value: parsed(text.slice(text.indexOf(" ") + 1)) }),
  published: (number) => ({ count: number }),
  command: (_number, text) => ({ key: text }),
  commandRefused: (number, text) => ({ key: text, code: number }),
  offline: (number) => ({ code: number, reason: reasonOf(number) }),
  retry: (number) => ({ inMs: number }),
  stopped: (number) => ({ code: number, reason: reasonOf(number) }),
  refused: (number) => ({ code: number, reason: reasonOf(number) }),
  tokenSuspect: (number) => ({ code: number, reason: reasonOf(number) }),
  restart: (number) => ({ code: number, reason: reasonOf(number) }),
  drained: () => ({}),
  dropped: (number, text) => ({ count: number, causes: text }),
  insecure: () => ({ reason: "the settings allow a connection without TLS" }),
  watching: (number) => ({ sources: number }),
  watched: (number, text) => ({ source: number, value: parsed(text) }),
  watchedOdd: (number) => ({ source: number, reason: "it is not of the declared type" }),
  watchRefused: (number, text) => ({ source: Number(text), code: number, reason: "the platform refused it" }),
  watchLost: (number, text) => ({ code: number, reason: reasonOf(number), inMs: Number(text) }),
  watchStopped: (number) => ({ code: number, reason: reasonOf(number) }),
  declaration: (number, text) => ({ key: text, code: number, reason: reasonOf(number) }),
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The structured form of one log record, made at `ms` since 1970. */
export function deskEvent(ms: number, event: string, number: number, text: string): DeskEvent {
  const shape = shapes[event];
  return { event, time: new Date(ms).toISOString(), ...(shape === undefined ? { number, text } : shape(number, text)) };
}
