/**
 * What an app author uses to watch values of other things. A mistake in a declaration stops a checked build at once with one
 * sentence; a shipped device logs it and goes on without the declaration.
 */
import { check } from "../base/check";
import type { Source } from "../platform/realtime";
import type { CommandValues } from "./api";
import { AgentCode } from "./link";
import { CommandType } from "./command-type";
import { tell } from "./thing";
import type { Host } from "./thing";
import { WATCHES_MAX, WatchStep } from "./watch-state";
import type { Watch } from "./watch-link";

/** How something that is watched is declared. */
export interface WatchOptions<T extends keyof CommandValues> {
  /** What it is: made by a function of the platform's own module, "motet/watch/<platform>". */
  readonly of: Source;
  /** What its values are taken for; one that is none of these is passed over. */
  readonly type: T;
  /** For numbers: digits after the point, 0 to 6 (0). Further ones are rounded away. */
  readonly decimals?: number;
  /** For strings: the most bytes, at most 1024 (64). */
  readonly bytesMax?: number;
}

/** Names an app's definition as that of a device that only watches; the build looks for it as the app's default export. */
export function defineWatcher(definition: (this: void, host: Host) => void): (this: void, host: Host) => void {
  return definition;
}

/**
 * Declares what the device watches, 8 things at most. `hear` gets each value of it that comes, the present one first where the platform
 * tells it, again after each loss of the connection; and `from`, the platform's name of what the value belongs to, or "".
 * @cold
 */
export function watch<T extends keyof CommandValues>(host: Host, options: WatchOptions<T>, hear: (this: void, value: CommandValues[T], from: string) => void): void {
  const watcher = host.watcher!;
  const decimals = options.decimals ?? 0;
  const bytesMax = options.bytesMax ?? 64;
  const first: Watch | undefined = watcher.watches[0];
  const crowded = watcher.watches.length >= WATCHES_MAX || (watcher.driver.single && first !== undefined && first.source.request !== options.of.request);
  if (options.of.request === "" || crowded || decimals < 0 || decimals > 6 || bytesMax < 0 || bytesMax > 1024) {
    if (MOTET_CHECKED) check(false, "something is watched that cannot be: its name is empty, there are more than 8, an option is out of range, or it is a second one on a platform with one a connection");
    return tell(host, "declaration", AgentCode.invalid, "");
  }
  watcher.watches.push({
    source: options.of,
    type: options.type === "boolean" ? CommandType.boolean : options.type === "number" ? CommandType.number : CommandType.string,
    decimals,
    bytesMax,
    hear: hear as (this: void, value: boolean | number | string, from: string) => void,
  });
}

/** True while what was heard is what holds: connected, and told of every change. */
export function isWatching(host: Host): boolean {
  return host.watcher!.step === WatchStep.live;
}

/**
 * Sends an order of the platform's own module, as `markAllRead()`: 0, `busy` unless everything is watched at present, and `unsupported` where the
 * platform takes none. What it brings about shows in what is watched.
 * @cold
 */
export function order(host: Host, request: string): number {
  const watcher = host.watcher!;
  if (watcher.step !== WatchStep.live || watcher.link === undefined) return AgentCode.busy;
  return watcher.driver.order(watcher.link, request);
}
