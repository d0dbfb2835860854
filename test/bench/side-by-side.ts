/**
 * Two operations side by side in one run: they take turns batch by batch, so that a busy machine slows them alike. Build with
 * MOTET_CHECKED=false, run with --expose-gc.
 */

/** Nanoseconds (lower quartile of the batches: the rest is mostly the machine's other work) and bytes allocated (heap and Buffers) for one operation; `ratio` is peer_ns / ours_ns. */
export interface BenchRow {
  name: string;
  ours_ns: number;
  peer_ns: number;
  ratio: number;
  oursBytes: number;
  peerBytes: number;
}

declare global {
  interface Buffer {
    latin1Slice(start: number, end: number): string;
  }
}

const BATCHES = 200;
const BATCH_MS = 1;

function timeOf(operation: () => void, count: number): number {
  const start = process.hrtime.bigint();
  for (let i = 0; i < count; i += 1) operation();
  return Number(process.hrtime.bigint() - start);
}

/** The value below which `share` of `values` lie. */
const quantile = (values: number[], share: number): number => values.sort((a, b) => a - b)[Math.floor(values.length * share)]!;

function bytesOf(operation: () => void): number {
  const collect = (globalThis as { gc?: () => void }).gc;
  const count = 1000;
  const figures: number[] = [];
  for (let round = 0; round < 11; round += 1) {
    collect?.();
    const before = process.memoryUsage();
    for (let i = 0; i < count; i += 1) operation();
    const after = process.memoryUsage();
    figures.push((after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / count);
  }
  return Math.round(quantile(figures, 0.5));
}

/** Times `ours` and `peer`, and counts what they allocate. */
export function compare(name: string, ours: () => void, peer: () => void): BenchRow {
  for (const operation of [ours, peer]) timeOf(operation, 20000);
  const sizes = [ours, peer].map((operation) => Math.max(1, Math.floor((BATCH_MS * 1e6 * 5000) / timeOf(operation, 5000))));
  const times: [number[], number[]] = [[], []];
  for (let batch = 0; batch < BATCHES; batch += 1) {
    times[0].push(timeOf(ours, sizes[0]!) / sizes[0]!);
    times[1].push(timeOf(peer, sizes[1]!) / sizes[1]!);
  }
  const [oursNs, peerNs] = [quantile(times[0], 0.25), quantile(times[1], 0.25)];
  return { name, ours_ns: Math.round(oursNs), peer_ns: Math.round(peerNs), ratio: Math.round((peerNs / oursNs) * 10) / 10, oursBytes: bytesOf(ours), peerBytes: bytesOf(peer) };
}
