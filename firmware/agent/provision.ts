/**
 * What a person, or a toolchain on a person's behalf, does to a device before it boots: hands it settings, looks whether it
 * is activated, or makes it forget everything.
 */
import type { Ports } from "../../hal/ports";
import { Fault } from "../../hal/ports/fault";
import { logErase, logOpen } from "../store/log";
import { recordGet, recordsErase, recordsOpen } from "../store/records";
import type { RecordStore } from "../store/records";
import { AgentCode } from "./link";
import { storeProvision, storeWatcher } from "./settings";
import type { Provision } from "./settings";
import { hasWatch } from "./watch-settings";

function openRecords(ports: Ports): RecordStore | undefined {
  const area = ports.flash.open("records");
  return area === undefined ? undefined : recordsOpen(ports.flash, ports.checksum, area);
}

/** Hands a device its settings: 0, `notFound` on a board without flash areas, `invalid`, or `storeFailed`. */
export function provisionThing(ports: Ports, given: Provision): number {
  const store = openRecords(ports);
  return store === undefined ? Fault.notFound : storeProvision(store, given);
}

/** Whether a device holds what it needs: 0 with a token or an activation code, else `unprovisioned` or `activationRefused`. */
export function provisionState(ports: Ports): number {
  const store = openRecords(ports);
  if (store === undefined || recordGet(store, "cloud") === undefined) return AgentCode.unprovisioned;
  if (recordGet(store, "token") !== undefined) return 0;
  if (recordGet(store, "code") === undefined) return AgentCode.unprovisioned;
  return recordGet(store, "refused") === undefined ? 0 : AgentCode.activationRefused;
}

/** Hands a device that only watches its settings: the network, and what it watches with. As `provisionThing`. */
export function provisionWatcher(ports: Ports, given: Provision): number {
  const store = openRecords(ports);
  return store === undefined ? Fault.notFound : storeWatcher(store, given);
}

/** Whether a device that only watches holds what it needs: 0, or `unprovisioned`. */
export function watcherState(ports: Ports): number {
  const store = openRecords(ports);
  return store !== undefined && hasWatch(store) ? 0 : AgentCode.unprovisioned;
}

/** Factory reset: no byte of token, WiFi password, code or readings stays readable in flash. 0, or what failed. */
export function eraseThing(ports: Ports): number {
  const store = openRecords(ports);
  const log = ports.flash.open("log");
  if (store === undefined || log === undefined) return Fault.notFound;
  const code = recordsErase(store);
  return code !== 0 ? code : logErase(logOpen(ports.flash, ports.checksum, log));
}
