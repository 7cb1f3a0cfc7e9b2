-- A browser uses one HTTP/2 connection for all hosts that a certificate covers (RFC 9113, section 9.1.1), but an
-- application's host has a listener of its own, and another host's connection knows no route to it. 421 makes the browser
-- ask again on a connection of that host's own (RFC 9110, section 15.5.20), where 404 would be the last word.
-- Hosts in this list share a listener, and so do all notebooks. A client that names no server, as for an address, is not meant.
local shared = { {{hosts}} }
local notebooks = {{below}}

local function is_notebook(host)
  return notebooks ~= "" and #host > #notebooks and host:sub(-#notebooks) == notebooks
end

local function share(one, other)
  return (shared[one] and shared[other]) or (is_notebook(one) and is_notebook(other))
end

local function on_request(handle)
  local server = (handle:streamInfo():requestedServerName() or ""):lower()
  local authority = (handle:headers():get(":authority") or ""):lower():gsub(":%d+$", "")
  local is_name = authority:find("^[a-z0-9][a-z0-9.-]*[a-z0-9]$") ~= nil
  if server ~= "" and is_name and authority ~= server and not share(server, authority) then
    handle:respond({ [":status"] = "421" }, "")
  end
end

envoy_on_request = guarded("misdirected", on_request)
