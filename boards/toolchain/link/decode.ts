/**
 * Lines of a console with the places of a trace led back to lines of TypeScript. It prints nothing and waits for nothing but the
 * next line.
 */
import type { Place } from "../scan/source-map";
import { isFrame, isHalfFrame, isMark, mentionsOf } from "./frames";
import type { PlaceFinder } from "./kept-maps";
import { realTimer } from "./transport";
import type { Timer } from "./transport";

export interface DecodedSink {
  /** A line, and the places that it names, if any: of each, the lines of source that it may be. */
  line(text: string, places: readonly (readonly Place[])[]): void;
  /** A line names a place of a build whose map is not there; told once for each build. */
  unmapped(hash: string): void;
}

/** Espruino prints the three lines of a frame at once. */
const HELD_MS = 300;
/** Builds of which it is remembered that they have no map. */
const UNMAPPED_MAX = 100;

/** "app.ts:12:3" where the column is known, and "app.ts:12 or app.ts:14" where it is one of several. */
function nameOf(places: readonly Place[], hasColumn = false): string {
  return places.map(({ file, line, column }) => (hasColumn ? `${file}:${line}:${column}` : `${file}:${line}`)).join(" or ");
}

/** Returns what takes lines as they come. Below a frame the line of emitted code and the mark are left out. */
export function createDecoder(finder: PlaceFinder, sink: DecodedSink, timer: Timer = realTimer): (line: string) => void {
  const unmapped = new Set<string>();
  /** Below a frame: the line that may be its code, until it is known whether a mark follows. */
  let below: { code: string | undefined } | undefined;
  /** The first half of a frame, until the second comes. */
  let half: string | undefined;
  let cancel: () => void = () => undefined;

  const release = (): void => {
    cancel();
    const held = half ?? below?.code;
    below = undefined;
    half = undefined;
    if (held !== undefined) sink.line(held, []);
  };

  const missing = (hash: string): void => {
    if (unmapped.has(hash)) return;
    if (unmapped.size >= UNMAPPED_MAX) unmapped.clear();
    unmapped.add(hash);
    sink.unmapped(hash);
  };

  const show = (line: string): void => {
    let text = "";
    let from = 0;
    const places: (readonly Place[])[] = [];
    for (const mention of mentionsOf(line)) {
      const found = finder.find(mention);
      if (found === undefined) missing(mention.hash);
      if (found === undefined || found.length === 0) continue;
      text += mention.column === undefined ? line.slice(from, mention.start) + nameOf(found) : `    at ${nameOf(found, true)}`;
      from = mention.end;
      places.push(found);
    }
    sink.line(text + line.slice(from), places);
    if (isFrame(line)) below = { code: undefined };
  };

  const hold = (): void => {
    cancel = timer.after(HELD_MS, release);
  };

  return (line) => {
    if (half !== undefined && isFrame(line)) {
      cancel();
      half = undefined;
      show(line);
    } else if (half === undefined && below?.code === undefined && isHalfFrame(line)) {
      half = line;
      hold();
    } else if (below === undefined) {
      release();
      show(line);
    } else if (isMark(line)) {
      cancel();
      below = undefined;
    } else if (below.code === undefined && mentionsOf(line).length === 0) {
      below.code = line;
      hold();
    } else {
      release();
      show(line);
    }
  };
}
