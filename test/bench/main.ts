/**
 * `make bench`: everything beside a named peer, in one run. Read the ratios; the absolute figures are those of this machine
 * at this moment.
 */
import { cloudBench } from "./cloud";
import { coapBench } from "./coap";
import { fleetBench } from "./fleet";
import { mqttBench } from "./mqtt";
import type { BenchRow } from "./side-by-side";
import { websocketBench } from "./websocket";

function print(title: string, rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  console.log(`\n${title}`);
  for (const row of rows) console.log(`  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join("  ")}`);
}

function codecRows(rows: readonly BenchRow[]): string[][] {
  const head = ["", "ours ns", "peer ns", "times faster", "ours B/op", "peer B/op"];
  return [head, ...rows.map((row) => [row.name, row.ours_ns.toFixed(0), row.peer_ns.toFixed(0), row.ratio.toFixed(1), row.oursBytes.toFixed(0), row.peerBytes.toFixed(0)])];
}

print("MQTT codec beside mqtt-packet", codecRows(await mqttBench()));
print("CoAP codec beside coap-packet", codecRows(await coapBench()));
print("WebSocket codec beside ws", codecRows(await websocketBench()));
const cloud = await cloudBench();
print("Servers under the same load generator", [["server", "load", "messages/s", "CPU us/message"], ...cloud.map((row) => [row.server, row.load, row.perSec.toFixed(0), row.cpuUs.toFixed(1)])]);
const [fleet, stubs] = fleetBench();
const fleetRows = [fleet, stubs].map((row) => [row.what, row.simPerSec.toFixed(1), row.publishUs.toFixed(1), String(row.bytesPerDevice)]);
print("10,000 devices, a publish at QoS 1 every 30 s", [["", "simulated s/s", "us/publish", "bytes/device"], ...fleetRows, ["ratio", (fleet.simPerSec / stubs.simPerSec).toFixed(3), "", ""]]);
