/**
 * The world's seeded generator (sfc32). Everything that is chance in a run comes from one seed; a fork by name gives a
 * machine a stream of its own, so that a device that draws one byte more does not change the weather of the network.
 */

// Looked up once: under a test runner every search for a global is dear.
const { floor, imul } = Math;
const { fromCharCode } = String;

export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d = 1;
  private readonly root: string;

  constructor(seed: string | number) {
    this.root = String(seed);
    this.a = hash(this.root, 0x9e3779b9);
    this.b = hash(this.root, 0x243f6a88);
    this.c = hash(this.root, 0xb7e15162);
    for (let i = 0; i < 15; i += 1) this.next();
  }

  /** An integer from 0 up to, not including, 2^32. */
  next(): number {
    const sum = (this.a + this.b + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum | 0;
    return sum >>> 0;
  }

  /** An integer from 0 up to, not including, `limit`. */
  below(limit: number): number {
    return floor((this.next() / 4294967296) * limit);
  }

  /** An integer from `low` to `high`, both included; draws nothing when they are equal. */
  between(low: number, high: number): number {
    return low === high ? low : low + this.below(high - low + 1);
  }

  /** True with probability `rate`; draws nothing when the rate is 0 or 1, so that switching a fault off costs no draw. */
  chance(rate: number): boolean {
    if (rate <= 0) return false;
    return rate >= 1 || this.next() < rate * 4294967296;
  }

  /** `count` bytes as a binary string. */
  bytes(count: number): string {
    let text = "";
    for (let i = 0; i < count; i += 1) text += fromCharCode(this.below(256));
    return text;
  }

  /** An independent generator, determined by this one's seed and `name` alone. */
  fork(name: string): Random {
    return new Random(`${this.root}/${name}`);
  }
}

/** FNV-1a over the text, finished so that neighbouring seeds differ in every bit. */
function hash(text: string, from: number): number {
  let h = from | 0;
  for (let i = 0; i < text.length; i += 1) h = imul(h ^ text.charCodeAt(i), 0x01000193);
  h = imul(h ^ (h >>> 16), 0x85ebca6b);
  h = imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
