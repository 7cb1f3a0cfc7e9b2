-- A sign-in is tied to the browser that began it by a cookie, which oauth2-proxy sets for the session's domains (cookie_domains). A page
-- of another host could put its author's begun sign-in in its place, and lead a person to its end: they would go on in the
-- author's name (RFC 6749, section 10.12). So the browser gets it as a cookie of this host alone, under a name that no other
-- host can write (RFC 6265bis, section 4.1.3.2), and oauth2-proxy gets back what came under that name and nothing else.
local function is_of_a_sign_in(name)
  return is_csrf(name) and belongs_to_session(name)
end

local function on_request(handle)
  local headers = handle:headers()
  if not signs_in(headers) then
    return
  end
  handle:streamInfo():dynamicMetadata():set("gatehouse", "begun_sign_ins", "yes")
  local kept, changed = {}, false
  for pair in (cookies_of(headers) .. ";"):gmatch("([^;]*);") do
    local name, value = name_and_value(pair)
    if not is_of_a_sign_in(name) then
      kept[#kept + 1] = pair
    else
      changed = true
      if value_under(name, pair) and begins_with(name, of_its_host) then
        kept[#kept + 1] = " " .. name:sub(#of_its_host + 1) .. "=" .. value
      end
    end
  end
  if changed then
    set_cookies(headers, kept)
  end
end

-- A name of that kind goes with Path=/, Secure, and no Domain.
local function for_this_host(cookie)
  local kept = {}
  for part in (cookie .. ";"):gmatch("([^;]*);") do
    local attribute = trimmed((part:gsub("=.*", ""))):lower()
    if #kept == 0 or (attribute ~= "domain" and attribute ~= "path" and attribute ~= "secure") then
      kept[#kept + 1] = part
    end
  end
  return of_its_host .. trimmed(table.concat(kept, ";")) .. "; Path=/; Secure"
end

local function on_response(handle)
  local own = handle:streamInfo():dynamicMetadata():get("gatehouse")
  if not (own and own["begun_sign_ins"]) then
    return
  end
  local headers = handle:headers()
  local cookies = {}
  for index = 0, headers:getNumValues("set-cookie") - 1 do
    local cookie = headers:getAtIndex("set-cookie", index)
    cookies[index + 1] = is_of_a_sign_in((name_and_value((cookie:gsub(";.*", ""))))) and for_this_host(cookie) or cookie
  end
  headers:remove("set-cookie")
  for _, cookie in ipairs(cookies) do
    headers:add("set-cookie", cookie)
  end
end

envoy_on_request = guarded("begun sign-ins", on_request)
envoy_on_response = guarded_answer("begun sign-ins", on_response, function(headers)
  headers:remove("set-cookie")
end)
