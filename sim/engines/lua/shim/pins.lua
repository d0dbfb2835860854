-- The modules gpio and adc. The two chips have nothing in common here but the names of the modules.

-- hal/ports/digital DigitalMode.
local FLOATING, PULL_UP, PULL_DOWN, OUTPUT, OPEN_DRAIN = 0, 1, 2, 3, 4

return function(host)
  local gpio, adc = {}, {}
  host.globals.gpio, host.globals.adc = gpio, adc
  local latches, triggers, unreadable = {}, {}, {}

  local function exists(pin)
    pin = host.integer(pin)
    if host.esp8266 then return pin >= 0 and pin <= 12, pin end
    return pin >= 0 and pin <= 39 and pin ~= 20 and pin ~= 24 and not (pin >= 28 and pin <= 31), pin
  end
  local function checked(value, text)
    local there, pin = exists(value)
    if not there then host.raise(text, 2) end
    return pin
  end
  local function isLevel(level) return level == 0 or level == 1 end

  host.on("pin", function(name, level)
    local pin = tonumber(name)
    local trigger = triggers[pin]
    level = tonumber(level)
    if trigger == nil or not (trigger.edge == "both" or trigger.edge == (level == 1 and "up" or "down")) then return end
    if host.esp8266 then
      host.run(trigger.callback, level, host.uptimeMs() * 1000 % 2147483648, 1)
    else
      host.run(trigger.callback, pin, level)
    end
  end)

  local function setUp8266()
    for name, value in pairs({ INPUT = 0, OUTPUT = 1, INT = 2, OPENDRAIN = 3, HIGH = 1, LOW = 0, FLOAT = 0, PULLUP = 1 }) do
      gpio[name] = value
    end
    function gpio.mode(value, mode, pull)
      local pin = checked(value, "bad argument (Invalid pin)")
      mode = host.integer(mode)
      if mode < 0 or mode > 3 then host.raise("bad argument (wrong arg type)") end
      if mode == gpio.INT and pin == 0 then host.raise("bad argument (Invalid pin)") end
      if mode ~= gpio.INT then triggers[pin] = nil end
      local kind = mode == gpio.OUTPUT and OUTPUT or mode == gpio.OPENDRAIN and OPEN_DRAIN or (pull or 0) ~= 0 and PULL_UP or FLOATING
      host.tell("pin.mode", pin, kind, latches[pin] or 0)
    end
    function gpio.read(value) return tonumber((host.ask("pin.read", checked(value, "gpio does not exist")))) end
    function gpio.write(value, level)
      local pin = checked(value, "gpio does not exist")
      level = host.integer(level)
      if not isLevel(level) then host.raise("bad argument (wrong level type)") end
      latches[pin] = level
      host.tell("pin.write", pin, level)
    end
    function gpio.trig(value, edge, callback)
      local pin = checked(value, "bad argument (Invalid interrupt pin)")
      if pin == 0 then host.raise("bad argument (Invalid interrupt pin)") end
      edge = edge or "none"
      if edge == "none" then
        triggers[pin] = nil
      else
        local kept = triggers[pin] and triggers[pin].callback
        triggers[pin] = { edge = edge, callback = callback or kept or host.raise("bad argument (invalid callback type)") }
      end
    end
    function adc.read(channel)
      if host.integer(channel) ~= 0 then host.raise("adc " .. channel .. " does not exist") end
      return tonumber((host.ask("adc.read", 0, 10)))
    end
  end

  local edges = { [1] = "up", [2] = "down", [3] = "both" }
  local function configure(options)
    local pin = checked(options.gpio, "invalid argument")
    local dir = host.integer(options.dir)
    local drives = dir >= 2
    if drives and pin >= 34 then host.raise("invalid argument", 2) end
    unreadable[pin] = dir % 2 == 0
    local pull = host.integer(options.pull or 0)
    local kind = pull % 2 == 1 and PULL_UP or pull == 2 and PULL_DOWN or FLOATING
    if drives then kind = host.integer(options.opendrain or 0) ~= 0 and OPEN_DRAIN or OUTPUT end
    host.tell("pin.mode", pin, kind, latches[pin] or 0)
  end

  local function setUp32()
    for name, value in pairs({ IN = 1, OUT = 2, IN_OUT = 3, FLOATING = 0, PULL_UP = 1, PULL_DOWN = 2, PULL_UP_DOWN = 3,
      INTR_NONE = 0, INTR_UP = 1, INTR_DOWN = 2, INTR_UP_DOWN = 3, INTR_LOW = 4, INTR_HIGH = 5 }) do
      gpio[name] = value
    end
    function gpio.config(...)
      for i = 1, select("#", ...) do configure((select(i, ...))) end
    end
    -- A pin whose input is off reads 0.
    function gpio.read(value)
      local pin = checked(value, "invalid argument")
      if unreadable[pin] then return 0 end
      return tonumber((host.ask("pin.read", pin)))
    end
    function gpio.write(value, level)
      local pin = checked(value, "invalid argument")
      if pin >= 34 then host.raise("invalid argument") end
      latches[pin] = host.integer(level) ~= 0 and 1 or 0
      host.tell("pin.write", pin, latches[pin])
    end
    function gpio.trig(value, edge, callback)
      local pin = checked(value, "invalid gpio")
      edge = host.integer(edge or 0)
      if edge == 0 then
        triggers[pin] = nil
      else
        triggers[pin] = { edge = edges[edge], callback = callback or (triggers[pin] and triggers[pin].callback) }
      end
    end
    adc.ADC1, adc.ATTEN_0db, adc.ATTEN_2_5db, adc.ATTEN_6db, adc.ATTEN_11db = 1, 0, 1, 2, 3
    local width = 12
    local function channel(value)
      value = host.integer(value)
      if value < 0 or value > 7 then host.raise("channel " .. value .. " does not exist in ADC1", 2) end
      return value
    end
    function adc.setwidth(_, bits) width = host.integer(bits) end
    function adc.setup(_, value) channel(value) end
    function adc.read(_, value) return tonumber((host.ask("adc.read", channel(value), width))) end
  end

  if host.esp8266 then setUp8266() else setUp32() end
end
