/** What a board has printed since it was switched on, and a way to wait for what it is to print. */
export class Printed {
  text = "";
  private readonly waiting = new Set<() => void>();

  add(text: string): void {
    this.text += text;
    for (const look of this.waiting) look();
  }

  clear(): void {
    this.text = "";
  }

  /** Resolves when that is part of it. */
  until(wanted: RegExp): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!wanted.test(this.text)) return;
        this.waiting.delete(look);
        resolve();
      };
      this.waiting.add(look);
      look();
    });
  }
}
