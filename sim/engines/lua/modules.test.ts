/** The modules tmr, rtctime and time, node, file, gpio, bit and wifi, where the chips are peculiar. */
import { luaBoards, luaProgram, stopLua } from "../../../test/support/lua-program";

afterEach(stopLua);

describe("tmr", () => {
  test("on an ESP8266 the counter of microseconds begins again at 2^31, and timers keep to the millisecond", () => {
    const { run } = luaProgram("esp8266-lua", `
      print(tmr.now(), tmr.time())
      tmr.create():alarm(1, tmr.ALARM_SINGLE, function() print(tmr.now()) end)
      tmr.create():alarm(7, tmr.ALARM_SINGLE, function() print(tmr.now()) end)`, { uptimeAtBootMs: 2147480 });
    expect(run(10)).toEqual(["2147480000\t2147", "2147481000", `${2147487000 - 2147483648}`]);
  });

  test("time goes on where uptime itself begins again, after 24.8 days", () => {
    const { run } = luaProgram("esp32-lua", `
      print(node.uptime())
      tmr.create():alarm(1000, tmr.ALARM_SINGLE, function() print(node.uptime()) end)`, { uptimeAtBootMs: 2147483000 });
    const us = (ms: number): string => `${(ms * 1000) % 2147483648}\t${Math.floor((ms * 1000) / 2147483648)}`;
    expect(run(1000)).toEqual([us(2147483000), us(2147484000)]);
  });

  test("on an ESP32 a span is cut to ticks of 10 ms and counted from the last tick", () => {
    const { run } = luaProgram("esp32-lua", `
      tmr.create():alarm(19, tmr.ALARM_SINGLE, function() print("19 at", (node.uptime())) end)
      tmr.create():alarm(25, tmr.ALARM_AUTO, function() print("25 at", (node.uptime())) end)`, { uptimeAtBootMs: 7 });
    expect(run(40)).toEqual(["19 at\t10000", "25 at\t20000", "25 at\t40000"]);
  });

  test("on an ESP32 a span below a tick ends the run", () => {
    const program = luaProgram("esp32-lua", 'tmr.create():alarm(9, tmr.ALARM_SINGLE, function() end) print("never")');
    expect(program.run(1)).toEqual([]);
    expect(program.failures).toEqual([
      "The program does what a board does not survive: tmr: an interval below one tick of 10 ms resets an ESP32.",
    ]);
  });

  test.each(luaBoards)("%s: alarms single, repeating and semi-automatic; stop, state, start, unregister", (id) => {
    const { run } = luaProgram(id, `
      local t = tmr.create()
      print(t:state())
      local ran = 0
      t:register(20, tmr.ALARM_SEMI, function(self)
        ran = ran + 1
        print("semi", ran, self == t, t:state())
        if ran < 2 then t:start() end
      end)
      print(t:state())
      print(t:start(), t:start())
      local auto = tmr.create()
      auto:alarm(30, tmr.ALARM_AUTO, function() print("auto") end)
      tmr.create():alarm(70, tmr.ALARM_SINGLE, function()
        print(auto:stop(), auto:stop())
        auto:unregister()
        print(pcall(auto.start, auto) and "started" or "not registered")
      end)`);
    expect(run(200)).toEqual([
      "nil", "false\t2", "true\tfalse", "semi\t1\ttrue\tfalse\t2", "auto", "semi\t2\ttrue\tfalse\t2", "auto", "true\tfalse", "not registered",
    ]);
  });

  test.each(luaBoards)("%s: intervals are 1 to 6870947 ms", (id) => {
    const { run, failures } = luaProgram(id, `
      local function try(ms) print(ms, (pcall(function() tmr.create():register(ms, tmr.ALARM_SINGLE, function() end) end))) end
      for _, ms in ipairs({ 0, 1, 6870947, 6870948 }) do try(ms) end`);
    expect(run(0)).toEqual(["0\tfalse", "1\ttrue", "6870947\ttrue", "6870948\tfalse"]);
    expect(failures).toEqual([]);
  });
});

test.each(luaBoards)("%s: world time is zero or uptime until it is set", (id) => {
  const clock = id === "esp8266-lua" ? "rtctime" : "time";
  const { run } = luaProgram(id, `
    local function show() local sec, us = ${clock}.get() print(sec, us) end
    tmr.create():alarm(1500, tmr.ALARM_SINGLE, function()
      show()
      ${clock}.set(1760000000, 250000)
      show()
    end)
    tmr.create():alarm(3000, tmr.ALARM_SINGLE, show)`);
  expect(run(3000)).toEqual([clock === "time" ? "1\t500000" : "0\t0", "1760000000\t250000", "1760000001\t750000"]);
});

test.each(luaBoards)("%s: bit works on signed 32-bit words", (id) => {
  const words = [0, 1, 255, 256, 0x12345678, 0x7fffffff, -1, -2147483648, -559038737];
  const expected = words.flatMap((a) => words.map((b) => [a & b, a | b, a ^ b].join("\t")));
  const { run } = luaProgram(id, `
    local words = { ${words.join(", ")} }
    for _, a in ipairs(words) do
      for _, b in ipairs(words) do print(bit.band(a, b), bit.bor(a, b), bit.bxor(a, b)) end
    end
    print(bit.lshift(1, 31), bit.rshift(-1, 28), bit.arshift(-256, 4), bit.bnot(0), bit.bxor(1, 2, 4), bit.isset(5, 2), bit.clear(7, 1))`);
  expect(run(0)).toEqual([...expected, "-2147483648\t15\t-16\t-1\t7\ttrue\t5"]);
});

describe.each(luaBoards)("files on %s", (id) => {
  const open = id === "esp8266-lua" ? "file.open" : "io.open";

  test("what is written is in the flash after flush or close, and only then", () => {
    const program = luaProgram(id, `
      local opened = ${open}("records.1", "w")
      opened:write("abc")
      tmr.create():alarm(100, tmr.ALARM_SINGLE, function() opened:flush() opened:write("def") end)
      tmr.create():alarm(200, tmr.ALARM_SINGLE, function() opened:close() end)`);
    const block = (): string => program.machine.flash.dump("records").substring(4096, 4102);
    program.run(50);
    expect(block()).toBe("\xff".repeat(6));
    program.run(100);
    expect(block()).toBe("abc\xff\xff\xff");
    program.run(100);
    expect(block()).toBe("abcdef");
  });

  test("bytes change in place; a seek beyond the end fails; a block is no longer than a block", () => {
    const program = luaProgram(id, `
      local opened = ${open}("log.0", "w")
      opened:write("head" .. string.rep("\\255", 12))
      opened:close()
      opened = ${open}("log.0", "r+")
      print(opened:seek("end"), (opened:seek("set", 17)), opened:seek("set", 8))
      print(opened:write("body") ~= nil, opened:flush() ~= nil)
      print(opened:seek("set", 0), opened:read(12), #opened:read(100), opened:read(1))
      opened:seek("end")
      opened:write(string.rep("x", 4081))
      print(opened:flush())
      opened:close()`);
    expect(program.run(0)).toEqual(["16\tnil\t8", "true\ttrue", "0\thead\xff\xff\xff\xffbody\t4\tnil", "nil"]);
    expect(program.machine.flash.dump("log").substring(0, 12)).toBe("head\xff\xff\xff\xffbody");
  });

  test("a file is there from its making until it is removed, which erases its block", () => {
    const program = luaProgram(id, `
      print(file.exists("log.11"), file.exists("log.12"), (${open}("log.11", "r")))
      local opened = ${open}("log.11", "w")
      opened:write("x")
      opened:close()
      print(file.exists("log.11"), file.list()["log.11"], file.list()["init.lua"] ~= nil)
      file.remove("log.11")
      print(file.exists("log.11"))`);
    expect(program.run(0)).toEqual(["false\tfalse\tnil", "true\t1\ttrue", "false"]);
    expect(program.machine.flash.wear("log").at(11)).toBe(1);
  });

  test("other files live as long as the boot, and can be renamed", () => {
    const { run } = luaProgram(id, `
      local opened = ${open}("notes.txt", "w")
      opened:write("one\\n")
      opened:close()
      opened = ${open}("notes.txt", "a")
      opened:write("two\\n")
      opened:close()
      print(file.rename("notes.txt", "old.txt"), file.rename("notes.txt", "other.txt"), file.exists("notes.txt"))
      opened = ${open}("old.txt")
      print((opened:readline():gsub("\\n", "")), (opened:readline():gsub("\\n", "")), opened:readline())
      print(pcall(opened.write, opened, "x") and opened:close() == nil, pcall(opened.read, opened, 1))`);
    const [renamed, lines, closed] = run(0);
    expect([renamed, lines]).toEqual(["true\tfalse\tfalse", "one\ttwo\tnil"]);
    expect(closed).toMatch(/false\t.*(open a file first|closed file)$/);
  });
});

test("a file of contents in one piece, on an ESP8266", () => {
  const { run } = luaProgram("esp8266-lua", `
    print(file.putcontents("a", "12345"), file.getcontents("a"), file.getcontents("b"))
    print((pcall(file.open, string.rep("n", 32))), (pcall(file.open, string.rep("n", 31))))`);
  expect(run(0)).toEqual(["true\t12345\tnil", "false\ttrue"]);
});

test("gpio: an output of an ESP32 without its input reads 0, and a pin that only reads cannot drive", () => {
  const { run } = luaProgram("esp32-lua", `
    gpio.config({ gpio = 4, dir = gpio.OUT })
    gpio.write(4, 1)
    print(gpio.read(4))
    gpio.config({ gpio = 4, dir = gpio.IN_OUT })
    gpio.write(4, 1)
    print(gpio.read(4))
    print((pcall(gpio.config, { gpio = 34, dir = gpio.OUT })), (pcall(gpio.read, 40)), (pcall(gpio.read, 20)))`);
  expect(run(0)).toEqual(["0", "1", "false\tfalse\tfalse"]);
});

test("gpio: changes at pins of an ESP8266 come with their time, and not at pin 0", () => {
  const program = luaProgram("esp8266-lua", `
    gpio.mode(5, gpio.INT)
    gpio.trig(5, "both", function(level, when, count) print("both", level, when, count) end)
    gpio.mode(6, gpio.INT, gpio.PULLUP)
    gpio.trig(6, "down", function(level) print("down", level) end)
    print((pcall(gpio.trig, 0, "both", print)), (pcall(gpio.mode, 13, gpio.INPUT)))`);
  program.run(5);
  program.machine.pins.drive("D5", 1);
  program.machine.pins.drive("D6", 0);
  program.machine.pins.drive("D6", 1);
  program.run(5);
  program.machine.pins.drive("D5", 0);
  program.run(5);
  expect(program.lines).toEqual(["false\tfalse", "both\t1\t5000\t1", "down\t0", "both\t0\t10000\t1"]);
});
