/** What the console of NodeMCU does with bytes: it echoes them, and runs a line at a time; of one that is longer than its buffer the end is lost. */

/** The firmware's buffer of a line. */
const LINE_CHARS_MAX = 255;

export class LuaLineConsole {
  private line = "";

  /** `run` says whether the board is still there afterwards. */
  constructor(private readonly write: (bytes: string) => void, private readonly run: (line: string) => boolean) {}

  /** Forgets half a line, as a restart does. */
  clear(): void {
    this.line = "";
  }

  receive(bytes: string): void {
    for (const char of bytes) {
      this.write(char === "\n" ? "\r\n" : char);
      if (char !== "\n") {
        if (this.line.length < LINE_CHARS_MAX) this.line += char;
        continue;
      }
      const { line } = this;
      this.line = "";
      if (!this.run(line)) return;
      this.write("> ");
    }
  }
}
