-- Answers plain HTTP with a permanent redirect before any other filter runs: an authentication filter would answer a
-- bad token with 401 here and never say that the place is elsewhere. Names come from this list and not from the request.
local hosts = { {{hosts}} }

function envoy_on_request(handle)
  local headers = handle:headers()
  local authority = (headers:get(":authority") or ""):lower():gsub(":%d+$", "")
  if hosts[authority] then
    handle:respond({
      [":status"] = "301",
      ["location"] = "https://" .. authority .. (headers:get(":path") or "/"),
    }, "")
  else
    handle:respond({ [":status"] = "404" }, "")
  end
end
