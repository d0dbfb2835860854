/** What a console of Lua tells when a board is silent, another one, or stops in the middle; time is the test's own. */
import { CODE_CHARS_MAX, LINE_CHARS_MAX, LuaConsole } from "./lua-console";
import type { LinkError, Timer, Transport } from "./transport";

let due: { readonly ms: number; readonly run: () => void }[];
let written: string[];
let answer: (line: string) => string;
let transport: Transport;
let link: LuaConsole;

const timer: Timer = {
  after: (ms, run) => {
    const entry = { ms, run };
    due.push(entry);
    return () => (due = due.filter((each) => each !== entry));
  },
};

beforeEach(() => {
  [due, written, answer] = [[], [], () => ""];
  transport = {
    write: (bytes) => {
      written.push(bytes);
      const text = answer(bytes);
      if (text !== "") setImmediate(() => transport.onData?.(text));
    },
    close: () => written.push("closed"),
    onData: undefined,
    onClose: undefined,
  };
  link = new LuaConsole(transport, { settleMs: 1, helloMs: 2, answerMs: 3 }, timer);
});

/** Lets what waits for its time happen, and what follows from it. */
async function pass(turns = 1): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    await new Promise(setImmediate);
    for (const { run } of due.splice(0)) run();
    await new Promise(setImmediate);
    await new Promise(setImmediate);
  }
}

const failure = (fault: LinkError["fault"], message: RegExp) => ({ fault, message: expect.stringMatching(message) });

test("a firmware says who it is, among its echo and what a program prints", async () => {
  answer = (line) => (line.includes("0=") ? `\r\n> ${line.trim()}\r\nmotet reading 1 "a"\r\n@0=5.3,esp32,1@\r\n> ` : "");
  const asked = link.hello();
  await pass();
  expect(await asked).toEqual({ lua: "5.3", chip: "esp32", hasStore: true });
});

test.each([
  ["says nothing", "", 6, failure("silent", /^The board does not answer: check that it is powered, runs NodeMCU/)],
  ["has another speed", "\xf8\x00\x80\x86\xfe\x1e", 6, failure("silent", /and that the port and --baud are its own\.$/)],
  ["is of Espruino", ">print(...)\r\nUncaught SyntaxError: no\r\n>", 2, failure("board", /runs Espruino, .*: take the --board that ends with -espruino\.$/)],
])("a board that %s", async (_name, text, turns, told) => {
  answer = () => text;
  const asked = expect(link.hello()).rejects.toMatchObject(told);
  await pass(turns);
  await asked;
  expect(written.at(-1)).toBe("closed");
});

test("values and errors come back by the number of their line; the echo and late answers are none", async () => {
  answer = (line) => {
    const number = /_m\((\d+),/.exec(line)![1]!;
    return `${line}@99=late@\r\n@${number}${line.includes("bad") ? "!stdin:1: no" : "=41,1"}@\r\n> `;
  };
  expect(await link.call("return good()")).toBe("41,1");
  await expect(link.call("bad()")).rejects.toMatchObject(failure("board", /^The board could not do it: stdin:1: no$/));
});

test("one that stops answering, and a cable that is pulled", async () => {
  const asked = expect(link.call("return 1")).rejects.toMatchObject(failure("silent", /^The board stopped answering/));
  await pass();
  await asked;
  await expect(link.call("return 1")).rejects.toMatchObject({ fault: "silent" });
  const other = new LuaConsole({ ...transport, onData: undefined }, { settleMs: 1, helloMs: 2, answerMs: 3 }, timer);
  other.close();
  await expect(other.type("x")).rejects.toMatchObject({ fault: "lost" });
});

test("a pulled cable ends what waits", async () => {
  const asked = expect(link.call("return 1")).rejects.toMatchObject(failure("lost", /^The connection to the board is gone/));
  await new Promise(setImmediate);
  transport.onClose!();
  await asked;
});

test("no line is longer than the firmware's buffer", async () => {
  answer = (line) => `@${/_m\((\d+),/.exec(line)![1]!}==@\r\n`;
  await link.call(`return ${"1".repeat(CODE_CHARS_MAX - 7)}`);
  expect(written[0]!.length).toBeLessThanOrEqual(LINE_CHARS_MAX);
  await expect(link.call("1".repeat(LINE_CHARS_MAX))).rejects.toThrow(/a line of \d+ characters/);
});
