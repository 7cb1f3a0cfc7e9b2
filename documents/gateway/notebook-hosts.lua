-- Notebooks, TensorBoards and volume viewers run anybody's code, so each has an origin of its own: the host
-- <namespace>--<name>.<domain>, with an ending for what is no notebook. The gate's host leads their paths there. A host of
-- theirs serves the path of its own namespace and name and nothing else, and takes no Authorization: whoever asks is known by
-- the session of this domain alone. What stands there instead has the notebooks' oauth2-proxy asked and not the gate's, whose rule
-- is for requests without; it is nobody's token, so that nothing passes if that one isn't asked.
local gate_host = {{gateHost}}
local sign_in_host = {{signInHost}}
-- With a dot before it.
local domain = {{domain}}
-- Where sign-in returns to, with the notebook's path behind it.
local way_back = {{wayBack}}
-- The first part of a path, and the ending of its host's label.
local endings = { {{endings}} }
local forwards_authorization = {{forwardsAuthorization}}

local function is_name(text)
  return #text <= 63 and text:find("^[a-z0-9][a-z0-9-]*$") ~= nil and text:sub(-1) ~= "-" and not text:find("--", 1, true)
end

-- Two dashes separate a namespace from a name, so that a name with two would be another notebook's host. "xn--" is how
-- names of other scripts begin (RFC 5891, section 4.2.3.1).
local function label_of(kind, namespace, name)
  local ending = endings[kind]
  if not ending or not is_name(namespace) or not is_name(name) or namespace == "xn" then
    return nil
  end
  local label = namespace .. "--" .. name .. ending
  return #label <= 63 and label or nil
end

-- The parts of "/<kind>/<namespace>/<name>", with or without more behind it.
local function place_in(path)
  return path:match("^/([^/?#]*)/([^/?#]*)/([^/?#]*)")
end

local function refuse(handle, status, text)
  handle:respond({ [":status"] = status, ["content-type"] = "text/plain", ["cache-control"] = "no-store" }, text .. "\n")
end

local function lead_to(handle, status, address)
  handle:respond({ [":status"] = status, ["location"] = address, ["cache-control"] = "no-store" }, "")
end

local function at_gate(handle, path)
  local kind, namespace, name = place_in(path)
  if not kind or not endings[kind] then
    return
  end
  local label = label_of(kind, namespace, name)
  if not label then
    refuse(handle, "404", "There is no host for this: a namespace and a name have small letters, digits and single dashes, and 61 characters together at the most.")
    return
  end
  -- 307 keeps the method and the body (RFC 9110, section 15.4.8).
  lead_to(handle, "307", "https://" .. label .. domain .. path)
end

-- The path of a host's own notebook, by its label.
local function home_of(label)
  for kind, ending in pairs(endings) do
    local namespace, name = label:sub(1, #label - #ending):match("^(.-)%-%-(.*)$")
    if namespace and label_of(kind, namespace, name) == label then
      return "/" .. kind .. "/" .. namespace .. "/" .. name .. "/"
    end
  end
  return nil
end

-- A JSON Web Token is somebody's identity elsewhere: parts between dots, the first one the base64url of "{" and what comes behind
-- it, which may be a blank (RFC 7519, section 3.1).
local function has_jwt(text)
  for token in text:gmatch("[%w._-]+") do
    if token:find("^e[w-z0-9_-][^.]*%.[^.]*%.") or (token:find("eyJ", 1, true) and token:find(".", 1, true)) then
      return true
    end
  end
  return false
end

-- It waits beside the request until the rules for tokens have taken theirs away (notebook-authorization.lua).
local function keep_authorization(handle, headers)
  local given = headers:get("authorization")
  headers:remove("authorization")
  if forwards_authorization and given and not has_jwt(given) then
    handle:streamInfo():dynamicMetadata():set("gatehouse", "notebook_authorization", given)
  end
end

-- oauth2-proxy returns to this host alone, and from here the way goes on to the one host that serves the path.
local function at_sign_in(handle, path)
  if path == "/" then
    lead_to(handle, "302", "https://" .. gate_host .. "/")
  elseif path:sub(1, #way_back) == way_back then
    local rest = path:sub(#way_back)
    local label = label_of(place_in(rest))
    if label then
      lead_to(handle, "302", "https://" .. label .. domain .. rest)
    else
      refuse(handle, "404", "This leads to no notebook.")
    end
  end
end

local function at_notebooks(handle, headers, host, path)
  keep_authorization(handle, headers)
  -- The rules for hosts know no port, and a browser sends none.
  local authority = headers:get(":authority"):lower()
  if authority ~= host and authority ~= host .. ":443" then
    refuse(handle, "421", "This host is at port 443 alone.")
    return
  end
  headers:replace(":authority", host)
  if host == sign_in_host then
    at_sign_in(handle, path)
    return
  end
  local label = host:sub(1, #host - #domain)
  local home = home_of(label)
  if home and path == "/" then
    lead_to(handle, "302", home)
  elseif not home or label_of(place_in(path)) ~= label then
    refuse(handle, "404", "This host serves " .. (home or "nothing") .. (home and " alone." or "."))
  else
    headers:replace("authorization", {{asks}})
  end
end

local function apply(handle)
  local headers = handle:headers()
  local host = (headers:get(":authority") or ""):lower():gsub(":[^:%]]*$", "")
  local path = headers:get(":path") or ""
  if host == gate_host then
    at_gate(handle, path)
  elseif host:sub(-#domain) == domain then
    at_notebooks(handle, headers, host, path)
  end
end

envoy_on_request = guarded("notebook hosts", apply)
