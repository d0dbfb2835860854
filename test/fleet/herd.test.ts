/** A broker is away for ten minutes and comes back: nobody is left behind, nothing is lost, and they do not all come at once. */
import { BACKOFF_MS_MAX } from "../../firmware/agent/backoff";
import type { PlannedFault } from "../../sim/faults/fault";
import type { Fleet } from "../../sim/fleet/fleet";
import { shardCount } from "../../sim/fleet/fleet";
import { PerSecond } from "../../sim/fleet/per-second";
import { summarise } from "../../sim/fleet/summary";
import { runShards } from "../../sim/fleet/workers";
import { workerScript } from "./worker-script";

const MINUTE_MS = 60000;
const DOWN_AT_MS = 3 * MINUTE_MS;
const OUTAGE_MS = 10 * MINUTE_MS;
const BACK_AT_SEC = (DOWN_AT_MS + OUTAGE_MS) / 1000;
const CAP_SEC = BACKOFF_MS_MAX / 1000;
/** What a device takes from the end of its wait to its connection: the name, TCP, CONNECT, SUBSCRIBE. */
const CONNECT_SEC = 5;

const outage: PlannedFault = { kind: "broker-restart", atMs: DOWN_AT_MS, forMs: OUTAGE_MS, device: -1, settings: {}, seed: "outage" };
const devices = process.env["MOTET_NIGHTLY"] === "1" ? 10000 : 1000;

test(`${devices} devices whose broker returns after ten minutes`, async () => {
  const fleet: Fleet = { seed: "herd", devices, platform: "thethings", transport: "mqtt", everyMs: 5 * MINUTE_MS, forMs: (BACK_AT_SEC + 2 * CAP_SEC + CONNECT_SEC) * 1000, faults: [outage] };
  const shards = Array.from({ length: shardCount(fleet) }, (_, shard) => shard);
  const summary = summarise(await runShards(fleet, shards, { workers: 2, script: workerScript() }));
  const { accepts, attempts, counts, faults } = summary;
  expect(faults).toEqual({ "broker-restart": shardCount(fleet) });
  // Each device connects twice at first, with its code and with its token, and once again when the broker is back.
  const ofHerd = new PerSecond(accepts.pairs().flatMap((second, i, pairs) => (i % 2 === 0 && second >= DOWN_AT_MS / 1000 ? [second, pairs[i + 1]!] : [])));
  expect(ofHerd.total).toBe(devices);
  expect(accepts.peak(DOWN_AT_MS / 1000, BACK_AT_SEC)).toBe(0);
  expect(accepts.peak(BACK_AT_SEC)).toBeLessThanOrEqual((5 * devices) / CAP_SEC);
  expect(accepts.peak(BACK_AT_SEC + 2 * CAP_SEC + CONNECT_SEC)).toBe(0);
  expect(counts).toMatchObject({ devices, neverConnected: 0, undrained: 0, lost: 0, waiting: 0 });
  expect(counts.delivered).toBe(counts.produced);
  // All of them try at once when they lose their broker, and ever less often from then on.
  const [firstMinute, lastMinute] = [attempts.peak(DOWN_AT_MS / 1000, DOWN_AT_MS / 1000 + 60), attempts.peak(BACK_AT_SEC - 60, BACK_AT_SEC)];
  expect(firstMinute).toBeGreaterThan(lastMinute);
  process.stdout.write(`herd of ${devices}: ${firstMinute} attempts in the worst second of the outage, ${lastMinute} in that of its last minute; ${accepts.peak(BACK_AT_SEC)} accepted in the worst second after it\n`);
}, 3600000);
