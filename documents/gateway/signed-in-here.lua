-- The session's cookie is for a whole domain, so that a page or a server of any host of it can put its author's where a person has
-- none, or in the place of theirs, and the person works as the author (RFC 6265, section 8.6). Two sessions are none; of one nobody sees
-- whose it is. So the end of a sign-in leaves a mark at the gate's host that no other host can write, because of its name
-- (RFC 6265bis, section 4.1.3.2), and a session without it is none there. At first it names the session that it came with, by the end of
-- its value, which is oauth2-proxy's signature; signed-in-as.lua has it name the person, once that is known.
-- It stands behind two-sessions.lua and behind what refuses requests of other pages.
local gate_host = {{gateHost}}

-- The end of a session's value, which comes whole or in parts.
local function ending(values)
  local text = values[session_cookie]
  if not text then
    local parts = {}
    while values[session_cookie .. "_" .. #parts] do
      parts[#parts + 1] = values[session_cookie .. "_" .. #parts]
    end
    text = table.concat(parts)
  end
  return text:sub(-44)
end

-- Every cookie but the session's, the session's values by their names if there are any, and the mark's value.
local function looked_at(headers)
  local kept, values, mark = {}, {}, nil
  for pair in (cookies_of(headers) .. ";"):gmatch("([^;]*);") do
    mark = mark or value_under(signed_in_mark, pair)
    local name, value = name_and_value(pair)
    if is_session(name) then
      values[name] = value
    else
      kept[#kept + 1] = pair
    end
  end
  return kept, next(values) and values, mark
end

-- Whether that mark is one of this session, as far as it shows before oauth2-proxy is asked.
local function is_of(mark, values)
  return mark ~= nil and (begins_with(mark, "sub-") or mark == "begun-" .. ending(values))
end

local function on_request(handle)
  local headers = handle:headers()
  if host_of(headers) ~= gate_host then
    return
  end
  local own = handle:streamInfo():dynamicMetadata()
  local path = path_of(headers)
  if path == "/oauth2/callback" or path == "/oauth2/sign_out" then
    own:set("gatehouse", "signing", path)
  end
  local kept, values, mark = looked_at(headers)
  if not values then
    return
  end
  -- Beside a token of the client's own a session has nothing to say, and nobody would look whose it is.
  if is_of(mark, values) and not headers:get("authorization") then
    own:set("gatehouse", "signed_in_mark", mark)
  elseif path ~= "/oauth2/sign_out" then
    set_cookies(headers, kept)
  end
end

-- The values of the session that an answer gives, by their names.
local function given_by(headers)
  local values = {}
  for index = 0, headers:getNumValues("set-cookie") - 1 do
    local name, value = name_and_value((headers:getAtIndex("set-cookie", index):gsub(";.*", "")))
    if is_session(name) and value ~= "" then
      values[name] = value
    end
  end
  return next(values) and values
end

local function on_response(handle)
  local own = handle:streamInfo():dynamicMetadata():get("gatehouse")
  local where = own and own["signing"]
  local headers = handle:headers()
  local values = where == "/oauth2/callback" and given_by(headers)
  if values then
    headers:add(
      "set-cookie",
      signed_in_mark .. "=begun-" .. ending(values) .. "; Path=/; Max-Age=86400; Secure; HttpOnly; SameSite=Lax"
    )
  elseif where == "/oauth2/sign_out" then
    headers:add("set-cookie", signed_in_mark .. "=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax")
  end
end

envoy_on_request = guarded("signed in here", on_request)
envoy_on_response = guarded_answer("signed in here", on_response)
