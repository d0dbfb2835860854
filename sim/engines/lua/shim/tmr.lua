-- The modules tmr (both chips), rtctime (ESP8266) and time (ESP32).
--
-- ESP8266: a timer takes 1 to 6870947 ms, to the millisecond; tmr.now is a 31-bit number of microseconds, which begins again
-- after 35.8 minutes. ESP32: timers run on FreeRTOS ticks of 10 ms, so a span is cut to whole ticks, counted from the last
-- tick: it can end early by up to 19 ms, and a span below one tick trips an assertion of FreeRTOS, which resets the chip.

local INTERVAL_MAX = 6870947
local TICK_MS = 10
local SINGLE, AUTO, SEMI = 0, 1, 2

return function(host)
  local running, last = {}, 0
  local timer = {}
  timer.__index = timer

  local function uptimeMs() return tonumber((host.ask("uptime"))) end

  local function interval(value)
    local ms = host.integer(value)
    if ms < 1 or ms > INTERVAL_MAX then host.raise("bad argument (Range: 1-6870947)", 2) end
    return ms
  end

  -- Starts the clock of a timer that is idle.
  local function arm(self)
    local first, every = self.ms, self.ms
    if not host.esp8266 then
      local ticks = math.floor(self.ms / TICK_MS)
      if ticks == 0 then
        host.defect("tmr: an interval below one tick of 10 ms resets an ESP32")
        return
      end
      every = ticks * TICK_MS
      first = every - uptimeMs() % TICK_MS
    end
    last = last + 1
    self.id = tostring(last)
    if host.ask("timer.start", self.id, first, self.mode == AUTO and every or 0) ~= "1" then
      host.raise("FreeRTOS timer creation failed", 2)
    end
    running[self.id] = self
  end

  local function disarm(self)
    if self.id == nil then return end
    host.tell("timer.stop", self.id)
    running[self.id], self.id = nil, nil
  end

  host.on("timer", function(id)
    local self = running[id]
    if self == nil then return end
    local callback = self.callback
    if self.mode ~= AUTO then running[id], self.id = nil, nil end
    if self.mode == SINGLE then self.mode, self.callback = nil, nil end
    host.run(callback, self)
  end)

  function timer:register(ms, mode, callback)
    ms, mode = interval(ms), host.integer(mode)
    if mode < SINGLE or mode > SEMI then host.raise("bad argument (Invalid mode)") end
    host.callable(callback)
    disarm(self)
    self.ms, self.mode, self.callback = ms, mode, callback
  end

  function timer:start(restart)
    if self.callback == nil then host.raise("timer not registered") end
    if self.id ~= nil then
      if not (restart and host.esp8266) then return false end
      disarm(self)
    end
    arm(self)
    return true
  end

  function timer:alarm(ms, mode, callback)
    self:register(ms, mode, callback)
    return self:start()
  end

  function timer:stop()
    local ran = self.id ~= nil
    disarm(self)
    return ran
  end

  function timer:unregister()
    disarm(self)
    self.mode, self.callback = nil, nil
  end

  function timer:interval(ms)
    self.ms = interval(ms)
    if self.id == nil then return end
    disarm(self)
    arm(self)
  end

  function timer:state()
    if self.mode == nil then return nil end
    return self.id ~= nil, self.mode
  end

  local tmr = { ALARM_SINGLE = SINGLE, ALARM_AUTO = AUTO, ALARM_SEMI = SEMI }
  function tmr.create() return setmetatable({}, timer) end
  function tmr.wdclr() end
  host.globals.tmr = tmr
  host.uptimeMs = uptimeMs

  local function epoch()
    local sec, ms = host.ask("epoch")
    return tonumber(sec), ms and tonumber(ms)
  end
  local function set(sec, us)
    host.tell("epoch.set", host.integer(sec), math.floor(host.integer(us or 0) / 1000))
  end

  if host.esp8266 then
    function tmr.now() return uptimeMs() * 1000 % 2147483648 end
    function tmr.time() return math.floor(uptimeMs() / 1000) end
    function tmr.softwd(seconds)
      if host.integer(seconds) > 0 then host.tell("system.watchdog", seconds * 1000) end
    end
    -- Zeroes while nobody has set it.
    host.globals.rtctime = { set = set }
    function host.globals.rtctime.get()
      local sec, ms = epoch()
      if sec == nil then return 0, 0, 0 end
      return sec, ms * 1000, 0
    end
  else
    -- Counts from 1970 at boot while nobody has set it.
    host.globals.time = { set = set }
    function host.globals.time.get()
      local sec, ms = epoch()
      if sec ~= nil then return sec, ms * 1000 end
      local up = uptimeMs()
      return math.floor(up / 1000), up % 1000 * 1000
    end
  end
end
