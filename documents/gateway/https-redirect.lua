-- Answers plain HTTP with a permanent redirect before any other filter runs: an authentication filter would answer a
-- bad token with 401 here and never say that the place is elsewhere. Names are ours, or below a domain of ours, where the hosts
-- of applications and notebooks are; this list stays the same when one comes or goes.
local hosts = { {{hosts}} }
local below = { {{below}} }

local function is_below(authority)
  for domain in pairs(below) do
    if #authority > #domain and authority:sub(-#domain) == domain then
      return true
    end
  end
  return false
end

local function ours(authority)
  return hosts[authority] or (is_below(authority) and not authority:find("[^a-z0-9.-]") and not authority:find("..", 1, true)
    and authority:find("^[a-z0-9]") ~= nil)
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local authority = (headers:get(":authority") or ""):lower():gsub(":%d+$", "")
  if ours(authority) then
    local path = headers:get(":path") or "/"
    -- What doesn't begin with a slash would go on in the host's name. Envoy refuses it before; this doesn't rest on that.
    if path:sub(1, 1) ~= "/" then
      path = "/"
    end
    handle:respond({ [":status"] = "301", ["location"] = "https://" .. authority .. path }, "")
  else
    handle:respond({ [":status"] = "404" }, "")
  end
end
