-- The globals that every image has: the base functions and libraries that NodeMCU keeps, `print`, and the `bit` module. There
-- is no os, no debug but its traceback, and no coroutine and no xpcall, in which a program could hide from the watchdog.

local keep = {
  "assert", "collectgarbage", "error", "getmetatable", "ipairs", "next", "pairs", "pcall", "rawequal", "rawget", "rawset",
  "rawlen", "select", "setmetatable", "tonumber", "tostring", "type", "unpack",
}
-- All of the math library of the ESP8266 (Lua 5.1).
local keepMath = { "abs", "ceil", "floor", "huge", "max", "min", "pow", "random", "randomseed", "sqrt" }

local function copy(from, names)
  local to = {}
  for _, name in ipairs(names) do to[name] = from[name] end
  return to
end

local function names(of)
  local list = {}
  for name in pairs(of) do list[#list + 1] = name end
  return list
end

-- Signed 32-bit, as on both chips.
local function signed(value) return value >= 2147483648 and value - 4294967296 or value end

-- Bits of two words, four at a time, from a table of 256 results.
local function bitwise(decide)
  local nibbles = {}
  for a = 0, 15 do
    for b = 0, 15 do
      local result, weight, x, y = 0, 1, a, b
      for _ = 1, 4 do
        if decide(x % 2 == 1, y % 2 == 1) then result = result + weight end
        x, y, weight = math.floor(x / 2), math.floor(y / 2), weight * 2
      end
      nibbles[a * 16 + b] = result
    end
  end
  local function two(a, b)
    a, b = a % 4294967296, b % 4294967296
    local result, weight = 0, 1
    while a > 0 or b > 0 do
      local x, y = a % 16, b % 16
      result = result + nibbles[x * 16 + y] * weight
      a, b, weight = (a - x) / 16, (b - y) / 16, weight * 16
    end
    return result
  end
  return function(first, ...)
    local result = first % 4294967296
    for i = 1, select("#", ...) do result = two(result, (select(i, ...))) end
    return signed(result)
  end
end

local function bitModule()
  local function whole(value) return math.tointeger and math.tointeger(value) or value end
  local bit = {
    band = bitwise(function(a, b) return a and b end),
    bor = bitwise(function(a, b) return a or b end),
    bxor = bitwise(function(a, b) return a ~= b end),
    bnot = function(value) return signed(4294967295 - value % 4294967296) end,
    lshift = function(value, by) return signed(value % 4294967296 * 2 ^ by % 4294967296) end,
    rshift = function(value, by) return signed(math.floor(value % 4294967296 / 2 ^ by)) end,
    arshift = function(value, by) return math.floor(signed(value % 4294967296) / 2 ^ by) end,
  }
  for name, run in pairs(bit) do bit[name] = function(...) return whole(run(...)) end end
  function bit.bit(n) return bit.lshift(1, n) end
  function bit.isset(value, n) return bit.band(value, bit.bit(n)) ~= 0 end
  function bit.isclear(value, n) return bit.band(value, bit.bit(n)) == 0 end
  function bit.set(value, n) return bit.bor(value, bit.bit(n)) end
  function bit.clear(value, n) return bit.band(value, bit.bnot(bit.bit(n))) end
  return bit
end

return function(host)
  local globals = host.globals
  for name, value in pairs(copy(_G, keep)) do globals[name] = value end
  for _, library in ipairs({ "string", "table" }) do globals[library] = copy(_G[library], names(_G[library])) end
  globals._G = globals
  globals.math = copy(math, host.esp8266 and keepMath or names(math))
  globals.debug = { traceback = debug.traceback }
  globals.bit = bitModule()

  function globals.print(...)
    local words = { ... }
    for i = 1, select("#", ...) do words[i] = tostring(words[i]) end
    host.tell("print", table.concat(words, "\t"))
  end

  function globals.loadfile(name) return host.loadFile(host.text(name)) end

  function globals.dofile(name)
    local chunk, message = host.loadFile(host.text(name))
    if chunk == nil then host.raise(message) end
    return chunk()
  end

  local loaded = {}
  function globals.require(name)
    if loaded[name] == nil then
      local chunk, message = host.loadFile(host.text(name) .. ".lua")
      if chunk == nil then host.raise(message) end
      local result = chunk(name)
      loaded[name] = result == nil and true or result
    end
    return loaded[name]
  end
end
