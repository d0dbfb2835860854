/** What a link tells when a board is silent, mad, or stops in the middle; time is the test's own. */
import { ConsoleLink } from "./console-link";
import { openPort } from "./open";
import { loadSerialPackage, openSerial } from "./serial";
import type { SerialPackage } from "./serial";
import type { Timer, Transport } from "./transport";

/** A time that passes when the test says so. */
class Clock implements Timer {
  private now = 0;
  private readonly waiting = new Map<object, { readonly at: number; readonly run: () => void }>();

  after(ms: number, run: () => void): () => void {
    const key = {};
    this.waiting.set(key, { at: this.now + ms, run });
    return () => this.waiting.delete(key);
  }

  /** Lets time pass, with whatever became ready in between. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      await new Promise(setImmediate);
      const [next] = [...this.waiting].filter(([, { at }]) => at <= end).sort(([, one], [, other]) => one.at - other.at);
      if (next === undefined) break;
      this.waiting.delete(next[0]);
      this.now = next[1].at;
      next[1].run();
    }
    this.now = end;
  }
}

class Wire implements Transport {
  readonly written: string[] = [];
  closed = false;
  onData: ((bytes: string) => void) | undefined;
  onClose: (() => void) | undefined;
  /** What the board answers to each write. */
  answer: (bytes: string) => string = () => "";

  write(bytes: string): void {
    this.written.push(bytes);
    const answer = this.answer(bytes);
    if (answer !== "") setImmediate(() => this.onData?.(answer));
  }

  close(): void {
    this.closed = true;
  }
}

const limits = { settleMs: 100, helloMs: 2000, ackMs: 5000, heldMs: 3000 };
let clock: Clock;
let wire: Wire;
let link: ConsoleLink;

beforeEach(() => {
  clock = new Clock();
  wire = new Wire();
  link = new ConsoleLink(wire, limits, clock);
});

const response = (text: string): string => `\x06\x10\x01${String.fromCharCode(text.length >> 8, text.length & 255)}${text}`;

test("a board that says nothing is asked four times, then one sentence tells", async () => {
  const asked = expect(link.hello()).rejects.toMatchObject({ fault: "silent", message: expect.stringMatching(/^The board does not answer: check that it is powered/) });
  await clock.pass(9000);
  await asked;
  expect([wire.written, wire.closed]).toEqual([new Array(4).fill("\x15\x05"), true]);
});

test("a board that waits for the rest of a packet, whose sender is gone, takes what it hears for that during 5 s, and answers then", async () => {
  const asked = link.hello();
  await clock.pass(5000);
  wire.answer = () => "Espruino 2v29.277 ESP32\r\n";
  await clock.pass(2000);
  expect(await asked).toEqual({ version: "2v29.277", name: "ESP32" });
});

test("a console of another speed is told from a silent one", async () => {
  const asked = expect(link.hello()).rejects.toMatchObject({ fault: "silent", message: expect.stringMatching(/another speed, so try --baud/) });
  wire.answer = () => "\xfe\x80\xe0\x98\xff\xc2a\xe6";
  await clock.pass(9000);
  await asked;
});

test("what a program prints meanwhile does not hide the answer", async () => {
  const asked = link.hello();
  wire.answer = () => "tick\r\n>Espruino 2v30 ESP32C3_IDF4\r\n>";
  const printed: string[] = [];
  link.onText = (bytes) => printed.push(bytes);
  await clock.pass(200);
  expect(await asked).toEqual({ version: "2v30", name: "ESP32C3_IDF4" });
  expect(printed.join("")).toContain("tick");
});

test("an expression's value comes back, and what it throws as one sentence", async () => {
  wire.answer = (bytes) => (bytes.startsWith("\x10\x01") ? response(bytes.includes("bad()") ? '"{\\"e\\":\\"Error: no\\"}"' : '"{\\"v\\":[1,\\"\\x80\\"]}"') : "");
  expect(await link.call("good()")).toEqual([1, "\x80"]);
  await expect(link.call("bad()")).rejects.toMatchObject({ fault: "board", message: "The board could not do it: Error: no" });
  wire.answer = () => response("5");
  await expect(link.call("mad()")).rejects.toMatchObject({ message: expect.stringMatching(/answered what cannot be read/) });
});

test("a packet that is refused, and one that is never acknowledged", async () => {
  wire.answer = () => "\x15Uncaught\r\n>";
  await expect(link.putFile("a", "text")).rejects.toMatchObject({ fault: "board", message: expect.stringMatching(/^The board refused a packet/) });
  wire.answer = () => "";
  const sent = expect(link.putFile("a", "text")).rejects.toMatchObject({ fault: "silent", message: expect.stringMatching(/^The board stopped answering/) });
  await clock.pass(6000);
  await sent;
  // What would be sent now could be taken for the rest of the packet.
  await expect(link.call("1")).rejects.toMatchObject({ fault: "silent" });
});

test("a cable that is pulled ends what waits, and all that comes after", async () => {
  const asked = expect(link.call("1")).rejects.toMatchObject({ fault: "lost", message: expect.stringMatching(/^The connection to the board is gone/) });
  await clock.pass(0);
  wire.onClose!();
  await asked;
  await expect(link.hello()).rejects.toMatchObject({ fault: "lost" });
});

test("a board that holds us gets nothing until it lets go, or has held too long", async () => {
  wire.answer = (bytes) => (bytes.startsWith("\x10\x01") ? response('"{\\"v\\":1}"') : "");
  wire.onData!("\x13");
  const first = link.call("1");
  await clock.pass(1000);
  expect(wire.written).toEqual([]);
  wire.onData!("\x11");
  await clock.pass(0);
  expect(await first).toBe(1);
  wire.onData!("\x13");
  const second = link.call("1");
  second.catch(() => undefined);
  await clock.pass(20000);
  expect(wire.written.length).toBe(2);
});

test.each(["", "ttyUSB0", "tcp://", "tcp://host:99999", "exec:", "http://host"])('"%s" is no port', async (port) => {
  await expect(openPort(port, 115200)).rejects.toMatchObject({ fault: "port", message: expect.stringMatching(/is no port: give the path of a serial port/) });
});

test("nothing at a port of the network, and a program that is not there", async () => {
  await expect(openPort("tcp://127.0.0.1:1", 115200)).rejects.toMatchObject({ message: expect.stringMatching(/^Nothing listens at 127\.0\.0\.1:1: a device that runs closes its console/) });
  await expect(openPort("exec:/no/such/program", 115200)).rejects.toMatchObject({ message: expect.stringMatching(/^\/no\/such\/program cannot be started \(ENOENT\)/) });
});

test("without the package a serial port says what to install", async () => {
  await expect(loadSerialPackage(() => Promise.reject(new Error("Cannot find package")))).rejects.toMatchObject({ fault: "port", message: expect.stringMatching(/run "npm install serialport"/) });
});

/** A package whose ports do what the test wants; it notes the lines that are set. */
function serialPackage(openError: string | null, setError: string | null = null): { readonly given: SerialPackage; readonly lines: object[] } {
  const lines: object[] = [];
  class SerialPort {
    isOpen = false;
    write = (): boolean => true;
    close = (): void => undefined;
    on = (): void => undefined;
    open(done: (error: Error | null) => void): void {
      this.isOpen = openError === null;
      done(openError === null ? null : new Error(openError));
    }
    update(settings: object, done: (error: Error | null) => void): void {
      lines.push(settings);
      done(null);
    }
    set(state: object, done: (error: Error | null) => void): void {
      lines.push(state);
      done(setError === null ? null : new Error(setError));
    }
  }
  return { given: { SerialPort }, lines };
}

test.each([
  ["Error: No such file or directory, cannot open /dev/ttyUSB9", /^There is no port \/dev\/ttyUSB9: look with "motet ports"/],
  ["Error: Permission denied, cannot open /dev/ttyUSB9", /is not yours to open: add yourself to its group/],
  ["Error: Error Resource temporarily unavailable Cannot lock port", /is in use: close the other program/],
  ["Error: Input/output error", /cannot be opened \(Error: Input\/output error\)/],
])("a serial port that says %s", async (message, sentence) => {
  await expect(openSerial("/dev/ttyUSB9", 115200, serialPackage(message).given)).rejects.toMatchObject({ fault: "port", message: expect.stringMatching(sentence) });
});

test("a serial port neither holds a board in reset, nor starts its loader, nor minds a pseudo-terminal", async () => {
  const { given, lines } = serialPackage(null, "Error: Inappropriate ioctl for device, cannot set");
  const transport = await openSerial("/dev/ttyUSB9", 115200, given);
  await transport.reset!();
  expect(lines).toEqual([{ dtr: false, rts: false }, { dtr: false, rts: true }, { dtr: false, rts: false }]);
});
