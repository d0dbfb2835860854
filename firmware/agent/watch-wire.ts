/** What a watcher does with its connection, whatever it is for: one timer, one outstanding write, and the end of both. */
import { Fault } from "../../hal/ports/fault";
import { TlsLevel } from "../../hal/ports/tls";
import { sub } from "../base/intrinsics";
import { AgentCode } from "./link";
import type { WatchPlace } from "./watch-settings";
import type { Watcher } from "./watch-state";

/** What may wait for the transport; a server that asks for more answers than it takes is left. */
const OUT_BYTES_MAX = 6144;

/** What the timer is for is due in `ms`: it replaces what was before. */
export function setTimer(watcher: Watcher, ms: number, code: number): void {
  const clock = watcher.host.ports.clock;
  clock.cancel(watcher.timer);
  watcher.endCode = code;
  watcher.timer = clock.after(ms, watcher.act);
}

/**
 * Drops the connection, whatever it was doing.
 * @cold
 */
export function drop(watcher: Watcher): void {
  const ports = watcher.host.ports;
  ports.clock.cancel(watcher.timer);
  ports.clock.cancel(watcher.tick);
  ports.clock.cancel(watcher.turn);
  watcher.out = "";
  watcher.writable = false;
  watcher.login = undefined;
  if (watcher.socket !== 0) ports.tcp.close(watcher.socket);
  watcher.socket = 0;
  const link = watcher.link;
  watcher.link = undefined;
  if (link !== undefined) watcher.driver.ended(link);
}

/** Writes what waits, as much as one write takes. */
export function flush(watcher: Watcher): void {
  if (!watcher.writable || watcher.out.length === 0) return;
  const tcp = watcher.host.ports.tcp;
  const count = Math.min(watcher.out.length, tcp.writeBytesMax);
  const bytes = sub(watcher.out, 0, count);
  watcher.out = sub(watcher.out, count, watcher.out.length);
  watcher.writable = false;
  const fault = tcp.write(watcher.socket, bytes);
  if (fault !== Fault.none) setTimer(watcher, 0, fault);
}

/** Sends bytes, or ends the connection on a later turn where too many wait. */
export function send(watcher: Watcher, bytes: string): void {
  if (watcher.out.length + bytes.length > OUT_BYTES_MAX) return setTimer(watcher, 0, AgentCode.busy);
  watcher.out += bytes;
  flush(watcher);
}

/** A host as its header has it. */
export function hostHeader(watcher: Watcher, place: WatchPlace, host: string, port: number): string {
  const usual = place.tls === TlsLevel.none ? watcher.driver.portPlain : watcher.driver.portTls;
  return port === 0 || port === usual ? host : host + ":" + port;
}
