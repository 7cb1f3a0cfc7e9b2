-- Last filter before the router: what an application sees of the person is made here, from verified claims alone.
-- An error in this file must close the gate, so all of it runs under pcall.
local gate_host = {{gateHost}}
local session_cookie = {{sessionCookie}}
-- Each issuer's claim for the groups, by the issuer's URL.
local groups_claims = { {{groupsClaims}} }

-- A group becomes part of a comma-separated header. A name with a comma or a control character could pretend to be
-- another group, so it is left out.
local function plain(group)
  return type(group) == "string" and #group > 0 and #group <= 256 and not group:find("[^\33-\43\45-\126 ]")
    and group:sub(1, 1) ~= " " and group:sub(-1) ~= " "
end

local function verified_claims(handle)
  local metadata = handle:streamInfo():dynamicMetadata():get("envoy.filters.http.jwt_authn")
  return metadata and metadata["payload"]
end

local function set_groups(headers, claim)
  headers:remove("kubeflow-groups")
  local groups = {}
  if type(claim) == "string" then
    claim = { claim }
  end
  if type(claim) == "table" then
    for _, group in ipairs(claim) do
      if plain(group) then
        groups[#groups + 1] = group
      end
    end
  end
  if #groups > 0 then
    headers:replace("kubeflow-groups", table.concat(groups, ","))
  end
end

-- The session's cookie, its split parts (name_0, name_1, …) and its CSRF cookies (name_csrf, name_<hash>_csrf).
local function belongs_to_session(name)
  if name:sub(1, #session_cookie) ~= session_cookie then
    return false
  end
  local rest = name:sub(#session_cookie + 1)
  return rest == "" or rest:find("^_%d+$") ~= nil or rest:find("^_csrf$") ~= nil or rest:find("^_[%w%-_]+_csrf$") ~= nil
end

local function strip_session(headers)
  -- HTTP/2 may send one header a cookie (RFC 9113, section 8.2.3); they are one list.
  local parts = {}
  for index = 0, headers:getNumValues("cookie") - 1 do
    parts[#parts + 1] = headers:getAtIndex("cookie", index)
  end
  local cookie = table.concat(parts, "; ")
  if not cookie:find(session_cookie, 1, true) then
    return
  end
  local kept = {}
  for pair in (cookie .. ";"):gmatch("([^;]*);") do
    local name = pair:match("^%s*([^=]-)%s*=") or pair:match("^%s*(.-)%s*$")
    if not belongs_to_session(name) then
      kept[#kept + 1] = pair
    end
  end
  local rest = table.concat(kept, ";"):gsub("^%s+", "")
  if rest == "" then
    headers:remove("cookie")
  else
    headers:replace("cookie", rest)
  end
end

local function is_sign_in(headers)
  local authority = (headers:get(":authority") or ""):lower():gsub(":%d+$", "")
  local path = headers:get(":path") or ""
  return authority == gate_host and ({{pathSignsIn}})
end

local function decoded(text)
  return (text:gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

-- oauth2-proxy puts the ID token in place of "{id_token}" in the address that a sign-out is to end at, in the query or in
-- a form. A link could hand a person's token to an application that way, so sign-out gets no address and always ends on
-- the sign-in page. oauth2-proxy compares the decoded path.
local function forget_return_address(headers)
  local path = (headers:get(":path") or ""):gsub("[?#].*", "")
  if decoded(path) == "/oauth2/sign_out" then
    headers:replace(":path", "/oauth2/sign_out")
    headers:remove("content-type")
  end
end

-- Dex shows any address in "back" as "Select another login method", on the page where people believe every link and type
-- their password (server/handlers.go, handlePasswordLogin). Dex itself only ever writes the start of the sign-in there.
local function keep_dex_links_home(headers)
  local path, query = (headers:get(":path") or ""):match("^(/dex/[^?]*)%?(.*)$")
  if not path then
    return
  end
  local kept, all = {}, 0
  for pair in (query .. "&"):gmatch("([^&]*)&") do
    all = all + 1
    local name, value = pair:match("^([^=]*)=?(.*)$")
    if decoded(name) ~= "back" or decoded(value):find("^/dex/auth%?") then
      kept[#kept + 1] = pair
    end
  end
  if #kept < all then
    headers:replace(":path", path .. "?" .. table.concat(kept, "&"))
  end
end

local function apply(handle)
  local headers = handle:headers()
  if is_sign_in(headers) then
    forget_return_address(headers)
    keep_dex_links_home(headers)
    return
  end
  local claims = verified_claims(handle)
  local groups_claim = claims and groups_claims[claims["iss"]]
  set_groups(headers, groups_claim and claims[groups_claim])
  strip_session(headers)
end

function envoy_on_request(handle)
  local ok, message = pcall(apply, handle)
  if not ok then
    handle:logErr("identity headers: " .. tostring(message))
    handle:respond({ [":status"] = "500" }, "")
  end
end
