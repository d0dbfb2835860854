-- Files: the module file of the ESP8266, and file (metadata only) with io of the ESP32.
--
-- What is written stays in the runtime's buffer until flush, close, or a read or seek of the same handle; only then the
-- engine sees it, and only then a failure is told. A seek beyond the end fails, as SPIFFS has no holes.

local NAME_MAX = 31
local READ_CHUNK = 1024

return function(host)
  local handle = {}
  handle.__index = handle

  local function size(name) return tonumber((host.ask("file.size", name))) end

  -- The end beyond which a seek fails.
  local function limit(name) return tonumber((host.ask("file.limit", name))) end

  -- Hands what is buffered to the engine; false when it could not be written.
  local function commit(self)
    local bytes = self.buffer
    if bytes == "" then return true end
    self.buffer = ""
    local at = self.at
    if self.append then at = size(self.name) end
    return host.ask("file.write", self.name, at, bytes) == "1"
  end

  local function open(name, mode)
    name = host.text(name)
    if #name > NAME_MAX or name == "" then
      if host.esp8266 then host.raise("bad argument (filename invalid)") end
      return nil
    end
    mode = mode or "r"
    local kind = mode:gsub("b", "")
    if not (kind == "r" or kind == "r+" or kind == "w" or kind == "w+" or kind == "a" or kind == "a+") then return nil end
    local letter = kind:sub(1, 1)
    if letter == "r" and size(name) < 0 then return nil end
    if letter == "w" and host.ask("file.truncate", name) ~= "1" then return nil end
    if letter == "a" and size(name) < 0 and host.ask("file.truncate", name) ~= "1" then return nil end
    return setmetatable({
      name = name,
      pos = 0,
      at = 0,
      buffer = "",
      append = letter == "a",
      reads = kind ~= "w" and kind ~= "a",
      writes = kind ~= "r",
    }, handle)
  end

  local function usable(self)
    if getmetatable(self) ~= handle or self.closed then
      host.raise(host.esp8266 and "open a file first" or "attempt to use a closed file", 2)
    end
  end

  local function readBytes(self, count)
    commit(self)
    if not self.reads then return nil end
    local found, bytes = host.ask("file.read", self.name, self.pos, count)
    if found ~= "1" or (bytes == "" and count > 0) then return nil end
    self.pos = self.pos + #bytes
    return bytes
  end

  local function readUntil(self, stop)
    local start = self.pos
    local bytes = readBytes(self, READ_CHUNK)
    if bytes == nil then return nil end
    local found = bytes:find(stop, 1, true)
    if found ~= nil then bytes = bytes:sub(1, found) end
    self.pos = start + #bytes
    return bytes
  end

  function handle:read(what)
    usable(self)
    if what == nil then return host.esp8266 and readBytes(self, READ_CHUNK) or handle.readline(self) end
    if type(what) == "number" then return readBytes(self, host.integer(what)) end
    if host.esp8266 then return readUntil(self, what) end
    local letter = what:gsub("%*", ""):sub(1, 1)
    if letter == "a" then return readBytes(self, 1000000) or "" end
    return handle.readline(self)
  end

  function handle:readline()
    usable(self)
    local line = readUntil(self, "\n")
    return line and (host.esp8266 and line or line:gsub("\n$", ""))
  end

  function handle:write(bytes)
    usable(self)
    bytes = host.text(bytes)
    if not self.writes then return nil end
    if self.buffer == "" or self.at + #self.buffer ~= self.pos then
      if not commit(self) then return nil end
      self.at = self.pos
    end
    self.buffer = self.buffer .. bytes
    self.pos = self.pos + #bytes
    return host.esp8266 or self
  end

  function handle:writeline(text) return handle.write(self, host.text(text) .. "\n") end

  function handle:seek(whence, offset)
    usable(self)
    if not commit(self) then return nil end
    local base = 0
    if whence == nil or whence == "cur" then base = self.pos end
    if whence == "end" then base = size(self.name) end
    local pos = base + host.integer(offset or 0)
    if pos < 0 or pos > limit(self.name) then return nil end
    self.pos = pos
    return pos
  end

  function handle:flush()
    usable(self)
    if not commit(self) then return nil end
    return host.esp8266 or self
  end

  function handle:close()
    usable(self)
    local whole = commit(self)
    self.closed = true
    if not host.esp8266 then return whole or nil end
  end

  local file = {}
  host.globals.file = file
  function file.exists(name) return size(host.text(name)) >= 0 end
  function file.remove(name) host.tell("file.remove", host.text(name)) end
  function file.rename(from, to) return host.ask("file.rename", host.text(from), host.text(to)) == "1" end
  function file.format() host.tell("file.format") end
  -- Bytes that are free, taken, and both.
  function file.fsinfo()
    local free, used, all = host.ask("file.space")
    return tonumber(free), tonumber(used), tonumber(all)
  end
  function file.list()
    local fields = { host.ask("file.list") }
    local sizes = {}
    for i = 1, #fields - 1, 2 do sizes[fields[i]] = tonumber(fields[i + 1]) end
    return sizes
  end
  if host.esp8266 then
    file.open = open
    function file.getcontents(name)
      local opened = open(name, "r")
      local bytes = opened and (readBytes(opened, 1000000) or "")
      if opened then opened:close() end
      return bytes
    end
    function file.putcontents(name, bytes)
      local opened = open(name, "w")
      if opened == nil then return nil end
      opened:write(bytes)
      local whole = commit(opened)
      opened:close()
      return whole or nil
    end
  else
    host.globals.io = {
      open = function(name, mode)
        local opened = open(name, mode)
        if opened == nil then return nil, host.text(name) .. ": No such file or directory", 2 end
        return opened
      end,
    }
  end
end
