/** One worker thread of a fleet: runs the shards that it is told to, one after the other. Started by `workers.ts`. */
import { parentPort, workerData } from "node:worker_threads";
import type { Order, Report, WorkerData } from "./messages";
import { runShard } from "./shard";
import { weighBytes } from "./weigh";

/** Real time between two words on progress, ms. */
const TELL_EVERY_MS = 200;

const { fleet, stop } = workerData as WorkerData;
const stopped = new Int32Array(stop);
let toldMs = 0;

function tell(report: Report): void {
  parentPort!.postMessage(report);
}

parentPort!.on("message", ({ shard }: Order) => {
  const result = runShard(fleet, shard, {
    progress: (simMs) => {
      const now = performance.now();
      if (now - toldMs < TELL_EVERY_MS) return;
      toldMs = now;
      tell({ simMs });
    },
    stopped: () => Atomics.load(stopped, 0) !== 0,
    weighBytes,
    realMs: () => performance.now(),
  });
  tell({ result });
});
