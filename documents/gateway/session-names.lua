-- Names of the session's cookies, and where people sign in, for the filters that stand behind this in one text.
local session_cookie = {{sessionCookie}}

-- Without blanks at its ends. Lua's patterns go back and try again, and a pattern that looks for a blank's end at every place
-- takes the square of its text's length: half a minute for a header of 60 KB. Here each byte is looked at twice at most.
local function trimmed(text)
  local first = text:find("%S")
  return first and text:sub(first, (text:find("%S%s*$", first))) or ""
end

-- A cookie's name and its value, of "name=value". A cookie without a name is "=name=value" where it is set, and comes back as
-- "name=value", or with the "=" that some browsers leave before it.
local function name_and_value(pair)
  local start = pair:find("[^%s=]") or 1
  local equals = pair:find("=", start, true)
  if not equals then
    return trimmed(pair:sub(start)), ""
  end
  return trimmed(pair:sub(start, equals - 1)), trimmed(pair:sub(equals + 1))
end

local function is_csrf(name)
  return name:sub(-5) == "_csrf"
end

-- Before a name it keeps a cookie with the host that set it, and out of every other host's reach (RFC 6265bis, section 4.1.3.2).
local of_its_host = "__Host-"

local function begins_with(text, beginning)
  return text:sub(1, #beginning) == beginning
end

-- The session's cookie, its split parts (name_0, name_1, …) and its CSRF cookies (name_csrf, name_<hash>_csrf), which the
-- browser has as cookies of their host.
local function belongs_to_session(name)
  if begins_with(name, of_its_host) and is_csrf(name) then
    name = name:sub(#of_its_host + 1)
  end
  if not begins_with(name, session_cookie) then
    return false
  end
  local rest = name:sub(#session_cookie + 1)
  return rest == "" or rest:find("^_%d+$") ~= nil or rest:find("^_csrf$") ~= nil or rest:find("^_[%w%-_]+_csrf$") ~= nil
end

-- Of these the session itself, whole or in parts.
local function is_session(name)
  return belongs_to_session(name) and not is_csrf(name)
end

-- The value of a pair under exactly this name. Of a name that begins with __Host- nothing else counts: Chromium 147 sends
-- "=__Host-name=value" for a cookie without a name, which any host may set.
local function value_under(name, pair)
  local text = trimmed(pair)
  return begins_with(text, name .. "=") and text:sub(#name + 2) or nil
end

-- What tells that somebody signed in at the gate, and who.
local signed_in_mark = of_its_host .. "gatehouse-signed-in"

-- What is between the browser and the gate, and no application's.
local function is_of_the_gate(name)
  return name == signed_in_mark or belongs_to_session(name)
end

-- HTTP/2 may send one header a cookie (RFC 9113, section 8.2.3); they are one list.
local function cookies_of(headers)
  local parts = {}
  for index = 0, headers:getNumValues("cookie") - 1 do
    parts[#parts + 1] = headers:getAtIndex("cookie", index)
  end
  return table.concat(parts, "; ")
end

local function set_cookies(headers, pairs_kept)
  local rest = table.concat(pairs_kept, ";"):gsub("^%s+", "")
  if rest == "" then
    headers:remove("cookie")
  else
    headers:replace("cookie", rest)
  end
end

local function host_of(headers)
  return ((headers:get(":authority") or ""):lower():gsub(":[^:%]]*$", ""):gsub("%.$", ""))
end

local function path_of(headers)
  return ((headers:get(":path") or ""):gsub("[?#].*", ""))
end

-- Where people without a session sign in: a host, and the beginnings of its paths.
local sign_in_hosts = { {{signInHosts}} }

local function signs_in(headers)
  local path = headers:get(":path") or ""
  return sign_in_hosts[host_of(headers)] == true and ({{pathSignsIn}})
end
