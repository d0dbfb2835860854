-- The modules node (both chips) and sodium (ESP32, its only real generator of random numbers).

return function(host)
  local node = {}
  host.globals.node = node

  function node.heap() return tonumber((host.ask("system.memory"))) end
  function node.restart() host.tell("system.restart") end

  -- The Lua Flash Store, filled from the sources in the image as luac.cross and the firmware fill it from theirs. What is
  -- compiled there takes none of the chip's memory, and so does not count.
  local store = {}
  local function fill(name)
    local found, text = host.ask("lfs.get", name)
    if found == "1" then store[name] = host.load(text, name .. ".lua") end
  end
  node.LFS = {}
  function node.LFS.get(name)
    if store[host.text(name)] == nil then
      local before = host.bytesUsed()
      -- In a function of its own: the source is gone when what is left of it is counted.
      fill(name)
      host.notCounted(host.bytesUsed() - before)
    end
    return store[name]
  end
  -- Fills the store from an image and restarts the chip; answers why it cannot.
  function node.LFS.reload(name)
    local why = host.ask("lfs.fill", host.text(name))
    if why ~= "" then return why end
    node.restart()
    host.leave()
  end

  function node.setonerror(handler) host.setOnError(type(handler) == "function" and handler or nil) end

  -- Tasks wait for a later turn; of those that wait, the highest priority runs first, then the oldest.
  local queues = { [0] = {}, {}, {} }
  node.task = { LOW_PRIORITY = 0, MEDIUM_PRIORITY = 1, HIGH_PRIORITY = 2 }
  function node.task.post(priority, task)
    if type(priority) == "function" then priority, task = 1, priority end
    priority = host.integer(priority)
    if priority < 0 or priority > 2 then host.raise("bad argument (invalid  priority)") end
    host.callable(task)
    if host.ask("task.post") ~= "1" then host.raise("Task queue overflow. Task not posted") end
    table.insert(queues[priority], task)
  end
  host.on("task", function()
    for priority = 2, 0, -1 do
      if queues[priority][1] ~= nil then
        return host.run(table.remove(queues[priority], 1), priority)
      end
    end
  end)

  -- hal/ports/system ResetReason to what the chips report.
  local reasons8266 = { { 3, 6 }, { 1, 0 }, { 2, 4 }, { 4, 1 }, { 2, 5 }, { 2, 2 }, { 3, 6 } }
  local reasons32 = { { 3, 7 }, { 1, 8 }, { 2, 19 }, { 3, 14 }, { 3, 12 }, { 2, 19 }, { 3, 22 } }
  function node.bootreason()
    local reason = tonumber((host.ask("system.reason")))
    local told = (host.esp8266 and reasons8266 or reasons32)[reason + 1]
    -- After a software reset an ESP32 adds the cause of a panic, 0 for none.
    if not host.esp8266 and told[2] == 19 then return told[1], told[2], reason == 5 and 1 or 0 end
    return told[1], told[2]
  end

  local function sleep(us)
    if us < 0 or us >= 36000000000 then host.raise("bad argument (invalid time value)", 2) end
    -- Without a time the chip sleeps until its reset pin is pulled; the longest span stands for that.
    host.tell("system.sleep", us == 0 and 2147483647 or math.floor(us / 1000))
  end

  -- Draws as many bytes as a value needs, so that a range of 256 values costs one.
  local function word(count)
    local bytes, value = host.ask("random", count), 0
    for i = 1, count do value = value * 256 + bytes:byte(i) end
    return value
  end
  local function within(low, high)
    local range = high - low + 1
    if range == 1 then return low end
    if range == 256 then return low + word(1) end
    local limit = 4294967296 - 4294967296 % range
    local value
    repeat value = word(4) until value < limit
    return low + value % range
  end

  if host.esp8266 then
    function node.chipid() return tonumber((host.ask("system.id", 24))) end
    function node.dsleep(us) if us ~= nil then sleep(tonumber(us)) end end
    function node.random(low, high)
      if low == nil then return word(4) / 4294967296 end
      if high == nil then low, high = 1, low end
      low, high = host.integer(low), host.integer(high)
      if low > high then host.raise("bad argument (interval is empty)") end
      return within(low, high)
    end
  else
    function node.chipid()
      return string.format("0x%x", math.floor(tonumber((host.ask("system.id", 48)))))
    end
    function node.chipmodel() return "esp32" end
    function node.dsleep(options)
      if type(options) ~= "table" then return sleep(host.integer(options)) end
      sleep(host.integer(options.us or 0) + host.integer(options.secs or 0) * 1000000)
    end
    -- Microseconds since boot: the low 31 bits and the rest.
    function node.uptime()
      local us = math.floor(host.uptimeMs()) * 1000
      return us % 2147483648, math.floor(us / 2147483648)
    end
    local random = {}
    host.globals.sodium = { random = random }
    function random.random() return word(4) end
    function random.uniform(limit) return within(0, host.integer(limit) - 1) end
    function random.buf(count)
      local bytes = ""
      count = host.integer(count)
      while #bytes < count do bytes = bytes .. host.ask("random", math.min(64, count - #bytes)) end
      return bytes
    end
  end
end
