/**
 * A value that came for the app, checked against what it declared before it gets there. It gets there on a later turn: what an app does when
 * it hears a value must not run inside the protocol's core, where it could send nothing, and where what it throws would end the reading.
 */
import { ValueKind } from "../platform/profile";
import { parseScaled } from "../base/number";
import { unscale } from "./quantise";
import { CommandType } from "./command-type";
import { tell } from "./thing";
import type { Watch } from "./watch-link";
import type { Watcher } from "./watch-state";

/** Gives the app the oldest value that waits: one on each turn, so that what it throws keeps no other back. */
function hand(watcher: Watcher): void {
  const heard = watcher.heard.shift()!;
  watcher.hearing = watcher.heard.length > 0 ? watcher.host.ports.clock.after(0, () => hand(watcher)) : 0;
  heard.watch.hear(heard.value, heard.from);
}

function handSoon(watcher: Watcher, watch: Watch, value: boolean | number | string, from: string): void {
  watcher.heard.push({ watch, value, from });
  if (watcher.hearing === 0) watcher.hearing = watcher.host.ports.clock.after(0, () => hand(watcher));
}

/** Tells the app one value of the source whose message is being read. One that is not of the declared type is passed over, and the log told. */
export function told(watcher: Watcher, kind: ValueKind, text: string, from: string): void {
  const watch = watcher.watches[watcher.index]!;
  let fits = kind === ValueKind.string && text.length <= watch.bytesMax;
  if (watch.type === CommandType.number) {
    const steps = kind === ValueKind.number || kind === ValueKind.string ? parseScaled(text, watch.decimals) : undefined;
    fits = steps !== undefined;
    if (steps !== undefined) handSoon(watcher, watch, unscale(steps, watch.decimals), from);
  } else if (watch.type === CommandType.boolean) {
    fits = (kind === ValueKind.boolean || kind === ValueKind.string) && (text === "true" || text === "false");
    if (fits) handSoon(watcher, watch, text === "true", from);
  } else if (fits) handSoon(watcher, watch, text, from);
  tell(watcher.host, fits ? "watched" : "watchedOdd", watcher.index, fits ? text : "");
}
