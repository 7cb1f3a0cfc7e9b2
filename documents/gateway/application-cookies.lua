-- Cookies that applications set. One under a name of the session's would put somebody else's session in the place of a person's;
-- and one for a whole domain would reach every host of it, where another application takes it for its own (cookie tossing,
-- RFC 6265, section 8.6). Without the attribute Domain a cookie stays with the host that set it. Nor does an application have a
-- browser forget cookies: that would be those of all the registrable domain, the session's among them
-- (https://www.w3.org/TR/clear-site-data/#clear-cookies).
-- It stands behind the check of the session, whose own cookies come later on the way back.
local function on_request(handle)
  if not signs_in(handle:headers()) then
    handle:streamInfo():dynamicMetadata():set("gatehouse", "application", "yes")
  end
end

-- A cookie's text without Domain, and everything else byte for byte.
local function for_its_host(cookie)
  local kept = {}
  for part in (cookie .. ";"):gmatch("([^;]*);") do
    local name = trimmed((part:gsub("=.*", "")))
    if #kept == 0 or name:lower() ~= "domain" then
      kept[#kept + 1] = part
    end
  end
  return table.concat(kept, ";")
end

local function keep_cookies(headers)
  local kept = {}
  for part in (headers:get("clear-site-data") or ""):gmatch("[^,]+") do
    if not part:find("cookies", 1, true) and not part:find("*", 1, true) then
      kept[#kept + 1] = trimmed(part)
    end
  end
  headers:remove("clear-site-data")
  if #kept > 0 then
    headers:add("clear-site-data", table.concat(kept, ", "))
  end
end

local function on_response(handle)
  local own = handle:streamInfo():dynamicMetadata():get("gatehouse")
  if not (own and own["application"]) then
    return
  end
  local headers = handle:headers()
  keep_cookies(headers)
  local count = headers:getNumValues("set-cookie")
  if count == 0 then
    return
  end
  local kept = {}
  for index = 0, count - 1 do
    local cookie = headers:getAtIndex("set-cookie", index)
    if not is_of_the_gate((name_and_value((cookie:gsub(";.*", ""))))) then
      kept[#kept + 1] = for_its_host(cookie)
    end
  end
  headers:remove("set-cookie")
  for _, cookie in ipairs(kept) do
    headers:add("set-cookie", cookie)
  end
end

envoy_on_request = guarded("application cookies", on_request)
envoy_on_response = guarded_answer("application cookies", on_response, function(headers)
  headers:remove("set-cookie")
  headers:remove("clear-site-data")
end)
