/** A value that came for the app, checked against what it declared before it gets there. */
import { ValueKind } from "../platform/profile";
import { parseScaled } from "../base/number";
import { unscale } from "./quantise";
import { CommandType } from "./command-type";
import { tell } from "./thing";
import type { Watcher } from "./watch-state";

/** Tells the app one value of the source whose message is being read. One that is not of the declared type is passed over, and the log told. */
export function told(watcher: Watcher, kind: ValueKind, text: string, from: string): void {
  const watch = watcher.watches[watcher.index]!;
  let fits = kind === ValueKind.string && text.length <= watch.bytesMax;
  if (watch.type === CommandType.number) {
    const steps = kind === ValueKind.number || kind === ValueKind.string ? parseScaled(text, watch.decimals) : undefined;
    fits = steps !== undefined;
    if (steps !== undefined) watch.hear(unscale(steps, watch.decimals), from);
  } else if (watch.type === CommandType.boolean) {
    fits = (kind === ValueKind.boolean || kind === ValueKind.string) && (text === "true" || text === "false");
    if (fits) watch.hear(text === "true", from);
  } else if (fits) watch.hear(text, from);
  tell(watcher.host, fits ? "watched" : "watchedOdd", watcher.index, fits ? text : "");
}
