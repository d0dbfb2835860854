-- net.createUDPSocket. A datagram without a byte cannot be sent; without a route `send` raises "routing problem". On the ESP32
-- an empty datagram that arrives ends the socket: it goes on receiving, with nil in the place of the socket, and `send`
-- raises "not connected".

return function(host)
  local sockets, last = {}, 0
  local udp = { __name = "net.udpsocket" }
  udp.__index = udp

  local function checked(self) if getmetatable(self) ~= udp then host.raise("invalid user data", 2) end end

  local function bind(self, port)
    last = last + 1
    local id = tostring(last)
    local answer = host.ask("udp.open", id, port)
    if answer == "full" then host.raise(host.esp8266 and "cannot allocate PCB" or "cannot allocate netconn", 2) end
    if answer == "taken" then host.raise("address in use", 2) end
    self.id, self.known = id, true
    sockets[id] = self
  end

  function udp:on(event, callback)
    checked(self)
    if event ~= "receive" and event ~= "sent" and event ~= "dns" then host.raise("invalid callback name") end
    if callback ~= nil and type(callback) ~= "function" then host.raise("invalid callback function") end
    self.callbacks[event] = callback
  end

  function udp:listen(port, address)
    checked(self)
    if self.id ~= nil then host.raise("already listening") end
    if address ~= nil and not host.isAddress(host.text(address)) then host.raise("invalid IP address") end
    bind(self, host.integer(port or 0) % 65536)
  end

  function udp:send(port, address, bytes, callback)
    checked(self)
    port = host.integer(port) % 65536
    if port == 0 then host.raise("need port") end
    if not host.isAddress(host.text(address)) then host.raise("invalid IP address") end
    bytes = host.text(bytes)
    if #bytes == 0 then host.raise("no data to send") end
    if type(callback) == "function" then self.callbacks.sent = callback end
    if self.id == nil then bind(self, 0) end
    if not self.known then host.raise("not connected") end
    if not host.online() then host.raise("routing problem") end
    if host.ask("udp.send", self.id, bytes, address, port) ~= "1" then host.raise("buffer error") end
    -- This callback is called inside the call.
    if self.callbacks.sent then self.callbacks.sent(self) end
  end

  function udp:close()
    checked(self)
    if self.id == nil then host.raise("not connected") end
    host.tell("udp.close", self.id)
    sockets[self.id], self.id, self.known = nil, nil, false
  end

  host.on("udp.read", function(id, bytes, address, port)
    local self = sockets[id]
    if self == nil then return end
    if bytes == "" and not host.esp8266 then
      self.known = false
      return
    end
    host.runBare(self.callbacks.receive, self.known and self or nil, bytes, math.floor(tonumber(port)), address)
  end)

  function host.globals.net.createUDPSocket() return setmetatable({ callbacks = {} }, udp) end
end
