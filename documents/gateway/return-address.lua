-- Where sign-in leads back to. oauth2-proxy returns to the hosts in this list and to no other. The host of an application
-- has a route at the gate that leads on to it, which comes and goes with the application; an unknown one has none.
local returned_to = { {{hosts}} }
local way_back = {{wayBack}}

function envoy_on_request(handle)
  local headers = handle:headers()
  local authority = headers:get(":authority") or ""
  local path = headers:get(":path") or "/"
  local host = authority:lower():gsub(":%d+$", "")
  local address = "https://" .. authority .. path
  if not returned_to[host] then
    address = way_back .. (host:gsub("[^a-z0-9.-]", "_")) .. path
  end
  handle:streamInfo():dynamicMetadata():set("gatehouse", "return_address", address)
end
