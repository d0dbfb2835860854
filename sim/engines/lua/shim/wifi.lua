-- The module wifi: eventmon on the ESP8266, wifi.sta.on on the ESP32. Leaving a network, or calling off a join, is told as
-- "disconnected" with reason 8, on a later turn. The ESP8266 joins again by itself after every failure and loss, until
-- wifi.sta.disconnect; the ESP32 does not, and refuses with a code whatever comes in the wrong order.

local LEFT, WRONG_PASSWORD, BEACON_TIMEOUT, NO_AP_FOUND = 8, 15, 200, 201
-- hal/ports/wifi and hal/ports/fault.
local READY, NOT_FOUND, REFUSED = 500, 4, 5
local NOT_STARTED, WRONG_MODE, CONNECTING = 12290, 12293, 12295
local RETRY_MS = 1000

return function(host)
  local callbacks, config = {}, { ssid = "", pwd = "" }
  local mode, started = 0, host.esp8266
  -- Between a request to join and its outcome; and from then on while the network holds.
  local joining, joined = false, false
  local event8266 = { connected = 0, disconnected = 1, got_ip = 3 }

  local function raise(name, info)
    local callback = callbacks[host.esp8266 and event8266[name] or name]
    if host.esp8266 then host.run(callback, info) else host.run(callback, name, info) end
  end
  local function ssidField(info)
    info[host.esp8266 and "SSID" or "ssid"] = config.ssid
    return info
  end
  local function gotIp()
    raise("connected", ssidField({ channel = 1 }))
    local upper = host.esp8266
    raise("got_ip", { [upper and "IP" or "ip"] = "192.0.2.2", netmask = "255.255.255.0", [upper and "gateway" or "gw"] = "192.0.2.1" })
  end
  local function lost(reason) raise("disconnected", ssidField({ reason = reason })) end

  local function join()
    if joining then return end
    joining = true
    -- What no network can have is looked for in vain.
    if host.ask("wifi.connect", config.ssid, config.pwd) ~= "0" then host.tell("wifi.later", 2500, "absent") end
  end
  local function leave()
    host.tell("wifi.stopLater")
    if not joining and not joined then return end
    joining, joined = false, false
    host.tell("wifi.disconnect")
    host.tell("wifi.later", 0, "left")
  end

  host.on("wifi", function(connection, fault)
    connection, fault = tonumber(connection), tonumber(fault)
    joining, joined = false, connection == READY
    if joined then return gotIp() end
    -- The retry is scheduled before the callback, which may call it off.
    if host.esp8266 then host.tell("wifi.later", RETRY_MS, "retry") end
    lost(fault == REFUSED and WRONG_PASSWORD or fault == NOT_FOUND and NO_AP_FOUND or BEACON_TIMEOUT)
  end)
  host.on("wifi.later", function(what)
    if what == "left" then return lost(LEFT) end
    if what == "started" then return raise("start", {}) end
    if what == "retry" then return join() end
    if what == "booted" then
      joined = host.online()
      if joined then gotIp() end
      return
    end
    joining = false
    if host.esp8266 then host.tell("wifi.later", RETRY_MS, "retry") end
    lost(NO_AP_FOUND)
  end)
  if host.online() then host.tell("wifi.later", 0, "booted") end

  local function mac()
    local id = tonumber((host.ask("system.id", 24)))
    local c, b = id % 256, math.floor(id / 256) % 256
    return string.format("%s:%02x:%02x:%02x", host.esp8266 and "18:fe:34" or "24:0a:c4", math.floor(id / 65536), b, c)
  end
  local function keep(station)
    if type(station) ~= "table" then host.raise("bad argument (config table not found!)", 2) end
    if type(station.ssid) ~= "string" then host.raise("bad argument (ssid required)", 2) end
    if #station.ssid > 32 then host.raise("bad argument (ssid: length:0-32)", 2) end
    if #(station.pwd or "") > 64 then host.raise("bad argument (pwd: length:0-64)", 2) end
    config = { ssid = station.ssid, pwd = station.pwd or "" }
  end

  local wifi = { NULLMODE = 0, STATION = 1, SOFTAP = 2, STATIONAP = 3, sta = { getmac = mac } }
  host.globals.wifi = wifi
  function wifi.getmode() return mode end

  local function setUp8266()
    mode = 1
    function wifi.setmode(value)
      mode = host.integer(value)
      if mode % 2 == 0 then leave() end
      return mode
    end
    function wifi.sta.config(station)
      keep(station)
      leave()
      if station.auto ~= false then join() end
      return true
    end
    function wifi.sta.connect() if mode % 2 == 1 then join() end end
    wifi.sta.disconnect = leave
    function wifi.sta.getip() if host.online() then return "192.0.2.2", "255.255.255.0", "192.0.2.1" end end
    function wifi.sta.status() return host.online() and 5 or joining and 1 or 0 end
    function wifi.sta.autoconnect() end
    local reason = { ASSOC_LEAVE = LEFT, ["4WAY_HANDSHAKE_TIMEOUT"] = WRONG_PASSWORD, BEACON_TIMEOUT = BEACON_TIMEOUT,
      NO_AP_FOUND = NO_AP_FOUND, AUTH_EXPIRE = 2, AUTH_FAIL = 202, ASSOC_FAIL = 203, HANDSHAKE_TIMEOUT = 204 }
    wifi.eventmon = { STA_CONNECTED = 0, STA_DISCONNECTED = 1, STA_AUTHMODE_CHANGE = 2, STA_GOT_IP = 3, STA_DHCP_TIMEOUT = 4,
      EVENT_MAX = 9, reason = reason }
    function wifi.eventmon.register(event, callback)
      event = host.integer(event)
      if event < 0 or event > 9 then host.raise("valid wifi events:0-9") end
      callbacks[event] = callback
    end
    function wifi.eventmon.unregister(event) callbacks[host.integer(event)] = nil end
  end

  local function setUp32()
    local function check(text, usable, code) if not usable then host.raise(text .. " failed, code " .. code, 2) end end
    function wifi.mode(value)
      mode = host.integer(value)
      if mode < 0 or mode > 3 then host.raise("invalid wifi mode " .. mode) end
      if mode % 2 == 0 then leave() end
    end
    function wifi.start()
      started = true
      host.tell("wifi.later", 0, "started")
    end
    function wifi.stop()
      leave()
      started = false
    end
    function wifi.sta.config(station)
      if mode % 2 == 0 then host.raise("failed to set wifi config, code " .. WRONG_MODE) end
      keep(station)
    end
    function wifi.sta.connect()
      check("connect", started, NOT_STARTED)
      check("connect", mode % 2 == 1, WRONG_MODE)
      check("connect", not joining, CONNECTING)
      join()
    end
    function wifi.sta.disconnect()
      check("disconnect", started, NOT_STARTED)
      leave()
    end
    local events = { start = true, stop = true, connected = true, disconnected = true, authmode_changed = true, got_ip = true }
    function wifi.sta.on(event, callback)
      if not events[event] then host.raise("unknown event: " .. host.text(event)) end
      if callback ~= nil then host.callable(callback) end
      callbacks[event] = callback
    end
  end

  if host.esp8266 then setUp8266() else setUp32() end
end
