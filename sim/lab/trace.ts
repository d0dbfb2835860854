/**
 * The hash of a run: everything that devices say and clouds take in, in order, folded into 64 bits. Two runs of one seed have the
 * same hash, or something outside of the seed has a say in them.
 */

const { imul } = Math;

export class Trace {
  private low = 0x811c9dc5 | 0;
  private high = 0x9e3779b9 | 0;

  /** Folds in an integer. */
  number(value: number): void {
    this.low = imul(this.low ^ (value | 0), 0x01000193);
    this.high = imul(this.high ^ (value | 0) ^ (this.low >>> 15), 0x85ebca6b);
  }

  /** Folds in a binary string. */
  text(value: string): void {
    let { low, high } = this;
    for (let i = 0; i < value.length; i += 1) {
      const char = value.charCodeAt(i);
      low = imul(low ^ char, 0x01000193);
      high = imul(high ^ char ^ (low >>> 15), 0x85ebca6b);
    }
    this.low = low;
    this.high = high;
    this.number(value.length);
  }

  /** 16 hexadecimal digits. */
  get hash(): string {
    return [this.high, this.low].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
  }
}
