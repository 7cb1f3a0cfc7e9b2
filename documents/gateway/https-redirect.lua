-- Answers plain HTTP with a permanent redirect before any other filter runs: an authentication filter would answer a
-- bad token with 401 here and never say that the place is elsewhere. Names come from this list and not from the request.
local hosts = { {{hosts}} }

function envoy_on_request(handle)
  local headers = handle:headers()
  local authority = (headers:get(":authority") or ""):lower():gsub(":%d+$", "")
  if hosts[authority] then
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
