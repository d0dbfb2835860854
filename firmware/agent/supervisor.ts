/**
 * The heartbeat over everything else: forgets failures when the link is stable, clears the count of quick boots, restarts the
 * machine as the last resort after half an hour without a link, feeds the watchdog only while the ladder moves, and puts a
 * sleeping device to sleep.
 */
import { elapsed } from "../base/time";
import { recordPut } from "../store/records";
import { missEchoes } from "./arrivals";
import { bootProved } from "./boots";
import { ladderStart, ladderStop } from "./ladder";
import { waitingReadings } from "./publisher";
import { Rung, tell } from "./thing";
import type { Thing } from "./thing";
import { learnTime } from "./time-sync";
import { act } from "./turn";

const BEAT_MS = 10000;
const STABLE_MS = 60000;
const RESTART_AFTER_MS = 1800000;
/** Longer than any rung's patience and any backoff: past it, a timer was lost. */
const STUCK_MS = 600000;
const WATCHDOG_MS = 60000;
/** A safe mode that held this long gives the app another try. */
const SAFE_MODE_MS = 300000;
/** A device that sleeps between samples stays awake no longer than this, whatever waits. */
const AWAKE_MS_MAX = 120000;
/** How soon a sleeping device looks whether it may sleep. */
const AWAKE_BEAT_MS = 500;
/** What a link that is left in order gets for its last bytes. */
const FAREWELL_MS = 500;

/**
 * Restarts the machine; `code` is what is reported as the last error after it.
 * @cold
 */
function restart(thing: Thing, code: number): void {
  recordPut(thing.records, "error", "" + code);
  tell(thing, "restart", code, "");
  ladderStop(thing);
  thing.ports.clock.after(FAREWELL_MS, () => thing.ports.system.restart());
}

function prove(thing: Thing, uptime: number): void {
  const supervisor = thing.supervisor;
  if (supervisor.proved) return;
  const since = thing.safeMode ? SAFE_MODE_MS : STABLE_MS;
  if (uptime < since && (thing.safeMode || thing.publisher.arrived === 0)) return;
  supervisor.proved = true;
  // A wake from sleep was never counted as quick.
  if (thing.boots.stored) bootProved(thing.records, thing.boots);
  if (thing.safeMode) restart(thing, 0);
}

/** @cold */
function beat(thing: Thing): void {
  const supervisor = thing.supervisor;
  const uptime = thing.ports.clock.uptime();
  learnTime(thing);
  prove(thing, uptime);
  if (thing.driver.echoes) missEchoes(thing);
  if (supervisor.rung === Rung.live && elapsed(uptime, supervisor.liveAt) >= STABLE_MS) supervisor.failures = 0;
  const waiting = supervisor.rung !== Rung.live && supervisor.rung !== Rung.stopped;
  if (waiting && elapsed(uptime, supervisor.offlineSince) >= RESTART_AFTER_MS) return restart(thing, supervisor.offlineCode);
  // A link that is live beats through its own keep-alive; one that is stopped waits for a person.
  const moving = !waiting || elapsed(uptime, supervisor.progressAt) < STUCK_MS;
  if (moving) thing.ports.system.watchdogFeed();
  // What an app throws at a command ends the turn: here is another for what came behind.
  act(thing);
}

/** True when everything that this wake was for is done. */
function mayFallAsleep(thing: Thing): boolean {
  if (thing.ports.clock.uptime() >= AWAKE_MS_MAX) return true;
  return thing.accepted > 0 && waitingReadings(thing) === 0;
}

/**
 * Sleeps until the next sample when the log is empty or the wake has lasted long enough.
 * @cold
 */
function sleepWhenDone(thing: Thing): void {
  if (thing.sleepMs === 0 || !mayFallAsleep(thing)) return;
  thing.ports.clock.cancel(thing.supervisor.sleepTimer);
  ladderStop(thing);
  tell(thing, "sleep", thing.sleepMs, "");
  const clock = thing.ports.clock;
  clock.after(FAREWELL_MS, () => {
    if (thing.ports.system.deepSleep(thing.sleepMs) !== 0) clock.after(thing.sleepMs, () => thing.ports.system.restart());
  });
}

/**
 * Starts the watchdog, the heartbeat and the ladder.
 * @cold
 */
export function supervisorStart(thing: Thing): void {
  const clock = thing.ports.clock;
  const supervisor = thing.supervisor;
  supervisor.offlineSince = clock.uptime();
  supervisor.progressAt = clock.uptime();
  thing.ports.system.watchdogStart(WATCHDOG_MS);
  supervisor.beat = clock.every(BEAT_MS, () => beat(thing));
  if (thing.sleepMs > 0) supervisor.sleepTimer = clock.every(AWAKE_BEAT_MS, () => sleepWhenDone(thing));
  ladderStart(thing);
}
