-- The bench of a contract test, plugged in where a board has its serial line: the image names functions with `uart.serve`,
-- the test calls them by name, and `uart.tell` calls the test back. A call may come whenever the test has control, also
-- inside `tell`. Values travel as text with their type first.

return function(host)
  local served = {}

  local function encode(value)
    local kind = type(value)
    if kind == "string" then return "s" .. value end
    if kind == "number" then return "n" .. string.format("%.17g", value) end
    if kind == "boolean" then return value and "t" or "f" end
    return "u"
  end

  local function decode(field)
    local kind, text = field:sub(1, 1), field:sub(2)
    if kind == "s" then return text end
    if kind == "n" then return text == "NaN" and 0 / 0 or tonumber(text) end
    if kind == "u" then return nil end
    return kind == "t"
  end

  local uart = {}
  host.globals.uart = uart
  function uart.serve(name, run) served[name] = run end

  -- Tells the test, and waits until it has done what it wants to do about it.
  function uart.tell(id, ...)
    local fields = { ... }
    for i = 1, select("#", ...) do fields[i] = encode(fields[i]) end
    host.ask("told", id, (unpack or table.unpack)(fields))
  end

  return function(fields)
    local values, count = {}, #fields - 2
    for i = 1, count do values[i] = decode(fields[i + 2]) end
    local ok, result = xpcall(function() return served[fields[2]]((unpack or table.unpack)(values, 1, count)) end, host.calm)
    if ok then host.send(">", encode(result)) else host.send(">", "e" .. tostring(result)) end
  end
end
