/** What a pool of workers and its workers say to each other. */
import type { Fleet } from "./fleet";
import type { ShardResult } from "./summary";

/** What a worker is born with. */
export interface WorkerData {
  readonly fleet: Fleet;
  /** One 32-bit integer; anything but 0 ends what runs. */
  readonly stop: SharedArrayBuffer;
}

/** To a worker: the next shard. */
export interface Order {
  readonly shard: number;
}

/** From a worker; `simMs` is how far its present shard has come. */
export type Report = { readonly simMs: number } | { readonly result: ShardResult };
