/** The machine's ports, watched: whatever a port throws is the machine's end or a broken contract, never the device's. */
import type { Ports } from "../../../hal/ports";

export interface Gate {
  /** Before every call. */
  enter(): void;
  /** A port threw. */
  failed(error: unknown): never;
}

type Callable = (...values: unknown[]) => unknown;

function guardPort(port: object, gate: Gate): object {
  const members = Object.entries(port).map(([name, member]) => {
    if (typeof member !== "function") return [name, member];
    const run = member as Callable;
    const guarded: Callable = (...values) => {
      gate.enter();
      try {
        return run(...values);
      } catch (error) {
        return gate.failed(error);
      }
    };
    return [name, guarded];
  });
  return Object.fromEntries(members) as object;
}

/** Wraps every port when it is first asked for: machines make the rarer ones late. */
export function guardPorts(ports: Ports, gate: Gate): Ports {
  const guarded = new Map<string, object>();
  return new Proxy(ports, {
    get: (target, name) => {
      const key = String(name);
      const port = guarded.get(key) ?? guardPort(target[key as keyof Ports], gate);
      guarded.set(key, port);
      return port;
    },
  });
}
