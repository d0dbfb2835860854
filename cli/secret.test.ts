/** Secrets come from files, standard input and a keyboard without echo; never from an argument, and never out again. */
import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, Secrets } from "./secret";

const CANARY = "canary pa55word ";

test("a file gives its text without the end of its line, and blanks stay", () => {
  const folder = mkdtempSync(join(tmpdir(), "motet-"));
  writeFileSync(join(folder, "secret"), `${CANARY}\r\n`);
  expect(new Secrets([]).read(`@${join(folder, "secret")}`, "password")).toBe(CANARY);
  rmSync(folder, { recursive: true });
});

test("one dash takes all of standard input, several take a line each", () => {
  expect(new Secrets(["-"], () => "id\nkey\n").read("-", "token")).toBe("id\nkey");
  const both = new Secrets(["-", "-", "@x"], () => "first\nsecond");
  expect([both.read("-", "password"), both.read("-", "code")]).toEqual(["first", "second"]);
  expect(() => both.read("-", "token")).toThrow(/no line left for --token/);
});

test.each<[string, RegExp]>([
  ["canary-secret", /not taken from the command line/],
  ["@", /not taken from the command line/],
  ["@/no/canary/file", /cannot be read \(ENOENT\)/],
])("the source %p is refused in one sentence that does not repeat it", (source, sentence) => {
  expect(() => new Secrets([]).read(source, "token")).toThrow(sentence);
  expect(() => new Secrets([]).read(source, "token")).not.toThrow(/canary/);
});

/** A keyboard, and what is seen on the screen beside it. */
function desk(): { readonly keyboard: EventEmitter & { setRawMode(isRaw: boolean): void; resume(): void; pause(): void }; readonly screen: () => string; readonly raw: boolean[] } {
  const raw: boolean[] = [];
  let screen = "";
  const keyboard = Object.assign(new EventEmitter(), { setRawMode: (isRaw: boolean) => void raw.push(isRaw), resume: () => undefined, pause: () => undefined, show: (text: string) => (screen += text) });
  return { keyboard, screen: () => screen, raw };
}

test.each<[string, boolean, string]>([
  ["hidden", true, "Password: \n"],
  ["seen", false, "Password: abx\b \bc\n"],
])("a typed line is taken with its corrections; %s", async (_name, isHidden, seen) => {
  const { keyboard, screen, raw } = desk();
  const typed = ask("Password: ", isHidden, keyboard, (keyboard as unknown as { show(text: string): void }).show);
  keyboard.emit("data", Buffer.from("abx\x7f"));
  keyboard.emit("data", Buffer.from("c\r"));
  expect(await typed).toBe("abc");
  expect([screen(), raw, keyboard.listenerCount("data")]).toEqual([seen, [true, false], 0]);
});

test("a person may break off, and may begin the line anew", async () => {
  const { keyboard, raw } = desk();
  const broken = ask("Code: ", true, keyboard, () => undefined);
  keyboard.emit("data", Buffer.from("ab\x03"));
  await expect(broken).rejects.toThrow(/Broken off/);
  const anew = ask("Code: ", true, keyboard, () => undefined);
  keyboard.emit("data", Buffer.from("wrong\x15right\n"));
  expect(await anew).toBe("right");
  expect(raw).toEqual([true, false, true, false]);
});
