/**
 * Calls of applications to devices (section 5, RPC): numbered per device, handed to every listener of the device, answered
 * by the first answer, or ended by their time. A call waits for a device that is not there until its time is over.
 */
import type { Cancel } from "../host";
import type { Core } from "./core";
import { refuse } from "./types";
import type { Result } from "./types";

export interface Call {
  readonly id: number;
  readonly method: string;
  /** JSON text. */
  readonly params: string;
}

/** `offline`: no listener came in time; `timeout`: one came and did not answer. */
export type Outcome = { readonly kind: "answered"; readonly body: string } | { readonly kind: "delivered" | "timeout" | "offline" };

export interface Rpc {
  /** Refused when too many calls wait for the device. One-way calls end when they have been delivered. */
  call(device: string, call: Omit<Call, "id">, options: { readonly timeoutMs: number; readonly oneWay: boolean }, ended: (outcome: Outcome) => void): Result<void>;
  /** Hears the calls to a device, those that wait first; `listener` says whether it has taken one. The answer ends it. */
  listen(device: string, listener: (call: Call) => boolean): () => void;
  /** The device's answer, JSON text. Answers to nothing are passed over. */
  answer(device: string, id: number, body: string): void;
  /** The device has been taken away: its calls end, and its numbers are forgotten. */
  forget(device: string): void;
  readonly waiting: number;
  /** Devices that are remembered. */
  readonly devices: number;
  close(): void;
}

interface Pending {
  readonly call: Call;
  readonly oneWay: boolean;
  readonly ended: (outcome: Outcome) => void;
  delivered: boolean;
  cancel: Cancel;
}

interface Line {
  lastId: number;
  readonly pending: Map<number, Pending>;
  readonly listeners: Set<(call: Call) => boolean>;
}

export function newRpc(core: Core): Rpc {
  const lines = new Map<string, Line>();
  const lineOf = (device: string): Line => {
    const line = lines.get(device) ?? { lastId: 0, pending: new Map(), listeners: new Set() };
    lines.set(device, line);
    return line;
  };
  const end = (line: Line, pending: Pending, outcome: Outcome): void => {
    if (!line.pending.delete(pending.call.id)) return;
    pending.cancel();
    pending.ended(outcome);
  };
  const deliver = (line: Line, pending: Pending, listener: (call: Call) => boolean): void => {
    if (listener(pending.call)) pending.delivered = true;
  };
  const settle = (line: Line, pending: Pending): void => {
    if (pending.oneWay && pending.delivered) end(line, pending, { kind: "delivered" });
  };
  return {
    call: (device, { method, params }, { timeoutMs, oneWay }, ended) => {
      const line = lineOf(device);
      if (line.pending.size >= core.limits.rpcPerDeviceMax) return refuse("unavailable", `More than ${core.limits.rpcPerDeviceMax} calls wait for this device`);
      line.lastId = (line.lastId % 0x7fffffff) + 1;
      const pending: Pending = { call: { id: line.lastId, method, params }, oneWay, ended, delivered: false, cancel: () => undefined };
      line.pending.set(pending.call.id, pending);
      pending.cancel = core.host.after(timeoutMs, () => end(line, pending, { kind: pending.delivered ? "timeout" : "offline" }));
      for (const listener of [...line.listeners]) deliver(line, pending, listener);
      settle(line, pending);
      return { ok: true, value: undefined };
    },
    listen: (device, listener) => {
      const line = lineOf(device);
      line.listeners.add(listener);
      for (const pending of [...line.pending.values()]) {
        if (pending.delivered) continue;
        deliver(line, pending, listener);
        settle(line, pending);
      }
      return () => void line.listeners.delete(listener);
    },
    answer: (device, id, body) => {
      const line = lines.get(device);
      const pending = line?.pending.get(id);
      if (line !== undefined && pending !== undefined) end(line, pending, { kind: "answered", body });
    },
    forget: (device) => {
      const line = lines.get(device);
      lines.delete(device);
      for (const pending of [...(line?.pending.values() ?? [])]) end(line as Line, pending, { kind: "offline" });
    },
    get devices() {
      return lines.size;
    },
    get waiting() {
      return [...lines.values()].reduce((sum, { pending }) => sum + pending.size, 0);
    },
    close: () => {
      for (const line of lines.values()) for (const pending of [...line.pending.values()]) end(line, pending, { kind: "offline" });
    },
  };
}
