/** What `motet fleet` shows: a bar while it runs, and what came of it, as texts, events and the file of `--out`. Who prints them is elsewhere. */
import { appendFileSync, writeFileSync } from "node:fs";
import { writeFleetFile } from "../sim/fleet/file";
import type { FleetFile } from "../sim/fleet/file";
import { shardCount } from "../sim/fleet/fleet";
import type { Fleet } from "../sim/fleet/fleet";
import type { Summary } from "../sim/fleet/summary";

const WIDTH = 30;

/** A bar that says how far all shards are together: `share` from 0 to 1, and since when in real time, ms. */
export function bar(share: number, sinceMs: number): string {
  const leftSec = share > 0 ? Math.ceil((sinceMs * (1 - share)) / share / 1000) : 0;
  const full = Math.round(share * WIDTH);
  return `[${"#".repeat(full)}${".".repeat(WIDTH - full)}] ${String(Math.floor(share * 100)).padStart(3)} %, ${leftSec} s left`;
}

/**
 * What writes the file of `--out`, if one is named. Throws one sentence for a file that cannot be written: now, and not when the fleet
 * has run for a day.
 */
export function outFile(path: string | undefined): (file: FleetFile) => void {
  if (path === undefined) return () => undefined;
  const orSay = (write: () => void): void => {
    try {
      write();
    } catch (problem) {
      throw new Error(`The result cannot be written to ${path} (${(problem as NodeJS.ErrnoException).code ?? "unknown"}): name another file.`, { cause: problem });
    }
  };
  orSay(() => appendFileSync(path, ""));
  return (file) => orSay(() => writeFileSync(path, writeFleetFile(file)));
}

function perDevice(bytes: number, summary: Summary): number {
  return summary.counts.devices === 0 ? 0 : Math.round(bytes / summary.counts.devices);
}

/** Simulated seconds of the whole fleet in one real second. */
function speed(summary: Summary, wallMs: number): number {
  return wallMs === 0 ? 0 : Math.round((summary.simMs / wallMs) * 10) / 10;
}

export function endEvent(fleet: Fleet, summary: Summary, wallMs: number): { readonly event: string; readonly [field: string]: unknown } {
  const { produced, delivered, duplicated, dropped, lost, waiting, devices, neverConnected, undrained, boots, events } = summary.counts;
  return {
    event: "end",
    hash: summary.hash,
    complete: summary.complete && summary.shards === shardCount(fleet),
    shards: summary.shards,
    devices,
    produced,
    delivered,
    duplicated,
    dropped,
    lost,
    waiting,
    neverConnected,
    undrained,
    boots,
    faults: summary.faults,
    connectAttempts: summary.attempts.total,
    attemptsPeakPerSec: summary.attempts.peak(),
    connects: summary.accepts.total,
    connectsPeakPerSec: summary.accepts.peak(),
    drainSeconds: summary.drainMs / 1000,
    bytesPerDevice: perDevice(summary.memoryBytes, summary),
    flashBytesPerDevice: perDevice(summary.flashBytes, summary),
    events,
    simSeconds: summary.simMs / 1000,
    wallSeconds: Math.round(wallMs) / 1000,
    simSecondsPerSecond: speed(summary, wallMs),
  };
}

/** The same for people. */
export function endLines(fleet: Fleet, summary: Summary, wallMs: number): string[] {
  const { counts, attempts, accepts } = summary;
  const drops = Object.entries(counts.dropped).filter(([, count]) => count > 0);
  const faults = Object.values(summary.faults).reduce((sum, count) => sum + count, 0);
  const isWhole = summary.complete && summary.shards === shardCount(fleet);
  return [
    `${counts.devices} devices in ${summary.shards} shards${isWhole ? "" : ", not the whole fleet or not to its end"}; seed ${fleet.seed}, hash ${summary.hash}`,
    `readings      ${counts.produced} produced, ${counts.delivered} delivered, ${counts.duplicated} of them more than once, ${counts.lost} lost, ${counts.waiting} waiting`,
    `dropped       ${drops.length === 0 ? "none" : drops.map(([cause, count]) => `${cause} ${count}`).join(", ")}`,
    `connections   ${attempts.total} attempts (${attempts.peak()} in the worst second), ${accepts.total} accepted (${accepts.peak()} in the worst second)`,
    `devices       ${counts.boots} boots, ${faults} faults, ${counts.neverConnected} never connected, ${counts.undrained} not drained; the last had nothing left ${summary.drainMs / 1000} s behind the faults`,
    `memory        ${perDevice(summary.memoryBytes, summary)} bytes a device, and ${perDevice(summary.flashBytes, summary)} of written flash`,
    `speed         ${summary.simMs / 1000} simulated seconds in ${(wallMs / 1000).toFixed(1)} s: ${speed(summary, wallMs)} a second`,
  ];
}
