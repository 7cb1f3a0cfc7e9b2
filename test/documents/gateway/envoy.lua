-- Envoy's handle as far as the filters use it, and the pairs() of Envoy's LuaJIT, which honours __pairs.
-- https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/lua_filter
local function hex(text)
  return (text:gsub(".", function(char)
    return string.format("%02x", char:byte())
  end))
end

function unhex(text)
  return (text:gsub("%x%x", function(pair)
    return string.char(tonumber(pair, 16))
  end))
end

local plain_pairs = pairs
function pairs(value)
  local meta = getmetatable(value)
  if meta and meta.__pairs then
    return meta.__pairs(value)
  end
  return plain_pairs(value)
end

local Headers = {}
Headers.__index = Headers

function Headers:all(name)
  local values = {}
  for _, header in ipairs(self.list) do
    if header[1] == name:lower() then
      values[#values + 1] = header[2]
    end
  end
  return values
end

-- Several headers of one name come as one, with commas between them.
function Headers:get(name)
  local values = self:all(name)
  return #values > 0 and table.concat(values, ",") or nil
end

function Headers:getAtIndex(name, index)
  return self:all(name)[index + 1]
end

function Headers:getNumValues(name)
  return #self:all(name)
end

function Headers:remove(name)
  local kept = {}
  for _, header in ipairs(self.list) do
    if header[1] ~= name:lower() then
      kept[#kept + 1] = header
    end
  end
  self.list = kept
end

function Headers:replace(name, value)
  assert(type(value) == "string", "bad argument #2 to 'replace' (string expected)")
  self:remove(name)
  self.list[#self.list + 1] = { name:lower(), value }
end

function Headers:add(name, value)
  assert(type(value) == "string", "bad argument #2 to 'add' (string expected)")
  self.list[#self.list + 1] = { name:lower(), value }
end

function Headers.__pairs(self)
  local index = 0
  return function()
    index = index + 1
    local header = self.list[index]
    if header then
      return header[1], header[2]
    end
  end
end

-- Runs a filter's request, and where it goes on and an answer is given its response, and tells what came of it, in hexadecimal, because texts that cross over to JavaScript end at a zero byte.
function run(source, headers, metadata, server_name, response)
  envoy_on_response = nil
  assert(loadstring(source))()
  local handle = { request = setmetatable({ list = headers }, Headers) }
  local answered = false
  local out = {}
  local function say(kind, ...)
    local words = { kind }
    for _, text in ipairs({ ... }) do
      words[#words + 1] = hex(text)
    end
    out[#out + 1] = table.concat(words, " ")
  end
  function handle:headers()
    return self.request
  end
  function handle:streamInfo()
    if metadata == nil then
      error("no stream info")
    end
    return {
      dynamicMetadata = function()
        return {
          get = function(_, filter)
            return metadata[filter]
          end,
          set = function(_, filter, key, value)
            metadata[filter] = metadata[filter] or {}
            metadata[filter][key] = value
            say("metadata", filter .. ":" .. key, value)
          end,
        }
      end,
      requestedServerName = function()
        return server_name
      end,
    }
  end
  function handle:logErr(message)
    say("log", message)
  end
  function handle:respond(answer, body)
    answered = true
    for name, value in plain_pairs(answer) do
      say("answer", name, value)
    end
    say("body", body)
  end
  envoy_on_request(handle)
  if response and not answered then
    handle.request = setmetatable({ list = response }, Headers)
    envoy_on_response(handle)
  end
  for _, header in ipairs(handle.request.list) do
    say("header", header[1], header[2])
  end
  return table.concat(out, "\n")
end
