-- TCP sockets: the module net of both chips, and tls of the ESP8266.
--
-- What the firmware does not say, this does not say either: a connect without a route is silence; a refused and a reset
-- connection are the same code. What differs:
-- ESP8266   `sent` comes for every segment that was acknowledged; a connection that broke is gone at once.
-- ESP32     An error ends a connection in two callbacks: "disconnection" with 0, as for an orderly end, and then, with nil in
--           the place of the socket, the error itself. `close` raises "not connected" after an error and while connecting, and
--           then does not close.
-- A second `send` before `sent` is a defect here: on a board it works or not, by chance.

local SEGMENT_BYTES = 1460
-- hal/ports/fault.
local CLOSED, REFUSED, BROKEN, TIMEOUT, TLS = 1, 5, 6, 7, 8

return function(host)
  local sockets, last = {}, 0
  local tcp = { __name = "net.tcpsocket" }
  tcp.__index = tcp
  -- lwIP's codes differ between its releases.
  local RESET, ABORTED = -14, -13
  if host.esp8266 then RESET, ABORTED = -9, -8 end
  local sendBytesMax = host.esp8266 and 2 * SEGMENT_BYTES or 4 * 1436
  local events = { connection = true, reconnection = true, disconnection = true, receive = true, sent = true, dns = true }

  local function checked(self) if getmetatable(self) ~= tcp then host.raise("invalid user data", 2) end end

  function tcp:on(event, callback)
    checked(self)
    if not events[event] then host.raise("invalid callback name") end
    if callback ~= nil and type(callback) ~= "function" then host.raise("invalid callback function") end
    self.callbacks[event] = callback
  end

  local function open(self, address)
    self.address = address
    -- Without a route the first packet cannot leave, and the firmware does not look.
    if not host.online() then return end
    local code = host.ask("tcp.connect", self.id, address, self.port, self.serverName or "")
    if code ~= "1" then
      sockets[self.id], self.id = nil, nil
      host.raise(host.esp8266 and "cannot allocate PCB" or "cannot allocate netconn", 2)
    end
  end

  function tcp:connect(port, domain)
    checked(self)
    if self.id ~= nil or self.broken then host.raise("already connected") end
    port = host.integer(port) % 65536
    if port == 0 then host.raise(self.secure and "invalid port" or "specify port") end
    domain = domain == nil and "127.0.0.1" or host.text(domain)
    last = last + 1
    self.id, self.port, self.turn = tostring(last), port, host.turn
    self.connected, self.outstanding, self.gone = false, 0, false
    if self.secure then self.serverName = domain end
    sockets[self.id] = self
    if host.isAddress(domain) then return open(self, domain) end
    local id = self.id
    host.resolve(domain, function(address)
      if sockets[id] == self and address ~= nil then open(self, address) end
    end)
  end

  function tcp:send(bytes, callback)
    checked(self)
    bytes = host.text(bytes)
    if type(callback) == "function" then self.callbacks.sent = callback end
    if self.secure and not self.connected then return end
    if #bytes == 0 then host.raise("no data to send") end
    if self.id == nil or not self.connected or self.gone then host.raise("not connected") end
    if self.outstanding > 0 then return host.defect("net: a second send before the first was sent") end
    if #bytes > sendBytesMax then host.raise(host.esp8266 and "out of memory" or "buffer error") end
    self.outstanding = host.esp8266 and math.ceil(#bytes / SEGMENT_BYTES) or 1
    host.tell("tcp.send", self.id, bytes)
  end

  local function forget(self)
    if self.id ~= nil then sockets[self.id] = nil end
    self.id, self.connected = nil, false
  end

  function tcp:close()
    checked(self)
    if self.secure then
      -- The end of a closed TLS connection is told, on a later turn.
      if self.id ~= nil and not self.closing then
        self.closing = true
        host.tell("tcp.close", self.id)
        host.tell("tcp.closed", self.id)
      end
      return
    end
    if self.id == nil then host.raise("not connected") end
    if not host.esp8266 then
      if self.broken then host.raise("not connected") end
      if not self.connected and not self.gone and self.turn ~= host.turn then host.raise("not connected") end
    end
    host.tell("tcp.close", self.id)
    forget(self)
  end

  function tcp:getpeer()
    checked(self)
    if self.id ~= nil then return self.port, self.address end
  end

  host.on("tcp.writable", function(id)
    local self = sockets[id]
    if self == nil then return end
    if not self.connected then
      self.connected = true
      return host.runBare(self.callbacks.connection, self)
    end
    -- What is sent inside a callback is acknowledged later.
    for _ = 1, self.outstanding do
      if self.id ~= id then return end
      self.outstanding = self.outstanding - 1
      host.runBare(self.callbacks.sent, self)
    end
  end)

  host.on("tcp.read", function(id, bytes)
    local self = sockets[id]
    for from = 1, #bytes, SEGMENT_BYTES do
      if self == nil or self.id ~= id or self.closing then return end
      host.runBare(self.callbacks.receive, self, bytes:sub(from, from + SEGMENT_BYTES - 1))
    end
  end)

  local function end8266(self, fault)
    local code = fault == CLOSED and 0 or fault == TIMEOUT and ABORTED or RESET
    forget(self)
    local callbacks = self.callbacks
    host.runBare(code ~= 0 and callbacks.reconnection or callbacks.disconnection, self, code)
  end

  local function end32(self, fault)
    self.gone = true
    self.broken = fault ~= CLOSED
    local callbacks = self.callbacks
    host.run(callbacks.disconnection, self, 0)
    if not self.broken then return end
    host.run(callbacks.reconnection or callbacks.disconnection, nil, fault == TIMEOUT and ABORTED or RESET)
  end

  local reasons = { [REFUSED] = "Connection reset", [BROKEN] = "Connection reset", [TIMEOUT] = "Timeout", [TLS] = "SSL handshake failed" }
  local function endSecure(self, fault)
    forget(self)
    if reasons[fault] then return host.runBare(self.callbacks.reconnection, self, reasons[fault]) end
    self.closing = false
    host.runBare(self.callbacks.disconnection, self)
  end

  host.on("tcp.end", function(id, fault)
    local self = sockets[id]
    if self == nil or self.gone then return end
    fault = tonumber(fault)
    if self.secure then return endSecure(self, fault) end
    if host.esp8266 then return end8266(self, fault) end
    end32(self, fault)
  end)

  local net = { TCP = 1, UDP = 2, dns = host.dns }
  host.globals.net = net
  function net.createConnection(kind, secure)
    if not host.esp8266 and kind == net.UDP then return net.createUDPSocket() end
    if not host.esp8266 and secure ~= nil and secure ~= 0 then host.raise("secure connections not yet supported") end
    return setmetatable({ callbacks = {} }, tcp)
  end
  if host.esp8266 and host.tls then
    host.globals.tls = {
      createConnection = function() return setmetatable({ callbacks = {}, secure = true }, tcp) end,
      cert = { verify = function() return true end, auth = function() return true end },
    }
  end
end
