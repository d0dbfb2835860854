/** What the console of Espruino does with bytes: lines that are typed, and the packets that a tool sends. */

const VERSION = "2v29.277";
const TYPE_MASK = 0xe000;

export class PacketConsole {
  private mode: "text" | "dle" | "high" | "low" | "payload" = "text";
  private line = "";
  private word = 0;
  private payload = "";
  private file: { fn: string; s: number; offset: number } | undefined;

  constructor(private readonly name: string, private readonly evaluate: (text: string) => unknown, private readonly write: (bytes: string) => void, private readonly arrived: (data: string) => string) {}

  /** Lets go of a packet whose rest does not come. The firmware waits 5 s for it; here it ends with its connection. */
  abandon(): void {
    this.mode = "text";
    this.line = "";
    this.file = undefined;
  }

  receive(bytes: string): void {
    for (const char of bytes) this.byte(char.charCodeAt(0), char);
  }

  private byte(code: number, char: string): void {
    if (this.mode === "high") [this.word, this.mode] = [code << 8, "low"];
    else if (this.mode === "low") {
      [this.word, this.mode, this.payload] = [this.word | code, "payload", ""];
    } else if (this.mode === "payload") this.payload += char;
    else if (this.mode === "dle" && code === 1) this.mode = "high";
    else this.typed(code, char);
    if (this.mode === "payload" && this.payload.length === (this.word & ~TYPE_MASK)) {
      this.mode = "text";
      this.packet(this.word & TYPE_MASK, this.payload);
    }
  }

  private typed(code: number, char: string): void {
    this.mode = code === 0x10 ? "dle" : "text";
    if (code === 5 && this.line === "") this.write(`Espruino ${VERSION} ${this.name}\r\n`);
    else if (code === 0x15 || code === 3) this.line = "";
    else if (char === "\n") {
      const line = this.line;
      this.line = "";
      try {
        this.evaluate(line);
      } catch (error) {
        this.write(`Uncaught ${String(error)}\r\n>`);
      }
    } else if (code >= 32) this.line += char;
  }

  private packet(type: number, payload: string): void {
    if (type === 0x2000) return this.answer(payload);
    if (type === 0x6000) {
      const { fn, s } = JSON.parse(payload) as { fn: string; s: number };
      this.file = { fn, s, offset: 0 };
      return this.write(s > 0 ? "\x06" : "\x15");
    }
    const { file } = this;
    if (type !== 0x8000 || file === undefined) return this.write("\x15");
    try {
      this.evaluate(`require("Storage").write(${JSON.stringify(file.fn)},${JSON.stringify(this.arrived(payload))},${file.offset},${file.s})`);
    } catch {
      // As the firmware does: a write that failed is acknowledged all the same.
    }
    file.offset += payload.length;
    if (file.offset >= file.s) this.file = undefined;
    this.write("\x06");
  }

  private answer(source: string): void {
    let value: unknown;
    try {
      value = this.evaluate(source);
    } catch (error) {
      return this.write(`\x15Uncaught ${String(error)}\r\n>`);
    }
    const text = typeof value === "string" ? JSON.stringify(value).replace(/[^ -~]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`) : String(value);
    this.write(`\x06\x10\x01${String.fromCharCode(text.length >> 8, text.length & 0xff)}${text}`);
  }
}
