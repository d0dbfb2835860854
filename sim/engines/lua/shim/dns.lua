-- net.dns. The table of the resolver holds four questions; a fifth raises "out of memory". On the ESP8266 the answer has the
-- address second, and comes inside the call for a name that is an address; on the ESP32 it comes first, always on a later
-- turn, and without a network the question itself raises "illegal value".

local QUESTIONS_MAX = 4
local NAME_MAX = 255

return function(host)
  local asked, waiting, last = {}, 0, 0

  function host.isAddress(text)
    local a, b, c, d = text:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$")
    if a == nil then return false end
    for _, part in ipairs({ a, b, c, d }) do
      if tonumber(part) > 255 or (#part > 1 and part:sub(1, 1) == "0") then return false end
    end
    return true
  end

  function host.online() return host.ask("wifi.ready") == "1" end

  -- Asks for the address of a name; `done` gets it, or nil, on a later turn.
  function host.resolve(name, done)
    if name == "" or #name > NAME_MAX then host.raise("illegal argument", 2) end
    if not host.esp8266 and not host.isAddress(name) and not host.online() then host.raise("illegal value", 2) end
    if waiting >= QUESTIONS_MAX then host.raise("out of memory", 2) end
    waiting = waiting + 1
    last = last + 1
    asked[tostring(last)] = done
    host.tell("dns", last, name)
  end

  host.on("dns", function(id, address)
    local done = asked[id]
    asked[id] = nil
    waiting = waiting - 1
    done(address ~= "" and address or nil)
  end)

  local dns = {}
  function dns.resolve(name, done)
    name = host.text(name)
    host.callable(done)
    if host.esp8266 and host.isAddress(name) then return done(nil, name) end
    host.resolve(name, function(address)
      if host.esp8266 then host.runBare(done, nil, address) else host.run(done, address) end
    end)
  end
  host.dns = dns
end
