-- The module i2c: bus 0 of the ESP8266 and the bus i2c.SW of the ESP32, both driven by software, on the board's own pins.
--
-- The machine below knows whole transfers only. So an address is always acknowledged here, and what the chip says to it is
-- told by the count of the write that follows: 0 where nobody answered. A read after a repeated start sends what was
-- written once more, which sets a register pointer to the same place.

return function(host)
  local i2c = { FASTPLUS = 1000000, FAST = 400000, SLOW = 100000, TRANSMITTER = 0, RECEIVER = 1 }
  host.globals.i2c = i2c
  local hz, here = 0, false
  local state, address, written = "idle", 0, ""
  if not host.esp8266 then i2c.SW, i2c.HW0, i2c.HW1 = 0, 1, 2 end

  local function bus(id)
    if host.integer(id) ~= 0 then
      host.raise(host.esp8266 and "i2c " .. id .. " does not exist" or "bad argument (invalid i2c interface id)", 2)
    end
  end

  function i2c.setup(id, sda, scl, speed)
    bus(id)
    sda, scl, speed = host.integer(sda), host.integer(scl), host.integer(speed)
    if host.esp8266 and sda == 0 then host.raise("i2c SDA on D0 is not supported") end
    if speed <= 0 then host.raise("wrong arg range") end
    if not host.esp8266 and speed > i2c.SLOW then host.raise("bad argument (i2c speed too high for i2c.SW interface)") end
    hz, here = speed, tostring(sda) == host.sda and tostring(scl) == host.scl
    return speed
  end

  function i2c.start(id)
    bus(id)
    if hz == 0 then host.raise("i2c 0 is not configured") end
    state = "started"
  end

  function i2c.stop(id)
    bus(id)
    state, written = "idle", ""
  end

  function i2c.address(id, value, direction)
    bus(id)
    value = host.integer(value)
    if value < 0 or value > 127 then host.raise("wrong arg range") end
    if state ~= "started" or not here then return false end
    if direction == i2c.RECEIVER then
      -- There is nothing to read from a chip that was not told where.
      if written == "" or value ~= address then return false end
      state = "reading"
    else
      state, address, written = "writing", value, ""
    end
    return true
  end

  function i2c.write(id, ...)
    bus(id)
    local bytes = ""
    for i = 1, select("#", ...) do
      local value = select(i, ...)
      if type(value) == "number" then value = string.char(host.integer(value)) end
      if type(value) == "table" then value = string.char((unpack or table.unpack)(value)) end
      bytes = bytes .. value
    end
    if state ~= "writing" or bytes == "" then return 0 end
    if host.ask("i2c.write", address, hz, bytes) ~= "1" then return 0 end
    written = written .. bytes
    return #bytes
  end

  -- Nobody drives the line where nobody is addressed: it reads as ones.
  function i2c.read(id, count)
    bus(id)
    count = host.integer(count)
    if count <= 0 then
      if not host.esp8266 then host.raise("bad argument (i2c read size of 0 is invalid)") end
      return nil
    end
    local bytes
    if state == "reading" then
      local found, answer = host.ask("i2c.read", address, hz, written, count)
      if found == "1" then bytes = answer end
    end
    return bytes or string.rep("\255", count)
  end
end
