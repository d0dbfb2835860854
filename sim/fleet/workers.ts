/**
 * Runs shards of a fleet on worker threads. Which worker runs which shard, and when, changes nothing in what comes of them; results
 * are put in the order of the shards.
 */
import { Worker } from "node:worker_threads";
import type { Fleet } from "./fleet";
import type { Order, Report, WorkerData } from "./messages";
import type { ShardResult } from "./summary";

export const WORKERS_MAX = 64;

export interface PoolOptions {
  /** 1 to `WORKERS_MAX`. */
  readonly workers: number;
  /** The worker's script, built from worker.ts. */
  readonly script: string;
  /** Hears how much of all shards' simulated time is over, ms; about every 200 ms for each worker. */
  readonly onProgress?: (simMs: number) => void;
  /** Ends every shard that runs; those that were not begun are left out. */
  readonly signal?: AbortSignal;
}

/** A pool that runs one shard after another for a caller that decides which. */
export interface Pool {
  /** Runs a shard on a free worker, or on the next that is free. */
  run(shard: number): Promise<ShardResult>;
  close(): Promise<void>;
}

interface Member {
  readonly worker: Worker;
  simMs: number;
  done: ((result: ShardResult) => void) | undefined;
  failed: (() => void) | undefined;
  /** Why its thread ended, whether or not a shard ran on it. */
  problem: Error | undefined;
}

export function createPool(fleet: Fleet, { workers, script, onProgress, signal }: PoolOptions): Pool {
  const stop = new SharedArrayBuffer(4);
  const end = (): void => void Atomics.store(new Int32Array(stop), 0, 1);
  if (signal?.aborted === true) end();
  signal?.addEventListener("abort", end);
  let overMs = 0;
  const told = (): void => onProgress?.(overMs + members.reduce((sum, { simMs }) => sum + simMs, 0));
  const waiting: ((member: Member) => void)[] = [];
  const free: Member[] = [];
  const release = (member: Member): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(member);
    else next(member);
  };
  const start = (): Member => {
    const data: WorkerData = { fleet, stop };
    const member: Member = { worker: new Worker(script, { workerData: data }), simMs: 0, done: undefined, failed: undefined, problem: undefined };
    member.worker.on("message", (report: Report) => {
      if ("simMs" in report) member.simMs = report.simMs;
      else {
        member.simMs = 0;
        overMs += report.result.simMs;
        member.done?.(report.result);
        release(member);
      }
      told();
    });
    member.worker.on("error", (problem) => {
      member.problem = problem;
      member.failed?.();
    });
    return member;
  };
  const members = Array.from({ length: workers }, start);
  free.push(...members);
  return {
    run: async (shard) => {
      const member = free.shift() ?? (await new Promise<Member>((resolve) => waiting.push(resolve)));
      return new Promise((resolve, reject) => {
        member.done = resolve;
        member.failed = () => reject(new Error(`Shard ${shard} broke: ${member.problem!.message}`));
        if (member.problem === undefined) member.worker.postMessage({ shard } satisfies Order);
        else member.failed();
      });
    },
    close: async () => {
      signal?.removeEventListener("abort", end);
      await Promise.all(members.map(({ worker }) => worker.terminate()));
    },
  };
}

/** Runs shards; answers those that ran, in order. A run that was ended has shards that are not complete, and may miss some. */
export async function runShards(fleet: Fleet, shards: readonly number[], options: PoolOptions): Promise<ShardResult[]> {
  const pool = createPool(fleet, { ...options, workers: Math.max(1, Math.min(options.workers, shards.length)) });
  const results: ShardResult[] = [];
  const waiting = [...shards];
  const work = async (): Promise<void> => {
    for (let shard = waiting.shift(); shard !== undefined && options.signal?.aborted !== true; shard = waiting.shift()) results.push(await pool.run(shard));
  };
  try {
    await Promise.all(Array.from({ length: options.workers }, work));
  } finally {
    await pool.close();
  }
  return results.sort((a, b) => a.shard - b.shard);
}
