/**
 * The frame of every contract suite: a harness for each test, and the rules that hold for all ports watched from outside.
 * The ports that a test sees are wrapped: no callback may come inside a call (rule 1 of hal/ports/index.ts), and options
 * are frozen, so that an adapter that changes them fails (rule 2).
 */
import type { Ports } from "../ports/index";
import type { Harness, HarnessOptions, MakeHarness } from "./harness";

type Callable = (...values: unknown[]) => unknown;

/** Wraps all functions of all ports; `violations` collects what broke rule 1. */
function watch(ports: Ports, violations: string[]): Ports {
  let depth = 0;
  const watchCallback = (name: string, callback: Callable): Callable => (...values) => {
    if (depth > 0) violations.push(`${name} called back inside a call`);
    return callback(...values);
  };
  const watchArgument = (name: string, value: unknown): unknown => {
    if (typeof value === "function") return watchCallback(name, value as Callable);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value);
    if (!entries.some(([, member]) => typeof member === "function")) return value;
    return Object.freeze(Object.fromEntries(entries.map(([key, member]) => [key, watchArgument(`${name} ${key}`, member)])));
  };
  const watchFunction = (name: string, run: Callable): Callable => (...values) => {
    const watchedValues = values.map((value) => watchArgument(name, value));
    depth += 1;
    try {
      return run(...watchedValues);
    } finally {
      depth -= 1;
    }
  };
  const wrapped = Object.entries(ports).map(([portName, port]) => {
    const members = Object.entries(port as Record<string, unknown>).map(([key, member]) => [
      key,
      typeof member === "function" ? watchFunction(`${portName}.${key}`, member as Callable) : member,
    ]);
    return [portName, Object.fromEntries(members)];
  });
  return Object.fromEntries(wrapped) as Ports;
}

const portNames = [
  "clock", "random", "log", "wifi", "dns", "tcp", "udp", "flash", "checksum", "i2c", "digital", "analog", "system",
] as const;

/** Runs `body` as a test with a harness of its own. */
export type ContractTest = (title: string, body: (harness: Harness) => Promise<void> | void, options?: HarnessOptions) => void;

/** A suite named after the port and the adapter; `define` declares its tests. */
export function contract(port: string, adapter: string, make: MakeHarness, define: (it: ContractTest) => void): void {
  describe(`${port} port of ${adapter}`, () => {
    define((title, body, options) => {
      test(title, async () => {
        const harness = await make(options);
        const violations: string[] = [];
        const bare = Object.fromEntries(portNames.map((name) => [name, harness.ports[name]])) as unknown as Ports;
        try {
          await body({ ...harness, ports: watch(bare, violations) });
          expect(violations).toEqual([]);
        } finally {
          await harness.close();
        }
      });
    });
  });
}
