-- Where sign-in leads back to. oauth2-proxy returns to the hosts in this list and to no other. The host of an application
-- has a route at the gate that leads on to it, which comes and goes with the application; an unknown one has none. Notebooks
-- sign in elsewhere, and from there a path leads on to the one host that serves it.
local returned_to = { {{hosts}} }
local notebooks = {{below}}
local notebooks_way_back = {{notebooksWayBack}}
local way_back = {{wayBack}}

local function on_request(handle)
  local headers = handle:headers()
  local authority = headers:get(":authority") or ""
  local path = headers:get(":path") or "/"
  local host = authority:lower():gsub(":%d+$", "")
  local address = "https://" .. authority .. path
  local is_notebook = notebooks ~= "" and #host > #notebooks and host:sub(-#notebooks) == notebooks
  if is_notebook then
    address = notebooks_way_back .. path
  elseif not returned_to[host] then
    address = way_back .. (host:gsub("[^a-z0-9.-]", "_")) .. path
  end
  handle:streamInfo():dynamicMetadata():set("gatehouse", "return_address", address)
end

envoy_on_request = guarded("return address", on_request)
