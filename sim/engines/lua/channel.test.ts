/** The Lua child: absent, mute, dying, and talking. */
import { ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Channel, LuaError, openChannel } from "./channel";

const dir = mkdtempSync(join(tmpdir(), "motet-channel-"));
afterAll(() => rmSync(dir, { recursive: true }));
afterEach(() => jest.restoreAllMocks());

function open(script: string, interpreter = "lua5.1"): Channel {
  const path = join(dir, "script.lua");
  writeFileSync(path, script);
  return openChannel(interpreter, path);
}

test("an interpreter that is not there, and one that does not come up, are told as such", () => {
  const message = (name: string): string => `The interpreter ${name} cannot be started: install the package ${name}.`;
  expect(() => open("", "lua9.9")).toThrow(new LuaError(message("lua9.9")));
  expect(() => open("this is no Lua")).toThrow(new LuaError(message("lua5.1")));
});

test("what was never started is not killed: the signal would go to this process and all those beside it", () => {
  const kill = jest.spyOn(ChildProcess.prototype, "kill").mockReturnValue(true);
  expect(() => open("", "lua9.9")).toThrow(LuaError);
  expect(kill).not.toHaveBeenCalled();
});

test("lines go both ways; a child that ends is the end of its lines, and what is sent to it is lost", () => {
  const channel = open('io.write("ready\\n") io.flush() io.write("got\\t", io.read("*l"), "\\n")');
  channel.send("first", "a\tb");
  expect(channel.receive()).toEqual(["got", "first", "a\tb"]);
  expect(channel.receive()).toBeUndefined();
  channel.send("into the void");
  expect(channel.receive()).toBeUndefined();
  channel.kill();
  channel.kill();
  expect(channel.receive()).toBeUndefined();
});

test("a line of a megabyte arrives whole, in either direction", () => {
  const channel = open('io.write("ready\\n") io.flush() io.write(io.read("*l"), "\\n")');
  const bytes = "0123456789abcdef".repeat(65536);
  channel.send(bytes);
  expect(channel.receive()).toEqual([bytes]);
  channel.kill();
});

test("no pipe stays behind in the file system", () => {
  open('io.write("ready\\n") io.flush() io.read("*l")').kill();
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`motet-lua-${process.pid}-`))).toEqual([]);
});
