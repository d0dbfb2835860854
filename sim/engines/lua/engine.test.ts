/** A boot of an image: what it may use, how it fails, restarts and ends. */
import { luaBoards, luaProgram, stopLua } from "../../../test/support/lua-program";
import { ResetReason } from "../../../hal/ports/system";

afterEach(stopLua);

describe.each(luaBoards)("on %s", (id) => {
  const is8266 = id === "esp8266-lua";

  test("the image has NodeMCU's libraries and nothing of the host", () => {
    const { run } = luaProgram(id, `
      for _, name in ipairs({ "os", "io", "debug", "coroutine", "load", "loadstring", "tls", "rtctime", "time", "sodium", "arg", "uart" }) do
        print(name, type(_G[name]))
      end
      print(_VERSION, debug.sethook, math.sin ~= nil)`);
    const there = is8266 ? ["debug", "tls", "rtctime"] : ["io", "debug", "time", "sodium"];
    const names = ["os", "io", "debug", "coroutine", "load", "loadstring", "tls", "rtctime", "time", "sodium", "arg", "uart"];
    expect(run(0)).toEqual([...names.map((name) => `${name}\t${there.includes(name) ? "table" : "nil"}`), `nil\tnil\t${!is8266}`]);
  });

  test("the console is told line by line, and 1,000 characters of each", () => {
    const { run } = luaProgram(id, `
      print("one\\ntwo", 3, nil, true)
      print(string.rep("a", 1000))
      print(string.rep("b", 1001))`);
    expect(run(0)).toEqual(["one", "two\t3\tnil\ttrue", "a".repeat(1000), "b".repeat(1000)]);
  });

  test("bytes of any value reach the console as they are", () => {
    const { run } = luaProgram(id, `
      local bytes = ""
      for i = 0, 255 do if i ~= 10 then bytes = bytes .. string.char(i) end end
      print(bytes)`);
    const bytes = Array.from({ length: 256 }, (_, i) => (i === 10 ? "" : String.fromCharCode(i))).join("");
    expect(run(0)).toEqual([bytes]);
  });

  test("files of the image are loaded by dofile, loadfile and require; others are not there", () => {
    const { run } = luaProgram(id, {
      "init.lua": `
        print(dofile("two.lua"), loadfile("two.lua")(), require("three"), require("three"))
        print(pcall(dofile, "four.lua"))
        print(loadfile("bad.lua"))`,
      "two.lua": "return 2",
      "three.lua": 'print("once") return 3',
      "bad.lua": "return return",
    });
    const [once, all, absent, bad] = run(0);
    expect([once, all]).toEqual(["once", "2\t2\t3\t3"]);
    expect(absent).toMatch(/^false\t.*cannot open four.lua$/);
    expect(bad).toMatch(/^nil\tbad.lua:1: /);
  });

  test("the flash store has what stands in the image, and what is in it takes no memory", () => {
    const text = (name: string): string => `function ${name}() return "${name.repeat(5000)}" end`;
    const files = { "init.lua": 'print(node.LFS.get("none"), node.LFS.reload("none.img")) node.LFS.get("big")() print(#a())', "big.lua": text("a") };
    const stored = luaProgram(id, files);
    expect(stored.run(0)).toEqual(["nil\tLFS image none.img not found", "5000"]);
    const loaded = luaProgram(id, { ...files, "init.lua": 'dofile("big.lua") print(#a())' });
    expect(loaded.run(0)).toEqual(["5000"]);
    expect(stored.heap()).toBeLessThan(1000);
    expect(loaded.heap()).toBeGreaterThan(5000);
  });

  test("an uncaught error is told without what the program put into it, and restarts after two seconds", () => {
    const program = luaProgram(id, `
      print("boot")
      tmr.create():alarm(100, tmr.ALARM_SINGLE, function() error("token abcdef") end)
      tmr.create():alarm(200, tmr.ALARM_SINGLE, function() local nothing = nil; nothing.field = 1 end)
      tmr.create():alarm(300, tmr.ALARM_SINGLE, function() error({}) end)`);
    program.run(2090);
    expect(program.failures[0]).toMatch(/^The program failed: init.lua:3: an error of the program\.$/);
    expect(program.failures[1]).toMatch(/^The program failed: init.lua:4: attempt to index .*nothing.*\.$/);
    expect(program.failures[2]).toMatch(/^The program failed: an error of the program\.$/);
    expect(program.failures.join()).not.toContain("abcdef");
    expect(program.lines).toEqual(["boot"]);
    expect(program.run(20)).toEqual(["boot"]);
    expect(program.machine.boots).toEqual([ResetReason.powerOn, ResetReason.software]);
  });

  test("an error in the main file, and one that does not compile, fail like any other", () => {
    const thrown = luaProgram(id, 'print("boot") error("x")');
    thrown.run(2001);
    expect([thrown.lines.length, thrown.failures.length]).toEqual([2, 2]);
    const mute = luaProgram(id, "return return");
    mute.run(1);
    expect(mute.failures).toHaveLength(1);
  });

  test("node.setonerror takes the place of the restart", () => {
    const program = luaProgram(id, `
      node.setonerror(function(text) print("caught " .. text) end)
      tmr.create():alarm(50, tmr.ALARM_AUTO, function() error("mine") end)`);
    const caught = ["caught init.lua:3: mine", "stack traceback:", "\tinit.lua:3: in function"];
    expect(program.run(105).map((line) => line.replace(/ in function .*/, " in function").replace(/ in (upvalue|local) .*/, " in function"))).toEqual([...caught, ...caught]);
    expect(program.machine.boots).toHaveLength(1);
    expect(program.failures).toHaveLength(2);
  });

  test("an event that never ends is ended, and the machine restarts", () => {
    const program = luaProgram(id, 'print("boot") tmr.create():alarm(100, tmr.ALARM_SINGLE, function() while true do pcall(function() while true do end end) end end)');
    program.run(110);
    expect(program.failures).toEqual(["The program failed: the event ran too long."]);
    expect(program.lines).toEqual(["boot", "boot"]);
  });

  test("a restart ends the boot: what stands on the stack ends, nothing else comes", () => {
    const program = luaProgram(id, `
      local raw, reason = node.bootreason()
      print(raw, reason)
      if raw ~= 1 then return end
      tmr.create():alarm(200, tmr.ALARM_AUTO, function() print("tick") end)
      tmr.create():alarm(100, tmr.ALARM_SINGLE, function()
        node.restart()
        print("still here")
        node.task.post(function() print("never") end)
      end)`);
    program.run(1000);
    expect(program.lines).toEqual([is8266 ? "1\t0" : "1\t8", "still here", is8266 ? "2\t4" : "2\t19"]);
    expect(program.machine.boots).toEqual([ResetReason.powerOn, ResetReason.software]);
  });

  test("nothing of one boot is there in the next, though one interpreter serves both", () => {
    const program = luaProgram(id, `
      print(kept, string.kept, table.kept, math.kept, tmr.kept, bit.kept)
      kept, string.kept, table.kept, math.kept, tmr.kept, bit.kept = 1, 1, 1, 1, 1, 1
      tmr.create():alarm(50, tmr.ALARM_AUTO, function() print("old") end)
      wifi.sta.getmac = nil
      if node.bootreason() == 1 then node.restart() end`);
    program.run(40);
    expect(program.lines).toEqual(Array(2).fill("nil\tnil\tnil\tnil\tnil\tnil"));
  });

  test("deep sleep wakes into another boot, with its reason", () => {
    const program = luaProgram(id, `
      print(node.bootreason())
      if node.bootreason() == 1 then node.dsleep(${is8266 ? "5000000" : "{ secs = 4, us = 1000000 }"}) end`);
    expect(program.run(4999)).toHaveLength(1);
    expect(program.run(1)).toEqual([is8266 ? "2\t5" : "3\t12"]);
    expect(program.machine.boots).toEqual([ResetReason.powerOn, ResetReason.deepSleep]);
  });

  test("a power cut inside a write ends the boot there; the next one finds the flash as the cut left it", () => {
    const open = is8266 ? "file.open" : "io.open";
    const program = luaProgram(id, `
      if file.exists("records.0") then
        local opened = ${open}("records.0", "r")
        return print("found " .. opened:read(100))
      end
      local opened = ${open}("records.0", "w")
      opened:write("whole ")
      opened:flush()
      opened:write("half a record")
      opened:close()
      print("never")`);
    program.machine.flash.cutInProgram(10, "none");
    expect(program.run(1000)).toEqual([]);
    expect(program.machine.on).toBe(false);
    program.machine.powerOn();
    expect(program.run(1)).toEqual(["found whole half"]);
    expect(program.failures).toEqual([]);
  });

  test("tasks run on a later turn, by priority and age", () => {
    const { run } = luaProgram(id, `
      local function task(name) return function() print(name) end end
      node.task.post(node.task.LOW_PRIORITY, task("low"))
      node.task.post(task("medium"))
      node.task.post(node.task.HIGH_PRIORITY, task("high"))
      node.task.post(node.task.HIGH_PRIORITY, task("high too"))
      print("main")`);
    expect(run(0)).toEqual(["main", "high", "high too", "medium", "low"]);
  });

  test("random numbers come from the machine: a byte for a range of 256 values", () => {
    const draw = is8266 ? "string.char(node.random(0, 255), node.random(0, 255), node.random(0, 255))" : "sodium.random.buf(3)";
    const { run, machine } = luaProgram(id, `
      print((${draw}):byte(1, 3))
      local low, high = 9, 0
      for _ = 1, 200 do
        local value = ${is8266 ? "node.random(3, 7)" : "sodium.random.uniform(5) + 3"}
        low, high = math.min(low, value), math.max(high, value)
      end
      print(low, high)`);
    const twin = luaProgram(id, "");
    expect(twin.machine.name).toBe(machine.name);
    const drawn = [...twin.machine.ports.random.bytes(3)].map((char) => char.charCodeAt(0));
    expect(run(0)).toEqual([drawn.join("\t"), "3\t7"]);
  });
});
