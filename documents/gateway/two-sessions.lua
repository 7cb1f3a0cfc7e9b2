-- A browser sends two cookies of one name where a script of another host has set the second for the whole domain or for a longer
-- path, and tells nobody which is whose (RFC 6265, section 8.6). oauth2-proxy takes the first, and a whole one before
-- one in parts (name_0, name_1, …): a session comes in the one way or the other. A part more, or one of another session, is no second
-- cookie of a name, but oauth2-proxy fills every part up to one length, name included, and leaves the rest to the last. So two
-- sessions are none, the person signs in again, and the browser is told to forget its cookies (https://www.w3.org/TR/clear-site-data/): of sign-in's own answers
-- only sign-out says so, because the others set the cookies of a sign-in that is under way.

-- Whether these are the parts of one session, by their sizes.
local function are_one(sizes, count)
  for index = 0, count - 1 do
    local size = sizes[index]
    if not size or size > sizes[0] or (index < count - 1 and size ~= sizes[0]) then
      return false
    end
  end
  return true
end

-- Every cookie but the session's, the session's names, and whether the session's are two.
local function looked_at(cookie)
  local kept, values, names, sizes, parts, two = {}, {}, {}, {}, 0, false
  for pair in (cookie .. ";"):gmatch("([^;]*);") do
    local name, value = name_and_value(pair)
    if is_session(name) then
      two = two or (values[name] ~= nil and values[name] ~= value)
      if values[name] == nil then
        names[#names + 1] = name
        if name ~= session_cookie then
          sizes[tonumber(name:sub(#session_cookie + 2))] = #name + #value
          parts = parts + 1
        end
      end
      values[name] = value
    else
      kept[#kept + 1] = pair
    end
  end
  return kept, names, two or (values[session_cookie] ~= nil and parts > 0) or not are_one(sizes, parts)
end

local function on_request(handle)
  local headers = handle:headers()
  local cookie = cookies_of(headers)
  if not cookie:find(session_cookie, 1, true) then
    return
  end
  local kept, names, two = looked_at(cookie)
  handle:streamInfo():dynamicMetadata():set("gatehouse", "session_names", table.concat(names, " "))
  if not two then
    return
  end
  set_cookies(headers, kept)
  if not signs_in(headers) or path_of(headers) == "/oauth2/sign_out" then
    handle:streamInfo():dynamicMetadata():set("gatehouse", "two_sessions", "yes")
  end
end

-- oauth2-proxy leaves in the browser what it had of a session with another number of parts, which would be a second one beside the
-- new. So an answer that gives a session takes the others of its names away, of its own domain.
local function take_the_others_away(headers, names)
  local given, attributes = {}, nil
  for index = 0, headers:getNumValues("set-cookie") - 1 do
    local cookie = headers:getAtIndex("set-cookie", index)
    local pair = cookie:gsub(";.*", "")
    local name, value = name_and_value(pair)
    if is_session(name) then
      given[name] = true
      attributes = value ~= "" and cookie:sub(#pair + 1) or attributes
    end
  end
  if not attributes then
    return
  end
  local ended = ""
  for attribute in attributes:gmatch("[^;]+") do
    local name = trimmed(attribute):lower()
    if not begins_with(name, "max-age=") and not begins_with(name, "expires=") then
      ended = ended .. ";" .. attribute
    end
  end
  for name in names:gmatch("%S+") do
    if not given[name] then
      headers:add("set-cookie", name .. "=" .. ended .. "; Max-Age=0")
    end
  end
end

local function on_response(handle)
  local own = handle:streamInfo():dynamicMetadata():get("gatehouse")
  if own and own["session_names"] then
    take_the_others_away(handle:headers(), own["session_names"])
  end
  if own and own["two_sessions"] then
    handle:headers():replace("clear-site-data", '"cookies"')
  end
end

envoy_on_request = guarded("two sessions", on_request)
envoy_on_response = guarded_answer("two sessions", on_response)
