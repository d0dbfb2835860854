/**
 * Two ledgers of one device: what it accepted, dropped and delivered by its own word, and what the cloud took in. They stream: a
 * device costs a few numbers for each of its keys, however long the run. A reading is named by its key and its time. Times of a key
 * grow, but for a clock that was set back and a boot behind it: so a time beyond the latest is new, and one before it is looked up
 * among those that came last.
 */
import type { Arrival } from "./platform";

/** Why readings were dropped, as the device counts them. */
export const dropCauses = ["full", "corrupt", "ram", "alien", "refused"] as const;
export type DropCause = (typeof dropCauses)[number];

/** Counted in memory, so that a boot begins them anew; the others are kept in flash with the log. */
const perBoot: ReadonlySet<DropCause> = new Set(["ram", "alien", "refused"]);

/** What a block of the log holds, and more. */
const RECALL = 256;

/** What the cloud took in of one key. */
interface Line {
  readonly key: string;
  /** The latest time, ms since 1970. */
  latest: number;
  /** The times that came last, ms since 1970. */
  readonly recent: number[];
}

/** Readings by the place of their cause in `dropCauses`; whoever has dropped none shares it. */
const NONE: readonly number[] = dropCauses.map(() => 0);

export class Ledger {
  /** Readings that the device took on itself. */
  accepted = 0;
  /** Readings that it counts as arrived. */
  published = 0;
  /** Readings that the cloud took in for the first time, and those that came once more. */
  delivered = 0;
  duplicated = 0;
  private lines: readonly Line[] = [];
  private dropped = NONE;
  private earlierBoots = NONE;

  /** @param recall times of a key that are remembered: as many readings as may come once more at a time */
  constructor(private readonly recall = RECALL) {}

  /** Hears the device's log. */
  said(event: string, number: number, text: string): void {
    if (event === "reading") this.accepted += 1;
    else if (event === "published") this.published += number;
    else if (event === "boot") this.rebooted();
    else if (event === "dropped") this.told(text);
  }

  /** Hears what the cloud stored for the device; answers the values that came for the first time. */
  arrived(elements: readonly Arrival[]): readonly Arrival[] {
    const first = elements.filter(({ key, atMs }) => this.isNew(key, atMs));
    this.delivered += first.length;
    this.duplicated += elements.length - first.length;
    return first;
  }

  /** Dropped for that cause, over all boots. */
  droppedFor(cause: DropCause): number {
    const place = dropCauses.indexOf(cause);
    return this.dropped[place]! + this.earlierBoots[place]!;
  }

  get droppedInAll(): number {
    return dropCauses.reduce((sum, cause) => sum + this.droppedFor(cause), 0);
  }

  /** Accepted, and neither delivered nor dropped: in the log, on the way, or lost. */
  get outstanding(): number {
    return this.accepted - this.delivered - this.droppedInAll;
  }

  private lineOf(key: string): Line {
    for (const line of this.lines) if (line.key === key) return line;
    const line: Line = { key, latest: -Infinity, recent: [] };
    this.lines = this.lines.concat([line]);
    return line;
  }

  private isNew(key: string, ms: number): boolean {
    const line = this.lineOf(key);
    const { latest, recent } = line;
    if (ms <= latest && recent.includes(ms)) return false;
    if (recent.length >= this.recall) recent.shift();
    recent.push(ms);
    line.latest = Math.max(latest, ms);
    return true;
  }

  private rebooted(): void {
    const { dropped, earlierBoots } = this;
    if (dropped === NONE) return;
    this.earlierBoots = earlierBoots.map((count, place) => (perBoot.has(dropCauses[place]!) ? count + dropped[place]! : count));
    this.dropped = dropped.map((count, place) => (perBoot.has(dropCauses[place]!) ? 0 : count));
  }

  /** "full 3 corrupt 0 ram 0 alien 0 refused 1". */
  private told(text: string): void {
    const words = text.split(" ");
    this.dropped = this.dropped.map((count, place) => {
      const at = words.indexOf(dropCauses[place]!);
      return at < 0 ? count : Number(words[at + 1]);
    });
  }
}
