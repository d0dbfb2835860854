/**
 * Lives of a reading log alone, of random length: readings, acknowledgements, boots, and everything that may befall its flash. Whatever
 * happens, each accepted reading arrives, waits, or is counted as dropped (S1, S10); what no log can know of a flipped bit is left out, as
 * in the days under faults (sim/faults/flips.ts). Two flipped bits in a life, or two worn blocks of four and more that fails, are more than
 * the account always bears.
 */
import { marked } from "../../firmware/store/bytes";
import { logAcknowledge, logAppend, logCursor, logEntry, logNext, logOpen, logRewind } from "../../firmware/store/log";
import type { ReadingLog } from "../../firmware/store/log";
import { logMarkOffset } from "../../firmware/store/log-block";
import { isUnmarked } from "../../firmware/store/log-walk";
import { lossByFlips } from "../../sim/faults/flips";
import { checksum } from "../../sim/world/checksum";
import { byteOutcomes, createFlash, eraseOutcomes, PowerCut } from "../../sim/world/flash";
import type { WorldFlash } from "../../sim/world/flash";
import { budget, generator, seed } from "../support/budget";

/** Readings that are told apart by their text. */
const text = (number: number): string => `reading ${number}`;

class Life {
  private readonly area;
  private readonly flash: WorldFlash;
  private log: ReadingLog;
  private made = 0;
  private readonly accepted = new Set<string>();
  private readonly arrived = new Set<string>();
  /** Readings that the flipped bit took uncounted, or that are counted and had arrived; at most, of all the times when it was asked. */
  private uncounted = 0;
  private overcounted = 0;
  /** Readings that arrived, of which the flash does not know. */
  private unmarked = 0;
  /** Those of the last walk that go on waiting for that: a worn block takes no mark. */
  private refused = 0;
  private isWorn = false;
  private flips: number;
  readonly steps: string[] = [];

  /** @param flips bits that flip by themselves, at most */
  constructor(private readonly below: (limit: number) => number, flips: number) {
    this.flips = flips;
    this.area = { name: "log", blockBytes: 256, blocks: 4 + below(4) };
    this.flash = createFlash({ areas: [this.area], seed: below(1000000) });
    this.log = this.open();
    for (let left = 20 + below(200); left > 0; left -= 1) this.step();
  }

  /** Lets everything arrive that waits, and boots once more; answers what is wrong with the account, or "". */
  end(): string {
    this.flash.callOff();
    for (let i = 0; i < 3; i += 1) {
      this.walk(() => true);
      this.boot();
    }
    this.walk(() => true);
    const { log, flash } = this;
    const outstanding = this.accepted.size - this.arrived.size - log.droppedFull - log.droppedCorrupt;
    // A reading whose power was cut may be there though nobody was told; one that has arrived without its mark may be dropped.
    const counted = flash.cuts + this.overcounted + this.unmarked;
    if (log.waiting !== this.refused) return `${log.waiting} wait for ever, ${this.refused} of them without a mark`;
    if (outstanding > this.uncounted) return `${outstanding} are lost and not counted, ${this.uncounted} by flipped bits`;
    return outstanding < -counted ? `${-outstanding} are counted and were not lost, at most ${counted} may be` : "";
  }

  private open(): ReadingLog {
    return logOpen(this.flash.port, checksum, this.area);
  }

  private boot(): void {
    this.uncounted = Math.max(this.uncounted, lossByFlips(this.flash, checksum).uncounted);
    this.watchFlip();
    this.log = this.open();
  }

  /** A flip that hides that something arrived may be met before the next boot, and be gone by then. */
  private watchFlip(): void {
    this.overcounted = Math.max(this.overcounted, lossByFlips(this.flash, checksum).overcounted);
  }

  /** Appends a reading; one in five is long. */
  private append(): void {
    this.made += 1;
    const reading = text(this.made).padEnd(this.below(5) === 0 ? 90 : 0, ".");
    if (logAppend(this.log, reading) > 0) this.accepted.add(reading);
  }

  /** Walks through what waits, and acknowledges what `arrives`. */
  private walk(arrives: () => boolean): void {
    const { log } = this;
    const cursor = logCursor();
    const entry = logEntry();
    logRewind(log, cursor);
    this.refused = 0;
    while (logNext(log, cursor, entry)) {
      if (!arrives()) continue;
      this.arrived.add(entry.bytes);
      // One whose power was cut was never accepted, and is taken for accepted now.
      this.accepted.add(entry.bytes);
      logAcknowledge(log, cursor, entry.sequence);
      const mark = this.flash.port.read(this.area, cursor.block * this.area.blockBytes + cursor.record + logMarkOffset, 1);
      if (marked(mark.charCodeAt(0))) continue;
      this.unmarked += 1;
      if (!isUnmarked(log, entry.sequence)) this.refused += 1;
    }
    logRewind(log, cursor);
  }

  private plan(): void {
    const { below, flash } = this;
    const kind = below(6);
    if (kind === 5 && !this.isWorn) {
      this.isWorn = true;
      flash.wearOut("log", below(this.area.blocks));
    } else if (kind === 0) flash.failWrite(below(6), below(20));
    else if (kind === 1) flash.failErase(below(3), eraseOutcomes[below(eraseOutcomes.length)]!);
    else if (kind === 2) flash.cutInProgram(below(200), byteOutcomes[below(byteOutcomes.length)]!);
    else if (kind === 3) flash.cutInErase(below(2), eraseOutcomes[below(eraseOutcomes.length)]!);
    else flash.callOff();
    this.steps.push(`fault ${kind}`);
  }

  private step(): void {
    const { below, flash } = this;
    const kind = below(24);
    try {
      if (kind < 14) {
        this.append();
        this.steps.push(`append ${this.made}: ${this.log.lastSequence}`);
      } else if (kind < 17) {
        const share = below(3);
        this.walk(() => share === 0 || below(share + 1) === 0);
        this.steps.push(`walk ${share}`);
      } else if (kind === 17) {
        this.walk(() => false);
        this.steps.push("look");
      } else if (kind < 20) {
        this.boot();
        this.steps.push("boot");
      } else if (kind < 23) this.plan();
      else if (this.flips > 0) {
        this.flips -= 1;
        const offset = below(this.area.blockBytes * this.area.blocks);
        flash.flip("log", offset, below(8));
        this.steps.push(`flip ${offset}`);
      }
    } catch (cut) {
      if (!(cut instanceof PowerCut)) throw cut;
      this.steps.push(`cut ${cut.message}`);
      flash.restore();
      this.boot();
    }
    this.watchFlip();
  }
}

/** What breaks in a life, with its steps; "" for one that keeps its account. */
function lived(from: number, flips: number): string {
  const life = new Life(generator(from), flips);
  const broken = life.end();
  return broken === "" ? "" : `seed ${from}: ${broken}\n${life.steps.join("\n")}`;
}

test.each([
  ["power cuts, failing hardware and a worn block", 0],
  ["power cuts, failing hardware, a worn block and a flipped bit", 1],
])("S1, S10: no reading leaves the account through %s", (_what, flips) => {
  for (let life = 0; life < budget(1500, 150000); life += 1) {
    const broken = lived(seed * 1000000 + life, flips);
    if (broken !== "") throw new Error(broken);
  }
});
