-- The NodeMCU side of the Lua engines. This program runs on an ordinary Lua interpreter, stands in for the firmware of a
-- board, and runs exactly the files of an image. It owns nothing: sockets, files, time and chips are asked of the engine
-- (sim/engines/lua/channel.ts) over standard input and output, one line a message, fields parted by tabs.
--
--   from the engine   boot chip main ...   <event> ...   call name ...   = ...
--   to the engine     ? question ...   ! statement ...   > result ...   idle
--
-- It works on one event at a time, says `idle`, and only then gets the next. Every question has one answer, and nothing but
-- calls of a test bench can come before it. It must never print on its own account, and image code must never see it.

local folder = arg[0]:match("^(.*)[/\\]") or "."
local input, output = io.stdin, io.stdout
output:setvbuf("full")
local unpack = unpack or table.unpack
local find, sub, gsub, concat = string.find, string.sub, string.gsub, table.concat

-- One event may take this many times INSTRUCTIONS; a board's watchdog bites long before.
local INSTRUCTIONS = 100000
local STEPS_MAX = 3000
local HUNG = "the event ran too long"

local escapes = { ["\0"] = "\\0", ["\t"] = "\\t", ["\n"] = "\\n", ["\\"] = "\\\\" }
local plain = { ["0"] = "\0", t = "\t", n = "\n", ["\\"] = "\\" }

local function send(...)
  local fields = { ... }
  for i = 1, select("#", ...) do
    fields[i] = gsub(tostring(fields[i]), "[%z\t\n\\]", escapes)
  end
  output:write(concat(fields, "\t"), "\n")
end

-- Waits for a line; the engine has switched us off when there is none.
local function receive()
  output:flush()
  local line = input:read("*l")
  if line == nil then os.exit(0) end
  local fields, count, from = {}, 0, 1
  repeat
    local tab = find(line, "\t", from, true)
    local field = sub(line, from, tab and tab - 1)
    if find(field, "\\", 1, true) then field = gsub(field, "\\(.)", plain) end
    count = count + 1
    fields[count] = field
    from = tab and tab + 1
  until tab == nil
  return fields
end

-- What the files of the shim share. `chip` and the globals of the image are set at boot.
local host = { turn = 0, globals = {} }
local handlers, steps = {}, 0
local onError, restarting
local trace = ""
local ownErrors = { [HUNG] = true }
local benchCall
local bytesBefore = 0

-- Lua's own table of strings doubles when it is full. With these it is large enough from the start, and what an image takes
-- does not depend on how many strings this program has.
local ballast = {}
for i = 1, 4500 do ballast[i] = "ballast " .. i end

function host.bytesUsed()
  collectgarbage()
  collectgarbage()
  return collectgarbage("count") * 1024
end

function host.notCounted(bytes) bytesBefore = bytesBefore + bytes end

function host.on(event, handler) handlers[event] = handler end

function host.tell(...) send("!", ...) end

function host.ask(...)
  send("?", ...)
  while true do
    local fields = receive()
    if fields[1] == "=" then return unpack(fields, 2) end
    benchCall(fields)
  end
end

-- Raises an error of the firmware, as luaL_error does: `level` 1 is the function that calls raise.
function host.raise(text, level)
  ownErrors[text] = true
  error(text, (level or 1) + 2)
end

-- What luaL_checkinteger makes of an argument.
function host.integer(value)
  local number = tonumber(value)
  if number == nil or number ~= number then host.raise("bad argument (number expected, got " .. type(value) .. ")", 2) end
  if math.tointeger == nil then
    return number < 0 and math.ceil(number) or math.floor(number)
  end
  local integer = math.tointeger(number)
  if integer == nil then host.raise("bad argument (number has no integer representation)", 2) end
  return integer
end

function host.text(value)
  if type(value) ~= "string" and type(value) ~= "number" then
    host.raise("bad argument (string expected, got " .. type(value) .. ")", 2)
  end
  return tostring(value)
end

function host.callable(value)
  if type(value) ~= "function" then host.raise("bad argument (function expected, got " .. type(value) .. ")", 2) end
  return value
end

-- The text of an error may hold bytes of the device, so only what the engines themselves say is told.
local function safe(message)
  if type(message) ~= "string" then return "an error of the program" end
  local place, text = message:match("^([%w_.%-]+:%d+: )(.*)$")
  text = text or message
  local known = ownErrors[text] or find(text, "^attempt to ") or find(text, "^bad argument ") or text == "not enough memory"
    or find(text, "stack overflow", 1, true)
  return (place or "") .. (known and sub(text, 1, 200) or "an error of the program")
end

-- The default action of node.setonerror: tell, and restart two seconds later.
local function uncaught(message)
  if message == host.gone then return end
  host.tell("failed", safe(message))
  if find(tostring(message), HUNG, 1, true) then
    host.tell("system.restart")
  elseif onError ~= nil then
    pcall(onError, tostring(message) .. trace)
  elseif not restarting then
    restarting = true
    host.tell("system.restartLater", 2000)
  end
end

function host.setOnError(handler) onError = handler end

-- Code of the image broke a rule that a board would not survive, or would survive by chance only: the run is over.
function host.defect(text) host.tell("defect", text) end

-- Too long: from here on every instruction raises the error, so that no pcall of the image can go on.
local function watchdog()
  steps = steps + 1
  if steps <= STEPS_MAX then return end
  if steps == STEPS_MAX + 1 then debug.sethook(watchdog, "", 1) end
  error(HUNG, 0)
end

local function watch()
  steps = 0
  debug.sethook(watchdog, "", INSTRUCTIONS)
end

-- Handles an error that left the image. The hook does not act while this runs. The firmware's handler adds the trace, of which
-- the part of this program is left out.
local function calm(message)
  if steps > STEPS_MAX then watch() end
  trace = "\nstack traceback:"
  for frame in debug.traceback("", 2):gmatch("\n(\t[%w_.%-]+:%d+:[^\n]*)") do trace = trace .. "\n" .. frame end
  return message
end

host.calm = calm

-- Runs a callback of the image, if there is one.
function host.run(callback, ...)
  if callback == nil then return true end
  local count, values = select("#", ...), { ... }
  local ok, message = xpcall(function() callback(unpack(values, 1, count)) end, calm)
  if not ok then uncaught(message) end
  return ok
end

-- A network callback of the ESP8266 is not protected: an error in it resets the chip at once.
function host.runBare(callback, ...)
  local before = onError
  if host.esp8266 then onError = function() host.tell("system.restart") end end
  local ok = host.run(callback, ...)
  onError = before
  return ok
end

local function load5(text, name)
  if setfenv == nil then return load(text, "@" .. name, "t", host.globals) end
  local chunk, message = loadstring(text, "@" .. name)
  if chunk ~= nil then setfenv(chunk, host.globals) end
  return chunk, message
end

host.load = load5
host.gone = {}

-- Ends what runs, for a call of the firmware that restarts the chip and never returns.
function host.leave() error(host.gone, 0) end

-- A line that a person types on the console: an error is told there, and the program goes on.
local function typed(line)
  local chunk, message = load5(line, "stdin")
  local ok = chunk ~= nil
  if ok then ok, message = xpcall(chunk, calm) end
  if not ok and message ~= host.gone then host.tell("print", tostring(message)) end
end

function host.loadFile(name)
  local found, text = host.ask("file.read", name, 0, 1000000)
  if found ~= "1" then return nil, "cannot open " .. name end
  return load5(text, name)
end

local parts = {}
function host.part(name)
  parts[name] = parts[name] or assert(loadfile(folder .. "/" .. name .. ".lua"))
  return parts[name]()(host)
end

-- Every boot begins with nothing: one interpreter serves many boots, one after the other.
local function boot(chip, main, sda, scl, tls, bench)
  handlers, onError, restarting, benchCall = { type = typed }, nil, false, nil
  host.globals = {}
  collectgarbage()
  host.esp8266, host.sda, host.scl, host.tls = chip == "esp8266", sda, scl, tls == "1"
  host.part("base")
  for _, name in ipairs({ "tmr", "node", "file", "dns", "net", "udp", "wifi", "pins", "i2c" }) do host.part(name) end
  if bench == "1" then benchCall = host.part("bench") end
  -- What the image has taken since, with what this program keeps for its timers and sockets, in place of the firmware.
  host.on("heap", function() host.tell("heap", math.floor(host.bytesUsed() - bytesBefore)) end)
  bytesBefore = host.bytesUsed()
  local chunk, message = host.loadFile(main)
  -- A board without a program waits for what is typed.
  if message == "cannot open " .. main then return host.tell("print", "lua: " .. message) end
  if chunk == nil then chunk = function() error(message, 0) end end
  host.run(chunk)
end

-- One event: everything that it leads to happens before `idle`.
local function dispatch(fields)
  steps = 0
  host.turn = host.turn + 1
  local handler = fields[1] == "boot" and boot or handlers[fields[1]]
  local ok, message = xpcall(function()
    if handler == nil then error("no such event: " .. fields[1]) end
    handler(unpack(fields, 2))
  end, function(text) return debug.traceback(calm(text)) end)
  if not ok then host.tell("broken", message) end
end

watch()
host.send, host.receive = send, receive
send("ready")
while true do
  local fields = receive()
  if fields[1] == "call" then
    steps = 0
    host.turn = host.turn + 1
    benchCall(fields)
  else
    dispatch(fields)
    send("idle")
  end
end
