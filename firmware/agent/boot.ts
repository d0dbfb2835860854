/**
 * One boot: from ports, a driver and an app's definition to a running device. There is no other way in.
 */
import type { Ports } from "../../hal/ports";
import { Fault } from "../../hal/ports/fault";
import { ResetReason } from "../../hal/ports/system";
import { Origin } from "../platform/profile";
import { logOpen } from "../store/log";
import { recordGet, recordRemove, recordsOpen } from "../store/records";
import { report } from "./api";
import { countBoot, QUICK_BOOTS_MAX } from "./boots";
import { loadKeys } from "./key-table";
import { ladderStep } from "./ladder";
import type { Build } from "./machine";
import type { LinkDriver } from "./link";
import { newPublisher } from "./publisher";
import { addMeasure } from "./report";
import { supervisorStart } from "./supervisor";
import { Next, Rung, tell } from "./thing";
import type { Definition, Thing } from "./thing";
import { askServer } from "./time-sync";

/** The key under which a device says once a boot what it is and why it booted. */
export const BOOT_KEY = "device.boot";

/** "name/version reset=1 error=0 boot=7": identity, version, reset reason and last error. */
function bootText(thing: Thing, reason: ResetReason, error: string): string {
  return thing.build.name + "/" + thing.build.version + " reset=" + reason + " error=" + error + " boot=" + thing.boots.number;
}

/**
 * Boots the device: opens its store, counts the boot, runs the app's definition (not in safe mode) and starts to climb
 * towards the cloud. Answers the running device, or a fault when the board has no flash areas.
 * @cold
 */
export function bootThing(ports: Ports, driver: LinkDriver, build: Build, definition: Definition): Thing | number {
  const recordsArea = ports.flash.open("records");
  const logArea = ports.flash.open("log");
  if (recordsArea === undefined || logArea === undefined) return Fault.notFound;
  const records = recordsOpen(ports.flash, ports.checksum, recordsArea);
  const log = logOpen(ports.flash, ports.checksum, logArea);
  const reason = ports.system.resetReason();
  const boots = countBoot(records, reason === ResetReason.deepSleep);
  const publisher = newPublisher(log, loadKeys(records));
  const thing: Thing = {
    ports,
    board: { i2c: ports.i2c, digital: ports.digital, analog: ports.analog, clock: ports.clock },
    driver,
    build,
    records,
    boots,
    safeMode: boots.quick >= QUICK_BOOTS_MAX,
    watcher: undefined,
    publisher,
    supervisor: {
      rung: Rung.off,
      link: undefined,
      linked: false,
      timer: 0,
      step: () => ladderStep(thing),
      next: Next.begin,
      nextCode: 0,
      failures: 0,
      progressAt: 0,
      liveAt: 0,
      offlineSince: 0,
      beat: 0,
      sleepTimer: 0,
      proved: false,
      offlineCode: -1,
    },
    time: { socket: 0, address: "", cookie: "", askedAt: 0, again: () => askServer(thing), timer: 0, failures: 0, noted: false },
    measures: [],
    commands: [],
    turn: 0,
    inbox: [],
    orders: [],
    marked: [],
    geo: undefined,
    will: "",
    sleepMs: 0,
    accepted: 0,
    untimed: 0,
    token: recordGet(records, "token") ?? "",
    asked: driver.requests ? { pending: "", origin: Origin.none, outcome: 0, oversized: "", facts: [] } : undefined,
    reader: undefined,
    answer: undefined,
  };
  const error = recordGet(records, "error") ?? "0";
  tell(thing, "boot", boots.number, bootText(thing, reason, error));
  // A device that sleeps between samples would say it with each of them.
  if (reason !== ResetReason.deepSleep && addMeasure(thing, BOOT_KEY, 0, false) === 0) {
    report(thing, BOOT_KEY, bootText(thing, reason, error));
    recordRemove(records, "error");
    // Reported once: there is nothing more to know of it.
    thing.measures.pop();
  }
  if (thing.safeMode) tell(thing, "safeMode", boots.quick, "");
  else definition(thing);
  supervisorStart(thing);
  return thing;
}
