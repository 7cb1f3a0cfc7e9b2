-- Last filter before the router: what an application sees of the person is made here, from verified claims alone.
-- Where a sign-out goes on to, by its host.
local signed_out = { {{signedOut}} }
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

local function strip_session(headers)
  local kept, found = {}, false
  for pair in (cookies_of(headers) .. ";"):gmatch("([^;]*);") do
    if is_of_the_gate((name_and_value(pair))) then
      found = true
    else
      kept[#kept + 1] = pair
    end
  end
  if found then
    set_cookies(headers, kept)
  end
end

local function decoded(text)
  return (text:gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

-- oauth2-proxy puts the ID token in place of "{id_token}" in the address that a sign-out is to end at, in the query or in
-- a form. A link could hand a person's token to an application that way, so sign-out gets no address of a client's: it ends
-- on the sign-in page, or goes on to where the other session ends. oauth2-proxy compares the decoded path.
local function forget_return_address(headers)
  if decoded(path_of(headers)) == "/oauth2/sign_out" then
    headers:replace(":path", signed_out[host_of(headers)] or "/oauth2/sign_out")
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
  if signs_in(headers) then
    forget_return_address(headers)
    keep_dex_links_home(headers)
    return
  end
  local claims = verified_claims(handle)
  local groups_claim = claims and groups_claims[claims["iss"]]
  set_groups(headers, groups_claim and claims[groups_claim])
  strip_session(headers)
end

envoy_on_request = guarded("identity headers", apply)
