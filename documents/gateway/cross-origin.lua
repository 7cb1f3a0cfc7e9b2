-- Stops what a page of another origin has a visitor's browser do with the visitor's session: Fetch Metadata
-- (https://www.w3.org/TR/fetch-metadata/) tells where a request comes from, and no script can set these headers. Of another
-- site, or of another host of this one, only a person's navigation comes through: GET, and a whole tab, never a frame.
-- Older browsers and other programs send none of it; for them Origin decides where something may change (RFC 6454, section 7).
-- A websocket is held to its Origin alone, because CORS and SameSite stop none and not every browser sends metadata with it.
-- A bearer token is no session: no browser adds one by itself. Several headers of one name, which no browser sends, come as
-- one text with commas, and that equals nothing below.

-- Where a provider has the browser post to, from its own page: host and path.
local posted_to = { {{postedTo}} }

local function has_bearer(headers)
  return (headers:get("authorization") or ""):lower():find("^bearer ") ~= nil
end

local function own_origin(authority)
  return "https://" .. authority:lower():gsub(":443$", "")
end

local function is_safe(method)
  return method == "GET" or method == "HEAD"
end

local function is_posted_to(headers, authority)
  local path = (headers:get(":path") or ""):gsub("[?#].*", "")
  return headers:get(":method") == "POST" and posted_to[authority:lower():gsub(":443$", "") .. path] == true
end

-- What a page has a browser load in advance looks like a link or, in Chromium, like an address that somebody typed, and nobody has
-- clicked or sees it. A refusal costs nothing: once somebody does go there, the browser asks again.
local function is_in_advance(headers)
  return (headers:get("sec-purpose") or ""):lower():find("prefetch", 1, true) ~= nil
end

local function may_come_from_afar(headers, authority, site)
  if site ~= "same-site" and site ~= "cross-site" then
    return false
  end
  if headers:get("sec-fetch-mode") ~= "navigate" or headers:get("sec-fetch-dest") ~= "document" then
    return false
  end
  return is_safe(headers:get(":method")) or is_posted_to(headers, authority)
end

local function is_websocket(headers)
  return (headers:get("upgrade") or ""):lower():find("websocket", 1, true) ~= nil
end

-- Why a request is refused; nothing where it goes on.
local function fault(headers)
  if has_bearer(headers) then
    return nil
  end
  local authority = headers:get(":authority") or ""
  local origin = headers:get("origin")
  local is_own = origin ~= nil and origin:lower() == own_origin(authority)
  if is_websocket(headers) then
    return not is_own and "A websocket needs the Origin of this very host." or nil
  end
  local site = headers:get("sec-fetch-site")
  if site ~= "same-origin" and is_in_advance(headers) then
    return "A page of another origin may have asked for this in advance."
  end
  if site == "same-origin" or site == "none" then
    return nil
  end
  if site ~= nil then
    return not may_come_from_afar(headers, authority, site) and "A page of another origin asked for this." or nil
  end
  if origin ~= nil and not is_own and not is_safe(headers:get(":method")) and not is_posted_to(headers, authority) then
    return "A page of another origin asked for this."
  end
  return nil
end

local function on_request(handle)
  local why = fault(handle:headers())
  if why then
    handle:respond({ [":status"] = "403", ["content-type"] = "text/plain", ["cache-control"] = "no-store" }, why .. "\n")
  end
end

envoy_on_request = guarded("cross-origin", on_request)
